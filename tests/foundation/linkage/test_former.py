"""An identifier lasts though all records are withdrawn for a while, or come back under another key."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.foundation.linkage.registers import ENTERPRISE, HEALTH, INSURANCE, RESIDENT, Registers
from tests.toy import citizen_id, uscc

BORN = date(1990, 5, 3)
OF = citizen_id("610102", "19900503", 21)
PERSON: dict[str, Any] = {"name": "张小雨", "birth_date": BORN, "citizen_id": OF}


def events(registers: Registers) -> list[tuple[str, str, str | None]]:
    return registers.con.execute(
        "SELECT event, entity_id, other_entity_id FROM resolved.identity_event ORDER BY happened_on, event"
    ).fetchall()


def test_a_person_withdrawn_and_delivered_again_is_the_same() -> None:
    registers = Registers("person")
    registers.put(RESIDENT, OF, **PERSON)
    registers.put(HEALTH, "stays", name="钱红", birth_date=BORN, citizen_id=None)
    registers.night()
    before = registers.entity(RESIDENT, OF)
    registers.drop(RESIDENT, OF)
    registers.night()
    registers.night()
    registers.put(INSURANCE, "i", **PERSON)
    registers.night()
    assert registers.entity(INSURANCE, "i") == before
    assert [event for event in events(registers) if event[1] == before] == [
        ("created", before, None),
        ("ended", before, None),
        ("restored", before, None),
    ]
    assert registers.con.execute("SELECT count(*) FROM resolved.former_link").fetchone() == (0,)


def test_an_organisation_withdrawn_and_delivered_again_is_the_same() -> None:
    registers = Registers("legal_entity")
    code = uscc("91", "610103", "MA6U0001")
    registers.put(ENTERPRISE, code, uscc=code, name="西安宏辰翔化工有限公司")
    registers.night()
    before = registers.entity(ENTERPRISE, code)
    registers.drop(ENTERPRISE, code)
    registers.night()
    registers.put(ENTERPRISE, code, uscc=code, name="西安宏辰翔化工有限公司")
    registers.night()
    assert registers.entity(ENTERPRISE, code) == before


def test_a_record_without_number_keeps_its_identifier_by_its_own_key() -> None:
    registers = Registers("person")
    registers.put(HEALTH, "h", name="钱红", birth_date=BORN, citizen_id=None)
    registers.night()
    before = registers.entity(HEALTH, "h")
    registers.drop(HEALTH, "h")
    registers.night()
    registers.put(HEALTH, "h", name="钱红", birth_date=BORN, citizen_id=None)
    registers.night()
    assert registers.entity(HEALTH, "h") == before


def test_a_department_that_changes_its_keys_renames_nobody() -> None:
    registers = Registers("person")
    registers.put(INSURANCE, "old", **PERSON)
    registers.night()
    before = registers.entity(INSURANCE, "old")
    registers.drop(INSURANCE, "old")
    registers.put(INSURANCE, "new", **PERSON)
    registers.night()
    assert registers.entity(INSURANCE, "new") == before
    assert events(registers) == [("created", before, None)]


def test_a_number_that_comes_back_with_another_living_record_leaves_a_redirect() -> None:
    registers = Registers("person")
    registers.put(RESIDENT, OF, **PERSON)
    registers.night()
    former = registers.entity(RESIDENT, OF)
    registers.drop(RESIDENT, OF)
    registers.put(HEALTH, "h", name="张小雨", birth_date=BORN, citizen_id=None, phone="13812345678")
    registers.night()
    living = registers.entity(HEALTH, "h")
    assert living != former
    registers.put(INSURANCE, "i", **PERSON, phone="13812345678")
    registers.night()
    assert registers.entity(INSURANCE, "i") == registers.entity(HEALTH, "h") == living
    assert ("merged", living, former) in events(registers)
    redirects = registers.con.execute("SELECT entity_id, current_id FROM resolved.redirect").fetchall()
    assert redirects == [(former, living)]


def test_who_bears_the_number_of_somebody_withdrawn_by_mistake_does_not_become_him() -> None:
    """A clinic wrote his number for a stranger: while the register does not hold him, hers is the only record of it."""
    registers = Registers("person")
    registers.put(RESIDENT, OF, **PERSON)
    registers.put(HEALTH, "h", name="李娜", birth_date=date(1970, 1, 1), citizen_id=OF)
    registers.night()
    his, hers = registers.entity(RESIDENT, OF), registers.entity(HEALTH, "h")
    assert his != hers
    registers.drop(RESIDENT, OF)
    registers.night()
    assert registers.entity(HEALTH, "h") == hers
    registers.put(RESIDENT, OF, **PERSON)
    registers.night()
    assert (registers.entity(RESIDENT, OF), registers.entity(HEALTH, "h")) == (his, hers)
    assert not [event for event in events(registers) if event[0] in ("merged", "split")]
    assert registers.con.execute("SELECT count(*) FROM resolved.redirect").fetchone() == (0,)


STRANGER: dict[str, Any] = {"name": "周大福", "birth_date": date(1971, 9, 9), "citizen_id": None}


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_a_key_given_to_somebody_else_hands_nobody_on(is_withdrawn: bool) -> None:
    """The department gives the number of a file to another: his identifier is not hers, nor leads to hers."""
    registers = Registers("person")
    registers.put(RESIDENT, OF, **PERSON)
    registers.put(HEALTH, "h", **STRANGER)
    registers.put(HEALTH, "other", name="钱红", birth_date=date(1960, 1, 1), citizen_id=None)
    registers.night()
    his, person = registers.entity(HEALTH, "h"), registers.entity(RESIDENT, OF)
    if is_withdrawn:
        registers.drop(HEALTH, "h")
        registers.night()
    registers.put(HEALTH, "h", name="欧阳娜", birth_date=date(1988, 8, 8), citizen_id=None)
    registers.night()
    hers = registers.entity(HEALTH, "h")
    assert hers not in (his, person)
    registers.put(HEALTH, "h", **PERSON)
    registers.night()
    assert registers.entity(HEALTH, "h") == person == registers.entity(RESIDENT, OF)
    assert [event[:2] for event in events(registers) if event[0] != "created"] == [("ended", his), ("ended", hers)]
    assert registers.con.execute("FROM resolved.redirect").fetchall() == []
    registers.put(HEALTH, "h", **STRANGER)
    registers.night()
    assert registers.entity(HEALTH, "h") == his


def test_a_name_put_right_keeps_its_identifier() -> None:
    registers = Registers("person")
    registers.put(HEALTH, "h", name="周大夫", birth_date=date(1971, 9, 9), citizen_id=None)
    registers.night()
    before = registers.entity(HEALTH, "h")
    for said in (STRANGER, STRANGER | {"birth_date": date(1971, 9, 19)}, STRANGER | {"citizen_id": OF}):
        registers.put(HEALTH, "h", **said)
        registers.night()
        assert registers.entity(HEALTH, "h") == before


def test_a_redirect_follows_when_a_merge_is_undone() -> None:
    registers = Registers("person")
    registers.put(RESIDENT, OF, **PERSON)
    registers.put(HEALTH, "h", **STRANGER)
    registers.night()
    person, retired = registers.entity(RESIDENT, OF), registers.entity(HEALTH, "h")
    redirects = "SELECT entity_id, current_id FROM resolved.redirect"
    for _ in range(2):
        registers.judge((HEALTH, "h", ""), (RESIDENT, OF, ""), "same")
        registers.night()
        assert (retired, person) in registers.con.execute(redirects).fetchall()
        registers.judgements.clear()
        registers.night()
        alone = registers.entity(HEALTH, "h")
        assert alone != person == registers.entity(RESIDENT, OF)
        current = dict(registers.con.execute(redirects).fetchall())
        assert len(current) == registers.con.execute("SELECT count(*) FROM resolved.redirect").fetchone()[0]  # type: ignore[index]
        assert set(current.values()) == {alone} and retired in current


def test_a_redirect_does_not_follow_a_number_to_whom_it_belongs() -> None:
    """An insurance record bore another's number; put right, its identifier leads to its person whatever comes later."""
    registers = Registers("person")
    others = citizen_id("610103", "19550606", 12)
    registers.put(RESIDENT, OF, **PERSON)
    registers.put(INSURANCE, "i", **PERSON | {"citizen_id": others})
    registers.put(
        RESIDENT, "r", name="钱红", birth_date=date(1960, 1, 1), citizen_id=citizen_id("610104", "19600101", 2)
    )
    registers.put(HEALTH, "h", **STRANGER)
    registers.night()
    person, retired = registers.entity(RESIDENT, OF), registers.entity(INSURANCE, "i")
    assert retired != person
    registers.put(INSURANCE, "i", **PERSON)
    registers.judge((HEALTH, "h", ""), (RESIDENT, "r", ""), "same")
    registers.night()
    redirects = "SELECT current_id FROM resolved.redirect WHERE entity_id = ?"
    assert registers.con.execute(redirects, [retired]).fetchall() == [(person,)]
    registers.put(RESIDENT, others, name="孙兰英", birth_date=date(1955, 6, 6), citizen_id=others)
    registers.judgements.clear()
    registers.night()
    assert registers.entity(HEALTH, "h") != registers.entity(RESIDENT, "r")
    assert registers.entity(RESIDENT, others) not in (person, retired)
    assert registers.con.execute(redirects, [retired]).fetchall() == [(person,)]
