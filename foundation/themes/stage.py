"""Bringing a theme up to date from what changed in its libraries and records."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import duckdb

from foundation.changes import Changes
from foundation.sql import count, quoted, text
from foundation.themes.affected import find_affected, is_whole
from foundation.themes.query import AFFECTED, ThemeQuery, table_of


@dataclass(frozen=True)
class ThemeWritten:
    """Rows looked at again, rows that are new or different, rows that left, and the rows that break each rule."""

    looked_at: int = 0
    changed: int = 0
    gone: int = 0
    breaking: dict[str, int] = field(default_factory=dict)


class BrokenRule(Exception):
    """A blocking rule of a theme does not hold: its last state stays. The message names the rule and how many rows."""

    def __init__(self, message: str, breaking: dict[str, int]) -> None:
        self.breaking = breaking
        super().__init__(message)


def build(changes: Changes, query: ThemeQuery) -> ThemeWritten:
    """Write a theme's new states. Raises BrokenRule, on which nothing must be committed."""
    con, table, key = changes.con, table_of(query.name), quoted(query.key)
    looked_at = find_affected(changes, query)
    if not looked_at:
        return ThemeWritten(breaking=breaking_rows(con, query))
    query = replace(query, everything=is_whole(changes, query))
    query.gather(con)
    con.execute(f"CREATE TEMP TABLE fresh_row AS {query.sql()}")
    con.execute(
        f"CREATE TEMP TABLE changed_row AS FROM fresh_row ANTI JOIN (SELECT {key}, row_hash FROM {table}) USING ({key}, row_hash)"
    )
    con.execute(
        f"""CREATE TEMP TABLE gone_row AS SELECT {key} FROM {AFFECTED}
        SEMI JOIN {table} USING ({key}) ANTI JOIN fresh_row USING ({key})"""
    )
    changed, gone = count(con, "changed_row"), count(con, "gone_row")
    if changed or gone:
        replaced = f"SELECT {key} FROM changed_row UNION ALL FROM gone_row"
        con.execute(f"DELETE FROM {table} WHERE {key} IN ({replaced})")
        now = f"{text(str(query.on))}::TIMESTAMP AS updated_at"
        con.execute(f"INSERT INTO {table} BY NAME SELECT *, {now} FROM changed_row")
    breaking = breaking_rows(con, query)
    _hold(changes, query, breaking)
    return ThemeWritten(looked_at, changed, gone, breaking)


def breaking_rows(con: duckdb.DuckDBPyConnection, query: ThemeQuery) -> dict[str, int]:
    """Rows that break each rule; one whose condition is not known breaks none."""
    rules = query.theme.rules
    if not rules:
        return {}
    counts = ", ".join(f"count(*) FILTER (NOT ({rule.holds}))" for rule in rules.values())
    row = con.execute(f"SELECT {counts} FROM {table_of(query.name)}").fetchone()
    assert row is not None
    return dict(zip(rules, row, strict=True))


def _hold(changes: Changes, query: ThemeQuery, breaking: dict[str, int]) -> None:
    rows = count(changes.con, table_of(query.name))
    failed = [
        f"“{rule.title}”不符合 {breaking[name]:,} / {rows:,}"
        for name, rule in query.theme.rules.items()
        if rule.blocking and not rule.passes(breaking[name], rows)
    ]
    if failed:
        raise BrokenRule("；".join(failed), breaking)
