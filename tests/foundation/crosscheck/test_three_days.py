"""A discrepancy's life over several nights: opened, answered by workbook, corrected, agreed and closed; reopened as the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from foundation.crosscheck.workbook import CASES, COLUMNS
from resources.quick_check import FOLDER
from tests.foundation.crosscheck.province import Province, citizen_id, insured, resident

LI, WANG = citizen_id("610102", "19800101", 22), citizen_id("610102", "19900202", 11)


@pytest.fixture
def province(tmp_path: Path) -> Iterator[Province]:
    made = Province.at(tmp_path)
    with made.stack:
        yield made


def deliver(province: Province, on: str, li_in_insurance: str, wang_in_insurance: str = "1990-02-02") -> None:
    province.toy.deliver("human_resources/social_insurance", on, [
        insured("1", LI, li_in_insurance, "1980-01-01", "2"),
        insured("2", WANG, "王强", wang_in_insurance, "1"),
    ])  # fmt: skip


def fill(path: Path, **answers: Any) -> None:
    """What an officer does: choose an answer in the first case and save the workbook."""
    book = openpyxl.load_workbook(path)
    for column, value in answers.items():
        book[CASES].cell(2, COLUMNS.index(column) + 1, value)
    book.save(path)


def test_opened_answered_corrected_agreed_closed_reopened(province: Province) -> None:
    province.toy.deliver("public_security/resident", "2026-11-23", [
        resident(LI, "李静", "19800101", "2"), resident(WANG, "王强", "19900202", "1"),
    ])  # fmt: skip
    deliver(province, "2026-11-23", "李敬")
    province.night("2026-11-23")
    (opened,) = province.discrepancies()
    assert (opened["item"], opened["authority_value"], opened["other_value"]) == ("name", "李静", "李敬")
    assert opened["responsible_department"] == "human_resources"
    assert str(opened["due_on"]) == "2026-11-30"

    ((path, cases),) = province.installation.quick_check.export(opened["first_seen"]).values()
    assert cases == 1
    fill(path, 核实结果="确认更正", 更正值="李静", 核实人="赵科长")
    inbox = province.installation.settings.deliveries_folder / "human_resources" / FOLDER
    inbox.mkdir(parents=True)
    path.rename(inbox / path.name)

    province.night("2026-11-24")  # nothing was delivered; the answer holds
    (row,) = province.rows(
        "SELECT name, corrections FROM conformed.human_resources__social_insurance WHERE record_key = '1'"
    )
    assert row["name"] == "李静"
    assert [one["status"] for one in province.discrepancies("true")] == [
        "open"
    ]  # until the department's own data agrees
    assert province.rows("SELECT status FROM crosscheck.correction") == [{"status": "active"}]
    assert province.installation.quick_check.export(opened["first_seen"]) == {}  # answered: not asked again

    deliver(province, "2026-11-25", "李静")
    province.night("2026-11-25")
    (closed,) = province.discrepancies("true")
    assert (closed["status"], str(closed["closed_on"])) == ("closed", "2026-11-25")
    assert province.rows("SELECT status FROM crosscheck.correction") == [{"status": "agreed"}]

    deliver(province, "2026-11-26", "李敬", "1991-02-02")
    province.night("2026-11-26")
    reopened = {one["item"]: one for one in province.discrepancies()}
    assert reopened["name"]["discrepancy_id"] == opened["discrepancy_id"]
    assert str(reopened["name"]["first_seen"]) == "2026-11-23"
    assert set(reopened) == {"name", "birth_date"}
    events = province.rows(
        f"SELECT event FROM crosscheck.discrepancy_history WHERE discrepancy_id = '{opened['discrepancy_id']}' ORDER BY happened_on"
    )
    assert [one["event"] for one in events] == ["opened", "answered: 确认更正", "closed", "reopened"]


def test_a_correction_of_the_authority_appears_in_the_library_with_its_source(province: Province) -> None:
    """Two departments agree against the register: it is asked, its value stands until it corrects itself."""
    rows = [resident(LI, "李静", "19810101", "2")]
    province.toy.deliver("public_security/resident", "2026-11-23", rows)
    deliver(province, "2026-11-23", "李静")
    province.toy.deliver("civil_affairs/cremation", "2026-11-23", [])
    from tests.foundation.crosscheck.province import health

    province.toy.deliver("health/resident_health_record", "2026-11-23", [health("h1", LI, "李静", "1980-01-01", "女")])
    province.night("2026-11-23")
    cases = province.discrepancies("status = 'open' AND item = 'birth_date' AND kind = 'different'")
    assert {one["responsible_department"] for one in cases} == {"public_security"}
    assert all(one["is_majority_against_authority"] for one in cases)
    assert (
        str(province.rows(f"SELECT birth_date FROM library.person WHERE citizen_id = '{LI}'")[0]["birth_date"])
        == "1981-01-01"
    )

    path, _ = province.installation.quick_check.export(cases[0]["first_seen"])["public_security"]
    book = openpyxl.load_workbook(path)
    sheet = book[CASES]
    place = next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == cases[0]["discrepancy_id"])
    for column, value in (("核实结果", "确认更正"), ("更正值", "1980-01-01"), ("核实人", "钱民警")):
        sheet.cell(place, COLUMNS.index(column) + 1, value)
    book.save(path)
    taken = province.installation.quick_check.take(path, None, cases[0]["first_seen"])
    assert taken is not None and (taken.accepted, taken.rejected) == (1, [])
    province.night("2026-11-24")
    (person,) = province.rows(
        f"SELECT birth_date, sources.birth_date AS source, sources.name AS named FROM library.person WHERE citizen_id = '{LI}'"
    )
    assert str(person["birth_date"]) == "1980-01-01"
    assert person["source"]["delivery_id"] == f"correction.public_security.resident.{cases[0]['discrepancy_id']}"
    assert person["source"]["record_key"] == LI
    assert person["named"]["delivery_id"] == "public_security.resident.2026-11-23.1"

    province.toy.deliver("public_security/resident", "2026-11-25", [resident(LI, "李静", "19800101", "2")])
    province.night("2026-11-25")
    assert province.discrepancies() == []
    (person,) = province.rows(f"SELECT sources.birth_date AS source FROM library.person WHERE citizen_id = '{LI}'")
    assert person["source"]["delivery_id"] == "public_security.resident.2026-11-25.1"


def test_a_night_without_changes_compares_nothing_and_writes_nothing(province: Province) -> None:
    province.toy.deliver("public_security/resident", "2026-11-23", [resident(LI, "李静", "19800101", "2")])
    deliver(province, "2026-11-23", "李敬")
    province.night("2026-11-23")
    before = province.installation.lake.snapshot()
    checked = province.night("2026-11-24")
    assert all(one.entities == 0 for one in checked.values())
    assert province.installation.lake.snapshot() == before
    assert len(province.discrepancies("true")) == 1


def test_only_what_changed_is_compared_again(province: Province) -> None:
    province.toy.deliver("public_security/resident", "2026-11-23", [
        resident(LI, "李静", "19800101", "2"), resident(WANG, "王强", "19900202", "1"),
    ])  # fmt: skip
    deliver(province, "2026-11-23", "李敬")
    assert province.night("2026-11-23")["person"].entities == 2
    deliver(province, "2026-11-24", "李竟")
    checked = province.night("2026-11-24")["person"]
    assert (checked.entities, checked.lived.changed) == (1, 1)
    (one,) = province.discrepancies()
    assert one["other_value"] == "李竟"
    rates = province.rows("SELECT * FROM crosscheck.agreement WHERE item = 'name' ORDER BY measured_on")
    assert [(rate["equal"], rate["different"], rate["agreement"]) for rate in rates] == [(1, 1, 0.5), (1, 1, 0.5)]


def test_a_night_run_again_for_an_earlier_date_closes_nothing_before_it_was_opened(province: Province) -> None:
    province.toy.deliver("public_security/resident", "2026-11-23", [resident(LI, "李静", "19800101", "2")])
    province.night("2026-11-23")
    deliver(province, "2026-11-25", "李敬")
    province.night("2026-11-25")
    province.toy.deliver("public_security/resident", "2026-11-24", [resident(LI, "李敬", "19800101", "2")])
    province.night("2026-11-24")
    (one,) = [case for case in province.discrepancies("true") if case["item"] == "name"]
    assert (one["status"], str(one["first_seen"]), str(one["last_seen"]), str(one["closed_on"])) == (
        "closed", "2026-11-25", "2026-11-25", "2026-11-25",
    )  # fmt: skip
