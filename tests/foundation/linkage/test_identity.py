"""Whom a record speaks of: what stays true from night to night of valid numbers, identifiers and withdrawn records."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.homes import Home
from tests.toy import Row, citizen_id

RESIDENT, HEALTH, INSURANCE = (
    "public_security/resident", "health/resident_health_record", "human_resources/social_insurance",
)  # fmt: skip
FIRST, SECOND = "2026-11-01", "2026-11-02"
WEI, MIN, QIANG, FANG, GONE = (citizen_id("610102", f"19{year}0101", year) for year in (55, 75, 80, 85, 90))

RESIDENTS: list[Row] = [
    {"公民身份号码": number, "姓名": name, "出生日期": number[6:14], "曾用名": former}
    for number, name, former in [
        (WEI, "张伟", None), (MIN, "李敏", "李小敏"), (QIANG, "王强", None), (FANG, "赵芳", None), (GONE, "吴倩", None),
    ]
]  # fmt: skip
CLINIC: list[Row] = [
    {"档案编号": "H1", "姓名": "张伟", "证件号码": WEI, "出生日期": "1955-01-01"},
    {"档案编号": "H2", "姓名": "李小敏", "证件号码": MIN, "出生日期": "1957-01-01"},
    {"档案编号": "H3", "姓名": "周杰", "证件号码": QIANG, "出生日期": "1999-09-09"},
    {"档案编号": "H4", "姓名": "欧阳娜", "证件号码": FANG, "出生日期": "1985-01-01"},
]
INSURED: list[Row] = [
    {"个人编号": "S1", "社会保障号码": WEI[:6] + WEI[8:17], "姓名": "张伟", "出生日期": date(1955, 1, 1)},
    {"个人编号": "S2", "社会保障号码": QIANG[:17] + "X0"[QIANG[17] == "X"], "姓名": "孙九九"},
]


@pytest.fixture(scope="module")
def nights(module_home: Home) -> tuple[Home, dict[str, str], dict[str, str]]:
    """Two nights, the second with new records and without 吴倩; who each record spoke of after each night."""
    home = module_home
    home.deliver(RESIDENT, FIRST, RESIDENTS)
    home.deliver(HEALTH, FIRST, CLINIC)
    home.night(FIRST)
    before = persons(home)
    home.deliver(RESIDENT, SECOND, RESIDENTS[:-1])
    home.deliver(HEALTH, SECOND, [CLINIC[0] | {"联系电话": "13800000001"}, *CLINIC[1:]])
    home.deliver(INSURANCE, SECOND, INSURED)
    home.night(SECOND)
    return home, before, persons(home)


Nights = tuple[Home, dict[str, str], dict[str, str]]


def persons(home: Home) -> dict[str, str]:
    return {row["record_key"]: row["person_id"] for row in home.rows("FROM resolved.person_link")}


@pytest.mark.parametrize(
    ("record", "number"),
    [
        pytest.param("H1", WEI, id="same number"),
        pytest.param("S1", WEI, id="in its old form of 15 digits"),
        pytest.param("H2", MIN, id="former name, other birth date"),
        pytest.param("H4", FANG, id="other name, same birth date"),
    ],
)
def test_a_valid_number_decides_unless_both_name_and_birth_date_contradict_it(
    nights: Nights, record: str, number: str
) -> None:
    _, _, after = nights
    assert after[record] == after[number]


@pytest.mark.parametrize(
    "record", [pytest.param("H3", id="name and birth date of another"), pytest.param("S2", id="wrong check character")]
)
def test_a_number_that_is_contradicted_or_wrong_does_not_decide(nights: Nights, record: str) -> None:
    home, _, after = nights
    assert after[record] != after[QIANG]
    assert home.row(f"SELECT name FROM library.person WHERE citizen_id = '{QIANG}'") == {"name": "王强"}
    assert home.shared(f"SELECT name FROM share.person WHERE citizen_id = '{QIANG}'") == [{"name": "王强"}]


def test_identifiers_stay_when_records_come_change_and_go(nights: Nights) -> None:
    _, before, after = nights
    assert {record: person for record, person in after.items() if record in before} == {
        record: person for record, person in before.items() if record != GONE
    }


def test_an_identifier_tells_nothing_of_whom_it_names(nights: Nights) -> None:
    _, before, after = nights
    people = set(before.values()) | set(after.values())
    assert all(person.startswith("P") and len(person) == 11 for person in people)
    assert not [person for person in people for number in (WEI, MIN, QIANG, FANG, GONE) if number[6:14] in person]


def test_a_withdrawn_record_leaves_no_link_and_a_closed_history(nights: Nights) -> None:
    home, before, after = nights
    assert GONE not in after
    assert home.rows(f"FROM library.person WHERE person_id = '{before[GONE]}'") == []
    history: list[dict[str, Any]] = home.rows(
        f"SELECT valid_to, ended_by_delivery_id FROM library.person_history WHERE person_id = '{before[GONE]}'"
    )
    assert history == [
        {"valid_to": date(2026, 11, 2), "ended_by_delivery_id": home.delivery(RESIDENT, SECOND)["delivery_id"]}
    ]


def test_every_record_has_one_person_and_every_new_person_an_event(nights: Nights) -> None:
    home, before, after = nights
    assert (
        home.value(
            "SELECT count(*) - count(DISTINCT (department, dataset, record_key, role)) FROM resolved.person_link"
        )
        == 0
    )
    created = home.rows("SELECT entity_id FROM resolved.identity_event WHERE event = 'created' ORDER BY entity_id")
    assert [row["entity_id"] for row in created] == sorted(set(before.values()) | set(after.values()))
