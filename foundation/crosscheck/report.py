"""What a cross-check comes to: open cases by kind, overdue ones by department, rates of agreement. No personal values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.crosscheck.compare import VALUE_KIND
from foundation.crosscheck.tables import AGREEMENT, DISCREPANCY


@dataclass(frozen=True)
class Rate:
    """How far two departments agree in an item: equal or cosmetic among `compared` values; titles in Chinese."""

    item: str
    authority: str
    other: str
    agreement: float
    compared: int


def kind_title(catalogue: Catalogue, table: str, kind: str) -> str:
    check = catalogue.crosschecks[table]
    return check.title if kind == VALUE_KIND else check.kinds[kind].title


def kind_counts(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, table: str) -> str:
    """A Markdown table of open cases by kind and item."""
    rows = con.execute(
        f"""SELECT kind, item, count(*) FROM {DISCREPANCY} WHERE library_table = ? AND status = 'open'
        GROUP BY ALL ORDER BY 3 DESC, 1, 2""",
        [table],
    ).fetchall()
    items = catalogue.items[catalogue.tables[table].subject]
    known = catalogue.crosschecks[table].kinds
    lines = [
        f"| {kind_title(catalogue, table, kind)} | {items[item].title if item in items else item} | {number} |"
        for kind, item, number in rows
        if kind == VALUE_KIND or kind in known
    ]
    return "\n".join(["| 类型 | 信息项 | 件数 |", "| --- | --- | --- |", *lines])


def overdue_cases(con: duckdb.DuckDBPyConnection, table: str, on: date) -> dict[str, int]:
    """Open cases past their deadline, by responsible department."""
    rows = con.execute(
        f"""SELECT responsible_department, count(*) FROM {DISCREPANCY}
        WHERE library_table = ? AND status = 'open' AND due_on < ? GROUP BY ALL ORDER BY ALL""",
        [table, on],
    ).fetchall()
    return {department: int(number) for department, number in rows}


def agreement_rows(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, table: str) -> list[Rate]:
    """The rates of the last day on which they were measured."""
    rows = con.execute(
        f"""SELECT item, authority_department, other_department, agreement, equal + cosmetic + different
        FROM {AGREEMENT} WHERE library_table = ? AND agreement IS NOT NULL
        AND measured_on = (SELECT max(measured_on) FROM {AGREEMENT} WHERE library_table = ?) ORDER BY ALL""",
        [table, table],
    ).fetchall()
    items = catalogue.items[catalogue.tables[table].subject]
    departments = catalogue.departments
    return [
        Rate(items[item].title, departments[authority].title, departments[other].title, rate, int(compared))
        for item, authority, other, rate, compared in rows
    ]


@dataclass(frozen=True)
class Overdue:
    """A department's open cases past their deadline in one library, since when the oldest is; no personal values."""

    library: str
    department: str
    cases: int
    oldest: date


def escalated(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, lead: str, on: date) -> list[Overdue]:
    """What a library's lead department is to follow up: overdue cases of the libraries that it leads, most first."""
    led = [name for name, library in catalogue.libraries.items() if library.lead == lead]
    rows = con.execute(
        f"""SELECT library, responsible_department, count(*), min(due_on) FROM {DISCREPANCY}
        WHERE status = 'open' AND due_on < ? AND list_contains(?, library) GROUP BY ALL ORDER BY 3 DESC, 1, 2""",
        [on, led],
    ).fetchall()
    return [
        Overdue(catalogue.libraries[library].title, catalogue.departments[department].title, int(number), oldest)
        for library, department, number, oldest in rows
    ]
