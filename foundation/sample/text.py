"""Arrow strings made from numbers, words and code points, without a Python step per row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.draw import Integers, Mask

UNKNOWN = -(10**6)  # a day that is not known: before any date that occurs
Bytes = npt.NDArray[np.uint8]


def from_bytes(matrix: Bytes) -> pa.StringArray:
    """ASCII text from a matrix of shape (rows, width)."""
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    data = np.ascontiguousarray(matrix, dtype=np.uint8)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data.reshape(-1)))


def digit_bytes(values: Integers, width: int) -> Bytes:
    """Decimal digits, padded with zeros to `width`, as ASCII of shape (rows, width)."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (np.asarray(values, np.int64)[:, None] // powers % 10 + 48).astype(np.uint8)


def digits(values: Integers, width: int) -> pa.StringArray:
    """Numbers as text of a fixed width."""
    return from_bytes(digit_bytes(values, width))


def numbers(values: npt.NDArray[np.generic]) -> pa.StringArray:
    """Numbers as text in their shortest form."""
    return pa.array(values).cast(pa.string())


def join(*parts: pa.Array | str) -> pa.StringArray:
    """Texts put together row by row; a null part makes the row null."""
    filled = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*filled, "")


def choose(mask: Mask, yes: pa.Array | str | None, no: pa.Array | str | None) -> pa.StringArray:
    """`yes` where the mask holds, else `no`; None is null."""
    sides = [side if isinstance(side, pa.Array) else pa.scalar(side, pa.string()) for side in (yes, no)]
    return pc.if_else(pa.array(mask), *sides)


def take(words: Sequence[str | None] | pa.Array, index: Integers) -> pa.StringArray:
    """Words by their index."""
    table = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
    return table.take(pa.array(index))


def constant(value: str | None, rows: int) -> pa.StringArray:
    """The same text in every row."""
    return pa.array([value], pa.string()).take(pa.array(np.zeros(rows, np.int64)))


def dates(days: Integers) -> pa.Date32Array:
    """Days since 1970-01-01 as dates; `UNKNOWN` is null."""
    return pa.Array.from_buffers(
        pa.date32(), len(days), [_validity(days), pa.py_buffer(np.ascontiguousarray(days, dtype=np.int32))]
    )


def _validity(days: Integers) -> pa.Buffer:
    return pa.py_buffer(np.packbits(days != UNKNOWN, bitorder="little"))


def parts_of(days: Integers) -> tuple[Integers, Integers, Integers]:
    """Year, month and day of days since 1970-01-01."""
    date = np.asarray(days, np.int64).astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    year = date.astype("datetime64[Y]")
    return (
        year.astype(np.int64) + 1970,
        (month - year.astype("datetime64[M]")).astype(np.int64) + 1,
        (date - month.astype("datetime64[D]")).astype(np.int64) + 1,
    )


def compact(days: Integers) -> pa.StringArray:
    """YYYYMMDD; `UNKNOWN` is null."""
    year, month, day = parts_of(np.where(days == UNKNOWN, 0, days))
    return choose(days != UNKNOWN, digits(year * 10000 + month * 100 + day, 8), None)


def _iso_bytes(days: Integers) -> Bytes:
    plain = digit_bytes(np.sum([p * f for p, f in zip(parts_of(days), (10000, 100, 1), strict=True)], axis=0), 8)
    dash = np.full((len(days), 1), ord("-"), np.uint8)
    return np.hstack([plain[:, :4], dash, plain[:, 4:6], dash, plain[:, 6:]])


def iso(days: Integers) -> pa.StringArray:
    """YYYY-MM-DD; `UNKNOWN` is null."""
    return choose(days != UNKNOWN, from_bytes(_iso_bytes(np.where(days == UNKNOWN, 0, days))), None)


def moments(days: Integers, seconds: Integers) -> pa.StringArray:
    """YYYY-MM-DD HH:MM:SS."""
    time = digit_bytes(seconds // 3600 * 10000 + seconds // 60 % 60 * 100 + seconds % 60, 6)
    mark = np.full((len(days), 2), (ord(" "), ord(":")), np.uint8)
    clock = np.hstack([mark[:, :1], time[:, :2], mark[:, 1:], time[:, 2:4], mark[:, 1:], time[:, 4:]])
    return from_bytes(np.hstack([_iso_bytes(days), clock]))


def to_points(texts: pa.Array) -> npt.NDArray[np.uint32]:
    """Code points of shape (rows, longest text), filled up with 0; nulls are empty."""
    filled = np.asarray(pc.fill_null(texts, "").to_numpy(zero_copy_only=False), dtype="U")
    width = max(filled.dtype.itemsize // 4, 1)
    return filled.astype(f"U{width}").view(np.uint32).reshape(len(filled), width).copy()


def from_points(points: npt.NDArray[np.uint32]) -> pa.StringArray:
    """Text from code points; zeros within a row are left out."""
    rows, width = points.shape
    if not rows:
        return pa.array([], pa.string())
    order = np.argsort(points == 0, axis=1, kind="stable")
    packed = np.ascontiguousarray(np.take_along_axis(points, order, axis=1), dtype=np.uint32)
    return pa.array(packed.view(f"U{width}").reshape(rows), pa.string())
