"""Three nights of a discrepancy: found, answered by workbook at the command line, corrected, agreed; another one reopens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl

from foundation.crosscheck.workbook import CASES, COLUMNS
from tests.homes import Home
from tests.toy import citizen_id

FIRST, SECOND, THIRD = "2026-11-23", "2026-11-24", "2026-11-25"
LI, WANG = citizen_id("610102", "19800101", 22), citizen_id("610102", "19900202", 11)


def onesource(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines", *words]
    return subprocess.run(command, env=home.environment(), capture_output=True, text=True, timeout=600)


def queried(home: Home, sql: str) -> list[dict[str, Any]]:
    result = onesource(home, "sql", sql, "--format", "json")
    assert result.returncode == 0, result.stderr
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def resident(number: str, name: str, birth: str, sex: str) -> dict[str, str]:
    return {"公民身份号码": number, "姓名": name, "性别代码": sex, "民族代码": "01", "出生日期": birth, "户籍状态代码": "0",
            "更新时间": "2026-01-01 10:00:00"}  # fmt: skip


def register(home: Home, on: str, birth_of_li: str) -> None:
    home.deliver("public_security/resident", on, [
        resident(LI, "李静", birth_of_li, "2"), resident(WANG, "王强", "19900202", "1"),
    ])  # fmt: skip


def health(home: Home, on: str, name_of_wang: str) -> None:
    home.deliver("health/resident_health_record", on, [
        {"档案编号": key, "姓名": name, "性别": sex, "出生日期": birth, "证件类型": "居民身份证", "证件号码": number,
         "更新时间": "2026-01-01 10:00:00"}
        for key, number, name, birth, sex in (
            ("H1", LI, "李静", "1980-01-01", "女"), ("H2", WANG, name_of_wang, "1990-02-02", "男"))
    ])  # fmt: skip


def fill(path: Path, discrepancy: str, **answer: str) -> None:
    """What an officer does: answer the row of a case and save the workbook."""
    book = openpyxl.load_workbook(path)
    sheet = book[CASES]
    row = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == discrepancy)
    for column, value in answer.items():
        sheet.cell(row, COLUMNS.index(column) + 1, value)
    book.save(path)


def test_found_answered_corrected_agreed_and_another_reopens(home: Home, tmp_path: Path) -> None:
    register(home, FIRST, "19810101")
    health(home, FIRST, "王墙")
    home.deliver("education/student", FIRST, [
        {"学籍号": "P1", "姓名": "李静", "性别": "女", "出生日期": "1980-01-01", "身份证件号": LI, "学校名称": "某大学",
         "年级": "大一", "在籍状态": "在读"},
    ])  # fmt: skip
    home.night(FIRST)
    listed = "SELECT * FROM crosscheck.discrepancy ORDER BY item, kind, other_dataset"
    opened = {(row["item"], row["kind"], row["other_dataset"]): row for row in queried(home, listed)}
    assert set(opened) == {
        ("birth_date", "different", "resident_health_record"), ("birth_date", "different", "student"),
        ("birth_date", "number_contradicts_birth", "resident"), ("name", "different", "resident_health_record"),
    }  # fmt: skip
    birth, name = (opened[item, "different", "resident_health_record"] for item in ("birth_date", "name"))
    assert (birth["authority_value"], birth["other_value"]) == ("1981-01-01", "1980-01-01")
    assert birth["responsible_department"] == "public_security"  # two others agree against it
    assert (name["responsible_department"], name["status"], name["closed_on"]) == ("health", "open", None)

    exported = onesource(home, "feedback", "export", "--date", FIRST, "--folder", str(tmp_path / "out"))
    assert exported.returncode == 0, exported.stderr
    workbook = tmp_path / "out" / "public_security" / f"快速校核-{FIRST}.xlsx"
    assert str(workbook) in exported.stdout
    fill(workbook, birth["discrepancy_id"], 核实结果="确认更正", 更正值="1980-01-01", 核实人="钱警官")
    imported = onesource(home, "feedback", "import", str(workbook), "--date", FIRST)
    assert (imported.returncode, imported.stdout) == (0, "public_security: 1 answers taken over, 0 rows refused.\n")
    again = onesource(home, "feedback", "import", str(workbook), "--date", FIRST)
    assert (again.returncode, again.stdout) == (0, "This workbook was taken over before.\n")

    health(home, SECOND, "王强")
    home.night(SECOND)
    (person,) = queried(
        home, f"SELECT birth_date, sources.birth_date AS source FROM library.person WHERE citizen_id = '{LI}'"
    )
    assert person["birth_date"] == "1980-01-01"
    assert person["source"]["delivery_id"] == f"correction.public_security.resident.{birth['discrepancy_id']}"
    (shown,) = home.shared(f"SELECT birth_date FROM share.person WHERE citizen_id = '{LI}'")
    assert str(shown["birth_date"]) == "1980-01-01"
    states = {row["discrepancy_id"]: row for row in queried(home, listed)}
    assert states[birth["discrepancy_id"]]["status"] == "open"  # until the register itself delivers it
    assert states[name["discrepancy_id"]]["closed_on"] == SECOND

    register(home, THIRD, "19800101")
    health(home, THIRD, "王墙")
    home.night(THIRD)
    states = {row["discrepancy_id"]: row for row in queried(home, listed)}
    assert len(states) == len(opened)
    assert (states[birth["discrepancy_id"]]["status"], states[birth["discrepancy_id"]]["closed_on"]) == (
        "closed",
        THIRD,
    )
    reopened = states[name["discrepancy_id"]]
    assert (reopened["status"], reopened["first_seen"], reopened["closed_on"]) == ("open", FIRST, None)
    (person,) = queried(home, f"SELECT sources.birth_date AS source FROM library.person WHERE citizen_id = '{LI}'")
    assert person["source"]["delivery_id"] == f"public_security.resident.{THIRD}.1"


def test_what_is_no_workbook_is_refused_with_a_reason(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "快速校核.xlsx"
    file.write_bytes(b"not a workbook")
    result = onesource(home, "feedback", "import", str(file))
    assert result.returncode == 1
    assert "文件打不开" in result.stderr
    assert onesource(home, "feedback", "import", str(tmp_path / "nowhere.xlsx")).returncode == 2
    nothing = onesource(home, "feedback", "export", "--folder", str(tmp_path / "out"))
    assert (nothing.returncode, nothing.stdout) == (0, "No open cases.\n")
