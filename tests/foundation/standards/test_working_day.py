"""Deadlines against the notices of the State Council: vectors of known periods, and every day of the years published."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from foundation.standards.working_day import deadline, is_working_day

NOTICES = Path(__file__).parents[4] / "shared" / "data" / "vectors" / "holiday_cn"


@pytest.mark.parametrize(
    ("start", "ten", "fifteen"),
    [
        ("2017-09-25", "2017-10-13", "2017-10-20"),
        ("2018-12-20", "2019-01-04", "2019-01-11"),  # 2018-12-29 became a working Saturday by the notice for 2019
        ("2024-09-27", "2024-10-16", "2024-10-23"),
        ("2025-01-20", "2025-02-08", "2025-02-14"),
        ("2026-02-12", "2026-03-04", "2026-03-11"),
        ("2026-02-14", "2026-03-06", "2026-03-13"),
        ("2026-04-28", "2026-05-14", "2026-05-21"),
        ("2026-09-18", "2026-10-09", "2026-10-15"),
    ],
)
def test_periods_around_holidays(start: str, ten: str, fifteen: str) -> None:
    day = date.fromisoformat(start)
    assert deadline(day, 10) == (date.fromisoformat(ten), False)
    assert deadline(day, 15) == (date.fromisoformat(fifteen), False)


def test_a_year_without_a_notice_is_provisional() -> None:
    day, is_provisional = deadline(date(2035, 12, 20), 10)
    assert is_provisional
    assert day == date(2036, 1, 3)  # a plain week: nothing is guessed


def test_the_day_of_the_event_may_count() -> None:
    friday, sunday = date(2026, 11, 20), date(2026, 11, 22)
    assert deadline(friday, 1).day == date(2026, 11, 23)
    assert deadline(friday, 1, counts_start=True).day == friday
    assert deadline(sunday, 1, counts_start=True).day == date(2026, 11, 23)


def test_a_period_has_a_day() -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        deadline(date(2026, 1, 5), 0)


@pytest.mark.parametrize("year", range(2007, 2027))
def test_every_day_of_the_published_years(year: int) -> None:
    """NateScarlet/holiday-cn is compiled from the notices, independently of the package used here."""
    file = NOTICES / f"{year}.json"
    if not file.exists():
        pytest.skip("the vectors are not beside the project")
    told = {}
    for other in (year, year + 1):
        path = NOTICES / f"{other}.json"
        days = json.loads(path.read_text(encoding="utf-8"))["days"] if path.exists() else []
        told |= {date.fromisoformat(day["date"]): not day["isOffDay"] for day in days}
    day, differing = date(year, 1, 1), []
    while day.year == year:
        expected = told.get(day, day.weekday() < 5)
        if is_working_day(day) != (expected, False):
            differing.append(day)
        day += timedelta(days=1)
    assert differing == []
