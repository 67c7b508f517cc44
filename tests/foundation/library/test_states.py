"""The states of an entity: written when they differ, closed with what ended them, never without trace."""

from __future__ import annotations

from datetime import date

from foundation.library.states import Written, history_columns
from tests.foundation.library.conftest import Bench

RESIDENT = "public_security/resident"
FIRST, SECOND, THIRD = "2026-11-01", "2026-11-02", "2026-11-03"
PERIOD = "person_id, name, valid_from, valid_to, ended_by_delivery_id"


def periods(people: Bench) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in people.rows(PERIOD, history=True)]


def test_a_first_state_is_open(people: Bench) -> None:
    people.hold(RESIDENT, "1", "P1", name="张伟")
    assert people.night(FIRST, "P1") == Written(changed=1, gone=0)
    assert periods(people) == [("P1", "张伟", date(2026, 11, 1), None, None)]


def test_the_same_again_is_not_written(people: Bench) -> None:
    people.hold(RESIDENT, "1", "P1", name="张伟")
    people.night(FIRST, "P1")
    assert people.night(SECOND, "P1") == Written(changed=0, gone=0)
    assert periods(people) == [("P1", "张伟", date(2026, 11, 1), None, None)]
    assert people.row("updated_at::DATE AS since")["since"] == date(2026, 11, 1)


def test_a_change_closes_the_state_before_and_opens_the_next_on_the_same_day(people: Bench) -> None:
    people.hold(RESIDENT, "1", "P1", name="张伟")
    people.hold(RESIDENT, "2", "P2", name="李敏")
    people.night(FIRST, "P1", "P2")
    people.hold(RESIDENT, "1", "P1", name="张炜")

    assert people.night(SECOND, "P1", "P2", cause="resident.2") == Written(changed=1, gone=0)
    assert periods(people) == [
        ("P1", "张伟", date(2026, 11, 1), date(2026, 11, 2), "resident.2"),
        ("P1", "张炜", date(2026, 11, 2), None, None),
        ("P2", "李敏", date(2026, 11, 1), None, None),
    ]


def test_who_has_no_record_any_more_leaves_with_a_closed_history_and_may_come_back(people: Bench) -> None:
    people.hold(RESIDENT, "1", "P1", name="张伟")
    people.night(FIRST, "P1")
    people.withdraw(RESIDENT, "1")

    assert people.night(SECOND, "P1", cause="resident.2") == Written(changed=0, gone=1)
    assert people.rows() == []
    closed = ("P1", "张伟", date(2026, 11, 1), date(2026, 11, 2), "resident.2")
    assert periods(people) == [closed]

    people.hold(RESIDENT, "1", "P1", name="张伟")
    people.night(THIRD, "P1")
    assert periods(people) == [closed, ("P1", "张伟", date(2026, 11, 3), None, None)]


def test_a_night_run_again_for_an_earlier_date_writes_no_state_that_ends_before_it_began(people: Bench) -> None:
    people.hold(RESIDENT, "1", "P1", name="张伟")
    people.hold(RESIDENT, "2", "P2", name="李敏")
    people.night(FIRST, "P1", "P2")
    people.hold(RESIDENT, "1", "P1", name="张炜")
    people.night(THIRD, "P1", cause="resident.3")
    people.hold(RESIDENT, "1", "P1", name="张玮")
    people.hold(RESIDENT, "2", "P2", name="李珉")
    people.night(SECOND, "P1", "P2", cause="late")

    assert periods(people) == [
        ("P1", "张伟", date(2026, 11, 1), date(2026, 11, 3), "resident.3"),
        ("P1", "张炜", date(2026, 11, 3), date(2026, 11, 3), "late"),
        ("P1", "张玮", date(2026, 11, 3), None, None),
        ("P2", "李敏", date(2026, 11, 1), date(2026, 11, 3), "late"),
        ("P2", "李珉", date(2026, 11, 3), None, None),
    ]


def test_an_item_that_is_called_like_a_period_keeps_its_own_column() -> None:
    """A licence is valid from a day of its own."""
    columns = history_columns({"license_id": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE"})
    assert list(columns) == [
        "license_id",
        "item_valid_from",
        "item_valid_to",
        "valid_from",
        "valid_to",
        "ended_by_delivery_id",
    ]
