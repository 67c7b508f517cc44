"""A department that delivers nonsense joins no strangers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from foundation.linkage.components import Facts, Limits, cut
from tests.foundation.linkage.registers import HEALTH, INSURANCE, RESIDENT, TAXPAYER, Registers
from tests.toy import citizen_id

PEOPLE = 60


@pytest.fixture
def registers() -> Registers:
    """Sixty people, whom social insurance knows with their phones."""
    filled = Registers("person")
    for number in range(PEOPLE):
        name, born = person(number)
        of = citizen_id("610102", born.strftime("%Y%m%d"), 11 + number)
        home = f"陕西省西安市碑林区长乐坊街道东大街{number}号"
        filled.put(RESIDENT, of, name=name, birth_date=born, citizen_id=of, sex_code="1", household_address=home)
        filled.put(INSURANCE, f"i{number}", name=name, birth_date=born, citizen_id=of, phone=f"139{number:08d}")
    return filled


def person(number: int) -> tuple[str, date]:
    name = "赵钱孙李周吴郑王"[number % 8] + "建志立春秋冬夏雨"[number // 8 % 8] + "国"
    return name, date(1950, 1, 1) + timedelta(days=97 * number)


def whose(dataset: str, key: str) -> int:
    """Of which of the sixty people a record is."""
    return int(key[14:17]) - 11 if dataset == RESIDENT else int(key[1:])


def strangers_joined(registers: Registers) -> int:
    """Entities in which records of two of the sixty people are."""
    return sum(len({whose(dataset, key) for dataset, key, _ in group}) > 1 for group in registers.clusters())


def test_constant_names(registers: Registers) -> None:
    for number in range(PEOPLE):
        registers.put(HEALTH, f"h{number:02d}", name="张三", birth_date=person(number)[1], sex_code="1")
    registers.night()
    assert strangers_joined(registers) == 0


def test_shuffled_names(registers: Registers) -> None:
    for number in range(PEOPLE):
        registers.put(HEALTH, f"h{number:02d}", name=person((number + 9) % PEOPLE)[0], birth_date=person(number)[1])
    registers.night()
    assert strangers_joined(registers) == 0
    assert {registers.method(HEALTH, f"h{number:02d}") for number in range(PEOPLE)} == {"new"}


def test_empty_birth_dates(registers: Registers) -> None:
    for number in range(PEOPLE):
        registers.put(HEALTH, f"h{number:02d}", name=person(number)[0], birth_date=None, sex_code="1")
    registers.night()
    assert strangers_joined(registers) == 0


def test_one_phone_for_everybody_is_no_evidence_and_its_block_is_named(registers: Registers) -> None:
    for number in range(PEOPLE):
        name, born = person(number)
        registers.put(HEALTH, f"h{number:02d}", name=name, birth_date=born + timedelta(days=3000), phone="10000000000")
    result = registers.night()
    assert strangers_joined(registers) == 0
    assert {registers.method(HEALTH, f"h{number:02d}") for number in range(PEOPLE)} == {"new"}
    assert result.linked.skipped == {"电话": 1}


def test_one_name_and_address_for_every_company() -> None:
    registers = Registers("legal_entity")
    for number in range(70):
        registers.put(
            TAXPAYER, f"t{number:02d}", name="测试企业", address="西安市", legal_representative=person(number)[0]
        )
    result = registers.night()
    assert {len(group) for group in registers.clusters()} == {1}
    assert set(result.linked.skipped) == {"名称", "住所", "地址"}


def test_a_block_beyond_its_bound_is_skipped_and_named_by_its_rule() -> None:
    registers = Registers("person")
    for number in range(230):
        registers.put(HEALTH, f"h{number}", name="张三", birth_date=date(1990, 1, 1), citizen_id=None)
    result = registers.night()
    assert result.linked.skipped["姓名+出生日期"] == 1
    assert all("张三" not in rule for rule in result.linked.skipped)
    assert {len(group) for group in registers.clusters()} == {1}


def test_a_chain_is_cut_where_it_is_weakest() -> None:
    facts = {
        unit: Facts([unit], names=frozenset([name]))
        for unit, name in enumerate(("张三", "张三", "张叁", "李四", "李四", "王五"))
    }
    links = [(0, 1, 20.0), (1, 2, 15.0), (2, 3, 7.0), (3, 4, 20.0), (4, 5, 16.0)]
    cluster = cut(links, facts, Limits(names=3, dates=2, apart=frozenset()))
    assert cluster[0] == cluster[1] == cluster[2] != cluster[3]
    assert cluster[3] == cluster[4] == cluster[5]


def test_two_decided_units_are_never_in_one_cluster() -> None:
    facts = {1: Facts([1], decided=1), 2: Facts([2]), 3: Facts([3], decided=1)}
    cluster = cut([(2, 1, 12.0), (2, 3, 18.0)], facts, Limits(3, 2, frozenset()))
    assert cluster == {1: 1, 2: 2, 3: 2}
