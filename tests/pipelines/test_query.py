"""`onesource sql`: one statement that reads, and nothing that only looks like one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.query import QueryRefused, query, show
from tests.homes import Home


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM library.person",
        "-- persons\nFROM library.person;",
        "EXPLAIN ANALYZE SELECT count(*) FROM library.person",
        "DESCRIBE library.person",
        "SUMMARIZE library.person",
        "WITH one AS (SELECT 1) FROM one",
        "SHOW ALL TABLES",
        "SELECT count(*) FROM stored.person AT (TIMESTAMP => now())",
    ],
)
def test_what_reads_is_answered(module_home: Home, statement: str) -> None:
    query(module_home.settings, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "WITH one AS (SELECT 1) DELETE FROM library.person",
        "SELECT 1; SELECT 2",
        "EXPLAIN ANALYZE DELETE FROM library.person",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/onesource.csv'",
        "COPY library.person TO '/tmp/onesource.csv'",
        "ATTACH '/tmp/onesource.db'",
        "PRAGMA database_list",
        "SET memory_limit = '1GB'",
        "FROM ducklake_merge_adjacent_files('lake')",
        "FROM lake.merge_adjacent_files()",
        "FROM (SELECT * FROM \"DuckLake_Cleanup_Old_Files\"('lake', cleanup_all => true))",
        "FROM postgres_query('share', 'SELECT pg_read_file(''/etc/hostname'')')",
        "FROM query('FROM postgres_query(''share'', ''SELECT 1'')')",
    ],
)
def test_what_does_something_is_refused(module_home: Home, statement: str) -> None:
    with pytest.raises(QueryRefused):
        query(module_home.settings, statement)


def test_json_has_every_column_and_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A join gives a name twice; a share of nothing is no number."""
    show(["name", "name", "name_1", "share"], [("甲", "乙", "丙", float("nan"))], "json")
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == [
        {"name": "甲", "name_1": "乙", "name_1_1": "丙", "share": None}
    ]


def test_a_lake_on_s3_is_confined_too(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.query import _confine

    (tmp_path / "secret").write_text("x")
    con = home.installation.lake.reading()
    on_s3 = home.settings.model_copy(update={"lake": "s3://bucket/lake"})
    _confine(con, on_s3)
    with pytest.raises(Exception, match="Permission Error"):
        con.execute(f"FROM read_text('{tmp_path / 'secret'}')")
