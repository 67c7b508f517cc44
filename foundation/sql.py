"""Writing SQL safely: identifiers, literals and lists of columns."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def listed(names: Iterable[str], prefix: str = "") -> str:
    """Names as a list of identifiers, each with the prefix of its table."""
    return ", ".join(prefix + quoted(name) for name in names)


def texts(values: Iterable[str]) -> str:
    """Strings as a list of SQL literals."""
    return ", ".join(text(value) for value in values)


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """The number of rows of a table."""
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # type: ignore[index]


def execute_count(con: duckdb.DuckDBPyConnection, statement: str) -> int:
    """Run a statement that writes; the number of rows that it wrote or removed."""
    return int(con.execute(statement).fetchone()[0])  # type: ignore[index]
