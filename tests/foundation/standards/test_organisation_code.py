from __future__ import annotations

import pyarrow as pa
import pytest
from stdnum.cn.uscc import calc_check_digit

from foundation.standards.conformed import Setting
from foundation.standards.organisation_code import STANDARDS

(ORGANISATION_CODE,) = STANDARDS


def one(text: str | None) -> tuple[str | None, str | None]:
    value, issue = ORGANISATION_CODE.conform(pa.array([text], pa.string()), Setting())
    return value[0].as_py(), issue[0].as_py()


@pytest.mark.parametrize("delivered", ["D2143569X", "D2143569-X", "d2143569-x", "Ｄ２１４３５６９－Ｘ", " D2143569—X"])
def test_nine_characters_with_or_without_the_hyphen(delivered: str) -> None:
    assert one(delivered) == ("D2143569X", None)


@pytest.mark.parametrize(
    ("delivered", "code"),
    [("914403001922038216", "192203821"), ("N2610102MF1234567N", "MF1234567"), ("610102D2143569X", "D2143569X")],
)
def test_it_is_read_from_a_credit_code_and_an_old_tax_number(delivered: str, code: str) -> None:
    assert one(delivered) == (code, None)


@pytest.mark.parametrize(
    ("delivered", "value", "rule"),
    [
        ("D2143569-0", "D21435690", "check_character"),
        ("610102D21435690", "D21435690", "check_character"),
        ("914403001922038217", "192203821", "credit_code"),
        ("张2143569", "张2143569", "length"),
        ("D2143569", "D2143569", "length"),
        ("未办理代码证", "未办理代码证", "length"),  # 18 bytes, of which nine in the middle are no text
        ("没有代码证", "没有代码证", "length"),
    ],
)
def test_faults(delivered: str, value: str, rule: str) -> None:
    assert one(delivered) == (value, f"organisation_code.{rule}")


def test_a_sound_credit_code_answers_for_what_is_inside() -> None:
    body = "91440300192203822"
    assert one(body + calc_check_digit(body)) == ("192203822", "organisation_code.inside_check")


@pytest.mark.parametrize("nothing", [None, "", "-", "无", "000000000", "000000000000000000"])
def test_placeholders(nothing: str | None) -> None:
    assert one(nothing) == (None, None)


def test_all_forms_in_one_column() -> None:
    column = ["914403001922038216", None, "D2143569-X", "000000000000000000", "610102D2143569X", "无"]
    value, issue = ORGANISATION_CODE.conform(pa.array(column), Setting())
    assert value.to_pylist() == ["192203821", None, "D2143569X", None, "D2143569X", None]
    assert issue.null_count == 6
