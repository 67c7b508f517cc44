"""Answers from departments: what is taken over, and what is not and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from foundation.crosscheck.feedback import Taken
from foundation.crosscheck.workbook import CASES, COLUMNS, OVERDUE
from tests.foundation.crosscheck.province import Province, citizen_id, insured, pupil, resident

NIGHT = date(2026, 11, 23)
LI, WANG, ZHAO = (
    citizen_id("610102", "19800101", 22),
    citizen_id("610102", "19900202", 11),
    citizen_id("610102", "20150303", 11),
)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    made = Province.at(tmp_path_factory.mktemp("feedback"))
    with made.stack:
        made.toy.deliver("public_security/resident", "2026-11-23", [
            resident(LI, "李静", "19800101", "2"), resident(WANG, "王强", "19900202", "1"), resident(ZHAO, "赵亮", "20150303", "1"),
        ])  # fmt: skip
        made.toy.deliver("human_resources/social_insurance", "2026-11-23", [
            insured("1", LI, "李静", "1980-01-10", "2"), insured("2", WANG, "王墙", "1990-02-02", "1"),
        ])  # fmt: skip
        made.toy.deliver("education/student", "2026-11-23", [pupil("p", ZHAO, "赵量", "2015-03-03", "男")])
        made.night("2026-11-23")
        yield made


def answer(province: Province, folder: Path, department: str, item: str, **cells: Any) -> Taken | None:
    """Export, fill the department's case of an item, hand in."""
    path, _ = province.installation.quick_check.export(NIGHT, folder)[department]
    book = openpyxl.load_workbook(path)
    sheet = book[CASES]
    row = next(n for n in range(2, sheet.max_row + 1) if sheet.cell(n, COLUMNS.index("信息项") + 1).value == item)
    for column, value in ({"核实人": "赵"} | cells).items():
        sheet.cell(row, COLUMNS.index(column) + 1, value)
    book.save(path)
    return province.installation.quick_check.take(path, department, NIGHT)


def reason(taken: Taken | None) -> str:
    assert taken is not None
    assert taken.accepted == 0
    (row,) = taken.rejected
    return row.reason


def test_reasons_by_row(province: Province, tmp_path: Path) -> None:
    """Nothing of a refused row is taken over."""

    def try_(**cells: Any) -> str:
        return reason(answer(province, tmp_path, "human_resources", "出生日期", **cells))

    students = province.discrepancies("responsible_department = 'education'")[0]["discrepancy_id"]
    assert try_(核实结果="维持原值", 案件编号="D000") == "没有这个案件编号"
    assert try_(核实结果="维持原值", 案件编号=students) == "案件不由本部门办理"
    assert try_(核实结果="维持原值", 对方的值="1980-01-11") == "案件的内容已经变化，请用最新下发的工作簿"
    assert try_(核实结果="确认更正") == "选了“确认更正”，没有写更正值"
    assert "更正值不符合规范" in try_(核实结果="确认更正", 更正值="1980-13-41")
    assert province.rows("FROM crosscheck.answer") == province.rows("FROM crosscheck.correction") == []
    assert len(province.rows("FROM crosscheck.feedback_rejected")) == 5


def test_a_workbook_of_another_department_is_refused_whole(province: Province, tmp_path: Path) -> None:
    path, _ = province.installation.quick_check.export(NIGHT, tmp_path)["education"]
    taken = province.installation.quick_check.take(path, "human_resources", NIGHT)
    assert taken is not None
    assert (taken.status, taken.accepted) == ("rejected", 0)
    assert "另一部门" in taken.reason


def test_the_same_file_twice_is_one_answer(province: Province, tmp_path: Path) -> None:
    taken = answer(province, tmp_path, "human_resources", "姓名", 核实结果="确认更正", 更正值="王强")
    assert taken is not None
    assert taken.accepted == 1
    path = tmp_path / "human_resources" / f"快速校核-{NIGHT}.xlsx"
    assert province.installation.quick_check.take(path, "human_resources", NIGHT) is None
    assert len(province.rows("FROM crosscheck.correction")) == 1


def test_maintained_passes_to_the_other_side_and_then_to_the_lead(province: Province, tmp_path: Path) -> None:
    def responsible() -> str:
        (one,) = province.discrepancies("item = 'name' AND other_dataset = 'student'")
        return str(one["responsible_department"])

    assert responsible() == "education"
    taken = answer(province, tmp_path, "education", "姓名", 核实结果="维持原值")
    assert taken is not None
    assert (taken.accepted, responsible()) == (1, "public_security")
    answer(province, tmp_path, "public_security", "姓名", 核实结果="维持原值", 备注="档案如此")
    assert responsible() == province.catalogue.libraries["population"].lead
    answers = province.rows(
        "SELECT department, answer FROM crosscheck.answer WHERE answer = '维持原值' ORDER BY department"
    )
    assert [one["department"] for one in answers] == ["education", "public_security"]
    assert province.discrepancies("item = 'name' AND other_dataset = 'student'")[0]["status"] == "open"


def test_nobody_can_tell_passes_to_the_lead(province: Province, tmp_path: Path) -> None:
    taken = answer(province, tmp_path, "human_resources", "出生日期", 核实结果="无法核实")
    assert taken is not None
    assert taken.accepted == 1
    (one,) = province.discrepancies("item = 'birth_date' AND kind = 'different'")
    assert one["responsible_department"] == "public_security"


def test_overdue_cases_are_listed(province: Province) -> None:
    from foundation.crosscheck.report import overdue_cases

    assert overdue_cases(province.con, "person", date(2026, 11, 30)) == {}
    assert sum(overdue_cases(province.con, "person", date(2026, 12, 1)).values()) == len(province.discrepancies())


def test_overdue_cases_escalate_to_the_librarys_lead(province: Province, tmp_path: Path) -> None:
    lead = province.catalogue.libraries["population"].lead
    in_time, _ = province.installation.quick_check.export(date(2026, 11, 30), tmp_path)[lead]
    assert OVERDUE not in openpyxl.load_workbook(in_time).sheetnames
    late, _ = province.installation.quick_check.export(date(2026, 12, 1), tmp_path)[lead]
    rows = list(openpyxl.load_workbook(late)[OVERDUE].iter_rows(min_row=2, values_only=True))
    assert sum(row[2] for row in rows) == len(province.discrepancies())
    assert {row[3] for row in rows} == {"2026-11-30"}


def test_a_record_under_check_stays_available(province: Province) -> None:
    """办法 art. 18: nothing is withheld because of a check."""
    assert len(province.rows("FROM library.person")) == 3
