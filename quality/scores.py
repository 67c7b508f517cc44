"""`quality.score`: 0 to 100 by indicator, dimension, table, department and library, higher is better, with history.

An indicator's score is the mean conforming share of its rules, weighted by severity; a dimension's is the mean of its
indicators, a table's of its dimensions, a department's of its datasets, a library's of its tables. Numerator and
denominator stand beside each. A rule that could not be measured scores 0, one with nothing to look at does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.quality.tables import SCORE_COLUMNS
from foundation.sql import listed, text

WEIGHTS = {"warning": 1, "error": 2, "blocking": 4}
GRADES = ((99.0, "优"), (97.0, "良"), (95.0, "中"), (90.0, "较差"), (0.0, "差"))
_SUMS = (
    "sum(rules) AS rules, sum(failed_rules) AS failed_rules, sum(elements) AS elements, sum(conforming) AS conforming"
)


@dataclass(frozen=True)
class Score:
    """A row of `quality.score`; what does not identify its level is None."""

    measured_on: date
    level: str
    department: str | None
    table_name: str | None
    library: str | None
    dimension: str | None
    indicator: str | None
    rules: int
    failed_rules: int
    elements: int
    conforming: int
    score: float


def grade(score: float) -> str:
    """One of five levels, after DB11/T 2317-2024."""
    return next(name for least, name in GRADES if score >= least)


def write_scores(con: duckdb.DuckDBPyConnection, on: date) -> None:
    """Work out the scores of a business date from its results, in the place of earlier ones."""
    con.execute("DELETE FROM quality.score WHERE measured_on = ?", [on])
    con.execute(f"INSERT INTO quality.score BY NAME {_scores(on)}")


def scores(con: duckdb.DuckDBPyConnection, since: date, on: date, levels: list[str]) -> list[Score]:
    """Scores of these levels over a span of business dates, oldest first."""
    rows = con.execute(
        f"""SELECT {listed(SCORE_COLUMNS)} FROM quality.score
        WHERE measured_on BETWEEN ? AND ? AND list_contains(?, level) ORDER BY ALL""",
        [since, on, levels],
    ).fetchall()
    return [Score(*row) for row in rows]


def _scores(on: date) -> str:
    weight = "CASE severity " + " ".join(f"WHEN {text(name)} THEN {n}" for name, n in WEIGHTS.items()) + " END"
    return f"""
    WITH measured AS (
        SELECT *, dataset IS NULL AS is_library, {weight} AS weight,
            CASE WHEN error IS NOT NULL THEN 0 WHEN elements > 0 THEN conforming / elements END AS share
        FROM quality.result WHERE measured_on = {text(str(on))}::DATE
    ), by_indicator AS (
        SELECT department, table_name, library, is_library, dimension, indicator, count(*) AS rules,
            count(*) FILTER (NOT passed) AS failed_rules, sum(elements) AS elements, sum(conforming) AS conforming,
            100 * sum(weight * share) / sum(weight) AS score
        FROM measured WHERE share IS NOT NULL GROUP BY ALL
    ), by_dimension AS (
        SELECT department, table_name, library, is_library, dimension, {_SUMS}, avg(score) AS score
        FROM by_indicator GROUP BY ALL
    ), by_table AS (
        SELECT department, table_name, library, is_library, {_SUMS}, avg(score) AS score FROM by_dimension GROUP BY ALL
    ), leveled AS (
        SELECT 'indicator' AS level, * EXCLUDE is_library FROM by_indicator
        UNION ALL BY NAME SELECT 'dimension' AS level, * EXCLUDE is_library FROM by_dimension
        UNION ALL BY NAME SELECT 'table' AS level, * EXCLUDE is_library FROM by_table
        UNION ALL BY NAME SELECT 'department_dimension' AS level, department, dimension, {_SUMS}, avg(score) AS score
            FROM by_dimension WHERE NOT is_library GROUP BY ALL
        UNION ALL BY NAME SELECT 'department' AS level, department, {_SUMS}, avg(score) AS score
            FROM by_table WHERE NOT is_library GROUP BY ALL
        UNION ALL BY NAME SELECT 'library_dimension' AS level, library, dimension, {_SUMS}, avg(score) AS score
            FROM by_dimension WHERE is_library GROUP BY ALL
        UNION ALL BY NAME SELECT 'library' AS level, library, {_SUMS}, avg(score) AS score
            FROM by_table WHERE is_library GROUP BY ALL
        UNION ALL BY NAME SELECT 'province' AS level, {_SUMS}, avg(score) AS score FROM by_table GROUP BY ALL
    ) SELECT {text(str(on))}::DATE AS measured_on, * FROM leveled"""
