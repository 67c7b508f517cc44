"""Working days by the State Council's yearly notices: Monday to Friday, less holidays, plus make-up days.

A year without a notice is not guessed: its days count as a plain week, and what rests on them is provisional
(中华人民共和国民法典第二百零一条: the day of the event is not counted).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class Deadline(NamedTuple):
    """The last day of a period, and whether a year without an official notice was needed to find it."""

    day: date
    is_provisional: bool


@cache
def is_working_day(day: date) -> tuple[bool, bool]:
    """Whether people work on a day, and whether that is provisional."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day)), False
    except NotImplementedError:
        return day.weekday() < SATURDAY, True


def deadline(start: date, working_days: int, *, counts_start: bool = False) -> Deadline:
    """The n-th working day after `start`; with `counts_start` a start on a working day is the first of them.

    A ValueError for fewer than one working day.
    """
    if working_days < 1:
        raise ValueError(f"a period has at least one working day, not {working_days}")
    day, left, provisional = start - ONE_DAY if counts_start else start, working_days, False
    while left:
        day += ONE_DAY
        works, guessed = is_working_day(day)
        provisional |= guessed
        left -= works
    return Deadline(day, provisional)
