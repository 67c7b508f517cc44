from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2 as oracle_11_2
from stdnum.iso7064 import mod_11_10 as oracle_11_10
from stdnum.iso7064 import mod_37_36 as oracle_37_36

from foundation.standards.iso7064 import mod_11_2, mod_11_10, mod_37_36
from foundation.standards.matrix import ALPHANUMERIC, Bytes


def laid_out(numbers: list[str], absent: int) -> Bytes:
    """Character values flush right, (positions, numbers)."""
    width = max(map(len, numbers))
    values = [[absent] * (width - len(text)) + [ALPHANUMERIC.index(c) for c in text] for text in numbers]
    return np.array(values, np.uint8).T


@given(st.lists(st.text("0123456789", min_size=17, max_size=17), min_size=1, max_size=20))
def test_mod_11_2_agrees_with_stdnum(numbers: list[str]) -> None:
    expected = ["0123456789X".index(oracle_11_2.calc_check_digit(text)) for text in numbers]
    assert mod_11_2(laid_out(numbers, 0)).tolist() == expected


@given(st.lists(st.text(ALPHANUMERIC, min_size=1, max_size=70), min_size=1, max_size=20))
def test_mod_37_36_agrees_with_stdnum_for_any_lengths_together(numbers: list[str]) -> None:
    expected = [ALPHANUMERIC.index(oracle_37_36.calc_check_digit(text)) for text in numbers]
    assert mod_37_36(laid_out(numbers, 36)).tolist() == expected


@given(st.lists(st.text("0123456789", min_size=14, max_size=14), min_size=1, max_size=20))
def test_mod_11_10_agrees_with_stdnum(numbers: list[str]) -> None:
    expected = [int(oracle_11_10.calc_check_digit(text)) for text in numbers]
    assert mod_11_10(laid_out(numbers, 10)).tolist() == expected
