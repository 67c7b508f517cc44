"""A night links only what changed, with the same result as linking all again, in whatever order deliveries come."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pytest

from tests.foundation.linkage.registers import (
    ENTERPRISE,
    HEALTH,
    INSURANCE,
    RESIDENT,
    STUDENT,
    TAXPAYER,
    UNIT,
    Registers,
)
from tests.toy import citizen_id, uscc

SURNAMES, GIVEN = "王李张刘陈", "伟芳娜敏静强磊军洋勇艳杰涛明超秀霞平"
Row = tuple[str, str, dict[str, Any]]


def person(number: int, draw: random.Random) -> dict[str, Any]:
    birth = date(1970, 1, 1) + timedelta(days=draw.randrange(60))
    name = draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(["", draw.choice(GIVEN)])
    household = f"610102{number // 3:09d}"
    return {
        "name": name,
        "birth_date": birth,
        "sex_code": draw.choice("12"),
        "citizen_id": citizen_id("610102", birth.strftime("%Y%m%d"), number),
        "phone": f"139{number // 2:08d}",
        "address": f"陕西省西安市新城区中山门街道北大街{number // 3}号",
        "household": household,
    }


def record(dataset: str, number: int, who: dict[str, Any], draw: random.Random) -> Row:
    """What a department writes of a person, with the errors that departments make."""
    items = {name: who[name] for name in ("name", "birth_date", "sex_code", "citizen_id")}
    if dataset == RESIDENT:
        return (
            dataset,
            who["citizen_id"],
            items | {"household_address": who["address"], "household_number": who["household"]},
        )
    if draw.random() < 0.5:
        items["citizen_id"] = None
    if draw.random() < 0.2:
        items["name"] = items["name"][:-1] + draw.choice(GIVEN)
    if draw.random() < 0.1:
        items["birth_date"] += timedelta(days=10)
    if dataset in (HEALTH, INSURANCE) and draw.random() < 0.7:
        items["phone"] = who["phone"]
    if dataset == HEALTH and draw.random() < 0.7:
        items["residence_address"] = who["address"]
    return dataset, f"{dataset[:2]}{number}", items


def rows(seed: int, people: int = 60) -> list[Row]:
    draw = random.Random(seed)
    persons = [person(number, draw) for number in range(1, people + 1)]
    return [
        record(dataset, number, who, draw)
        for number, who in enumerate(persons)
        for dataset in (RESIDENT, HEALTH, INSURANCE, STUDENT)
        if draw.random() < 0.85
    ]


def linked_at_once(rows: list[Row], like: Registers | None = None) -> Registers:
    registers = Registers("person")
    registers.put_all(rows)
    registers.night()
    return registers


def entities(registers: Registers) -> dict[frozenset[Any], str]:
    """The identifier of each set of records that are one entity."""
    return {group: registers.entity(*next(iter(group))) for group in registers.clusters()}


@pytest.mark.parametrize("seed", range(4))
def test_a_night_gives_what_linking_all_again_gives(seed: int) -> None:
    draw = random.Random(seed)
    state = {(row[0], row[1]): row for row in rows(seed)}
    registers = Registers("person")
    registers.put_all(state.values())
    registers.night()
    for _ in range(2):
        rewritten = draw.sample(sorted(state), 9)
        for key in rewritten:
            if draw.random() < 0.4:
                del state[key]
                registers.drop(*key)
            else:
                number = draw.randrange(1, 61)
                dataset, _, items = record(key[0], number, person(number, draw), draw)
                state[key] = (dataset, key[1], items | ({"citizen_id": key[1]} if dataset == RESIDENT else {}))
                registers.put_all([state[key]])
        before = entities(registers)
        registers.night()
        after = entities(registers)
        same = {
            members
            for members in before.keys() & after.keys()
            if {member[:2] for member in members}.isdisjoint(rewritten)
        }
        assert {members: after[members] for members in same} == {members: before[members] for members in same}
        again = linked_at_once(list(state.values()))
        assert registers.clusters() == again.clusters()
        assert registers.pairs() == again.pairs()


def company(number: int, draw: random.Random) -> list[Row]:
    """A company's registration and what taxation and statistics write of it, seldom with a usable code."""
    code = uscc("91", "610103", f"MA6U{number:04d}")
    items = {
        "name": f"西安{draw.choice('宏盛丰达')}{draw.choice('源通和顺')}{draw.choice(['商贸', '科技'])}有限公司",
        "legal_representative": draw.choice(SURNAMES) + draw.choice(GIVEN),
        "address": f"陕西省西安市莲湖区西关街道劳动路{draw.randrange(12)}号",
        "industry_code": draw.choice(["F5191", "I6510"]),
    }
    others = {"uscc": draw.choice([code, None, None, f"0{code[1:]}"])}
    return [
        (ENTERPRISE, code, items | {"uscc": code}),
        (TAXPAYER, f"t{number}", items | others | {"name": draw.choice([items["name"], items["name"][2:]])}),
        (UNIT, f"u{number}", items | {"organisation_code": draw.choice([None, code[8:17]])}),
    ]


def test_organisations_likewise() -> None:
    draw = random.Random(7)
    state = {row[:2]: row for number in range(40) for row in company(number, draw)}
    registers = Registers("legal_entity")
    registers.put_all(state.values())
    registers.night()
    for number in draw.sample(range(40), 4):
        for row in company(number, draw)[draw.randrange(3) :]:
            state[row[:2]] = row
            registers.put_all([row])
    gone = draw.choice(sorted(state))
    del state[gone]
    registers.drop(*gone)
    registers.night()
    again = Registers("legal_entity")
    again.put_all(state.values())
    again.night()
    assert registers.clusters() == again.clusters()
    assert registers.pairs() == again.pairs()
    assert any(len(group) > 1 for group in registers.clusters()) and registers.pairs()


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_deliveries_changes_nothing(seed: int) -> None:
    delivered = rows(seed)
    at_once = linked_at_once(delivered)
    one_by_one = Registers("person")
    datasets = [RESIDENT, HEALTH, INSURANCE, STUDENT]
    random.Random(seed).shuffle(datasets)
    for dataset in datasets:
        one_by_one.put_all(row for row in delivered if row[0] == dataset)
        one_by_one.night()
    assert one_by_one.clusters() == at_once.clusters()
    assert one_by_one.pairs() == at_once.pairs()


def test_two_runs_on_the_same_input_are_equal_bit_for_bit() -> None:
    delivered = rows(11)
    assert linked_at_once(delivered).links() == linked_at_once(list(reversed(delivered))).links()


@pytest.mark.parametrize("seed", range(3))
def test_identifiers_survive_added_records(seed: int) -> None:
    delivered = rows(seed)
    half = [row for number, row in enumerate(delivered) if number % 2 or row[0] == RESIDENT]
    registers = linked_at_once(half)
    before = {(row[0], row[1]): registers.entity(row[0], row[1]) for row in half if row[0] == RESIDENT}
    registers.put_all(row for row in delivered if row not in half)
    registers.night()
    assert {key: registers.entity(*key) for key in before} == before


def test_the_model_is_the_same_in_every_process() -> None:
    """Otherwise each night, which is a process of its own, would link everything again."""
    program = "from foundation.linkage.models import MODELS; from foundation.linkage.scoring import trained; " \
        "from foundation.linkage.stage import fingerprint_of; " \
        "print(*(fingerprint_of(model, trained(model.name)) for model in MODELS.values()))"  # fmt: skip
    said = {
        subprocess.run(
            [sys.executable, "-c", program], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
