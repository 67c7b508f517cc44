"""Who is whom: golden cases that a person can read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from foundation.standards.person_name import STANDARD
from tests.foundation.linkage.registers import (
    BIRTH,
    CREMATION,
    HEALTH,
    INSURANCE,
    MARRIAGE,
    RESIDENT,
    STUDENT,
    Registers,
)
from tests.foundation.standards.columns import one
from tests.toy import citizen_id

DOTS = "·•‧・･⋅∙．.。●▪"
HOME = "陕西省西安市新城区中山门街道北大街179号2单元2302室"
MOTHER, FATHER = citizen_id("610102", "19880312", 22), citizen_id("610102", "19860705", 31)
CHILD_BORN = date(2021, 4, 4)


def number(born: date, sequence: int) -> str:
    return citizen_id("610102", born.strftime("%Y%m%d"), sequence)


def resident(registers: Registers, name: str, born: date, sequence: int, **more: Any) -> str:
    of = number(born, sequence)
    registers.put(
        RESIDENT,
        of,
        **{
            "name": name,
            "birth_date": born,
            "citizen_id": of,
            "sex_code": "1" if sequence % 2 else "2",
            "household_number": "610102000000001",
            "household_address": HOME,
            **more,
        },
    )
    return of


def health(registers: Registers, key: str, name: str | None, born: date | None, **more: Any) -> None:
    registers.put(HEALTH, key, **{"name": name, "birth_date": born, "citizen_id": None, **more})


@pytest.fixture
def registers() -> Registers:
    filled = Registers("person")
    for number_ in range(40):
        resident(filled, "赵钱孙李周吴郑冯"[number_ % 8] + "建国", date(1950, 1, 1 + number_ % 28), 100 + number_,
                 household_number=f"61010200001{number_:04d}",
                 household_address=f"陕西省西安市碑林区长乐坊街道东大街{number_}号")  # fmt: skip
    return filled


def test_a_record_without_number_finds_its_person_by_name_birth_date_and_phone(registers: Registers) -> None:
    of = resident(registers, "张小雨", date(1990, 5, 3), 21)
    registers.put(INSURANCE, "i", name="张小雨", birth_date=date(1990, 5, 3), citizen_id=of, phone="13812345678")
    health(registers, "h", "张小雨", date(1990, 5, 3), phone="13812345678")
    registers.night()
    assert registers.entity(HEALTH, "h") == registers.entity(RESIDENT, of)
    assert (registers.method(RESIDENT, of), registers.method(HEALTH, "h")) == ("identifier", "model")


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("张小语", date(1990, 5, 3)),  # a homophone
        ("张小兰", date(1990, 5, 3)),  # another character
        ("张小雨", date(1990, 3, 5)),  # day and month changed places
        ("张小雨", date(1990, 5, 13)),  # one digit
        ("张小雨", None),
    ],
)
def test_an_error_does_not_hide_a_person(registers: Registers, written: str, born: date | None) -> None:
    of = resident(registers, "张小雨", date(1990, 5, 3), 21)
    health(registers, "h", written, born, residence_address=HOME, sex_code="1")
    registers.night()
    assert registers.entity(HEALTH, "h") == registers.entity(RESIDENT, of)


def test_a_number_with_one_wrong_digit_finds_its_person(registers: Registers) -> None:
    of = resident(registers, "张小雨", date(1990, 5, 3), 21)
    wrong = "0" + of[1:]
    registers.put(
        MARRIAGE, "m", husband_name="张小雨", husband_citizen_id=wrong, wife_name="钱红", wife_citizen_id=None
    )
    registers.night()
    assert registers.entity(MARRIAGE, "m", "husband") == registers.entity(RESIDENT, of)


def test_a_changed_name_is_known_by_the_former_one(registers: Registers) -> None:
    of = resident(registers, "张雨桐", date(1990, 5, 3), 21, former_name="张小雨")
    health(registers, "h", "张小雨", date(1990, 5, 3), residence_address=HOME)
    registers.night()
    assert registers.entity(HEALTH, "h") == registers.entity(RESIDENT, of)


def test_a_child_that_took_its_mothers_surname(registers: Registers) -> None:
    of = resident(registers, "王子轩", date(2012, 9, 1), 21)
    registers.put(HEALTH, "own", name="王子轩", birth_date=date(2012, 9, 1), citizen_id=of, phone="13812345678")
    registers.put(STUDENT, "s", name="李子轩", birth_date=date(2012, 9, 1), citizen_id="0" + of[1:], sex_code="1")
    registers.night()
    assert registers.entity(STUDENT, "s") == registers.entity(RESIDENT, of)


@pytest.mark.parametrize("written", ["阿布都·热合曼", "阿布都"])
def test_a_minority_name_with_and_without_what_follows_the_dot(registers: Registers, written: str) -> None:
    of = resident(registers, "阿布都·热合曼", date(1990, 5, 3), 21)
    health(registers, "h", written, date(1990, 5, 3), residence_address=HOME)
    registers.night()
    assert registers.entity(HEALTH, "h") == registers.entity(RESIDENT, of)


def family(registers: Registers) -> None:
    registers.put(RESIDENT, MOTHER, name="马丽", birth_date=date(1988, 3, 12), citizen_id=MOTHER, sex_code="2",
                  household_number="610102000000001", household_address=HOME)  # fmt: skip
    registers.put(RESIDENT, FATHER, name="王强", birth_date=date(1986, 7, 5), citizen_id=FATHER, sex_code="1",
                  household_number="610102000000001", household_address=HOME)  # fmt: skip


def certificate(registers: Registers, key: str, name: str | None, sex: str, born: date = CHILD_BORN) -> None:
    registers.put(BIRTH, key, child_name=name, child_sex_code=sex, child_birth_date=born, mother_name="马丽",
                  mother_citizen_id=MOTHER, father_name="王强", father_citizen_id=FATHER)  # fmt: skip


@pytest.mark.parametrize("name", ["王一诺", None])
def test_a_newborn_is_the_child_that_was_registered_in_its_mothers_household(
    registers: Registers, name: str | None
) -> None:
    family(registers)
    of = resident(registers, "王一诺", CHILD_BORN, 21)
    certificate(registers, "b", name, "1")
    registers.night()
    assert registers.entity(BIRTH, "b", "child") == registers.entity(RESIDENT, of)
    assert registers.entity(BIRTH, "b", "mother") == registers.entity(RESIDENT, MOTHER)


def test_a_child_under_its_mothers_number_is_not_its_mother(registers: Registers) -> None:
    family(registers)
    of = resident(registers, "王一诺", CHILD_BORN, 21)
    registers.put(HEALTH, "h", name="王一诺", birth_date=CHILD_BORN, citizen_id=MOTHER, phone="13812345678")
    registers.night()
    assert registers.entity(HEALTH, "h") == registers.entity(RESIDENT, of)
    assert registers.entity(HEALTH, "h") != registers.entity(RESIDENT, MOTHER)


def test_twins_stay_two(registers: Registers) -> None:
    family(registers)
    one, other = resident(registers, "王子轩", CHILD_BORN, 21), resident(registers, "王子涵", CHILD_BORN, 23)
    certificate(registers, "a", "王子轩", "1")
    certificate(registers, "b", "王子涵", "1")
    for key, name in (("x", "王子轩"), ("y", "王子涵")):
        health(registers, key, name, CHILD_BORN, sex_code="1", phone="13812345678", residence_address=HOME)
    registers.night()
    for certified, key, of in (("a", "x", one), ("b", "y", other)):
        assert registers.entity(BIRTH, certified, "child") == registers.entity(RESIDENT, of)
        assert registers.entity(HEALTH, key) == registers.entity(RESIDENT, of)
    assert registers.entity(RESIDENT, one) != registers.entity(RESIDENT, other)


def test_unnamed_twins_of_one_sex_are_left_to_people(registers: Registers) -> None:
    family(registers)
    for sequence, name in ((21, "王子轩"), (23, "王子涵")):
        resident(registers, name, CHILD_BORN, sequence)
    certificate(registers, "a", None, "1")
    registers.night()
    assert registers.method(BIRTH, "a", "child") == "new"
    assert registers.reviews() == 2


def test_members_of_a_household_stay_themselves(registers: Registers) -> None:
    family(registers)
    brother, sister = (
        resident(registers, "王子轩", date(2015, 3, 1), 21),
        resident(registers, "王子萱", date(2017, 3, 1), 22),
    )
    for key, name, born in (("x", "王子轩", date(2015, 3, 1)), ("y", "王子萱", date(2017, 3, 1))):
        health(registers, key, name, born, phone="13812345678", residence_address=HOME)
    registers.night()
    assert registers.entity(HEALTH, "x") == registers.entity(RESIDENT, brother)
    assert registers.entity(HEALTH, "y") == registers.entity(RESIDENT, sister)


def test_namesakes_are_not_joined_by_their_name(registers: Registers) -> None:
    resident(registers, "王伟", date(1990, 5, 3), 21)
    health(
        registers,
        "h",
        "王伟",
        date(1990, 11, 20),
        residence_address="陕西省榆林市榆阳区鼓楼街道南大街5号",
        phone="13900000000",
    )
    registers.night()
    assert registers.method(HEALTH, "h") == "new"


def test_one_person_with_two_numbers_is_not_merged(registers: Registers) -> None:
    one, other = (
        resident(registers, "张小雨", date(1990, 5, 3), 21),
        resident(registers, "张小雨", date(1990, 5, 3), 997),
    )
    registers.night()
    assert registers.entity(RESIDENT, one) != registers.entity(RESIDENT, other)


def test_a_cremation_is_known_by_name_and_day_of_death(registers: Registers) -> None:
    of = resident(registers, "张守田", date(1940, 5, 3), 21, death_date=date(2026, 2, 1), residency_status_code="9")
    registers.put(CREMATION, "c", name="张守田", citizen_id=None, sex_code="1", death_date=date(2026, 2, 1))
    registers.night()
    assert registers.entity(CREMATION, "c") == registers.entity(RESIDENT, of)


def test_a_split_leaves_the_identifier_with_the_larger_part_and_a_merge_leaves_a_redirect(registers: Registers) -> None:
    of = resident(registers, "张小雨", date(1990, 5, 3), 21)
    registers.put(INSURANCE, "i", name="张小雨", birth_date=date(1990, 5, 3), citizen_id=of, phone="13812345678")
    health(registers, "h", "张小雨", date(1971, 1, 1))
    registers.night()
    person, alone = registers.entity(RESIDENT, of), registers.entity(HEALTH, "h")
    health(registers, "h", "张小雨", date(1990, 5, 3), phone="13812345678")
    registers.night()
    assert registers.entity(HEALTH, "h") == person
    redirects = registers.con.execute("SELECT entity_id, current_id FROM resolved.redirect").fetchall()
    assert redirects == [(alone, person)]
    health(registers, "h", "张小雨", date(1971, 1, 1))
    registers.night()
    assert registers.entity(RESIDENT, of) == registers.entity(INSURANCE, "i") == person
    assert registers.entity(HEALTH, "h") not in (person, alone)
    redirects = registers.con.execute("SELECT entity_id, current_id FROM resolved.redirect").fetchall()
    assert redirects == [(alone, registers.entity(HEALTH, "h"))]
    events = registers.con.execute(
        "SELECT event, entity_id FROM resolved.identity_event ORDER BY happened_on"
    ).fetchall()
    assert ("merged", person) in events and ("split", person) in events


@pytest.mark.parametrize("dot", DOTS)
def test_every_middle_dot_is_the_same_name(registers: Registers, dot: str) -> None:
    of = resident(registers, "阿布都·热合曼", date(1990, 5, 3), 21)
    written = one(STANDARD, f"阿布都{dot}热合曼")[0]
    health(registers, "h", written, date(1990, 5, 3), residence_address=HOME)
    registers.night()
    assert registers.entity(HEALTH, "h") == registers.entity(RESIDENT, of)


def test_one_number_on_two_persons_stays_with_its_holder(registers: Registers) -> None:
    of = resident(registers, "张小雨", date(1990, 5, 3), 21)
    health(registers, "h", "吴倩", date(1988, 8, 8), citizen_id=of, phone="13812345678")
    registers.put(INSURANCE, "i", name="吴倩", birth_date=date(1988, 8, 8), citizen_id=None, phone="13812345678")
    registers.night()
    assert registers.entity(HEALTH, "h") == registers.entity(INSURANCE, "i") != registers.entity(RESIDENT, of)


def test_two_records_that_agree_with_each_other_are_still_compared_with_the_register(registers: Registers) -> None:
    of = resident(registers, "张小雨", date(1990, 5, 3), 21)
    health(registers, "h", "张小语", date(1990, 5, 3), phone="13812345678", residence_address=HOME)
    registers.put(INSURANCE, "i", name="张小语", birth_date=date(1990, 5, 3), citizen_id=None, phone="13812345678")
    registers.night()
    assert registers.entity(HEALTH, "h") == registers.entity(INSURANCE, "i") == registers.entity(RESIDENT, of)


@pytest.mark.parametrize(("name", "numbered"), [("王大山", False), ("王达山", False), ("王达山", True)])
def test_a_son_of_his_fathers_name_is_not_his_father(registers: Registers, name: str, numbered: bool) -> None:
    """Phone and address are the household's. A homophone under the father's number is set apart, and stays apart."""
    father = resident(registers, "王大山", date(1965, 3, 4), 21)
    registers.put(INSURANCE, "i", name="王大山", birth_date=date(1965, 3, 4), citizen_id=father, phone="13812345678")
    health(registers, "h", name, date(1992, 11, 20), sex_code="1", phone="13812345678", residence_address=HOME,
           citizen_id=father if numbered else None)  # fmt: skip
    registers.night()
    assert registers.entity(HEALTH, "h") != registers.entity(RESIDENT, father) == registers.entity(INSURANCE, "i")


@pytest.mark.parametrize("named", [None, "王子轩"])
def test_of_two_newborns_that_fit_one_registered_child_none_is_chosen_by_chance(
    registers: Registers, named: str | None
) -> None:
    family(registers)
    of = resident(registers, "王子涵", CHILD_BORN, 23)
    certificate(registers, "a", named, "1")
    certificate(registers, "b", None, "1")
    registers.night()
    assert {registers.method(BIRTH, key, "child") for key in "ab"} == {"new"}
    assert registers.entity(RESIDENT, of) not in {registers.entity(BIRTH, key, "child") for key in "ab"}
    assert registers.reviews() >= 2


def test_the_better_of_two_newborns_is_the_registered_child(registers: Registers) -> None:
    family(registers)
    of = resident(registers, "王子涵", CHILD_BORN, 23)
    certificate(registers, "a", None, "1")
    certificate(registers, "b", "王子涵", "1")
    registers.night()
    assert registers.entity(BIRTH, "b", "child") == registers.entity(RESIDENT, of)
    assert registers.method(BIRTH, "a", "child") == "new"


def test_two_health_records_that_say_the_same_in_all_are_not_both_left_out(registers: Registers) -> None:
    of = resident(registers, "张小雨", date(1990, 5, 3), 21)
    for key in "xy":
        health(registers, key, "张小雨", date(1990, 5, 3), residence_address=HOME)
    registers.night()
    assert registers.entity(RESIDENT, of) in {registers.entity(HEALTH, key) for key in "xy"}


@pytest.mark.parametrize("dataset", [MARRIAGE, CREMATION])
def test_a_relative_whose_name_is_alike_is_told_by_the_sex(registers: Registers, dataset: str) -> None:
    """王伟's record under the number of 王芳: one character differs, and no birth date is there to contradict."""
    his = resident(registers, "王伟", date(1950, 5, 3), 21)
    hers = resident(registers, "王芳", date(1980, 5, 3), 22)
    if dataset == MARRIAGE:
        registers.put(
            MARRIAGE, "m", husband_name="王伟", husband_citizen_id=hers, wife_name="王芳", wife_citizen_id=his
        )
        records = {("husband", his), ("wife", hers)}
    else:
        registers.put(CREMATION, "m", name="王伟", citizen_id=hers, sex_code="1", death_date=date(2026, 10, 1))
        records = {("", his)}
    registers.night()
    for role, number_ in records:
        assert registers.entity(dataset, "m", role) == registers.entity(RESIDENT, number_)


def test_a_slip_of_the_pen_splits_nobody(registers: Registers) -> None:
    of = resident(registers, "王伟", date(1950, 5, 3), 21)
    registers.put(CREMATION, "c", name="王玮", citizen_id=of, sex_code="1", death_date=date(2026, 10, 1))
    registers.night()
    assert (registers.entity(CREMATION, "c"), registers.method(CREMATION, "c")) == (
        registers.entity(RESIDENT, of),
        "identifier",
    )


def test_a_record_without_a_name_vouches_for_nobody(registers: Registers) -> None:
    """The register's record has the number alone; two strangers bear it too."""
    of = number(date(1990, 5, 3), 21)
    registers.put(RESIDENT, of, name=None, birth_date=None, citizen_id=of)
    health(registers, "h", "张小雨", date(1990, 5, 3), citizen_id=of)
    registers.put(INSURANCE, "i", name="李大海", birth_date=date(1971, 2, 2), citizen_id=of)
    registers.night()
    assert registers.entity(HEALTH, "h") != registers.entity(INSURANCE, "i")
