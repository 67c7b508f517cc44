"""The quick check's workbook: what an officer sees, and what is refused when it comes back, as a whole or by row."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from foundation.crosscheck.cases import Case
from foundation.crosscheck.filled import WorkbookRefused, read_workbook
from foundation.crosscheck.workbook import ABOUT, ANSWERS, CASES, COLUMNS, KEY_COLUMNS, write_workbook

NIGHT = date(2026, 11, 23)


def case(number: int, **other: Any) -> Case:
    values: dict[str, Any] = {
        "discrepancy_id": f"D{number:024d}", "library": "人口基础信息库", "item": "姓名", "kind": "数值不一致",
        "authority": "公安厅·常住户籍人口信息", "authority_record_key": "610102198001010021", "authority_value": "李静",
        "other": "人社厅·社会保险参保人员信息", "other_record_key": "1", "other_value": "李敬", "severity": "重要",
        "first_seen": NIGHT, "due_on": date(2026, 11, 30), "due_is_provisional": False, "is_overdue": False,
        "is_majority": False, "advice": "请核对。", "article": "办法第十八条",
    }  # fmt: skip
    return Case(**values | other)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "快速校核-2026-11-23.xlsx"
    cases = [case(1, is_overdue=True), case(2, other_value="=1+1"), case(3, due_is_provisional=True), case(4)]
    write_workbook(path, "human_resources", "人力资源和社会保障厅", cases, NIGHT)
    return path


def edit(path: Path, change: Callable[[Any], None]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def fill(path: Path, *rows: dict[str, Any]) -> Path:
    """Fill rows in: `row` counts cases from 1."""

    def change(book: Any) -> None:
        for row in rows:
            for column, value in row.items():
                if column != "row":
                    book[CASES].cell(row["row"] + 1, COLUMNS.index(column) + 1, value)

    return edit(path, change)


def test_what_an_officer_sees(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    sheet = book[CASES]
    assert tuple(cell.value for cell in sheet[1]) == COLUMNS
    assert sheet.max_row == 5
    assert sheet.protection.sheet
    for place, column in enumerate(COLUMNS, start=1):
        assert sheet.cell(2, place).protection.locked == (column in KEY_COLUMNS), column
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == f'"{",".join(ANSWERS)}"'
    assert "快速校核" in "".join(str(cell.value) for row in book[ABOUT].iter_rows() for cell in row)
    assert sheet.cell(2, COLUMNS.index("是否逾期") + 1).value == "逾期"
    assert sheet.cell(4, COLUMNS.index("办理期限") + 1).value == "2026-11-30（暂定）"


def test_values_are_never_formulas(workbook: Path) -> None:
    cell = openpyxl.load_workbook(workbook)[CASES].cell(3, COLUMNS.index("对方的值") + 1)
    assert (cell.data_type, cell.value) == ("s", "=1+1")


def test_no_personal_value_in_the_file_name(workbook: Path) -> None:
    assert workbook.name == "快速校核-2026-11-23.xlsx"
    assert workbook.stat().st_mode & 0o077 == 0


def test_filled_rows_are_read(workbook: Path) -> None:
    filled = read_workbook(fill(
        workbook,
        {"row": 1, "核实结果": "确认更正", "更正值": "李静", "备注": "已核对档案", "核实人": "赵"},
        {"row": 4, "核实结果": "维持原值", "核实人": "赵"},
    ))  # fmt: skip
    assert filled.department == "human_resources"
    assert [(one.row_number, one.answer, one.corrected_value, one.shown) for one in filled.answers] == [
        (2, "确认更正", "李静", ("李静", "李敬")),
        (5, "维持原值", "", ("李静", "李敬")),
    ]
    assert filled.rejected == []


def test_a_date_cell_reads_as_a_date(workbook: Path) -> None:
    filled = read_workbook(
        fill(workbook, {"row": 1, "核实结果": "确认更正", "更正值": date(1980, 1, 1), "核实人": "赵"})
    )
    assert filled.answers[0].corrected_value == "1980-01-01"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"核实结果": "大概对"}, "核实结果应为"),
        ({"核实结果": "", "备注": "不清楚"}, "核实结果应为"),
        ({"核实结果": "维持原值", "更正值": "李静"}, "前后矛盾"),
        ({"核实结果": "无法核实", "更正值": "李静"}, "前后矛盾"),
        ({"核实结果": "维持原值", "核实人": ""}, "没有写核实人"),
        ({"核实结果": "确认更正", "更正值": '=HYPERLINK("http://x")'}, "公式"),
        ({"核实结果": "确认更正", "更正值": "李静", "案件编号": "=A3"}, "公式"),
    ],
)
def test_a_row_is_refused_with_its_reason(workbook: Path, row: dict[str, Any], reason: str) -> None:
    good = {"row": 2, "核实结果": "维持原值", "核实人": "赵"}
    filled = read_workbook(fill(workbook, {"row": 1, "核实人": "赵"} | row, good))
    (rejected,) = filled.rejected
    assert rejected.row_number == 2
    assert reason in rejected.reason
    assert [one.row_number for one in filled.answers] == [3]


def test_contradicting_answers_to_one_case(workbook: Path) -> None:
    same = case(1).discrepancy_id
    filled = read_workbook(fill(
        workbook,
        {"row": 1, "核实结果": "维持原值", "核实人": "赵"},
        {"row": 2, "案件编号": same, "核实结果": "无法核实", "核实人": "赵"},
    ))  # fmt: skip
    assert filled.answers == []
    assert [(one.row_number, one.reason) for one in filled.rejected] == [
        (2, "同一案件的答复前后矛盾"),
        (3, "同一案件的答复前后矛盾"),
    ]


def _insert_column(book: Any) -> None:
    book[CASES].insert_cols(3)
    book[CASES].cell(1, 3, "我的备注")


def _rename(book: Any) -> None:
    book[CASES].cell(1, 2, "库名")


def _drop(book: Any) -> None:
    book[CASES].delete_cols(2)


def _other_version(book: Any) -> None:
    book[ABOUT].cell(1, 2, "0")


def _without_cases(book: Any) -> None:
    del book[CASES]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_insert_column, "列有改动"),
        (_rename, "列有改动"),
        (_drop, "列有改动"),
        (_other_version, "模板版本不符"),
        (_without_cases, "缺少"),
    ],
)
def test_a_workbook_is_refused_as_a_whole(workbook: Path, change: Callable[[Any], None], reason: str) -> None:
    with pytest.raises(WorkbookRefused, match=reason):
        read_workbook(edit(workbook, change))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("快速校核.xlsx", b"not a workbook", "打不开"),
        ("快速校核.csv", b"a,b", "不是 .xlsx"),
    ],
)
def test_a_file_that_is_no_workbook(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WorkbookRefused, match=reason):
        read_workbook(path)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(workbook: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(workbook)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    assert (tmp_path / f"{workbook.stem}.pdf").read_bytes().startswith(b"%PDF")
