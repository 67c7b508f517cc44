"""`quality.result` and `quality.failing_record`: what each rule came to, and the records that don't conform, by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from foundation.catalogue.quality import RuleSeverity
from foundation.quality.tables import FAILING_COLUMNS, RESULT_COLUMNS
from foundation.sql import listed, quoted, text, texts
from quality.expectations import Measured
from quality.rules import Rule, Suite
from quality.rules.rule import Moment

KEY = "CASE WHEN item = '' THEN rule ELSE item || '.' || rule END"


@dataclass(frozen=True)
class Result:
    """A row of `quality.result`."""

    measured_on: date
    table_name: str
    department: str
    dataset: str | None
    library: str
    item: str
    role: str
    rule: str
    kind: str
    title: str
    dimension: str
    indicator: str
    elements: int
    conforming: int
    at_least: float
    severity: str
    responsible_department: str
    passed: bool
    error: str | None
    fingerprint: str

    @property
    def failing(self) -> int:
        return self.elements - self.conforming

    @property
    def share(self) -> float | None:
        """Conforming share; None where nothing was looked at."""
        return self.conforming / self.elements if self.elements else None

    @property
    def is_blocking(self) -> bool:
        return self.severity == RuleSeverity.BLOCKING

    @property
    def key(self) -> str:
        return f"{self.item}.{self.rule}" if self.item else self.rule


def result_of(suite: Suite, measured: Measured, on: date) -> Result:
    rule = measured.rule
    return Result(
        measured_on=on,
        table_name=suite.table,
        department=suite.department,
        dataset=suite.dataset,
        library=suite.library,
        item=rule.item,
        role=rule.role,
        rule=rule.name,
        kind=rule.kind,
        title=rule.title,
        dimension=rule.dimension,
        indicator=rule.indicator,
        elements=measured.elements,
        conforming=measured.conforming,
        at_least=rule.at_least,
        severity=rule.severity.value,
        responsible_department=rule.responsible,
        passed=measured.passed,
        error=measured.error,
        fingerprint=rule.fingerprint,
    )


def results(con: duckdb.DuckDBPyConnection, on: date) -> list[Result]:
    """All results of a business date, by table."""
    rows = con.execute(
        f"SELECT {listed(RESULT_COLUMNS)} FROM quality.result WHERE measured_on = ? ORDER BY table_name, item, rule",
        [on],
    ).fetchall()
    return [Result(*row) for row in rows]


def last_results(con: duckdb.DuckDBPyConnection, table: str, on: date) -> list[Result]:
    """The results of the newest business date, not after `on`, for which a table was measured within a year."""
    rows = con.execute(
        f"""SELECT {listed(RESULT_COLUMNS)} FROM quality.result WHERE table_name = ?
            AND measured_on BETWEEN {text(str(on - timedelta(days=366)))}::DATE AND {text(str(on))}::DATE
        QUALIFY measured_on = max(measured_on) OVER () ORDER BY item, rule""",
        [table],
    ).fetchall()
    return [Result(*row) for row in rows]


def remove_results(con: duckdb.DuckDBPyConnection, suite: Suite, on: date, but: Sequence[str]) -> None:
    """Remove a table's results of a business date, and their failing records, but for those of some rules."""
    for table in ("quality.result", "quality.failing_record"):
        con.execute(f"DELETE FROM {table} WHERE {_of(suite, on)} AND {KEY} NOT IN ({texts(but) or text('')})")


def write_results(con: duckdb.DuckDBPyConnection, entered: Sequence[Result]) -> None:
    columns = {name: [getattr(result, name) for result in entered] for name in RESULT_COLUMNS}
    con.register("fresh_result", pa.table(columns))
    try:
        con.execute(f"INSERT INTO quality.result BY NAME SELECT {_typed(RESULT_COLUMNS)} FROM fresh_result")
    finally:
        con.unregister("fresh_result")


def _of(suite: Suite, on: date) -> str:
    return f"table_name = {text(suite.table)} AND measured_on = {text(str(on))}::DATE"


def _typed(columns: dict[str, str]) -> str:
    return ", ".join(f"{quoted(name)}::{kind} AS {quoted(name)}" for name, kind in columns.items())


def write_failing(
    con: duckdb.DuckDBPyConnection, suite: Suite, rules: Sequence[Rule], moment: Moment, bound: int, most: int
) -> None:
    """Enter the keys of the rows that fail each of these rules, at most `bound` per rule.

    `most` is the largest number of failing rows of any of the rules: only where it exceeds the bound is there a choice.
    """
    if not rules or not bound:
        return
    marks = ", ".join(f"CASE WHEN {rule.failing_sql(moment)} THEN {number} END" for number, rule in enumerate(rules))
    failing = f"""SELECT {quoted(suite.key)}::VARCHAR AS record_key, unnest(list_filter([{marks}], lambda one: one IS NOT NULL))
        AS number FROM ({suite.batch})"""
    if most > bound:
        place = "row_number() OVER (PARTITION BY number ORDER BY record_key)"
        failing = f"SELECT * FROM ({failing}) QUALIFY {place} <= {bound}"
    names = ", ".join(
        f"({number}, {text(rule.item)}, {text(rule.name)}, {text(rule.role)})" for number, rule in enumerate(rules)
    )
    con.execute(
        f"""INSERT INTO quality.failing_record BY NAME
        SELECT {text(str(moment.on))}::DATE AS measured_on, {text(suite.table)} AS table_name,
            {text(suite.department)} AS department, {_literal(suite.dataset)} AS dataset, item, rule, record_key, role
        FROM ({failing}) JOIN (VALUES {names}) AS named (number, item, rule, role) USING (number)"""
    )


def carry_failing(con: duckdb.DuckDBPyConnection, suite: Suite, kept: Sequence[Result], on: date) -> None:
    """Enter again, for a new date, the failing records of rules whose results stay as they were."""
    carried = [one for one in kept if one.failing]
    if not carried:
        return
    columns = [name for name in FAILING_COLUMNS if name != "measured_on"]
    con.execute(
        f"""INSERT INTO quality.failing_record BY NAME SELECT {text(str(on))}::DATE AS measured_on, {listed(columns)}
        FROM quality.failing_record WHERE {_of(suite, carried[0].measured_on)}
        AND {KEY} IN ({texts([one.key for one in carried])})"""
    )


def forget_failing(con: duckdb.DuckDBPyConnection, before: date) -> None:
    """Remove the failing records of measurements before a date."""
    con.execute(f"DELETE FROM quality.failing_record WHERE measured_on < {text(str(before))}::DATE")


def _literal(value: str | None) -> str:
    return "NULL" if value is None else text(value)
