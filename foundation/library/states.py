"""Writing a library table's new states: only rows that differ, and the history of every state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.library.consolidate import AFFECTED, Consolidation
from foundation.sql import count, execute_count, quoted, text


@dataclass(frozen=True)
class Written:
    """How many rows of a library table are new or different, and how many left it."""

    changed: int
    gone: int


def fresh_sql(consolidation: Consolidation, on: date) -> str:
    """Rows with their row hash and the day on which they took this state."""
    return f"""SELECT fresh.*, hash(*COLUMNS(fresh.*)) AS row_hash, {text(str(on))}::TIMESTAMP AS updated_at
        FROM ({consolidation.sql()}) AS fresh"""


def columns_of(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    """Names and types of a query's columns."""
    return {row[0]: row[1] for row in con.execute(f"DESCRIBE {query}").fetchall()}


HISTORY_COLUMNS = {"valid_from": "DATE", "valid_to": "DATE", "ended_by_delivery_id": "VARCHAR"}


def history_columns(columns: dict[str, str]) -> dict[str, str]:
    """A history's columns: those of the table, then the period of the state and the delivery that ended it.

    An item that has the name of the period's columns (a licence is valid_from, too) reads `item_valid_from` there.
    """
    return {_in_history(name): kind for name, kind in columns.items()} | HISTORY_COLUMNS


def states_sql(table: str, columns: Iterable[str]) -> str:
    """Every state of a table's rows. Stored in its history are those that ended; one that stands is the row itself."""
    present = f"{_as_history(columns)}, NULL::DATE AS valid_to, NULL::VARCHAR AS ended_by_delivery_id"
    return f"FROM {table}_history UNION ALL BY NAME SELECT {present} FROM {table}"


def _in_history(name: str) -> str:
    return f"item_{name}" if name in HISTORY_COLUMNS else name


def _as_history(columns: Iterable[str]) -> str:
    """SQL of a table's columns under their names in the history, and the day from which the state holds."""
    named = [f"{quoted(name)} AS {quoted(_in_history(name))}" for name in columns]
    return f"{', '.join(named)}, updated_at::DATE AS valid_from"


def _not_before(con: duckdb.DuckDBPyConnection, table: str, on: date) -> date:
    """The day from which new states hold: a night that is run again for an earlier date knows what later ones brought, so
    its states follow theirs. Else one would end before it began, and who asks for rows changed since would miss it."""
    row = con.execute(
        f"SELECT greatest((SELECT max(updated_at)::DATE FROM {table}), (SELECT max(valid_to) FROM {table}_history))"
    ).fetchone()
    return max(on, row[0]) if row and row[0] else on


def write_states(con: duckdb.DuckDBPyConnection, consolidation: Consolidation, on: date) -> Written:
    """Bring the library table and its history to the state that its sources give for the affected entities."""
    table, key = f"stored.{consolidation.name}", quoted(consolidation.table.key)
    on = _not_before(con, table, on)
    consolidation.gather(con)
    if count(con, table) == 0:
        return Written(execute_count(con, f"INSERT INTO {table} BY NAME {fresh_sql(consolidation, on)}"), 0)
    con.execute(f"CREATE TEMP TABLE fresh AS {fresh_sql(consolidation, on)}")
    con.execute(
        f"""CREATE TEMP TABLE changed_state AS FROM fresh
        ANTI JOIN (SELECT {key}, row_hash FROM {table}) USING ({key}, row_hash)"""
    )
    con.execute(
        f"""CREATE TEMP TABLE ended AS SELECT {key}, any_value(cause) AS cause FROM {AFFECTED}
        SEMI JOIN (SELECT {key} FROM {table}) USING ({key})
        SEMI JOIN (SELECT {key} FROM changed_state UNION ALL (SELECT {key} FROM {AFFECTED} ANTI JOIN fresh USING ({key})))
        USING ({key}) GROUP BY {key}"""
    )
    gone = count(con, f"ended ANTI JOIN fresh USING ({key})")
    if count(con, "ended"):
        con.execute(
            f"""INSERT INTO {table}_history BY NAME SELECT {_as_history(columns_of(con, f"FROM {table}"))},
            {text(str(on))}::DATE AS valid_to, cause AS ended_by_delivery_id FROM {table} JOIN ended USING ({key})"""
        )
        con.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM ended)")
    con.execute(f"INSERT INTO {table} BY NAME FROM changed_state")
    return Written(count(con, "changed_state"), gone)
