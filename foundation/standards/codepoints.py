"""Strings as one run of code points with offsets: normalising a batch is table look-ups, not Python per value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.conformed import Conformed

Points = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

CODE_POINTS = 0x110000


class Run(NamedTuple):
    """`points` (m,) of n strings one after another; string i is points[offsets[i]:offsets[i + 1]]."""

    points: Points
    offsets: Offsets


def as_strings(array: pa.Array) -> pa.StringArray:
    """The array as Arrow strings, whatever text type it had (large, dictionary, view, all null)."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array if array.type == pa.string() else array.cast(pa.string())


def to_points(array: pa.Array) -> Run:
    """The code points of a string array; a null is an empty string."""
    strings = pc.fill_null(as_strings(array), "")
    offsets = np.zeros(len(strings) + 1, dtype=np.int64)
    np.cumsum(pc.utf8_length(strings).to_numpy(zero_copy_only=False), out=offsets[1:])
    text = str(_value_bytes(strings), "utf-8")
    return Run(np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32), offsets)


def _value_bytes(strings: pa.StringArray) -> Any:
    _, positions, data = strings.buffers()
    if data is None or not len(strings):
        return b""
    bounds = np.frombuffer(positions, dtype=np.int32)[strings.offset : strings.offset + len(strings) + 1]
    return memoryview(data)[bounds[0] : bounds[-1]]


def to_strings(run: Run) -> pa.StringArray:
    """The strings of a run, none of them null."""
    points, offsets = run
    widths = np.ones(len(points) + 1, dtype=np.int32)
    for least in (0x80, 0x800, 0x10000):
        widths[1:] += points >= least
    widths[0] = 0
    positions = np.cumsum(widths, dtype=np.int32)[offsets]
    data = points.tobytes().decode("utf-32-le").encode("utf-8")
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(positions), pa.py_buffer(data))


def kept(run: Run, keep: Mask) -> Run:
    """The run without the points where `keep` (m,) is false."""
    if keep.all():
        return run
    before = np.zeros(len(keep) + 1, dtype=np.int64)
    np.cumsum(keep, out=before[1:])
    return Run(run.points[keep], before[run.offsets])


def any_in_each(flags: Mask, offsets: Offsets) -> Mask:
    """For each string (n,): whether one of its points (m,) is flagged."""
    found = np.zeros(len(offsets) - 1, dtype=np.bool_)
    where = np.flatnonzero(flags)
    found[np.searchsorted(offsets, where, side="right") - 1] = True
    return found


def count_in_each(flags: Mask, offsets: Offsets) -> Offsets:
    """For each string (n,): how many of its points (m,) are flagged."""
    before = np.zeros(len(flags) + 1, dtype=np.int64)
    np.cumsum(flags, out=before[1:])
    return before[offsets[1:]] - before[offsets[:-1]]


def starts(run: Run) -> Mask:
    """(m + 1,): whether a string begins at the point, or the run ends there."""
    first = np.zeros(len(run.points) + 1, dtype=np.bool_)
    first[run.offsets] = True
    first[-1] = True
    return first


def truth(mask: pa.Array) -> Mask:
    """An Arrow boolean array as numpy, null as false."""
    flags: Mask = pc.fill_null(mask, False).to_numpy(zero_copy_only=False).astype(np.bool_)
    return flags


def replaced(array: pa.Array, where: Mask, values: pa.Array) -> pa.Array:
    """The array with its elements at `where` replaced by `values`, in order."""
    if not where.any():
        return array
    return pc.replace_with_mask(array, pa.array(where), values)


def nulled(array: pa.Array, where: Mask) -> pa.Array:
    """The array with its elements at `where` null."""
    return pc.if_else(pa.array(where), pa.scalar(None, array.type), array) if where.any() else array


def issues(size: int, *found: tuple[str, Mask]) -> pa.StringArray:
    """The rule that each of `size` values broke: of several the first given."""
    chosen = np.full(size, -1, dtype=np.int32)
    for position, (_, mask) in reversed(list(enumerate(found))):
        chosen[mask] = position
    if not (chosen >= 0).any():
        return pa.nulls(size, pa.string())
    codes = pa.array([code for code, _ in found], pa.string())
    return codes.take(pa.array(chosen, mask=chosen < 0))


def by_distinct(
    array: pa.Array, conform: Callable[[str], tuple[Any, str | None]], value_type: pa.DataType
) -> Conformed:
    """Conform through a plain function of one text, called once for each distinct value."""
    encoded = as_strings(array).dictionary_encode()
    results = [conform(text) for text in encoded.dictionary.to_pylist()]
    values = pa.array([value for value, _ in results], value_type)
    broken = pa.array([issue for _, issue in results], pa.string())
    return Conformed(values.take(encoded.indices), broken.take(encoded.indices))
