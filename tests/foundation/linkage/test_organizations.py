"""Which registrations speak of the same organisation."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from foundation.linkage.organization_name import name_parts
from tests.foundation.linkage.registers import ENTERPRISE, TAXPAYER, UNIT, Registers
from tests.toy import uscc

HOME = "陕西省西安市碑林区长安路街道秦汉大道41号12层1203室"


@pytest.fixture
def registers() -> Registers:
    filled = Registers("legal_entity")
    for number in range(30):
        enterprise(filled, f"西安{'宏盛丰达永安泰信'[number % 8]}{'源通和顺'[number % 4]}{number}贸易有限公司", number=number,
                   legal_representative=f"李{'建志立春'[number % 4]}国",
                   address=f"陕西省西安市莲湖区西关街道劳动路{number}号")  # fmt: skip
    return filled


def enterprise(registers: Registers, name: str, number: int = 99, **items: object) -> str:
    code = uscc("91", "610103", f"MA6U{number:04d}")
    registers.put(ENTERPRISE, code, **{"uscc": code, "name": name, "legal_representative": "宗允瑞", "address": HOME,
                                        "established_on": date(2018, 5, 3), "industry_code": "F5191", **items})  # fmt: skip
    return code


def taxpayer(registers: Registers, key: str, name: str, **items: object) -> None:
    registers.put(TAXPAYER, key, **{"name": name, "uscc": None, "legal_representative": "宗允瑞", "address": HOME,
                                     "registered_on": date(2018, 6, 1), "industry_code": "F5191", **items})  # fmt: skip


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("西安宏辰翔化工有限公司", {}),
        ("西安宏辰翔化工有限责任公司", {}),
        ("西安宏辰祥化工有限公司", {}),
        ("陕西宏辰翔化工有限公司", {}),
        ("西安宏辰翔化工有限公司", {"legal_representative": "王鸣泽"}),
        ("西安宏辰翔化工有限公司", {"address": "陕西省西安市新城区西一路街道新华街216号"}),
        ("西安鼎盛贸易有限公司", {}),  # renamed, everything else as before
    ],
)
def test_a_taxpayer_without_a_code_finds_its_registration(
    registers: Registers, name: str, items: dict[str, object]
) -> None:
    code = enterprise(registers, "西安宏辰翔化工有限公司")
    taxpayer(registers, "t", name, **items)
    registers.night()
    assert registers.entity(TAXPAYER, "t") == registers.entity(ENTERPRISE, code)


def test_a_code_with_letters_for_digits_finds_its_registration(registers: Registers) -> None:
    code = enterprise(registers, "西安宏辰翔化工有限公司")
    registers.put(UNIT, "u", name="西安宏辰翔化工有限公司", organisation_code="0" + code[9:17], address=HOME)
    registers.night()
    assert registers.entity(UNIT, "u") == registers.entity(ENTERPRISE, code)


def test_a_branch_is_not_its_parent(registers: Registers) -> None:
    parent = enterprise(registers, "西安宏辰翔化工有限公司")
    branch = enterprise(
        registers, "西安宏辰翔化工有限公司府谷县分公司", number=98, address="陕西省榆林市府谷县府谷镇河滨路8号"
    )
    taxpayer(registers, "t", "西安宏辰翔化工有限公司府谷县分公司", address="陕西省榆林市府谷县府谷镇河滨路8号")
    taxpayer(registers, "p", "西安宏辰翔化工有限公司")
    registers.night()
    assert registers.entity(TAXPAYER, "t") == registers.entity(ENTERPRISE, branch)
    assert registers.entity(TAXPAYER, "p") == registers.entity(ENTERPRISE, parent)
    assert registers.entity(ENTERPRISE, parent) != registers.entity(ENTERPRISE, branch)


def test_a_branch_whose_registration_is_missing_stays_alone(registers: Registers) -> None:
    parent = enterprise(registers, "西安宏辰翔化工有限公司")
    taxpayer(registers, "t", "西安宏辰翔化工有限公司府谷县分公司")
    registers.night()
    assert registers.entity(TAXPAYER, "t") != registers.entity(ENTERPRISE, parent)


def test_companies_of_one_name_in_two_counties_are_two(registers: Registers) -> None:
    code = enterprise(registers, "永盛商店")
    taxpayer(registers, "t", "永盛商店", address="陕西省榆林市府谷县府谷镇河滨路8号", legal_representative="高远",
             registered_on=date(2009, 1, 1))  # fmt: skip
    registers.night()
    assert registers.entity(TAXPAYER, "t") != registers.entity(ENTERPRISE, code)


def test_two_companies_of_one_person_at_one_address_are_two(registers: Registers) -> None:
    code = enterprise(registers, "西安宏辰翔化工有限公司")
    taxpayer(registers, "t", "西安瑞博餐饮管理有限公司", industry_code="H6210", registered_on=date(2023, 1, 1))
    registers.night()
    assert registers.entity(TAXPAYER, "t") != registers.entity(ENTERPRISE, code)


def test_parts_of_names() -> None:
    names = pa.array(["西安宏辰翔化工有限公司府谷县分公司", "莲湖区佳亚水果店", "长瑞尚（商洛市）商贸有限公司", None])
    parts = name_parts(names, frozenset(["西安", "莲湖区"])).to_pylist()
    assert [(one["core"], one["trade"], one["branch"]) for one in parts[:2]] == [
        ("宏辰翔", "化工", "府谷县分公司"),
        ("佳亚", "水果", None),
    ]
    assert parts[3]["core"] is None
