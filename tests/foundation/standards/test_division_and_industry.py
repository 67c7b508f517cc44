from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.catalogue.catalogue import Codes
from foundation.standards.conformed import Setting, Standard
from foundation.standards.division import STANDARDS as DIVISION_STANDARDS
from foundation.standards.industry import STANDARDS as INDUSTRY_STANDARDS
from tests.foundation.standards.vectors import DIVISIONS

DIVISION, DIVISION_BIRTH, DIVISION_NODE = DIVISION_STANDARDS
(INDUSTRY,) = INDUSTRY_STANDARDS
INDUSTRIES = Codes(
    title="国民经济行业分类",
    standard="GB/T 4754",
    names={
        "A": "农、林、牧、渔业",
        "A01": "农业",
        "A0111": "稻谷种植",
        "I65": "软件和信息技术服务业",
        "I651": "软件开发",
        "I6510": "软件开发",
    },
    aliases={"0111": "A0111", "6510": "I6510"},
    successors={},
)


def one(standard: Standard, text: str | None, codes: Codes | None = DIVISIONS) -> tuple[str | None, str | None]:
    value, issue = standard.conform(pa.array([text], pa.string()), Setting(codes=codes))
    return value[0].as_py(), issue[0].as_py()


@pytest.mark.parametrize(
    ("delivered", "current"),
    [
        ("610102", "610102"),
        ("610102.0", "610102"),
        (" ６１０１０２", "610102"),
        ("610102000000", "610102"),
        ("610102001003", "610102"),
        ("610102001", "610102"),
        ("612722", "610881"),
        ("610821", "610881"),
        ("610125", "610118"),
        ("神木县", "610881"),
        ("神木市", "610881"),
        ("榆林市神木县", "610881"),
        ("陕西省榆林市神木市", "610881"),
        ("陕西省神木市", "610881"),
        ("西安市新城区", "610102"),
        ("西安高新", "610131"),
    ],
)
def test_codes_and_names_become_the_current_code(delivered: str, current: str) -> None:
    assert one(DIVISION, delivered) == (current, None)


def test_a_registrars_zone_stays_as_it_is() -> None:
    assert one(DIVISION, "610131") == ("610131", None)


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("619902", ("619902", "division.unknown")),
        ("610321", ("610321", "division.split")),
        ("新城区", (None, "division.format")),
        ("6101", (None, "division.format")),
        ("火星", (None, "division.format")),
        ("٦١٠١٠٢", (None, "division.format")),
        ("陕西省" * 1000, (None, "division.format")),
        ("无", (None, None)),
        ("000000", (None, None)),
        ("", (None, None)),
    ],
)
def test_what_cannot_be_known_is_not_guessed(delivered: str, expected: tuple[str | None, str | None]) -> None:
    assert one(DIVISION, delivered) == expected


def test_a_place_of_birth_keeps_the_code_of_its_day() -> None:
    assert one(DIVISION_BIRTH, "612722") == ("612722", None)
    assert one(DIVISION_BIRTH, "610321") == ("610321", None)


@pytest.mark.parametrize(
    ("delivered", "node"),
    [
        ("610102", "610102"),
        ("610102000000", "610102"),
        ("610102001000", "610102001"),
        ("610102001", "610102001"),
        ("610102001003", "610102001003"),
    ],
)
def test_divisions_below_counties_keep_their_own_code(delivered: str, node: str) -> None:
    assert one(DIVISION_NODE, delivered) == (node, None)


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("I6510", ("I6510", None)),
        ("6510", ("I6510", None)),
        ("i6510", ("I6510", None)),
        ("6510.0", ("I6510", None)),
        ("65", ("I65", None)),
        ("I", ("I", None)),
        ("0111", ("A0111", None)),
        ("软件开发", ("I6510", None)),
        ("C6510", ("C6510", "industry_code.section")),
        ("6599", ("I6599", "industry_code.unknown")),
        ("9999", ("9999", "industry_code.unknown")),
        ("种菜", (None, "industry_code.format")),
        ("٦٥١٠", (None, "industry_code.format")),
        ("无", (None, None)),
        (None, (None, None)),
    ],
)
def test_industries(delivered: str | None, expected: tuple[str | None, str | None]) -> None:
    assert one(INDUSTRY, delivered, INDUSTRIES) == expected


@given(st.lists(st.one_of(st.none(), st.text(max_size=14), st.text("0123456789", min_size=6, max_size=12)), max_size=8))
def test_any_text_is_survived_and_conforming_twice_changes_nothing(column: list[str | None]) -> None:
    for standard, codes in ((DIVISION, DIVISIONS), (DIVISION_NODE, DIVISIONS), (INDUSTRY, INDUSTRIES)):
        once = standard.conform(pa.array(column, pa.string()), Setting(codes=codes))
        again = standard.conform(once.value, Setting(codes=codes))
        assert len(once.value) == len(once.issue) == len(column)
        assert again.value.to_pylist() == once.value.to_pylist()
