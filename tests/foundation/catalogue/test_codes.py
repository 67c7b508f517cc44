"""The national code tables, by facts that a reader can look up."""

from __future__ import annotations

import pytest

from foundation.catalogue.catalogue import Codes
from foundation.catalogue.load import load

CODES = load().codes


@pytest.fixture
def divisions() -> Codes:
    return CODES["GB/T 2260"]


def test_counties_of_the_province_in_force(divisions: Codes) -> None:
    kinds = [kind for code, kind in divisions.kinds.items() if code.startswith("61")]
    assert (kinds.count("province"), kinds.count("prefecture"), kinds.count("county")) == (1, 10, 107)


@pytest.mark.parametrize(
    ("retired", "current"),
    [
        ("612722", "610881"),  # 神木县, by way of 610821
        ("612301", "610702"),  # 汉中市 of the prefecture's time
        ("612601", "610602"),
        ("612401", "610902"),
        ("612501", "611002"),
        ("610321", "610304"),  # 宝鸡县, most of it
        ("610125", "610118"),
        ("610322", "610305"),
        ("610928", "610981"),
    ],
)
def test_retired_divisions_lead_to_the_one_in_force(divisions: Codes, retired: str, current: str) -> None:
    assert divisions.successors[retired] == current
    assert divisions.kinds[retired] == "retired"


def test_divisions_by_name(divisions: Codes) -> None:
    assert divisions.aliases["神木县"] == divisions.aliases["神木市"] == "610881"
    assert "城区" not in divisions.aliases  # many cities have one


def test_registrars_zones_are_no_divisions_but_known(divisions: Codes) -> None:
    assert all(divisions.kinds[code] == "zone" for code in ("610131", "610132", "611101"))


@pytest.mark.parametrize(
    ("table", "word", "code"),
    [
        ("GB/T 2261.1", "男", "1"),
        ("GB/T 2261.1", "未知", "0"),
        ("GB/T 3304", "汉", "01"),
        ("GB/T 3304", "毛难", "36"),
        ("GB/T 3304", "崩龙族", "46"),
        ("GB/T 3304", "JN", "56"),
        ("GB/T 4761", "户主", "02"),
        ("GB/T 4761", "妻子", "12"),
        ("GB/T 4754", "6513", "I6513"),
        ("GB/T 4754", "83", "P83"),
        ("GB/T 36903", "居民身份证", "111"),
        ("户籍状态", "死亡", "9"),
    ],
)
def test_words_that_mean_a_code(table: str, word: str, code: str) -> None:
    assert CODES[table].aliases[word] == code


def test_industries_of_2017_are_complete_by_division_and_letter() -> None:
    divisions = [code for code, kind in CODES["GB/T 4754"].kinds.items() if kind == "division"]
    sections = [code for code, kind in CODES["GB/T 4754"].kinds.items() if kind == "section"]
    assert (len(sections), len(divisions)) == (20, 97)
    assert {"N79", "O80", "P83", "Q85", "R90", "S96", "T97"} <= set(divisions)


def test_education_under_its_number_of_2011() -> None:
    industries = CODES["GB/T 4754"]
    assert industries.successors["P82"] == "P83"
    assert industries.names["P83"] == "教育"


@pytest.mark.parametrize("table", CODES)
def test_successors_are_in_force(table: str) -> None:
    codes = CODES[table]
    heirs = {code for several in codes.successors.values() for code in several.split("|")}
    assert heirs <= set(codes.names) - set(codes.successors)


def test_a_division_that_was_split_has_several_successors(divisions: Codes) -> None:
    assert divisions.successors["130103"] == "130102|130104"  # 石家庄市桥东区, 2014
