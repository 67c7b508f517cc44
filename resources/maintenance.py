"""Keeping the lake small: states that nobody needs any more, small files, files that a killed run left behind.

The lake grows with every night and has no purge of its own. States of the last `keep_days` stay readable, and no state is
forgotten from which a consumer still has changes to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from foundation.sql import text
from resources.installation import Installation
from resources.lake import READ_UNTIL, Lake, changes_sql
from resources.operations import publication

REWRITE_FROM = 0.25
"""A data file of which this share of rows has been deleted is written anew."""

GRACE = timedelta(days=1)
"""Files stay this long after the last state that names them, so that a reader at work keeps them."""


@dataclass(frozen=True)
class Maintained:
    """What a maintenance removed, and the consumers that held it back because they have not read for so long."""

    snapshots: int
    files: int
    held_back_by: list[str]


def maintain_lake(installation: Installation, now: datetime | None = None, grace: timedelta = GRACE) -> Maintained:
    """Merge small files, write files with many deleted rows anew, forget states older than `keep_days`."""
    lake, now = installation.lake, now or datetime.now(UTC)
    with lake.postgres.lock("lake"):
        wanted = _oldest_wanted(lake, now - timedelta(days=installation.settings.keep_days))
        late = _late_consumers(lake, wanted)
        oldest = min([wanted, *late.values()])
        _move_watermarks(lake, oldest)
        lake.con.execute("CALL ducklake_merge_adjacent_files('lake')")
        lake.con.execute(f"CALL ducklake_rewrite_data_files('lake', delete_threshold => {REWRITE_FROM})")
        expired = _expire(lake, oldest)
        return Maintained(expired, _remove_files(lake, now - grace), sorted(late))


def _oldest_wanted(lake: Lake, cutoff: datetime) -> int:
    """The newest state from before the cutoff: it is what the lake held on the first day that stays readable."""
    row = lake.con.execute(
        "SELECT coalesce(max(snapshot_id) FILTER (snapshot_time <= ?), min(snapshot_id)) FROM ducklake_snapshots('lake')",
        [cutoff],
    ).fetchone()
    return int(row[0]) if row else 0


def _late_consumers(lake: Lake, oldest: int) -> dict[str, int]:
    """Consumers of a source that changed between their watermark and the state, with the watermark."""
    behind = lake.con.execute(
        f"SELECT consumer, source, snapshot FROM {READ_UNTIL} WHERE snapshot < ?", [oldest]
    ).fetchall()
    with lake.postgres.engine.connect() as connection:
        published = connection.execute(sa.select(publication.c.table_name, publication.c.snapshot))
        behind += [(f"share.{name}", f"stored.{name}", at) for name, at in published if at < oldest]
    has_changed = {place: _has_changed(lake, *place, oldest) for place in {(source, at) for _, source, at in behind}}
    return {consumer: at for consumer, source, at in sorted(behind, reverse=True) if has_changed[source, at]}


def _has_changed(lake: Lake, source: str, since: int, until: int) -> bool:
    if not lake.exists(source):
        return False
    return lake.con.execute(f"SELECT 1 FROM {changes_sql(source, since, until)} LIMIT 1").fetchone() is not None


def _move_watermarks(lake: Lake, oldest: int) -> None:
    """Let the consumers of sources that did not change go on from the oldest state kept; keep only the highest of each."""
    with lake.transaction():
        lake.con.execute(
            f"CREATE TEMP TABLE highest AS SELECT consumer, source, greatest(snapshot, ?) AS snapshot FROM {READ_UNTIL}",
            [oldest],
        )
        lake.con.execute("DELETE FROM state.watermark")
        lake.con.execute("INSERT INTO state.watermark FROM highest")
    with lake.postgres.engine.begin() as connection:
        connection.execute(sa.update(publication).where(publication.c.snapshot < oldest).values(snapshot=oldest))


def _expire(lake: Lake, oldest: int) -> int:
    old = lake.con.execute(
        "SELECT snapshot_id FROM ducklake_snapshots('lake') WHERE snapshot_id < ?", [oldest]
    ).fetchall()
    if old:
        versions = ", ".join(str(number) for (number,) in old)
        lake.con.execute(f"CALL ducklake_expire_snapshots('lake', versions => [{versions}])")
    return len(old)


def _remove_files(lake: Lake, before: datetime) -> int:
    """Remove files that no state names any more, and those that a killed run left behind."""
    time = f"{text(before.isoformat())}::TIMESTAMPTZ"
    removed = 0
    for function in ("ducklake_cleanup_old_files", "ducklake_delete_orphaned_files"):
        removed += len(lake.con.execute(f"CALL {function}('lake', older_than => {time})").fetchall())
    return removed
