from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.standards.conformed import Standard
from foundation.standards.number import DECIMAL, INTEGER
from tests.foundation.standards.columns import columns, conformed, one


@pytest.mark.parametrize(
    ("standard", "delivered", "value"),
    [
        (INTEGER, "12", 12),
        (INTEGER, "１２", 12),
        (INTEGER, "1,234人", 1234),
        (INTEGER, "12.0", 12),
        (INTEGER, "-3", -3),
        (INTEGER, "", None),
        (INTEGER, "不详", None),
        (INTEGER, "0", 0),
        (DECIMAL, "120.5㎡", 120.5),
        (DECIMAL, "1,234.56平方米", 1234.56),
        (DECIMAL, "120.5m²", 120.5),
        (DECIMAL, "12", 12.0),
    ],
)
def test_numbers(standard: Standard, delivered: str, value: float | None) -> None:
    assert one(standard, delivered) == (value, None)


@pytest.mark.parametrize(
    ("standard", "delivered", "issue"),
    [
        (INTEGER, "12.5", "number.not_integer"),
        (INTEGER, "一百", "number.format"),
        (INTEGER, "12万", "number.format"),
        (INTEGER, "99999999999999999999", "number.format"),
        (DECIMAL, "12亩", "number.format"),
        (DECIMAL, "1,23", "number.format"),
    ],
)
def test_what_is_not_read(standard: Standard, delivered: str, issue: str) -> None:
    assert one(standard, delivered) == (None, issue)


@pytest.mark.parametrize("standard", [INTEGER, DECIMAL], ids=lambda standard: standard.name)
@given(texts=columns, numbers=st.lists(st.text(alphabet="0123456789.,+-人e㎡", max_size=20)))
def test_nothing_makes_it_fail(standard: Standard, texts: list[str | None], numbers: list[str]) -> None:
    conformed(standard, [*texts, *numbers])


@given(st.lists(st.integers(-(10**14), 10**14)))
def test_every_integer_is_read(numbers: list[int]) -> None:
    kept = [number for number in numbers if len(str(abs(number))) > 0]
    assert [value for value, _ in conformed(INTEGER, [f"{number}" for number in kept])] == kept
