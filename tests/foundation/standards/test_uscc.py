from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.uscc import calc_check_digit

from foundation.standards.conformed import Setting, Standard
from foundation.standards.uscc import CHARACTERS, STANDARDS
from tests.foundation.standards.vectors import rows

USCC, TAXPAYER_NUMBER = STANDARDS
SOUND = "914403001922038216"


def one(text: str | None, standard: Standard = USCC) -> tuple[str | None, str | None]:
    value, issue = standard.conform(pa.array([text], pa.string()), Setting())
    return value[0].as_py(), issue[0].as_py()


def with_check(body: str) -> str:
    return body + calc_check_digit(body)


@pytest.mark.parametrize(
    "delivered",
    [
        SOUND,
        "91440300-192203821-6",
        " 914403001922038216 ",
        "９１４４０３００１９２２０３８２１６",
        "'914403001922038216",
    ],
)
def test_the_same_code_however_it_is_typed(delivered: str) -> None:
    assert one(delivered) == (SOUND, None)


def test_lower_case_becomes_upper_case() -> None:
    assert one("91110108795101314g") == ("91110108795101314G", None)


@pytest.mark.parametrize("nothing", [None, "", "无", "-", "NULL", "000000000000000000", "111111111111111111", "待办"])
def test_placeholders_are_null_without_issue(nothing: str | None) -> None:
    assert one(nothing) == (None, None)


@pytest.mark.parametrize(
    ("delivered", "rule"),
    [
        ("12345", "length"),
        ("9144030019220382167", "length"),
        ("110108000000016", "registration_number"),
        ("D2143569X", "organisation_code"),
        ("9144O3001922038216", "alphabet"),
        ("91440300192203821I", "alphabet"),
        ("9144030019220382S6", "alphabet"),
        ("9144030019Z2038216", "alphabet"),
        ("914403001922038217", "check_character"),
        (with_check("B1440300192203821"), "department"),
        (with_check("01440300192203821"), "department"),
        (with_check("9144A300192203821"), "division"),
        (with_check("97440300192203821"), "category"),
        (with_check("91440300192203822"), "organisation_check"),
    ],
)
def test_each_fault_has_its_own_reason_and_nothing_is_put_right(delivered: str, rule: str) -> None:
    assert one(delivered) == (delivered, f"uscc.{rule}")


def test_only_what_makes_a_code_unusable_is_an_error() -> None:
    warnings = {rule.code for rule in USCC.rules if rule.severity.value == "warning"}
    assert warnings == {"uscc.category", "uscc.organisation_check"}


@pytest.mark.parametrize(
    "code", ["N2610102MF1234567N", with_check("A1110000600037341"), with_check("Y1110000600037341")]
)
def test_letters_of_military_rural_and_other_departments_are_accepted(code: str) -> None:
    assert one(code) == (code, None)


def test_published_vectors() -> None:
    for vector in rows("vectors/uscc_vectors.csv"):
        _, issue = one(vector["code"])
        assert (issue is None) == (vector["expected"] == "valid"), vector


def test_an_old_tax_number_is_neither_a_credit_code_nor_an_error() -> None:
    assert one("610102D2143569X", TAXPAYER_NUMBER) == (None, None)
    assert one("610102d2143569x", TAXPAYER_NUMBER) == (None, None)
    assert one(SOUND, TAXPAYER_NUMBER) == (SOUND, None)
    assert one("610102D21435690", TAXPAYER_NUMBER) == ("610102D21435690", "uscc.registration_number")
    assert one("914403001922038217", TAXPAYER_NUMBER) == ("914403001922038217", "uscc.check_character")


@given(st.text(CHARACTERS, min_size=9, max_size=9), st.integers(0, 17), st.sampled_from(CHARACTERS))
def test_one_wrong_character_never_passes(body: str, position: int, other: str) -> None:
    code = with_check("91610102" + body)
    broken = code[:position] + other + code[position + 1 :]
    errors = {None, "uscc.organisation_check", "uscc.category"}
    assert (one(broken)[1] in errors) == (broken == code) or one(broken)[0] is None


@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=8))
def test_any_text_is_survived_and_conforming_twice_changes_nothing(column: list[str | None]) -> None:
    for standard in STANDARDS:
        once = standard.conform(pa.array(column, pa.string()), Setting())
        again = standard.conform(once.value, Setting())
        assert len(once.value) == len(once.issue) == len(column)
        assert again.value.to_pylist() == once.value.to_pylist()
