"""Typed columns (Parquet, databases, spatial files) as the text that a department would have written."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.delivery.refusal import DeliveryRefused

EXACT_AT_MOST = 1e15


def column_text(column: pa.Array, name: str, file: str) -> pa.Array:
    """The column as text; DeliveryRefused where it has no text form (column_type) or is no UTF-8 (undecodable)."""
    try:
        text = as_text(column)
    except pa.ArrowException:
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            raise not_utf8(file, f"列“{name}”") from None
        what = f"列“{name}”的类型 {column.type} 不能转为文本"
        raise DeliveryRefused("column_type", file, what, "请以文本、数值或日期重新导出。") from None
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        raise not_utf8(file, f"列“{name}”") from None
    return text


def not_utf8(file: str, where: str) -> DeliveryRefused:
    """The refusal of a file of a format whose text is UTF-8 by its own rules, and here is not."""
    return DeliveryRefused("undecodable", file, f"{where}中有不是 UTF-8 编码的文字", "请以 UTF-8 编码重新导出。")


def as_text(column: pa.Array) -> pa.Array:
    """The column as pa.string(), blank as null; ArrowNotImplementedError or ArrowInvalid for what has no text form.

    Dates are YYYY-MM-DD, times of day follow unless they are midnight; whole numbers have no decimal point, floats from
    1e15 on stay in scientific form, because they have lost digits; times with a zone are given as of Asia/Shanghai.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_floating(kind):
        text = _float_text(column.cast(pa.float64()))
    elif pa.types.is_timestamp(kind):
        text = _timestamp_text(column)
    elif pa.types.is_date(kind):
        text = column.cast(pa.date32()).cast(pa.string())
    else:
        text = column.cast(pa.string())
    return blank_as_null(text)


def blank_as_null(text: pa.Array) -> pa.Array:
    """The texts with the empty one as null; blanks inside or around are kept as delivered."""
    is_blank = pc.equal(pc.binary_length(text), 0)
    if not pc.any(is_blank).as_py():
        return text
    return pc.if_else(is_blank, pa.scalar(None, pa.string()), text)


def _timestamp_text(column: pa.Array) -> pa.Array:
    """YYYY-MM-DD HH:MM:SS, the date alone at midnight; fractions of a second are cut off."""
    if column.type.tz is not None:
        column = pc.local_timestamp(column.cast(pa.timestamp(column.type.unit, "Asia/Shanghai")))
    seconds = pc.floor_temporal(column, unit="second").cast(pa.timestamp("s"))
    text = seconds.cast(pa.string())
    return pc.replace_substring_regex(text, pattern=" 00:00:00$", replacement="")


def _float_text(column: pa.Array) -> pa.Array:
    """Whole numbers below 1e15 without decimal point; others in the shortest form that gives the number back."""
    values = column.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        is_whole = (np.abs(values) < EXACT_AT_MOST) & (values == np.trunc(values))
    whole = pa.array(np.where(is_whole, values, 0).astype(np.int64)).cast(pa.string())
    known = pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))
    return pc.if_else(pa.array(is_whole), whole, known.cast(pa.string()))


def scientific(value: float) -> str:
    """A float as text; from 1e15 on in scientific form, in which the standards see that digits are lost."""
    return f"{value:.15g}" if abs(value) < EXACT_AT_MOST else np.format_float_scientific(value, trim="-")
