"""Deliveries that are refused whole: one clear line each, and everything else goes on as if nothing had happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from foundation.catalogue.load import load
from tests.homes import Home
from tests.toy import citizen_id

RESIDENT, HEALTH, STUDENT = "public_security/resident", "health/resident_health_record", "education/student"
ON, NEXT = "2026-11-24", "2026-11-25"
PEOPLE = [
    {"公民身份号码": citizen_id("610102", "19800101", number), "姓名": name, "性别代码": "1", "出生日期": "19800101"}
    for number, name in enumerate(["张伟", "李强", "王磊", "刘洋"], start=1)
]
COLUMNS = ",".join(load().datasets[RESIDENT].columns)


def written(text: str, encoding: str = "gb18030") -> Callable[[Path], None]:
    return lambda path: path.write_bytes(text.encode(encoding)) and None


def without_rows(path: Path) -> None:
    path.write_bytes(COLUMNS.encode("gb18030") + b"\r\n")


def broken_control(**said: object) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        path.with_suffix(".control.json").write_text(json.dumps({"mode": "full", **said}), encoding="utf-8")

    return spoil


FULL_ROW = PEOPLE[0]["公民身份号码"] + ",张伟" + "," * 12
SPOILED = {
    "column_missing": written(COLUMNS.replace("姓名,", "", 1) + "\n"),
    "column_doubled": written(COLUMNS + ",姓名\n" + FULL_ROW + ",\n"),
    "column_unknown": written(COLUMNS + ",婚姻状况\n" + FULL_ROW + ",\n"),
    "empty_file": written(""),
    "volume_minimum": without_rows,
    "encoding": written(COLUMNS + "\n" + FULL_ROW + "\n", "utf-8"),
    "undecodable": lambda path: path.write_bytes(COLUMNS.encode("gb18030") + b"\r\n\xff\xff\xff,,\r\n") and None,
    "row_count_mismatch": broken_control(rows=99),
    "hash_mismatch": broken_control(sha256="0" * 64),
    "control_malformed": broken_control(rows="four"),
}


@pytest.mark.parametrize("rule", SPOILED)
def test_a_refused_delivery_has_one_line_that_names_file_rule_and_remedy(module_home: Home, rule: str) -> None:
    home, folder = module_home, module_home.settings.deliveries_folder / RESIDENT
    for old in folder.glob("*"):
        old.unlink()
    path = home.deliver(RESIDENT, ON, PEOPLE)
    SPOILED[rule](path)

    (outcome,) = home.ingest(RESIDENT, ON)

    assert outcome.status == "rejected"
    assert outcome.rule == rule
    assert ON in outcome.reason and rule in outcome.reason and "\n" not in outcome.reason
    assert "请" in outcome.reason
    assert not any(person["公民身份号码"] in outcome.reason or person["姓名"] in outcome.reason for person in PEOPLE)
    assert home.value("SELECT count(*) FROM ingest.public_security__resident") == 0
    assert home.delivery(RESIDENT, ON)["reason"] == outcome.reason


def test_a_refusal_leaves_what_was_held_and_every_other_dataset(home: Home) -> None:
    home.deliver(RESIDENT, ON, PEOPLE)
    home.deliver(STUDENT, ON, [{"学籍号": "G1", "姓名": "赵敏", "身份证件号": citizen_id("610103", "20100101", 2)}])
    home.night(ON)
    path = home.deliver(RESIDENT, NEXT, PEOPLE[:3])
    path.write_bytes(path.read_bytes().replace("姓名".encode("gb18030"), "名字".encode("gb18030"), 1))
    home.deliver(
        STUDENT,
        NEXT,
        [{"学籍号": "G1", "姓名": "赵敏", "身份证件号": citizen_id("610103", "20100101", 2), "年级": "九年级"}],
    )

    home.night(NEXT)

    refused = home.delivery(RESIDENT, NEXT)
    assert (refused["status"], refused["rule"]) == ("rejected", "column_missing")
    assert "“姓名”" in refused["reason"]
    assert {row["name"] for row in home.shared("SELECT name FROM share.person")} == {
        "张伟",
        "李强",
        "王磊",
        "刘洋",
        "赵敏",
    }
    assert home.value("SELECT grade FROM library.person WHERE name = '赵敏'") == "九年级"


def test_a_refused_delivery_is_told_once_and_taken_when_it_was_mended(home: Home) -> None:
    path = home.deliver(RESIDENT, ON, PEOPLE)
    good = path.read_bytes()
    path.write_bytes(b"")

    assert [one.status for one in home.ingest(RESIDENT, ON)] == ["rejected"]
    assert home.ingest(RESIDENT, ON) == []

    path.write_bytes(good)
    assert [one.status for one in home.ingest(RESIDENT, ON)] == ["accepted"]
    assert home.value("SELECT count(*) FROM ingest.public_security__resident") == 4


def test_a_fall_in_volume_beyond_the_bound_is_refused(home: Home) -> None:
    people = [{"公民身份号码": citizen_id("610102", "19800101", n), "姓名": "张伟"} for n in range(300)]
    home.deliver(RESIDENT, ON, people)
    home.ingest(RESIDENT, ON)
    home.deliver(RESIDENT, NEXT, people[:10])

    (outcome,) = home.ingest(RESIDENT, NEXT)

    assert (outcome.status, outcome.rule) == ("rejected", "volume_fall")
    assert "300" in outcome.reason and "10" in outcome.reason
    assert home.value("SELECT count(*) FROM ingest.public_security__resident") == 300


def test_an_older_business_date_is_refused(home: Home) -> None:
    home.deliver(RESIDENT, NEXT, PEOPLE)
    home.ingest(RESIDENT, NEXT)
    home.deliver(RESIDENT, ON, PEOPLE[:2])

    (outcome,) = home.ingest(RESIDENT, NEXT)

    assert (outcome.status, outcome.rule) == ("rejected", "business_date_order")
    assert ON in outcome.reason and NEXT in outcome.reason
    assert home.value("SELECT count(*) FROM ingest.public_security__resident") == 4


def test_the_same_delivery_again_is_a_duplicate_not_an_error(home: Home) -> None:
    home.deliver(RESIDENT, ON, PEOPLE)
    home.ingest(RESIDENT, ON)
    home.deliver(RESIDENT, NEXT, PEOPLE)

    (outcome,) = home.ingest(RESIDENT, NEXT)

    assert outcome.status == "duplicate"
    assert "public_security.resident.2026-11-24.1" in outcome.reason
    assert (outcome.rows, outcome.accepted_rows, outcome.rejected_rows) == (4, 4, 0)


def test_a_corrected_file_for_the_same_date_supersedes_the_first(home: Home) -> None:
    home.deliver(RESIDENT, ON, PEOPLE)
    home.ingest(RESIDENT, ON)
    home.deliver(RESIDENT, ON, [PEOPLE[0] | {"姓名": "张炜"}, *PEOPLE[1:]])

    (outcome,) = home.ingest(RESIDENT, ON)

    assert (outcome.status, outcome.changed) == ("accepted", 1)
    statuses = home.rows("SELECT delivery_id, status FROM ingest.delivery ORDER BY received_at")
    assert [row["status"] for row in statuses] == ["superseded", "accepted"]
    assert len({row["delivery_id"] for row in statuses}) == 2


def test_an_unreadable_file_of_every_format_is_one_line(home: Home) -> None:
    spoiled = {
        "health/birth_certificate": "xlsx",
        "human_resources/social_insurance": "parquet",
        "natural_resources/admin_boundary": "geojson",
        "natural_resources/real_estate_unit": "gpkg",
        "government_service/license_index": "jsonl",
    }
    for name in spoiled:
        home.toy.path(name, ON).write_bytes(b"PAR1\x00\x01 not a table")
        (outcome,) = home.ingest(name, ON)
        assert outcome.status == "rejected", name
        assert ON in outcome.reason and "\n" not in outcome.reason and "请" in outcome.reason
        assert "Traceback" not in outcome.reason


def test_boundaries_in_another_coordinate_system_are_refused(home: Home) -> None:
    square = "POLYGON ((0 0, 1000 0, 1000 1000, 0 1000, 0 0))"
    rows = [{"行政区划代码": "610102", "名称": "新城区", "级别": "县", "上级代码": "610100", "geometry": square}]
    home.deliver("natural_resources/admin_boundary", ON, rows, crs="EPSG:3857")

    (outcome,) = home.ingest("natural_resources/admin_boundary", ON)

    assert outcome.status == "rejected"
    assert "坐标" in outcome.reason


def test_a_file_with_a_wrong_name_is_told(home: Home) -> None:
    path = home.deliver(RESIDENT, ON, PEOPLE)
    path.rename(path.with_name("户籍人口.csv"))

    (outcome,) = home.ingest(RESIDENT, ON)

    assert (outcome.status, outcome.rule) == ("rejected", "file_name")


def test_tomorrows_delivery_waits_for_tomorrow(home: Home) -> None:
    home.deliver(RESIDENT, ON, PEOPLE)
    home.deliver(RESIDENT, NEXT, PEOPLE[:3])

    assert [one.arrival.business_date.isoformat() for one in home.ingest(RESIDENT, ON)] == [ON]
    assert [one.arrival.business_date.isoformat() for one in home.ingest(RESIDENT, NEXT)] == [NEXT]
