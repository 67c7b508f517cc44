"""The text as delivered, kept where the conformed value says something else than the text in its declared form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.conforming.plan import Plan, Step
from foundation.standards.matrix import matrix_of, strings_of

Mask = npt.NDArray[np.bool_]
NUMBER = r"^[+-]?\d+(\.\d+)?$"
# YYYYMMDD out of YYYY-MM-DD.
COMPACT = [0, 1, 2, 3, 5, 6, 8, 9]


def kept_text(step: Step, plan: Plan, text: pa.StringArray, value: pa.Array) -> pa.StringArray:
    """The delivered text of the rows whose value says something else, null in the others."""
    if text is value:
        return pa.nulls(len(text), pa.string())
    other = ~_same(step, plan, text, value)
    rows = np.flatnonzero(other)
    if len(rows):
        blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(text.take(pa.array(rows))), ""), True)
        other[rows[blank.to_numpy(zero_copy_only=False)]] = False
    if not other.any():
        return pa.nulls(len(text), pa.string())
    return pc.if_else(pa.array(other), text, pa.scalar(None, pa.string()))


def delivered_struct(texts: dict[str, pa.StringArray], count: int) -> pa.StructArray:
    """The struct of kept texts, itself null in the rows that keep none."""
    fields = [pa.field(name, pa.string()) for name in texts]
    nothing = np.ones(count, np.bool_)
    for text in texts.values():
        if text.null_count < count:
            nothing &= text.is_null().to_numpy(zero_copy_only=False)
    return pa.StructArray.from_arrays(list(texts.values()), fields=fields, mask=pa.array(nothing))


def _same(step: Step, plan: Plan, text: pa.StringArray, value: pa.Array) -> Mask:
    """Rows whose value says the same as the text."""
    kind = value.type
    if pa.types.is_string(kind):
        return _equal(text, value) | _declared(step, text, value)
    if pa.types.is_floating(kind):
        return _same_number(text, value)
    if pa.types.is_date(kind):
        return _same_date(text, value, plan.dates)
    if pa.types.is_timestamp(kind):
        return _same_time(text, value, plan.dates)
    return _equal(text, value.cast(pa.string()))


def _equal(text: pa.StringArray, other: pa.StringArray) -> Mask:
    equal: Mask = pc.fill_null(pc.equal(text, other), False).to_numpy(zero_copy_only=False)
    return equal


def _declared(step: Step, text: pa.StringArray, value: pa.StringArray) -> Mask:
    """Rows whose text is among the declared values, as what the value stands for."""
    values = step.setting.values
    if not values:
        return np.zeros(len(text), np.bool_)
    if step.standard.name == "code":
        known = pc.is_in(text, value_set=pa.array(list(values), pa.string()))
        return pc.and_(known, value.is_valid()).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]
    words = pa.array(list(values.values()), pa.string())
    return _equal(words.take(pc.index_in(text, value_set=pa.array(list(values), pa.string()))), value)


def _same_number(text: pa.StringArray, value: pa.Array) -> Mask:
    """Rows whose text is the number in plain notation."""
    plain = pc.fill_null(pc.match_substring_regex(text, NUMBER), False)
    parsed = pc.if_else(plain, text, pa.scalar(None, pa.string())).cast(pa.float64())
    return _equal(parsed, value)


def _same_date(text: pa.StringArray, value: pa.Array, dates: str) -> Mask:
    """Rows whose text is the date in the dataset's form, or as ISO 8601 has it, with midnight or without a time."""
    written = value.cast(pa.string())
    same = _equal(text, _compact(written)) if dates == "YYYYMMDD" else _equal(text, written)
    rows = np.flatnonzero(~same)
    if len(rows):
        iso = pc.replace_substring_regex(text.take(pa.array(rows)), r"[ T]00:00:00(\.0+)?$", "")
        same[rows] = _equal(iso, written.take(pa.array(rows)))
    return same


def _same_time(text: pa.StringArray, value: pa.Array, dates: str) -> Mask:
    """Rows whose text is the time to the second, or a date for midnight."""
    written = value.cast(pa.timestamp("s"), safe=False).cast(pa.string())
    same = _equal(text, written)
    rows = np.flatnonzero(~same)
    if len(rows):
        part = value.take(pa.array(rows))
        day = part.cast(pa.date32(), safe=False)
        midnight = _equal(day.cast(pa.timestamp("us")), part)
        same[rows] = midnight & _same_date(text.take(pa.array(rows)), day, dates)
    return same


def _compact(written: pa.StringArray) -> pa.StringArray:
    """YYYYMMDD from YYYY-MM-DD; null stays null."""
    rows = np.flatnonzero(written.is_valid().to_numpy(zero_copy_only=False))
    part = written if len(rows) == len(written) else written.take(pa.array(rows))
    usual = pc.binary_length(part)
    if len(part) == 0 or pc.min(usual).as_py() != 10 or pc.max(usual).as_py() != 10:
        return pc.replace_substring(written, "-", "")
    compact = strings_of(matrix_of(part, 10)[COMPACT])
    if len(rows) == len(written):
        return compact
    index = np.cumsum(written.is_valid().to_numpy(zero_copy_only=False)) - 1
    return compact.take(pa.array(index, mask=written.is_null().to_numpy(zero_copy_only=False)))
