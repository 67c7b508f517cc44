"""Taking a department's answers over: corrections of its records, or cases that pass to the other side (办法 art. 18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import duckdb
import pyarrow as pa

from foundation.catalogue.catalogue import Catalogue
from foundation.conforming.plan import plan
from foundation.crosscheck.corrections import column_of, correction_id
from foundation.crosscheck.filled import Answer, Filled, RejectedRow
from foundation.crosscheck.tables import (
    ANSWER,
    CORRECTION,
    DISCREPANCY,
    FEEDBACK_FILE,
    FEEDBACK_REJECTED,
    HISTORY,
)
from foundation.crosscheck.workbook import CONFIRM, MAINTAIN
from foundation.standards.conformed import Severity
from foundation.standards.registry import RULES
from foundation.standards.working_day import deadline


@dataclass(frozen=True)
class Taken:
    """What became of a workbook: how many answers were taken over, which rows were not and why."""

    department: str
    status: str
    accepted: int
    rejected: list[RejectedRow]
    reason: str = ""


class _Side(NamedTuple):
    """A record on one side of a discrepancy."""

    dataset: str
    record_key: str
    role: str


def take_over(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    filled: Filled,
    department: str,
    *,
    on: date,
    file: tuple[str, str],
    working_days: int,
) -> Taken:
    """Take the answers of `department` over, inside the caller's transaction; `file` is (sha256, where it came from)."""
    if filled.department != department:
        reason = "工作簿属于另一部门：请交回下发给本部门的工作簿。"
        return register(con, Taken(department, "rejected", 0, [], reason), file, filled.rows, on)
    accepted, rejected = 0, list(filled.rejected)
    for answer in filled.answers:
        problem = _take(con, catalogue, answer, department, on, file[1], working_days)
        if problem is None:
            accepted += 1
        else:
            rejected.append(RejectedRow(answer.row_number, answer.discrepancy_id, problem))
    rejected.sort(key=lambda one: one.row_number)
    return register(con, Taken(department, "accepted", accepted, rejected), file, filled.rows, on)


def register(con: duckdb.DuckDBPyConnection, taken: Taken, file: tuple[str, str], rows: int, on: date) -> Taken:
    """Keep what became of a workbook, and every row that was not taken over."""
    con.execute(
        f"INSERT INTO {FEEDBACK_FILE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [file[0], taken.department, file[1], on, taken.status, rows, taken.accepted, len(taken.rejected), taken.reason],
    )
    for row in taken.rejected:
        con.execute(
            f"INSERT INTO {FEEDBACK_REJECTED} VALUES (?, ?, ?, ?, ?)",
            [file[0], row.row_number, row.discrepancy_id, row.reason, on],
        )
    return taken


def _take(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    answer: Answer,
    department: str,
    on: date,
    file: str,
    working_days: int,
) -> str | None:
    """Take one answer over; else the reason why not."""
    case = _case(con, answer.discrepancy_id)
    if case is None:
        return "没有这个案件编号"
    if case["responsible_department"] != department:
        return "案件不由本部门办理"
    if case["status"] != "open":
        return "案件已经办结"
    if tuple(_shown(case[name]) for name in ("authority_value", "other_value")) != answer.shown:
        return "案件的内容已经变化，请用最新下发的工作簿"
    if con.execute(
        f"SELECT 1 FROM {CORRECTION} WHERE discrepancy_id = ? AND status = 'active'", [answer.discrepancy_id]
    ).fetchone():
        return "案件已经答复，等待下次报送"
    corrected = None
    if answer.answer == CONFIRM:
        side = _own_side(case, department)
        corrected, reason = corrected_value(catalogue, side, str(case["item"]), answer.corrected_value)
        if reason is not None:
            return reason
        if corrected is not None:
            _correct(con, answer, side, str(case["item"]), corrected, on)
    else:
        _pass_on(con, catalogue, case, answer, department, on, working_days)
    _record(con, answer, department, corrected, on, file)
    return None


def _case(con: duckdb.DuckDBPyConnection, discrepancy_id: str) -> dict[str, object] | None:
    result = con.execute(f"FROM {DISCREPANCY} WHERE discrepancy_id = ?", [discrepancy_id])
    names = [column[0] for column in result.description or []]
    row = result.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _shown(value: object) -> str:
    return "" if value is None else str(value).strip()


def _own_side(case: dict[str, object], department: str) -> _Side:
    """The department's record; where both are its own, the one that differs from the authority's."""
    if case["other_department"] == department or case["authority_record_key"] is None:
        dataset = f"{case['other_department']}/{case['other_dataset']}"
        return _Side(dataset, str(case["other_record_key"]), str(case["other_role"]))
    return _Side(f"{case['authority_department']}/{case['authority_dataset']}", str(case["authority_record_key"]), "")


def corrected_value(catalogue: Catalogue, side: _Side, item: str, given: str) -> tuple[str | None, str | None]:
    """The corrected value as its standard writes it, or None and why it can't be taken.

    A dataset that does not carry the item takes no value: the department mends it in its own system.
    """
    try:
        column = column_of(catalogue, side.dataset, side.role, item)
    except (KeyError, StopIteration):
        return None, "本部门的数据没有这一信息项，更正值请留空" if given else None
    if not given:
        return None, "选了“确认更正”，没有写更正值"
    step = next(one for one in plan(catalogue, side.dataset).steps if one.name == column)
    conformed = step.standard.conform(pa.array([given], pa.string()), step.setting)
    value, issue = conformed.value[0].as_py(), conformed.issue[0].as_py()
    if value is None or (issue is not None and RULES[issue].severity == Severity.ERROR):
        return None, f"更正值不符合规范（{RULES[issue].title if issue else '空值'}）"
    return str(value), None


def _correct(con: duckdb.DuckDBPyConnection, answer: Answer, side: _Side, item: str, corrected: str, on: date) -> None:
    con.execute(
        f"INSERT INTO {CORRECTION} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'active', NULL)",
        [
            correction_id(side.dataset, answer.discrepancy_id),
            answer.discrepancy_id,
            side.dataset,
            side.record_key,
            side.role,
            item,
            corrected,
            answer.answered_by,
            on,
        ],
    )


def _pass_on(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    case: dict[str, object],
    answer: Answer,
    department: str,
    on: date,
    working_days: int,
) -> None:
    """The other side is asked next; the library's lead when both stand by their values, or when nobody can tell."""
    sides = {str(case["authority_department"]), str(case["other_department"])}
    answered = con.execute(f"SELECT department FROM {ANSWER} WHERE discrepancy_id = ?", [answer.discrepancy_id])
    left = sorted(sides - {department} - {row[0] for row in answered.fetchall()})
    lead = catalogue.libraries[str(case["library"])].lead
    following = left[0] if left and answer.answer == MAINTAIN else lead
    due = deadline(on, working_days)
    con.execute(
        f"UPDATE {DISCREPANCY} SET responsible_department = ?, due_on = ?, due_is_provisional = ? WHERE discrepancy_id = ?",
        [following, due.day, due.is_provisional, answer.discrepancy_id],
    )


def _record(
    con: duckdb.DuckDBPyConnection, answer: Answer, department: str, corrected: str | None, on: date, file: str
) -> None:
    con.execute(
        f"INSERT INTO {ANSWER} VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [answer.discrepancy_id, department, answer.answer, corrected, answer.remark, answer.answered_by, on, file],
    )
    con.execute(
        f"""INSERT INTO {HISTORY} SELECT discrepancy_id, ?, ?, authority_value, other_value, ?
        FROM {DISCREPANCY} WHERE discrepancy_id = ?""",
        [on, f"answered: {answer.answer}", answer.answered_by, answer.discrepancy_id],
    )
