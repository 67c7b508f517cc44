"""A department's open cases, as its officers read them: titles in Chinese, values in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.crosscheck.compare import VALUE_KIND
from foundation.crosscheck.report import kind_title
from foundation.crosscheck.tables import CORRECTION, DISCREPANCY

SEVERITIES = {"critical": "严重", "important": "重要", "minor": "一般"}


@dataclass(frozen=True)
class Case:
    """One discrepancy that a department is to answer."""

    discrepancy_id: str
    library: str
    item: str
    kind: str
    authority: str
    authority_record_key: str
    authority_value: str
    other: str
    other_record_key: str
    other_value: str
    severity: str
    first_seen: date
    due_on: date
    due_is_provisional: bool
    is_overdue: bool
    is_majority: bool
    advice: str
    article: str


def open_cases(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, department: str, on: date) -> list[Case]:
    """Cases that wait for the department's answer: overdue first, then by severity; a confirmed one waits no more."""
    rows = con.execute(
        f"""SELECT discrepancy_id, library, library_table, item, kind, authority_department, authority_dataset,
            authority_record_key, authority_value, other_department, other_dataset, other_record_key, other_role,
            other_value, severity, first_seen, due_on, due_is_provisional, is_majority_against_authority
        FROM {DISCREPANCY} WHERE status = 'open' AND responsible_department = ?
            AND discrepancy_id NOT IN (SELECT discrepancy_id FROM {CORRECTION} WHERE status = 'active')
        ORDER BY due_on < ? DESC, list_position(['critical', 'important', 'minor'], severity), due_on, discrepancy_id""",
        [department, on],
    )
    names = [column[0] for column in rows.description or []]
    return [_case(catalogue, dict(zip(names, row, strict=True)), on) for row in rows.fetchall()]


def _case(catalogue: Catalogue, row: dict[str, object], on: date) -> Case:
    values = {name: "" if value is None else str(value) for name, value in row.items()}
    table, kind = values["library_table"], values["kind"]
    check = catalogue.crosschecks[table]
    declared = check.kinds.get(kind) if kind != VALUE_KIND else None
    items = catalogue.items[catalogue.tables[table].subject]
    first_seen, due_on = row["first_seen"], row["due_on"]
    assert isinstance(first_seen, date) and isinstance(due_on, date)
    role = f"（{values['other_role']}）" if values["other_role"] else ""
    return Case(
        discrepancy_id=values["discrepancy_id"],
        library=catalogue.libraries[values["library"]].title,
        item=items[values["item"]].title,
        kind=kind_title(catalogue, table, kind),
        authority=_source(catalogue, values["authority_department"], values["authority_dataset"]),
        authority_record_key=values["authority_record_key"],
        authority_value=values["authority_value"],
        other=_source(catalogue, values["other_department"], values["other_dataset"]) + role,
        other_record_key=values["other_record_key"],
        other_value=values["other_value"],
        severity=SEVERITIES[values["severity"]],
        first_seen=first_seen,
        due_on=due_on,
        due_is_provisional=bool(row["due_is_provisional"]),
        is_overdue=due_on < on,
        is_majority=bool(row["is_majority_against_authority"]),
        advice=declared.advice if declared else check.advice,
        article=declared.article if declared else check.article,
    )


def _source(catalogue: Catalogue, department: str, dataset: str) -> str:
    title = catalogue.departments[department].title
    known = catalogue.datasets.get(f"{department}/{dataset}")
    return f"{title}·{known.title}" if known else title
