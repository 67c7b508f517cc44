"""Read-only queries over the lake and `share`, for people and scripts."""

from __future__ import annotations

import csv
import json
import math
import re
import sys
from typing import Any, Literal

import duckdb
from rich.console import Console
from rich.table import Table

from foundation.sql import text
from resources.lake import open_lake
from resources.postgres import SHARE, open_postgres
from resources.settings import Settings

Format = Literal["table", "csv", "json"]
EXPLAIN = re.compile(r"^EXPLAIN\s+(ANALYZE\s+)?(\(\s*(ANALYZE|FORMAT)[^)]*\)\s*)?", re.IGNORECASE)

# Functions that do something, although the statement that calls them is a SELECT: some write files even to a lake attached
# read-only, some send a statement of their own.
DOING = re.compile(
    r'"function_name":"(postgres_\w+|query|json_execute_serialized_sql|(ducklake_)?(add_data_files|cleanup_old_files|commit|'
    r'delete_orphaned_files|expire_snapshots|flush_inlined_data|merge_adjacent_files|rewrite_data_files|set_\w+))"',
    re.IGNORECASE,
)


class QueryRefused(Exception):
    """The statement is not one that only reads."""


def query(settings: Settings, statement: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one SELECT over the lake's schemas and `share`.

    Raises QueryRefused for anything but one reading statement, duckdb.Error for one that is wrong.
    """
    postgres = open_postgres(settings)
    lake = open_lake(settings, postgres, read_only=True)
    try:
        lake.con.execute(f"ATTACH {text(postgres.libpq())} AS {SHARE} (TYPE postgres, SCHEMA {text(SHARE)}, READ_ONLY)")
        if not _only_reads(lake.con, statement):
            raise QueryRefused("Only one reading statement (SELECT, FROM, WITH, DESCRIBE, SUMMARIZE) is allowed.")
        _confine(lake.con, settings)
        result = lake.con.execute(statement)
        return [column[0] for column in result.description or []], result.fetchall()
    finally:
        lake.close()
        postgres.engine.dispose()


def _only_reads(con: duckdb.DuckDBPyConnection, statement: str) -> bool:
    """Whether it is one statement that reads, or explains one: EXPLAIN ANALYZE does what it explains."""
    explained = EXPLAIN.sub("", statement.strip(), count=1)
    if [one.type for one in con.extract_statements(explained)] != [duckdb.StatementType.SELECT]:
        return False
    (parsed,) = con.execute("SELECT json_serialize_sql(?)", [explained]).fetchone() or ("",)
    return parsed.startswith('{"error":false') and not DOING.search(parsed)


def _confine(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """No other file or address than the lake's, and no way back."""
    con.execute(f"SET allowed_directories = [{text(settings.lake_path)}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def show(columns: list[str], rows: list[tuple[Any, ...]], form: Format) -> None:
    """Print rows to standard output as a table, CSV or JSON."""
    if form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(columns)
        writer.writerows([_text(value) for value in row] for row in rows)
    elif form == "json":
        names = _unlike(columns)
        values = [dict(zip(names, map(_finite, row), strict=True)) for row in rows]
        print(json.dumps(values, ensure_ascii=False, default=str, indent=2))
    else:
        _show_table(columns, rows)


def _unlike(columns: list[str]) -> list[str]:
    """The names, those that came before with a number, as `a_1`: none is lost as a key."""
    names: list[str] = []
    for column in columns:
        others = (f"{column}_{number}" for number in range(1, len(columns) + 1))
        names.append(next(name for name in [column, *others] if name not in names))
    return names


def _finite(value: Any) -> Any:
    """JSON knows no infinity and no NaN."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _show_table(columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    table = Table(show_lines=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_text(value) for value in row))
    console = Console(emoji=False)
    if not console.is_terminal:
        console = Console(width=max(80, 40 * len(columns)), emoji=False)
    console.print(table, markup=False)
    console.print(f"{len(rows)} row{'s' * (len(rows) != 1)}")


def _text(value: Any) -> str:
    """A value as people read it: lists and structs as JSON, nothing for null."""
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
