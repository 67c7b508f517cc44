from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.standards.phone import STANDARD
from tests.foundation.standards.columns import columns, conformed, one


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("13812345678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("013812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("029-88881234", "029-88881234"),
        ("02988881234", "029-88881234"),
        ("(029)88881234", "029-88881234"),
        ("029 8888 1234", "029-88881234"),
        ("029-8888-1234", "029-88881234"),
        ("0911 2345678", "0911-2345678"),
        ("+86 29 8888 1234", "029-88881234"),
        ("029-88881234转801", "029-88881234-801"),
        ("400-800-1234", "4008001234"),
    ],
)
def test_numbers_in_their_usual_form(delivered: str, expected: str) -> None:
    assert one(STANDARD, delivered) == (expected, None)


@pytest.mark.parametrize("delivered", ["11111111111", "00000000", "000-0000-0000", "无", "-", "", None])
def test_placeholders(delivered: str | None) -> None:
    assert one(STANDARD, delivered) == (None, None)


@pytest.mark.parametrize("delivered", ["abc", "138123456", "12812345678", "13812345678/13912345678"])
def test_what_is_no_number_is_kept_and_reported(delivered: str) -> None:
    assert one(STANDARD, delivered) == (delivered, "phone.format")


def test_a_landline_without_its_area_code() -> None:
    assert one(STANDARD, "8888-1234") == ("88881234", "phone.area_code_missing")


@given(texts=columns, digits=st.lists(st.text(alphabet="0123456789+-()（） 转ext", max_size=16)))
def test_conforming_twice_is_conforming_once(texts: list[str | None], digits: list[str]) -> None:
    once = [value for value, _ in conformed(STANDARD, [*texts, *digits])]
    assert [value for value, _ in conformed(STANDARD, once)] == once
