"""Reading a workbook that an officer filled in: refused as a whole, or row by row with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from foundation.crosscheck.workbook import ABOUT, ANSWER_COLUMNS, ANSWERS, CASES, CHECKED, COLUMNS, CONFIRM, VERSION

MOST_BYTES = 50_000_000


class WorkbookRefused(Exception):
    """The workbook can't be taken at all; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class Answer:
    """A filled row: what the officer says of a case, and the values that the workbook showed."""

    row_number: int
    discrepancy_id: str
    answer: str
    corrected_value: str
    remark: str
    answered_by: str
    shown: tuple[str, str]


@dataclass(frozen=True)
class RejectedRow:
    row_number: int
    discrepancy_id: str
    reason: str


@dataclass(frozen=True)
class Filled:
    """A workbook's answers; rows without an answer are left out, `rows` counts those with anything filled in."""

    department: str
    answers: list[Answer]
    rejected: list[RejectedRow]

    @property
    def rows(self) -> int:
        return len(self.answers) + len(self.rejected)


def read_workbook(path: Path) -> Filled:
    """The answers in a workbook. WorkbookRefused where it is not one of ours, of another version or with other columns."""
    book = _open(path)
    try:
        department = _department(book)
        rows = book[CASES].iter_rows()
        head = tuple(str(cell.value).strip() if cell.value is not None else "" for cell in next(rows, ()))
        if tuple(name for name in head if name) != COLUMNS:
            raise WorkbookRefused("列有改动：请不要增删或改名，用最新下发的工作簿重新填写。")
        answers: list[Answer] = []
        rejected: list[RejectedRow] = []
        for number, cells in enumerate(rows, start=2):
            read = _row(number, cells[: len(COLUMNS)])
            if isinstance(read, Answer):
                answers.append(read)
            elif read is not None:
                rejected.append(read)
    finally:
        book.close()
    return Filled(department, *_without_contradictions(answers, rejected))


def _open(path: Path) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    if path.suffix.lower() != ".xlsx":
        raise WorkbookRefused("不是 .xlsx 文件：请另存为 Excel 工作簿（.xlsx）。")
    if path.stat().st_size > MOST_BYTES:
        raise WorkbookRefused("文件过大：请只交回下发的工作簿。")
    try:
        book = openpyxl.load_workbook(path, data_only=False)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError):
        raise WorkbookRefused("文件打不开：可能已损坏或加密，请重新保存后交回。") from None
    if CASES not in book.sheetnames or ABOUT not in book.sheetnames:
        raise WorkbookRefused(f"缺少“{CASES}”或“{ABOUT}”工作表：请用下发的工作簿填写。")
    return book


def _department(book: Any) -> str:
    facts = {str(row[0]): row[1] for row in book[ABOUT].iter_rows(max_col=2, values_only=True) if row[0] is not None}
    if str(facts.get("模板版本")) != VERSION:
        raise WorkbookRefused(f"模板版本不符（应为 {VERSION}）：请用最新下发的工作簿重新填写。")
    return str(facts.get("部门代号") or "")


def _row(number: int, cells: tuple[Any, ...]) -> Answer | RejectedRow | None:
    """The answer in a row; None where nothing is filled in."""
    texts = {name: _text(cell) for name, cell in zip(COLUMNS, cells, strict=False)}
    given = {name: texts.get(name, "") for name in ANSWER_COLUMNS}
    if not any(given.values()):
        return None
    discrepancy_id = texts["案件编号"]
    if any(cell.data_type == "f" for cell in cells):
        return RejectedRow(
            number, "" if discrepancy_id.startswith("=") else discrepancy_id, "单元格中有公式，请改为文字"
        )
    reason = _problem(given)
    if reason is not None:
        return RejectedRow(number, discrepancy_id, reason)
    shown = (texts[CHECKED[1]], texts[CHECKED[2]])
    return Answer(number, discrepancy_id, given["核实结果"], given["更正值"], given["备注"], given["核实人"], shown)


def _problem(given: dict[str, str]) -> str | None:
    if given["核实结果"] not in ANSWERS:
        return f"核实结果应为{'、'.join(ANSWERS)}之一"
    if given["更正值"] and given["核实结果"] != CONFIRM:
        return f"前后矛盾：选了“{given['核实结果']}”，又写了更正值"
    if not given["核实人"]:
        return "没有写核实人"
    return None


def _text(cell: Any) -> str:
    """A cell as text; a date as YYYY-MM-DD, a whole number without a decimal point."""
    value = cell.value
    if value is None:
        return ""
    if hasattr(value, "date"):
        return str(value.date().isoformat())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _without_contradictions(
    answers: list[Answer], rejected: list[RejectedRow]
) -> tuple[list[Answer], list[RejectedRow]]:
    """One answer per case: a case answered twice is taken over in neither way, unless both say the same."""
    by_case: dict[str, list[Answer]] = {}
    for answer in answers:
        by_case.setdefault(answer.discrepancy_id, []).append(answer)
    kept = []
    for same_case in by_case.values():
        if len({(one.answer, one.corrected_value) for one in same_case}) == 1:
            kept.append(same_case[0])
        else:
            rejected += [RejectedRow(one.row_number, one.discrepancy_id, "同一案件的答复前后矛盾") for one in same_case]
    return kept, sorted(rejected, key=lambda one: one.row_number)
