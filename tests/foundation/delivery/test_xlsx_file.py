from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter

from tests.foundation.delivery.conftest import COLUMNS, MakeDataset
from tests.foundation.delivery.reading import read, refused

HEADER = list(COLUMNS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "2026-05-01.xlsx"


def write(file: Path, *rows: list[object], first: int = 0) -> None:
    with xlsxwriter.Workbook(str(file), {"default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet("导出")
        workbook.add_worksheet("说明").write(0, 0, "无关")
        for number, row in enumerate(rows, first):
            sheet.write_row(number, 0, row)


def test_cells_read_as_text(file: Path, make_dataset: MakeDataset) -> None:
    write(
        file,
        HEADER,
        ["001", "𠮷田", dt.date(1990, 2, 3), " 路 "],
        [12, True, dt.datetime(1990, 2, 3, 4, 5, 6), 12.5],
        ["3", "", "1990-02-03", "=1/0"],
    )
    rows = read(make_dataset("xlsx"), file)
    assert rows[:2] == [
        {"row_number": 1, "编号": "001", "姓名": "𠮷田", "出生日期": "1990-02-03", "住址": " 路 "},
        {"row_number": 2, "编号": "12", "姓名": "true", "出生日期": "1990-02-03 04:05:06", "住址": "12.5"},
    ]
    assert rows[2]["姓名"] is None


def test_a_number_that_lost_digits_shows_it(file: Path, make_dataset: MakeDataset) -> None:
    write(file, HEADER, [610102199001011234, "甲", "", ""], [123456789012345, "乙", "", ""])
    assert [row["编号"] for row in read(make_dataset("xlsx"), file)] == ["6.101021990010112e+17", "123456789012345"]


def test_blank_rows_are_not_counted(file: Path, make_dataset: MakeDataset) -> None:
    write(file, HEADER, ["1", "甲", "", ""], [], [], ["2", "乙", "", ""])
    assert [(row["row_number"], row["编号"]) for row in read(make_dataset("xlsx"), file)] == [(1, "1"), (2, "2")]


def test_the_header_stands_in_the_first_row(file: Path, make_dataset: MakeDataset) -> None:
    write(file, HEADER, ["1", "甲", "", ""], first=1)
    assert refused(make_dataset("xlsx"), file).rule == "header_missing"
    write(file, ["登记表"], HEADER, ["1", "甲", "", ""])
    assert refused(make_dataset("xlsx"), file).rule == "column_missing"
    write(file)
    assert refused(make_dataset("xlsx"), file).rule == "header_missing"


def test_a_column_without_name_must_be_empty(file: Path, make_dataset: MakeDataset) -> None:
    write(file, [*HEADER, ""], ["1", "甲", "", "", "x"])
    refusal = refused(make_dataset("xlsx"), file)
    assert refusal.rule == "column_unknown"
    assert "第 5 列" in refusal.reason
    write(file, [*HEADER, " "], ["1", "甲", "", ""])
    assert len(read(make_dataset("xlsx"), file)) == 1


@pytest.mark.parametrize("damage", ["cut", "overwritten", "html", "empty"])
def test_a_corrupt_workbook_is_refused(file: Path, make_dataset: MakeDataset, damage: str) -> None:
    write(file, HEADER, *[[str(n), "甲", "", f"路{n * 7919}号"] for n in range(500)])
    whole = file.read_bytes()
    damaged = {
        "cut": whole[: len(whole) // 2],
        "overwritten": whole[:1500] + b"\0" * 400 + whole[1900:],
        "html": b"<html><table></table></html>",
        "empty": b"",
    }
    file.write_bytes(damaged[damage])
    assert refused(make_dataset("xlsx"), file).rule == ("empty_file" if damage == "empty" else "unreadable")
