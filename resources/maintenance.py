"""Keeping the lake small: states that nobody needs any more, small files, files that a killed run left behind.

The lake grows with every night and has no purge of its own; a statement takes longer the more files the lake's catalogue
lists, whatever table they belong to. States of the last `keep_days` stay readable, and no state is forgotten from which a
consumer still has changes to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from foundation.sql import text
from resources.installation import Installation
from resources.lake import READ_UNTIL, Lake, changes_sql
from resources.operations import publication
from resources.postgres import LAKE

REWRITE_FROM = 0.25
"""A data file of which this share of rows has been deleted is written anew."""

SCATTERED_FROM = 30
"""A table is written anew when so many of its files have deleted rows: such files can't be merged, and each is opened."""

SCATTERED = f"""
    SELECT schema_name, table_name FROM {LAKE}.ducklake_delete_file AS deleted
    JOIN {LAKE}.ducklake_data_file AS file USING (data_file_id) JOIN {LAKE}.ducklake_table AS of_table
    ON of_table.table_id = file.table_id JOIN {LAKE}.ducklake_schema AS of_schema USING (schema_id)
    WHERE deleted.end_snapshot IS NULL AND file.end_snapshot IS NULL AND of_table.end_snapshot IS NULL
    GROUP BY 1, 2 HAVING count(*) >= :files ORDER BY 1, 2"""

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
        rewritten = _rewrite(lake)
        lake.con.execute("CALL ducklake_merge_adjacent_files('lake')")
        _move_watermarks(lake, oldest, rewritten)
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


def _rewrite(lake: Lake) -> set[str]:
    """Write files anew without their deleted rows; the tables that they belong to."""
    with lake.postgres.engine.connect() as connection:
        scattered = connection.execute(sa.text(SCATTERED), {"files": SCATTERED_FROM}).all()
    calls = [f"delete_threshold => {REWRITE_FROM}"]
    calls += [f"{text(name)}, schema => {text(schema)}, delete_threshold => 0" for schema, name in scattered]
    done = [lake.con.execute(f"CALL ducklake_rewrite_data_files('lake', {call})").fetchall() for call in calls]
    return {f"{schema}.{name}" for rows in done for schema, name, *_ in rows}


def _move_watermarks(lake: Lake, oldest: int, rewritten: set[str]) -> None:
    """Let the consumers of sources that did not change go on from the oldest state kept; keep only the highest of each.

    The change feed shows a table that was written anew as changed from end to end, so those that have read all of it go
    on from after that.
    """
    with lake.transaction(), lake.postgres.engine.begin() as connection:
        now, marks = lake.snapshot(), lake.con.execute(f"FROM {READ_UNTIL}").fetchall()
        published = connection.execute(sa.select(publication.c.table_name, publication.c.snapshot)).all()
        touched = lake.touched(min([mark for *_, mark in [*marks, *published]], default=now))

        def moved(source: str, mark: int) -> int:
            return max(mark, now if source in rewritten and touched.get(source, 0) <= mark else oldest)

        lake.con.execute("DELETE FROM state.watermark")
        lake.remember([(consumer, source, moved(source, mark)) for consumer, source, mark in marks])
        for name, mark in published:
            snapshot = moved(f"stored.{name}", mark)
            connection.execute(sa.update(publication).where(publication.c.table_name == name).values(snapshot=snapshot))


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
