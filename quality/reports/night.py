"""Everything of a business date, read once for all pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.sql import text
from quality.gates import Decision, last_decisions
from quality.measuring import Quality
from quality.reports.examples import PER_RULE
from quality.reports.facts import Disputes, Punctuality, Rejected
from quality.reports.happenings import deliveries, disputes, rejected
from quality.results import KEY, Result, results
from quality.scores import Score, scores

TREND_DAYS = 90
LEVELS = ["province", "department", "department_dimension", "library", "library_dimension", "table"]


@dataclass(frozen=True)
class Night:
    """Results by table, the failing numbers of the measurement before, scores of 90 days, and what happened.

    `columns` are those of the measured tables, `failing` the keys of a few failing records by table and rule.
    """

    quality: Quality
    on: date
    results: dict[str, list[Result]]
    before: dict[tuple[str, str], int]
    scores: list[Score]
    decisions: dict[str, Decision]
    deliveries: dict[str, Punctuality]
    disputes: list[Disputes]
    rejected: dict[str, list[Rejected]]
    columns: dict[str, set[str]]
    failing: dict[str, list[tuple[str, str | None]]]

    @property
    def catalogue(self) -> Catalogue:
        return self.quality.installation.catalogue

    def score(self, level: str, on: date | None = None, **of: str) -> Score | None:
        return next(iter(self.scores_of(level, on or self.on, **of)), None)

    def scores_of(self, level: str, on: date | None = None, **of: str) -> list[Score]:
        """Scores of a level on a date, or on all of the span."""
        return [
            one
            for one in self.scores
            if one.level == level
            and (on is None or one.measured_on == on)
            and all(getattr(one, name) == value for name, value in of.items())
        ]


def read_night(quality: Quality, on: date) -> Night:
    """The night's facts, all of one state of the lake."""
    lake, catalogue = quality.lake, quality.installation.catalogue
    with lake.transaction():
        con = lake.con
        grouped: dict[str, list[Result]] = {table: [] for table in quality.suites}
        for result in results(con, on):
            grouped.setdefault(result.table_name, []).append(result)
        return Night(
            quality=quality,
            on=on,
            results=grouped,
            before=_failing_before(con, on),
            scores=scores(con, on - timedelta(days=TREND_DAYS), on, LEVELS),
            decisions={name: one for name, one in last_decisions(lake.postgres, on).items() if one.theme is None},
            deliveries=deliveries(con, catalogue, on),
            disputes=disputes(con, catalogue, on),
            rejected=rejected(con, catalogue, on),
            columns=_columns(con),
            failing=_failing(con, on),
        )


def _failing_before(con: duckdb.DuckDBPyConnection, on: date) -> dict[tuple[str, str], int]:
    """Failing numbers of the measurement before, by table and rule."""
    span = f"measured_on < {text(str(on))}::DATE AND measured_on >= {text(str(on - timedelta(days=TREND_DAYS)))}::DATE"
    rows = con.execute(
        f"""SELECT table_name, {KEY}, elements - conforming FROM quality.result
        WHERE measured_on = (SELECT max(measured_on) FROM quality.result WHERE {span}) AND {span}"""
    ).fetchall()
    return {(table, key): failing for table, key, failing in rows}


def _failing(con: duckdb.DuckDBPyConnection, on: date) -> dict[str, list[tuple[str, str | None]]]:
    """The rule and the record's key of a few failing records of each rule, by table."""
    rows = con.execute(
        f"""SELECT table_name, {KEY} AS rule_key, record_key FROM quality.failing_record
        WHERE measured_on = {text(str(on))}::DATE
        QUALIFY row_number() OVER (PARTITION BY table_name, item, rule ORDER BY record_key) <= {PER_RULE}
        ORDER BY ALL"""
    ).fetchall()
    found: dict[str, list[tuple[str, str | None]]] = {}
    for table, rule, key in rows:
        found.setdefault(table, []).append((rule, key))
    return found


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    rows = con.execute(
        """SELECT schema_name || '.' || table_name, list(column_name) FROM duckdb_columns()
        WHERE database_name = 'lake' AND schema_name IN ('conformed', 'library') GROUP BY ALL"""
    ).fetchall()
    return {table: set(names) for table, names in rows}
