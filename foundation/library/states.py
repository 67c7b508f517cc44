"""Writing a library table's new states: only rows that differ, and the history of every state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.library.consolidate import AFFECTED, Consolidation
from foundation.sql import count, quoted, text


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
    items = {f"item_{name}" if name in HISTORY_COLUMNS else name: kind for name, kind in columns.items()}
    return items | HISTORY_COLUMNS


def _as_history(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """SQL for the table's columns under their names in the history."""
    names = columns_of(con, f"FROM {table}")
    return ", ".join(
        f"{quoted(name)} AS {quoted('item_' + name)}" if name in HISTORY_COLUMNS else quoted(name) for name in names
    )


def write_states(con: duckdb.DuckDBPyConnection, consolidation: Consolidation, on: date) -> Written:
    """Bring the library table and its history to the state that its sources give for the affected entities."""
    table, key = f"stored.{consolidation.name}", quoted(consolidation.table.key)
    history = f"{table}_history"
    con.execute(f"CREATE TEMP TABLE fresh AS {fresh_sql(consolidation, on)}")
    if count(con, table) == 0:
        con.execute("ALTER TABLE fresh RENAME TO changed_state")
        gone = 0
    else:
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
                f"""UPDATE {history} SET valid_to = {text(str(on))}::DATE, ended_by_delivery_id = ended.cause
                FROM ended WHERE {history}.{key} = ended.{key} AND valid_to IS NULL"""
            )
            con.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM ended)")
    con.execute(f"INSERT INTO {table} BY NAME FROM changed_state")
    state = f"{_as_history(con, 'changed_state')}, {text(str(on))}::DATE AS valid_from"
    con.execute(f"INSERT INTO {history} BY NAME SELECT {state} FROM changed_state")
    return Written(count(con, "changed_state"), gone)
