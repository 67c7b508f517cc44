"""What people judged overrides the model, and a "different" holds across the whole cluster."""

from __future__ import annotations

from datetime import date

from tests.foundation.linkage.registers import HEALTH, INSURANCE, RESIDENT, STUDENT, Registers
from tests.toy import citizen_id

BORN = date(1990, 5, 3)
OF = citizen_id("610102", "19900503", 21)
PERSON, RECORD = (RESIDENT, OF, ""), (HEALTH, "h", "")


def registers(**health: object) -> Registers:
    filled = Registers("person")
    filled.put(RESIDENT, OF, name="张小雨", birth_date=BORN, citizen_id=OF, sex_code="1")
    filled.put(INSURANCE, "i", name="张小雨", birth_date=BORN, citizen_id=OF, phone="13812345678")
    filled.put(HEALTH, "h", **{"name": "张小雨", "birth_date": BORN, "citizen_id": None, **health})
    return filled


def test_different_parts_what_the_model_linked() -> None:
    known = registers(phone="13812345678")
    known.night()
    assert known.entity(*RECORD) == known.entity(*PERSON)
    known.judge(RECORD, PERSON, "different")
    known.night()
    assert known.entity(*RECORD) != known.entity(*PERSON)
    known.put(HEALTH, "h", name="张小雨", birth_date=BORN, citizen_id=None, phone="13812345678", sex_code="1")
    known.night()
    assert known.entity(*RECORD) != known.entity(*PERSON)


def test_different_blocks_a_merge_across_the_whole_cluster() -> None:
    known = registers(phone="13812345678")
    known.put(STUDENT, "s", name="张小雨", birth_date=BORN, citizen_id=None, sex_code="1")
    known.judge(RECORD, (INSURANCE, "i", ""), "different")
    known.night()
    assert known.entity(*RECORD) != known.entity(*PERSON)
    assert not any({RECORD, PERSON} <= group for group in known.clusters())


def test_same_joins_what_the_model_would_not() -> None:
    known = registers(name="欧阳大海", birth_date=date(1950, 1, 1))
    known.night()
    assert known.entity(*RECORD) != known.entity(*PERSON)
    known.judge(PERSON, RECORD, "same")
    known.night()
    assert known.entity(*RECORD) == known.entity(*PERSON)
    known.judgements.clear()
    known.night()
    assert known.entity(*RECORD) != known.entity(*PERSON)


def test_different_parts_two_records_under_one_number() -> None:
    known = registers(citizen_id=OF)
    known.night()
    assert known.entity(*RECORD) == known.entity(*PERSON)
    known.judge(RECORD, PERSON, "different")
    known.night()
    assert known.entity(*RECORD) != known.entity(*PERSON)
    assert known.entity(INSURANCE, "i") == known.entity(*PERSON)


def test_same_joins_a_second_record_of_a_dataset_that_should_hold_one() -> None:
    """Two clinics keep a record of one person; only one of them wrote the number."""
    known = registers(citizen_id=OF)
    known.put(HEALTH, "second", name="张小雨", birth_date=BORN, citizen_id=None)
    known.night()
    assert known.entity(HEALTH, "second") != known.entity(*PERSON) and known.reviews() == 1
    known.judge((HEALTH, "second", ""), PERSON, "same")
    for _ in range(2):
        known.night()
        assert known.entity(HEALTH, "second") == known.entity(*RECORD) == known.entity(*PERSON)
        known.put(STUDENT, "s", name="张小雨", birth_date=BORN, citizen_id=None, sex_code="1")


def test_same_joins_no_two_numbers() -> None:
    known = registers()
    other = citizen_id("610102", "19900503", 23)
    known.put(RESIDENT, other, name="张小宇", birth_date=BORN, citizen_id=other, sex_code="1")
    known.judge((RESIDENT, other, ""), PERSON, "same")
    known.night()
    assert known.entity(RESIDENT, other) != known.entity(*PERSON)
