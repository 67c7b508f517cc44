"""The lake as its consumers meet it: what changed since they last read, all or nothing, and any earlier state."""

from __future__ import annotations

import itertools

import duckdb
import pytest

from pipelines.theme_status import Pending
from resources.lake import Lake
from tests.homes import Home

SOURCE, COPY = "state.source", "state.copy"
READERS = map("reader_{}".format, itertools.count())


@pytest.fixture
def lake(module_home: Home) -> Lake:
    """The module's lake with two tables that are empty and new."""
    lake = module_home.installation.lake
    with lake.transaction():
        lake.con.execute(f"DROP TABLE IF EXISTS {SOURCE}")
        lake.con.execute(f"DROP TABLE IF EXISTS {COPY}")
        lake.ensure(SOURCE, {"name": "VARCHAR", "size": "BIGINT"})
        lake.ensure(COPY, {"name": "VARCHAR"})
    return lake


@pytest.fixture
def reader() -> str:
    """A consumer that never read anything."""
    return next(READERS)


def write(lake: Lake, *rows: tuple[str, int]) -> None:
    with lake.transaction():
        lake.con.executemany(f"INSERT INTO {SOURCE} VALUES (?, ?)", [list(row) for row in rows])


def consume(lake: Lake, reader: str) -> set[str]:
    """The names that changed since the last call."""
    with lake.consuming(reader, [SOURCE]) as changes:
        changes.keys(SOURCE, ["name"], "changed")
        return {name for (name,) in lake.con.execute("FROM changed").fetchall()}


def test_the_first_reading_is_of_everything_the_next_of_what_changed(lake: Lake, reader: str) -> None:
    write(lake, ("a", 1), ("b", 2))
    assert consume(lake, reader) == {"a", "b"}
    assert consume(lake, reader) == set()
    write(lake, ("c", 3))
    lake.con.execute(f"DELETE FROM {SOURCE} WHERE name = 'a'")
    lake.con.execute(f"UPDATE {SOURCE} SET size = 20 WHERE name = 'b'")
    assert consume(lake, reader) == {"a", "b", "c"}


def test_a_reader_that_fails_reads_the_same_again_and_has_written_nothing(lake: Lake, reader: str) -> None:
    write(lake, ("a", 1))
    with pytest.raises(RuntimeError), lake.consuming(reader, [SOURCE]) as changes:
        changes.keys(SOURCE, ["name"], "changed")
        lake.con.execute(f"INSERT INTO {COPY} FROM changed")
        raise RuntimeError("killed")

    assert lake.rows(COPY) == 0
    assert consume(lake, reader) == {"a"}


def test_each_reader_has_its_own_mark(lake: Lake, reader: str) -> None:
    write(lake, ("a", 1))
    consume(lake, reader)
    with lake.consuming(next(READERS), [SOURCE]) as changes:
        assert changes.is_first(SOURCE)
        assert changes.keys(SOURCE, ["name"], "changed") == 1


def test_the_highest_mark_holds_however_the_rows_lie(lake: Lake, reader: str) -> None:
    lake.con.execute("INSERT INTO state.watermark VALUES ($1, $2, 9), ($1, $2, 3)", [reader, SOURCE])
    with lake.consuming(reader, [SOURCE]) as changes:
        assert changes.watermarks == {SOURCE: 9}
    assert Pending(lake, {}).feeds[reader].watermarks == {SOURCE: 9}


def test_a_reading_without_news_makes_no_new_state(lake: Lake, reader: str) -> None:
    write(lake, ("a", 1))
    consume(lake, reader)
    before = lake.snapshot()
    consume(lake, reader)
    assert lake.snapshot() == before


def test_an_earlier_state_can_be_read_back(lake: Lake) -> None:
    write(lake, ("a", 1))
    before = lake.snapshot()
    lake.con.execute(f"UPDATE {SOURCE} SET size = 2")
    sizes = lake.con.execute(f"SELECT size FROM {SOURCE} AT (VERSION => {before})").fetchall()
    assert (sizes, lake.con.execute(f"SELECT size FROM {SOURCE}").fetchall()) == ([(1,)], [(2,)])


def test_a_table_is_widened_and_never_narrowed(lake: Lake) -> None:
    write(lake, ("a", 1))
    lake.ensure(SOURCE, {"name": "VARCHAR", "colour": "VARCHAR"})
    assert lake.con.execute(f"SELECT name, size, colour FROM {SOURCE}").fetchall() == [("a", 1, None)]


def test_temporary_tables_do_not_outlive_a_transaction(lake: Lake) -> None:
    for _ in range(2):
        with lake.transaction():
            lake.con.execute("CREATE TEMP TABLE work AS SELECT 1 AS one")


def test_what_one_process_wrote_another_reads(module_home: Home, lake: Lake) -> None:
    from resources.installation import open_installation

    write(lake, ("a", 1))
    with open_installation(module_home.settings) as other:
        assert other.lake.rows(SOURCE) == 1
        write(other.lake, ("b", 2))
    assert lake.rows(SOURCE) == 2


def test_memory_and_threads_are_bounded_and_spilling_stays_at_home(module_home: Home, lake: Lake) -> None:
    value = lake.con.execute("SELECT current_setting('memory_limit'), current_setting('threads')").fetchone()
    assert value is not None and value[0].startswith("1.8") and value[1] == module_home.settings.threads
    assert lake.con.execute("SELECT current_setting('temp_directory')").fetchone() == (
        str(module_home.folder / "spill"),
    )


def test_an_error_of_a_value_does_not_name_it(lake: Lake) -> None:
    """The engine repeats the value that does not fit; what it says is stored with the run and shown."""
    with pytest.raises(duckdb.ConversionException) as error, lake.transaction():
        lake.con.execute("SELECT max(name::INTEGER) FROM (VALUES ('欧阳建国'), ('61010219800101001X')) AS t(name)")
    said = str(error.value)
    assert "source column name" in said
    assert "欧阳建国" not in said and "61010219800101001X" not in said
    assert error.value.__cause__ is None and error.value.__suppress_context__
