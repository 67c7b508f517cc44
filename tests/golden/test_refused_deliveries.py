"""Deliveries that are refused whole: one clear line each, and everything else goes on as if nothing had happened."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foundation.catalogue.load import load
from tests.homes import Home
from tests.toy import citizen_id

RESIDENT, HEALTH, STUDENT = "public_security/resident", "health/resident_health_record", "education/student"
LICENSE = "government_service/license_index"
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


@pytest.mark.parametrize("wrong", ['{"rows": "4"}', '{"rows": 5}'])
def test_a_corrected_control_file_lets_its_delivery_in(home: Home, wrong: str) -> None:
    path = home.deliver(RESIDENT, ON, PEOPLE)
    path.with_suffix(".control.json").write_text(wrong)
    assert [one.status for one in home.ingest(RESIDENT, ON)] == ["rejected"]
    assert home.ingest(RESIDENT, ON) == []

    home.toy.control(path, rows=4)

    assert [one.status for one in home.ingest(RESIDENT, ON)] == ["accepted"]
    assert home.ingest(RESIDENT, ON) == []


def test_an_earlier_file_that_was_only_touched_is_the_same_delivery(home: Home) -> None:
    """As after a restored backup; what it says has been taken, and the newer state stays."""
    path = home.deliver(RESIDENT, ON, PEOPLE)
    home.ingest(RESIDENT, ON)
    home.deliver(RESIDENT, NEXT, PEOPLE[:3])
    home.ingest(RESIDENT, NEXT)
    before = home.rows("SELECT delivery_id, status FROM ingest.delivery ORDER BY ALL")

    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 10**9))

    assert home.ingest(RESIDENT, NEXT) == []
    assert home.rows("SELECT delivery_id, status FROM ingest.delivery ORDER BY ALL") == before
    path.with_name("2026-11-26.csv").write_bytes(path.read_bytes())
    assert [one.status for one in home.ingest(RESIDENT, "2026-11-26")] == ["accepted"]
    assert home.value("SELECT count(*) FROM ingest.public_security__resident") == 4


def test_the_control_file_binds_a_duplicate_too(home: Home) -> None:
    home.deliver(RESIDENT, ON, PEOPLE)
    home.ingest(RESIDENT, ON)
    home.toy.control(home.deliver(RESIDENT, NEXT, PEOPLE), rows=5)

    assert [one.rule for one in home.ingest(RESIDENT, NEXT)] == ["row_count_mismatch"]


def test_a_file_that_may_not_be_read_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: Path) -> str:
        raise PermissionError(path)

    assert home.ingest(RESIDENT, ON) == []
    path = home.deliver(RESIDENT, ON, PEOPLE)
    monkeypatch.setattr(os, "access", lambda one, _: Path(one) != path)
    monkeypatch.setattr("resources.deliveries.sha256", closed)

    assert [one.rule for one in home.ingest(RESIDENT, ON)] == ["file_missing"]


def test_a_delivery_is_registered_in_utc_wherever_the_machine_stands(home: Home) -> None:
    home.installation.lake.engine.execute("SET GLOBAL TimeZone = 'Asia/Shanghai'")
    home.deliver(RESIDENT, ON, PEOPLE)
    home.ingest(RESIDENT, ON)

    received = home.value("SELECT received_at FROM ingest.delivery").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - received) < timedelta(minutes=5)


def test_of_rows_with_one_key_the_first_that_names_somebody_is_taken(home: Home) -> None:
    rows = [{"档案编号": "D1"}, {"档案编号": "D1", "姓名": "王五"}, {"档案编号": "Ｄ1\u00a0", "姓名": "王六"}]
    home.deliver(HEALTH, ON, rows)
    home.ingest(HEALTH, ON)

    assert home.rows("SELECT record_key, 姓名 FROM ingest.health__resident_health_record") == [
        {"record_key": "D1", "姓名": "王五"}
    ]
    rejected = home.rows("SELECT row_number, rule, reason FROM ingest.rejected_row ORDER BY row_number")
    assert [(row["row_number"], row["rule"]) for row in rejected] == [(1, "no_identifying_item"), (3, "doubled_key")]
    assert "已采用第 2 行" in rejected[1]["reason"]


def test_a_volume_that_fell_by_rejected_rows_says_so(home: Home) -> None:
    path = home.deliver(RESIDENT, ON, PEOPLE)
    head, *rows = path.read_bytes().splitlines()
    path.write_bytes(b"\r\n".join([head, *(row + b"," for row in rows)]))

    (outcome,) = home.ingest(RESIDENT, ON)

    assert outcome.rule == "volume_minimum"
    assert "拒收 4 行" in outcome.reason and "有 15 个字段，应为 14 个" in outcome.reason and "\n" not in outcome.reason


def test_records_whose_rows_cannot_be_read_today_stay_held(home: Home) -> None:
    """A quote left open swallows two rows; a line of JSON was cut. Their records have been delivered."""
    cremation, licence = "civil_affairs/cremation", "government_service/license_index"
    dead = [{"火化证明编号": f"K{number}", "逝者姓名": "甲"} for number in range(6)]
    path = home.deliver(cremation, ON, dead)
    text = path.read_bytes().decode("gb18030")
    licences = home.deliver(licence, ON, [{"证照标识": f"L{number}", "证照编号": "1"} for number in range(3)])
    home.ingest(cremation, ON)
    home.ingest(licence, ON)

    spoiled = text.replace("K1,甲", 'K1,"甲').replace("K3,甲", 'K3,"甲').replace("K5,甲,,,,,\r\n", "")
    path.with_name(f"{NEXT}.csv").write_bytes(spoiled.encode("gb18030"))
    first, second, _ = licences.read_text("utf-8").splitlines()
    licences.with_name(f"{NEXT}.jsonl").write_text(f"{first}\n{second[:40]}\n", "utf-8")

    assert [(one.rejected_rows, one.withdrawn) for one in home.ingest(cremation, NEXT)] == [(1, 1)]
    assert [(one.rejected_rows, one.withdrawn) for one in home.ingest(licence, NEXT)] == [(1, 1)]
    held = home.rows("SELECT record_key FROM ingest.civil_affairs__cremation ORDER BY ALL")
    assert [row["record_key"] for row in held] == ["K0", "K1", "K2", "K3", "K4"]
    held = home.rows("SELECT record_key FROM ingest.government_service__license_index ORDER BY ALL")
    assert [row["record_key"] for row in held] == ["L0", "L1"]


def test_a_delta_of_json_lines_without_rows_has_no_bytes_and_is_refused_only_if_nothing_says_so(home: Home) -> None:
    license_id = "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9"
    home.deliver(LICENSE, ON, [{"证照标识": license_id, "证照编号": "1"}])
    home.ingest(LICENSE, ON)
    path = home.deliver(LICENSE, NEXT, [], delta=True)
    path.with_suffix(".control.json").write_text('{"mode": "delta"}', encoding="utf-8")

    (cut,) = home.ingest(LICENSE, NEXT)
    home.toy.control(path, rows=0, mode="delta")
    (quiet,) = home.ingest(LICENSE, NEXT)

    assert (cut.status, cut.rule) == ("rejected", "empty_file")
    assert (quiet.status, quiet.rows, quiet.withdrawn) == ("accepted", 0, 0)
    assert home.value("SELECT count(*) FROM ingest.government_service__license_index") == 1
