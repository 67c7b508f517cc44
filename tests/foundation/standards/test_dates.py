from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.standards.conformed import Setting, Standard
from foundation.standards.dates import DATE, DATE_OR_MONTH, DATETIME, END_DATE, STANDARDS
from tests.foundation.standards.columns import columns, conformed, one

TODAY = Setting(today=date(2026, 11, 25))
DAY = date(1990, 1, 5)


@pytest.mark.parametrize("standard", [DATE, END_DATE, DATE_OR_MONTH], ids=lambda standard: standard.name)
@pytest.mark.parametrize(
    "delivered",
    [
        "19900105",
        "1990-01-05",
        "1990/01/05",
        "1990.01.05",
        "1990-1-5",
        "1990/1/5",
        "1990.1.5",
        "1990年1月5日",
        "1990年01月05日",
        "１９９０年１月５日",
        " 1990-01-05 ",
        "1990-01-05 12:30:59",
        "1990-01-05T12:30:59",
        "1990-01-05T12:30:59.250+08:00",
        "1990-01-05T20:30:59Z",
        "19900104T200000Z",
        "19900105123059",
        "1990/1/5 8:03",
        "1990年1月5日 8时3分",
        "19900105 12:00:00",
        "1990-01-05 00:00:00.000",
        "1990-01-05 00:00:00.0",
    ],
)
def test_every_way_to_write_a_day(standard: Standard, delivered: str) -> None:
    if delivered == "1990-01-05T20:30:59Z":  # already the next day in Beijing
        assert one(standard, delivered, TODAY) == (DAY + timedelta(days=1), None)
    elif delivered == "19900104T200000Z":
        assert one(standard, delivered, TODAY) == (None, "date.format")
    else:
        assert one(standard, delivered, TODAY) == (DAY, None)


@pytest.mark.parametrize(
    ("delivered", "value", "issue"),
    [
        ("00000000", None, None),
        ("0000-00-00", None, None),
        ("0000-00-00 00:00:00", None, None),
        ("不详", None, None),
        (None, None, None),
        ("36525", date(1999, 12, 31), "date.spreadsheet_serial"),
        ("43831.0", date(2020, 1, 1), "date.spreadsheet_serial"),
        ("16595", date(1945, 6, 7), "date.spreadsheet_serial"),
        ("9999", None, "date.day_missing"),
        ("199001", None, "date.day_missing"),
        ("1990-01", None, "date.day_missing"),
        ("1990", None, "date.day_missing"),
        ("900105", None, "date.format"),  # not the year 9001
        ("1900-01-01", None, "date.placeholder"),
        ("19900231", None, "date.impossible"),
        ("1990-02-29", None, "date.impossible"),
        ("1990-13-01", None, "date.impossible"),
        ("2000-02-29", date(2000, 2, 29), None),
        ("18791231", None, "date.too_early"),
        ("2099-01-01", date(2099, 1, 1), "date.future"),
        ("2026-11-25", date(2026, 11, 25), None),
        ("长期", None, "date.format"),
        ("01/05/1990", None, "date.format"),  # day or month first is not for us to guess
        ("hello", None, "date.format"),
    ],
)
def test_ruined_dates(delivered: str | None, value: date | None, issue: str | None) -> None:
    assert one(DATE, delivered, TODAY) == (value, issue)


@pytest.mark.parametrize("delivered", ["长期", "永久", "无固定期限", "9999-12-31", "99991231", "", "長期"])
def test_no_end(delivered: str) -> None:
    assert one(END_DATE, delivered, TODAY) == (None, None)


def test_an_end_may_lie_in_the_future() -> None:
    assert one(END_DATE, "2050-01-01", TODAY) == (date(2050, 1, 1), None)


@pytest.mark.parametrize("delivered", ["199003", "1990-03", "1990/3", "1990年3月"])
def test_a_month_where_a_month_is_allowed(delivered: str) -> None:
    assert one(DATE_OR_MONTH, delivered, TODAY) == (date(1990, 3, 1), "date.month_only")


def test_a_year_is_no_month() -> None:
    assert one(DATE_OR_MONTH, "1990", TODAY) == (None, "date.day_missing")


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("2024-03-01 12:30:59", datetime(2024, 3, 1, 12, 30, 59)),
        ("2024-03-01T12:30:59.25", datetime(2024, 3, 1, 12, 30, 59, 250_000)),
        ("2024-03-01T12:30:59Z", datetime(2024, 3, 1, 20, 30, 59)),
        ("2024-03-01T12:30:59+0900", datetime(2024, 3, 1, 11, 30, 59)),
        ("20240301123059", datetime(2024, 3, 1, 12, 30, 59)),
        ("2024-03-01", datetime(2024, 3, 1)),
        ("45352.5", datetime(2024, 3, 1, 12)),
    ],
)
def test_datetimes(delivered: str, expected: datetime) -> None:
    assert one(DATETIME, delivered, TODAY)[0] == expected


def test_a_time_that_does_not_exist() -> None:
    assert one(DATETIME, "2024-03-01 25:00:00", TODAY) == (None, "date.impossible")


@given(
    st.lists(st.dates(date(1880, 1, 1), date(2026, 11, 25))),
    st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y年%m月%d日", "%Y/%m/%d"]),
)
def test_every_real_day_is_read(days: list[date], form: str) -> None:
    known = [day for day in days if day != date(1900, 1, 1)]
    assert conformed(DATE, [day.strftime(form) for day in known], TODAY) == [(day, None) for day in known]


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.name)
@given(texts=columns, digits=st.lists(st.from_regex(r"\A[0-9]{1,9}[-./年T ]?[0-9]{0,3}[-./月 ]?[0-9]{0,14}\Z")))
def test_nothing_makes_it_fail(standard: Standard, texts: list[str | None], digits: list[str]) -> None:
    conformed(standard, [*texts, *digits], TODAY)
