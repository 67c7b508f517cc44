"""Reading dates and times from text: common forms by fixed-width bytes, the others by one pattern."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.codepoints import Mask, truth

Days = npt.NDArray[np.datetime64]
Numbers = npt.NDArray[np.int64]

# The common forms: length in bytes, where the digits of year to second begin, and what the bytes between must be.
_FORMS: tuple[tuple[int, tuple[int, ...], dict[int, bytes]], ...] = (
    (8, (0, 4, 6), {}),
    (10, (0, 5, 8), {4: b"-/.", 7: b"-/."}),
    (19, (0, 5, 8, 11, 14, 17), {4: b"-/.", 7: b"-/.", 10: b" T", 13: b":", 16: b":"}),
    (14, (0, 4, 6, 8, 10, 12), {}),
)
_PATTERN = (
    r"^(?P<year>\d{4})(?:[-/.年](?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})日?|月)?|年|(?P<m2>\d{2})(?P<d2>\d{2})?)?"
    r"(?:[T ]?(?P<hour>\d{1,2})[:时点](?:(?P<minute>\d{1,2})(?:[:分]"
    r"(?:(?P<second>\d{1,2})秒?(?:[.,](?P<fraction>\d{1,9}))?)?)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?$"
)
_SERIAL = r"^(?P<serial>[1-5]\d{4}|60000)(?P<part>\.\d+)?$"
_SERIAL_ORIGIN = np.datetime64("1899-12-30", "D")
_MICROSECONDS = 1_000_000
_BEIJING_MINUTES = 8 * 60


class Moments(NamedTuple):
    """Per text (n,): `day`, `time` after midnight, and whether it was `read`, is a `real` date, a `serial`,
    without its day (`month_only`), without month and day (`year_only`)."""

    day: Days
    time: npt.NDArray[np.timedelta64]
    read: Mask
    real: Mask
    serial: Mask
    month_only: Mask
    year_only: Mask


def read_moments(text: pa.StringArray) -> Moments:
    """The moments that normalised texts (n,) state; null and unreadable texts are not `read`."""
    size = len(text)
    moments = Moments(
        np.zeros(size, dtype="datetime64[D]"),
        np.zeros(size, dtype="timedelta64[us]"),
        *(np.zeros(size, dtype=np.bool_) for _ in range(5)),
    )
    rest = _read_common(text, moments)
    if rest.any():
        where = np.flatnonzero(rest)
        _read_others(text.take(pa.array(where)), where, moments)
        _read_serials(text, where[~moments.read[where]], moments)
    return moments


def _read_common(text: pa.StringArray, moments: Moments) -> Mask:
    """Fill in the texts of a common form; returns where a text of another form remains."""
    _, positions, data = text.buffers()
    rest = truth(pc.is_valid(text))
    if data is None or not rest.any():
        return rest
    bounds = np.frombuffer(positions, dtype=np.int32)[text.offset : text.offset + len(text) + 1].astype(np.int64)
    lengths = np.diff(bounds)
    content = np.frombuffer(data, dtype=np.uint8)
    for length, begins, separators in _FORMS:
        where = np.flatnonzero(rest & (lengths == length))
        if not len(where):
            continue
        cells = content[bounds[where][:, None] + np.arange(length)]
        fits = _fits(cells, separators)
        where, cells = where[fits], cells[fits]
        _fill(moments, where, [_digits(cells, begin, 4 if begin == 0 else 2) for begin in begins])
        rest[where] = False
    return rest


def _fits(cells: npt.NDArray[np.uint8], separators: dict[int, bytes]) -> Mask:
    """Which rows of bytes (n, length) have digits everywhere but at the separators."""
    fits: Mask = np.ones(len(cells), dtype=np.bool_)
    for position in range(cells.shape[1]):
        column = cells[:, position]
        if position in separators:
            fits &= np.isin(column, np.frombuffer(separators[position], dtype=np.uint8))
        else:
            fits &= (column - np.uint8(48)) < 10
    return fits


def _digits(cells: npt.NDArray[np.uint8], begin: int, count: int) -> Numbers:
    number = np.zeros(len(cells), dtype=np.int64)
    for position in range(begin, begin + count):
        number = number * 10 + (cells[:, position] - np.uint8(48))
    return number


def _fill(moments: Moments, where: Numbers, parts: list[Numbers]) -> None:
    """Put year, month, day and if given hour, minute, second in place; a date that does not exist is read, not real."""
    year, month, day = parts[:3]
    hour, minute, second = parts[3:6] if len(parts) > 3 else (np.zeros(len(where), dtype=np.int64),) * 3
    plausible = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = ((np.where(plausible, year, 1970) - 1970) * 12 + np.where(plausible, month, 1) - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (np.where(plausible, day, 1) - 1)
    real = plausible & (days < (months + 1).astype("datetime64[D]")) & (hour < 24) & (minute < 60) & (second < 60)
    moments.day[where] = days
    moments.time[where] = ((hour * 60 + minute) * 60 + second) * _MICROSECONDS
    moments.read[where], moments.real[where] = True, real


def _read_others(text: pa.StringArray, where: Numbers, moments: Moments) -> None:
    fields = pc.extract_regex(text, _PATTERN)
    matched = truth(pc.is_valid(fields))
    if not matched.any():
        return
    fields, where = fields.filter(pa.array(matched)), where[matched]
    year, month, day, m2, d2, hour, minute, second = (
        _number(fields, name) for name in ("year", "month", "day", "m2", "d2", "hour", "minute", "second")
    )
    month, day = np.maximum(month, m2), np.maximum(day, d2)
    compact = pc.binary_length(pc.struct_field(fields, "m2")).to_numpy(zero_copy_only=False) > 0
    partial = ~_given(fields, "day") & ~_given(fields, "d2")
    _fill(
        moments,
        where,
        [year, np.where(partial & (month == 0), 1, month), np.where(partial, 1, day), hour, minute, second],
    )
    moments.time[where] += _fraction(fields)
    _shift(moments, where, fields)
    odd = partial & ((compact & (~moments.real[where] | (year < 1880) | (year > 2100))) | _given(fields, "hour"))
    for flag in (moments.read, moments.real):
        flag[where[odd]] = False
    moments.month_only[where] = partial & moments.real[where] & (month > 0)
    moments.year_only[where] = partial & moments.real[where] & (month == 0)


def _given(fields: pa.StructArray, name: str) -> Mask:
    return truth(pc.greater(pc.binary_length(pc.struct_field(fields, name)), 0))


def _number(fields: pa.StructArray, name: str) -> Numbers:
    text = pc.struct_field(fields, name)
    filled = pc.if_else(pc.greater(pc.binary_length(text), 0), text, "0")
    number: Numbers = filled.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return number


def _fraction(fields: pa.StructArray) -> npt.NDArray[np.timedelta64]:
    digits = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.struct_field(fields, "fraction"), 6, "0"), 0, 6)
    microseconds: npt.NDArray[np.timedelta64] = (
        digits.cast(pa.int64()).to_numpy(zero_copy_only=False).astype("timedelta64[us]")
    )
    return microseconds


def _shift(moments: Moments, where: Numbers, fields: pa.StructArray) -> None:
    """Times with a zone become Beijing time."""
    zoned = _given(fields, "zone")
    if not zoned.any():
        return
    zone = pc.struct_field(fields, "zone").filter(pa.array(zoned))
    plain = pc.replace_substring_regex(pc.if_else(pc.equal(zone, "Z"), "0000", zone), r"^\+|:", "")
    signed = plain.cast(pa.int64()).to_numpy(zero_copy_only=False)
    minutes = np.sign(signed) * (np.abs(signed) // 100 * 60 + np.abs(signed) % 100)
    rows = where[zoned]
    moment = moments.day[rows].astype("datetime64[us]") + moments.time[rows]
    moment = moment + ((_BEIJING_MINUTES - minutes) * 60 * _MICROSECONDS).astype("timedelta64[us]")
    moments.day[rows] = moment.astype("datetime64[D]")
    moments.time[rows] = moment - moments.day[rows].astype("datetime64[us]")


def _read_serials(text: pa.StringArray, where: Numbers, moments: Moments) -> None:
    """Day numbers of a spreadsheet, 10000 (1927) to 60000 (2064), with the time as a fraction; four digits are a year."""
    fields = pc.extract_regex(text.take(pa.array(where)), _SERIAL)
    matched = truth(pc.is_valid(fields))
    fields, where = fields.filter(pa.array(matched)), where[matched]
    if not len(where):
        return
    part = pc.binary_join_element_wise("0", pc.struct_field(fields, "part"), "").cast(pa.float64()).to_numpy()
    seconds = np.minimum(np.round(part * 86_400), 86_399).astype(np.int64)
    moments.day[where] = _SERIAL_ORIGIN + _number(fields, "serial")
    moments.time[where] = seconds * _MICROSECONDS
    for flag in (moments.read, moments.real, moments.serial):
        flag[where] = True
