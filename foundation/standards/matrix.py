"""Columns of text as matrices of bytes: how identifiers are checked without Python per value.

Values of one length are laid out with one row per character position, so that a rule is an operation on whole columns.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.codepoints import nulled, replaced

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def flat(array: pa.StringArray) -> tuple[npt.NDArray[np.int32], Bytes]:
    """Offsets (n + 1) into the bytes of a string array, and the bytes."""
    _, offsets, data = array.buffers()
    if offsets is None or len(array) == 0:
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    return bounds, np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


def lengths(array: pa.StringArray) -> npt.NDArray[np.int32]:
    """Bytes per value; 0 for null."""
    counted: npt.NDArray[np.int32] = pc.fill_null(pc.binary_length(array), 0).to_numpy(zero_copy_only=False)
    return counted


def byte_table(characters: str) -> Mask:
    """Which of the 256 bytes are among these ASCII characters."""
    table = np.zeros(256, np.bool_)
    table[np.frombuffer(characters.encode("ascii"), np.uint8)] = True
    return table


def value_table(alphabet: str, other: int = 255) -> Bytes:
    """The value of each byte: its position in the alphabet, or `other`."""
    table = np.full(256, other, np.uint8)
    table[np.frombuffer(alphabet.encode("ascii"), np.uint8)] = np.arange(len(alphabet), dtype=np.uint8)
    return table


DECIMAL = value_table("0123456789")
BASE36 = value_table(ALPHANUMERIC)


def all_of(flags: Mask) -> Mask:
    """Per value, whether the flags (positions, values) of all positions are set."""
    every: Mask = np.logical_and.reduce(flags)
    return every


def present(array: pa.StringArray) -> Mask:
    """Where there is a value; a mask of one's own."""
    there: Mask = array.is_valid().to_numpy(zero_copy_only=False).copy()
    return there


def marked(count: int, rows: Rows) -> Mask:
    """A mask with these rows set."""
    mask = np.zeros(count, np.bool_)
    mask[rows] = True
    return mask


def replace_rows(array: pa.StringArray, rows: Rows, part: pa.StringArray) -> pa.StringArray:
    """The array with `part` in place of the given rows (ascending)."""
    return replaced(array, marked(len(array), rows), part)


def nullified(array: pa.Array, rows: Rows) -> pa.Array:
    """The array with null in the given rows."""
    return nulled(array, marked(len(array), rows))


def of_length(array: pa.StringArray, length: int) -> tuple[Rows, Bytes]:
    """Rows whose value has this many bytes, and those bytes as a matrix (length, rows)."""
    rows = np.flatnonzero(lengths(array) == length)
    return rows, matrix_of(array if len(rows) == len(array) else array.take(pa.array(rows)), length)


def matrix_of(array: pa.StringArray, length: int) -> Bytes:
    """The bytes of values that all have this length, one row per character position: (length, values)."""
    bounds, data = flat(array)
    return np.ascontiguousarray(data[bounds[0] : bounds[-1]].reshape(-1, length).T)


def strings_of(matrix: Bytes) -> pa.StringArray:
    """Strings from a matrix of bytes (length, values)."""
    length, count = matrix.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(length)
    data = np.ascontiguousarray(matrix.T)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))


def number(digits: Bytes) -> npt.NDArray[np.int32]:
    """The decimal number that rows of digit values (positions, values) spell; at most nine positions."""
    total = np.zeros(digits.shape[1], np.int32)
    for digit in digits:
        total *= 10
        total += digit
    return total
