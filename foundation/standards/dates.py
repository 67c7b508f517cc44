"""Dates and times (GB/T 7408) in every form that departments write, and the ruined ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.codepoints import Mask, issues, nulled, truth
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.moments import Moments, read_moments
from foundation.standards.text import placeholders, plain

FORMAT = Rule("date.format", "日期格式无法识别", Severity.ERROR)
IMPOSSIBLE = Rule("date.impossible", "日期不存在", Severity.ERROR)
TOO_EARLY = Rule("date.too_early", "日期早于1880年", Severity.ERROR)
FUTURE = Rule("date.future", "日期晚于业务日期", Severity.WARNING)
SERIAL = Rule("date.spreadsheet_serial", "日期为电子表格序列号", Severity.WARNING)
MONTH_ONLY = Rule("date.month_only", "日期只有年月，按当月1日计", Severity.WARNING)
NO_DAY = Rule("date.day_missing", "日期缺少月或日", Severity.ERROR)
PLACEHOLDER = Rule("date.placeholder", "日期为占位值", Severity.WARNING)
RULES = (FORMAT, IMPOSSIBLE, TOO_EARLY, FUTURE, SERIAL, NO_DAY, PLACEHOLDER)

_EARLIEST = np.datetime64("1880-01-01", "D")
_PLACEHOLDERS = np.array(["1900-01-01", "0001-01-01", "9999-12-31"], dtype="datetime64[D]")
_NO_END = (
    "长期",
    "永久",
    "长期有效",
    "永久有效",
    "无固定期限",
    "无期限",
    "不限",
    "无限期",
    "至今",
    "永续",
    "长期（永久）",
)
_ENDLESS = np.datetime64("9999-01-01", "D")
_UNSET = date(1, 1, 1)


@dataclass(frozen=True)
class _Kind:
    """What a date standard allows."""

    month: bool = False
    endless: bool = False


def _conform(array: pa.Array, setting: Setting, kind: _Kind) -> tuple[Moments, Mask, pa.StringArray]:
    """The moments read, where one is known, and the rule broken."""
    text = plain(array)
    text = nulled(text, placeholders(text))
    if kind.endless:
        text = nulled(text, truth(pc.is_in(text, pa.array(_NO_END, pa.string()))))
    stated = truth(pc.is_valid(text))
    moments = read_moments(text)
    endless = moments.real & (moments.day >= _ENDLESS) if kind.endless else np.zeros(len(stated), dtype=np.bool_)
    stated &= ~endless
    placeholder = stated & moments.real & np.isin(moments.day, _PLACEHOLDERS)
    early = stated & moments.real & ~placeholder & (moments.day < _EARLIEST)
    future = stated & moments.real & _after(moments, setting.today) & (not kind.endless)
    unread = stated & ~moments.read
    impossible = stated & moments.read & ~moments.real
    no_day = stated & ((moments.month_only & (not kind.month)) | moments.year_only)
    known = stated & moments.real & ~placeholder & ~early & ~no_day
    return moments, known, issues(
        len(stated),
        (FORMAT.code, unread),
        (IMPOSSIBLE.code, impossible),
        (PLACEHOLDER.code, placeholder),
        (TOO_EARLY.code, early),
        (NO_DAY.code, no_day),
        (MONTH_ONLY.code, known & moments.month_only),
        (SERIAL.code, stated & moments.serial),
        (FUTURE.code, future),
    )  # fmt: skip


def _after(moments: Moments, today: date) -> Mask:
    """Nothing is in the future where the setting does not say what today is."""
    if today == _UNSET:
        return np.zeros(len(moments.day), dtype=np.bool_)
    later: Mask = moments.day > np.datetime64(today, "D")
    return later


def _dates(array: pa.Array, setting: Setting, kind: _Kind) -> Conformed:
    moments, known, issue = _conform(array, setting, kind)
    return Conformed(pa.array(moments.day, pa.date32(), mask=~known), issue)


def conform_date(array: pa.Array, setting: Setting) -> Conformed:
    return _dates(array, setting, _Kind())


def conform_end_date(array: pa.Array, setting: Setting) -> Conformed:
    """An end of validity: may lie in the future; 长期 or 9999-12-31 is no end, hence null."""
    return _dates(array, setting, _Kind(endless=True))


def conform_date_or_month(array: pa.Array, setting: Setting) -> Conformed:
    """A month alone gives its first day, and is reported."""
    return _dates(array, setting, _Kind(month=True))


def conform_datetime(array: pa.Array, setting: Setting) -> Conformed:
    """timestamp[us] of Beijing time; a date alone is its midnight."""
    moments, known, issue = _conform(array, setting, _Kind())
    return Conformed(
        pa.array(moments.day.astype("datetime64[us]") + moments.time, pa.timestamp("us"), mask=~known), issue
    )


DATE = Standard("date", pa.date32(), conform_date, RULES)
END_DATE = Standard("end_date", pa.date32(), conform_end_date, tuple(rule for rule in RULES if rule is not FUTURE))
DATE_OR_MONTH = Standard("date_or_month", pa.date32(), conform_date_or_month, (MONTH_ONLY, *RULES))
DATETIME = Standard("datetime", pa.timestamp("us"), conform_datetime, RULES)
STANDARDS = (DATE, END_DATE, DATE_OR_MONTH, DATETIME)
