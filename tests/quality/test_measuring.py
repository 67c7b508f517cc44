"""A table's results are measured once per state and business date, whoever asks for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from quality import measuring
from quality.measuring import KNOWN, Quality
from quality.results import Result
from tests.homes import Home

TABLE = "conformed.public_security__resident"
ON, NEXT = date(2026, 11, 1), date(2026, 11, 2)


@pytest.fixture(autouse=True)
def forgotten() -> None:
    KNOWN.clear()


@pytest.fixture
def measured_rules(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rules that are measured, in their turn."""
    seen: list[str] = []
    measure = measuring.measure

    def told(open_connection, suite, rules, moment):  # type: ignore[no-untyped-def]
        seen.extend(rule.key for rule in rules)
        return measure(open_connection, suite, rules, moment)

    monkeypatch.setattr(measuring, "measure", told)
    return seen


@pytest.mark.parametrize("is_another_process", [False, True])
def test_results_are_kept_while_nothing_changes(home: Home, is_another_process: bool) -> None:
    quality = Quality(home.installation)
    first = quality.measured(TABLE, ON)
    if is_another_process:
        KNOWN.clear()
    assert first == quality.measured(TABLE, ON)
    next_day = quality.measured(TABLE, NEXT)
    assert {one.key for one in next_day} == {one.key for one in first}
    assert {one.measured_on for one in next_day} == {NEXT}
    assert [replace(one, measured_on=ON) for one in next_day if one.kind == "mandatory"] == [
        one for one in first if one.kind == "mandatory"
    ]


def test_what_is_remembered_holds_until_the_table_is_written(home: Home, measured_rules: list[str]) -> None:
    quality, lake = Quality(home.installation), home.installation.lake
    before = quality.measured(TABLE, ON)
    measured_rules.clear()
    quality.measured(TABLE, ON)
    assert not measured_rules
    lake.con.execute(f"INSERT INTO {TABLE} (record_key, delivery_id, row_number) VALUES ('1', 'd', 1)")
    after = quality.measured(TABLE, ON)
    assert measured_rules
    assert sum(one.elements for one in after) > sum(one.elements for one in before)


def test_who_asks_at_the_same_time_waits_and_measures_nothing_twice(home: Home, measured_rules: list[str]) -> None:
    quality = Quality(home.installation)
    with ThreadPoolExecutor(3) as pool:
        asked: list[list[Result]] = list(pool.map(lambda _: quality.measured(TABLE, NEXT), range(3)))
    assert asked[0] == asked[1] == asked[2]
    assert len(measured_rules) == len(set(measured_rules))
    written = (
        "SELECT count(*), count(DISTINCT (item, rule)) FROM quality.result WHERE table_name = ? AND measured_on = ?"
    )
    rows, rules = home.installation.lake.con.execute(written, [TABLE, NEXT]).fetchone()  # type: ignore[misc]
    assert rows == rules == len(asked[0])
