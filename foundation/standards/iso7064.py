"""Check characters of ISO/IEC 7064 over columns: a matrix of character values, (positions, numbers)."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.uint8]


def weighted(values: Values, weights: tuple[int, ...]) -> npt.NDArray[np.uint16]:
    """Sum of value times weight over the positions."""
    total = np.zeros(values.shape[1], np.uint16)
    term = np.empty(values.shape[1], np.uint16)
    for row, weight in zip(values, weights, strict=True):
        np.multiply(row, np.uint16(weight), out=term)
        total += term
    return total


def mod_11_2(values: Values) -> Values:
    """Check value 0 to 10 (10 is X) of the pure system MOD 11-2, the check position not included (GB 11643-1999 §5)."""
    length = values.shape[0]
    weights = tuple(2 ** (length - position) % 11 for position in range(length))
    return ((12 - weighted(values, weights) % 11) % 11).astype(np.uint8)


def mod_37_36(values: Values) -> Values:
    """Check value 0 to 35 of the hybrid system MOD 37,36; the value 36 is no character (GB/T 36904)."""
    return hybrid(values, 36)


def mod_11_10(values: Values) -> Values:
    """Check value 0 to 9 of the hybrid system MOD 11,10; the value 10 is no character (GS 15)."""
    return hybrid(values, 10)


def hybrid(values: Values, modulus: int) -> Values:
    """Check value of the hybrid system MOD (modulus + 1),modulus; the value `modulus` leaves the state as it is."""
    table, width = _transitions(modulus), np.uint16(modulus + 1)
    state = np.full(values.shape[1], modulus, np.uint16)
    for row in values:
        state *= width
        state += row
        state = table[state]
    return ((1 + modulus - state) % modulus).astype(np.uint8)


@cache
def _transitions(modulus: int) -> npt.NDArray[np.uint16]:
    """Next state by state * (modulus + 1) + value."""
    state, value = np.divmod(np.arange((modulus + 1) ** 2), modulus + 1)
    total = (state + value) % modulus
    following = np.where(total == 0, modulus, total) * 2 % (modulus + 1)
    return np.where(value == modulus, state, following).astype(np.uint16)
