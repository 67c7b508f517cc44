"""Registration numbers, licence identifiers and real-estate unit numbers."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from foundation.standards.conformed import Setting, Standard
from foundation.standards.license_identifier import STANDARDS as LICENSE
from foundation.standards.registration_number import STANDARDS as REGISTRATION
from foundation.standards.unit_number import STANDARDS as UNIT
from tests.foundation.standards.vectors import DIVISIONS

PUBLISHED = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
]


def one(standard: Standard, text: str | None) -> tuple[str | None, str | None]:
    value, issue = standard.conform(pa.array([text], pa.string()), Setting(codes=DIVISIONS))
    return value[0].as_py(), issue[0].as_py()


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("110108000000016", ("110108000000016", None)),
        ("1101 0800 0000 016", ("110108000000016", None)),
        ("110108000000017", ("110108000000017", "registration_number.check_character")),
        ("6101001234567", ("6101001234567", "registration_number.format")),
        ("陕工商61", ("陕工商61", "registration_number.format")),
        ("无", (None, None)),
        (None, (None, None)),
        ("", (None, None)),
    ],
)
def test_registration_numbers(delivered: str | None, expected: tuple[str | None, str | None]) -> None:
    assert one(REGISTRATION[0], delivered) == expected


@pytest.mark.parametrize("identifier", PUBLISHED)
def test_published_licence_identifiers(identifier: str) -> None:
    assert one(LICENSE[0], identifier) == (identifier, None)
    assert one(LICENSE[0], f" {identifier.lower()} ") == (identifier, None)
    assert one(LICENSE[0], identifier.replace(".", "．")) == (identifier, None)


def test_an_issuer_without_a_credit_code_is_a_warning() -> None:
    identifier = "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9"
    assert one(LICENSE[0], identifier) == (identifier, "license_identifier.issuer")


@pytest.mark.parametrize(
    ("identifier", "rule"),
    [
        (PUBLISHED[0][:-1] + "V", "check_character"),
        (PUBLISHED[0].replace("20230000403", "20230000404"), "check_character"),
        (PUBLISHED[0].removeprefix("1."), "fields"),
        ("1.2.156.3005.2.11100000000013338W011.001.U", "fields"),
        (PUBLISHED[0].replace(".001.", ".1."), "version"),
        (PUBLISHED[0].replace("W011", "W11"), "type_code"),
        ("61-1234", "fields"),
    ],
)
def test_faulty_licence_identifiers(identifier: str, rule: str) -> None:
    assert one(LICENSE[0], identifier) == (identifier, f"license_identifier.{rule}")


def test_one_endless_licence_identifier_does_not_widen_all_the_others() -> None:
    endless = f"1.2.156.3005.2.11100000000013338W011.11430000006122244L.{'A' * 300_000}.001.U"
    column = pa.array([endless, *PUBLISHED * 5_000])
    value, issue = LICENSE[0].conform(column, Setting())
    assert value.to_pylist() == column.to_pylist()
    assert issue.drop_null().to_pylist() == ["license_identifier.fields"]


@given(st.lists(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=32), min_size=1, max_size=10))
def test_licence_identifiers_of_any_length_together(serials: list[str]) -> None:
    fields = [("11100000000013338W011", "11430000006122244L", serial, "001") for serial in serials]
    made = [f"1.2.156.3005.2.{'.'.join(f)}.{mod_37_36.calc_check_digit(''.join(f))}" for f in fields]
    value, issue = LICENSE[0].conform(pa.array(made), Setting())
    assert value.to_pylist() == made
    assert issue.null_count == len(made)


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("610102001001GB00001F00010001", ("610102001001GB00001F00010001", None)),
        ("610102 001001 gb00001 w00000000", ("610102001001GB00001W00000000", None)),
        ("610102001001GB00001F0001", ("610102001001GB00001F0001", "unit_number.length")),
        ("61010200100AGB00001F00010001", ("61010200100AGB00001F00010001", "unit_number.characters")),
        ("610102001001QB00001F00010001", ("610102001001QB00001F00010001", "unit_number.parcel_type")),
        ("610102001001GB00001K00010001", ("610102001001GB00001K00010001", "unit_number.fixture")),
        ("610102001001GB00001W00010001", ("610102001001GB00001W00010001", "unit_number.fixture")),
        ("619902001001GB00001F00010001", ("619902001001GB00001F00010001", "unit_number.division")),
        ("无", (None, None)),
    ],
)
def test_unit_numbers(delivered: str, expected: tuple[str | None, str | None]) -> None:
    assert one(UNIT[0], delivered) == expected


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=8))
def test_any_text_is_survived(column: list[str | None]) -> None:
    for standard in (*LICENSE, *REGISTRATION, *UNIT):
        once = standard.conform(pa.array(column, pa.string()), Setting(codes=DIVISIONS))
        assert len(once.value) == len(once.issue) == len(column)
        assert standard.conform(once.value, Setting(codes=DIVISIONS)).value.to_pylist() == once.value.to_pylist()
