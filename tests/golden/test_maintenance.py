"""Maintenance removes what nobody needs any more, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import dagster as dg

from pipelines.maintenance import remove_runs
from resources.maintenance import SCATTERED_FROM, Maintained, maintain_lake
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


def data_files(home: Home, table: str) -> int:
    """The table's files in the newest state."""
    schema, _, name = table.partition(".")
    return len(home.rows(f"FROM ducklake_list_files('lake', '{name}', schema => '{schema}')"))


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


def test_a_table_in_many_files_becomes_one_and_nobody_reads_it_anew(home: Home) -> None:
    three_nights(home)
    lake, table = home.installation.lake, "conformed.public_security__resident"
    for number in range(SCATTERED_FROM):  # a record comes, then changes: a file, and a file of its deleted rows
        for name in ("a", "b"):
            with lake.transaction():
                lake.con.execute(f"DELETE FROM {table} WHERE record_key = 'x{number}'")
                lake.con.execute(
                    f"INSERT INTO {table} (record_key, name) VALUES ('x{number}', '{name}'), ('y', '{name}')"
                )
    with lake.consuming("reader", [table]) as feed:
        feed.keys(table, ["record_key"], "read")
    before = home.rows(f"SELECT record_key, name FROM {table} ORDER BY ALL")

    maintained(home)

    assert data_files(home, table) == 1
    assert data_files(home, "state.watermark") == 1
    assert home.rows(f"SELECT record_key, name FROM {table} ORDER BY ALL") == before
    lake.con.execute(f"INSERT INTO {table} (record_key, name) VALUES ('z', 'c')")
    with lake.consuming("reader", [table]) as feed:
        assert feed.keys(table, ["record_key"], "read") == 1


def test_who_has_not_read_before_a_table_is_written_anew_reads_all_of_it(home: Home) -> None:
    three_nights(home)
    lake, table = home.installation.lake, "stored.person"
    with lake.consuming("reader", [table]) as feed:
        feed.keys(table, ["person_id"], "read")
    lake.con.execute(f"DELETE FROM {table} WHERE person_id = (SELECT min(person_id) FROM {table})")

    maintained(home)

    with lake.consuming("reader", [table]) as feed:
        assert feed.keys(table, ["person_id"], "read") == len(PEOPLE)
    home.night(THIRD)
    assert len(shared(home)) == len(PEOPLE) - 1


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
