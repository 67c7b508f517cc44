"""Maintenance removes what nobody needs any more, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import dagster as dg

from pipelines.maintenance import remove_runs
from resources.maintenance import Maintained, maintain_lake
from tests.golden.test_days import FIRST, PEOPLE, RESIDENT, SECOND, THIRD, WANG, shared
from tests.homes import Home

LATER = datetime.now(UTC) + timedelta(days=200)
FOURTH = "2026-11-04"


def renamed(name: str) -> list[dict[str, str]]:
    return [PEOPLE[0] | {"姓名": name, "更新时间": "2026-02-01 10:00:00"}, *PEOPLE[1:]]


def three_nights(home: Home) -> None:
    for day, name in ((FIRST, "王建国"), (SECOND, "王建军"), (THIRD, "王建设")):
        home.deliver(RESIDENT, day, renamed(name))
        home.night(day)


def maintained(home: Home) -> Maintained:
    return maintain_lake(home.installation, now=LATER)


def snapshots(home: Home) -> int:
    return int(home.value("SELECT count(*) FROM ducklake_snapshots('lake')"))


def files(home: Home) -> int:
    return sum(1 for _ in (home.folder / "lake").rglob("*.parquet"))


def test_old_states_and_files_go_and_the_nights_go_on(home: Home) -> None:
    three_nights(home)
    before, stored, people = snapshots(home), files(home), shared(home)
    history = home.rows("SELECT name, valid_from, valid_to FROM library.person_history ORDER BY ALL")

    done = maintained(home)

    assert done.held_back_by == []
    assert done.snapshots > 0 and snapshots(home) < before / 2
    assert done.files > 0 and files(home) < stored
    assert home.rows("SELECT name, valid_from, valid_to FROM library.person_history ORDER BY ALL") == history
    home.night(THIRD)
    assert shared(home) == people
    home.deliver(RESIDENT, FOURTH, renamed("王建业")[:2])
    home.night(FOURTH)
    assert {person["name"] for person in shared(home).values()} == {"王建业", "李芳"}


def test_states_within_the_time_to_keep_stay(home: Home) -> None:
    three_nights(home)
    before = snapshots(home)
    done = maintain_lake(home.installation)
    assert done.snapshots == 0
    assert snapshots(home) >= before


def test_a_consumer_that_has_not_read_yet_loses_nothing(home: Home) -> None:
    three_nights(home)
    home.deliver(RESIDENT, FOURTH, renamed("王建业")[:2])
    home.installation.deliveries.ingest(home.installation.lake, RESIDENT, date.fromisoformat(FOURTH))

    done = maintained(home)

    assert done.held_back_by == ["conformed/public_security/resident"]
    home.night(FOURTH)
    assert shared(home)[WANG]["name"] == "王建业"
    assert len(shared(home)) == 2


def test_ended_runs_are_removed_with_their_events() -> None:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def empty() -> None:
        nothing()

    with dg.DagsterInstance.ephemeral() as instance:
        run_id = empty.execute_in_process(instance=instance).run_id
        assert remove_runs(instance, keep_days=1) == 0
        assert instance.all_logs(run_id)
        assert remove_runs(instance, keep_days=0) == 1
        assert not instance.all_logs(run_id)
