"""Identifiers whose last record was withdrawn: remembered by what decided them, and given back when it is delivered again."""

from __future__ import annotations

from datetime import date

import duckdb

from foundation.linkage.tables import FORMER, RECORD_KEY, IdentityTables
from foundation.sql import count, listed, text

KEY = listed(RECORD_KEY)


def remember(con: duckdb.DuckDBPyConnection, tables: IdentityTables, library: str, on: date) -> None:
    """`ended`: entities that lose their last record tonight. Their units go to `resolved.former_link`: those of valid
    identifiers, where there is none those of the records' own keys."""
    con.execute(
        f"""CREATE TEMP TABLE gone AS SELECT {KEY} FROM removed
        ANTI JOIN (SELECT {KEY} FROM added SEMI JOIN removed USING ({KEY})) USING ({KEY})"""
    )
    con.execute(f"CREATE TEMP TABLE losing AS SELECT DISTINCT entity FROM old_link SEMI JOIN gone USING ({KEY})")
    con.execute(
        f"""CREATE TEMP TABLE losing_link AS SELECT {KEY}, {tables.key} AS entity, unit, method
        FROM {tables.link} WHERE {tables.key} IN (FROM losing)"""
    )
    con.execute(
        f"""CREATE TEMP TABLE ended AS SELECT entity FROM losing
        ANTI JOIN (FROM losing_link ANTI JOIN gone USING ({KEY})) USING (entity)"""
    )
    if not count(con, "ended"):
        return
    con.execute(
        f"""INSERT INTO {FORMER} BY NAME
        SELECT DISTINCT {text(library)} AS library, unit, entity AS entity_id, {text(str(on))}::DATE AS ended_on FROM (
            SELECT entity, unit, method = 'identifier' AS decides, bool_or(decides) OVER (PARTITION BY entity) AS is_decided
            FROM losing_link SEMI JOIN ended USING (entity))
        WHERE unit IS NOT NULL AND decides = is_decided ORDER BY ALL"""
    )


def recall(con: duckdb.DuckDBPyConnection, library: str) -> None:
    """Add to `vote` the former entities of the clusters' units, with no vote: they hold where nothing else does, else a
    merge redirects them.

    Only a record that is new calls one back: one that was another's all along, since it contradicts the number in it,
    is not the number's holder who left.
    """
    con.execute(
        f"""CREATE TEMP TABLE recalled AS SELECT cluster, entity_id AS old_id, 0 AS votes, min(rank) AS best
        FROM placed JOIN {FORMER} AS former USING (unit)
        WHERE former.library = {text(library)} AND placed.old_id IS NULL GROUP BY ALL"""
    )
    if not count(con, "recalled"):
        return
    con.execute("INSERT INTO vote BY NAME FROM recalled")
    con.execute(
        f"""DELETE FROM {FORMER} WHERE library = {text(library)} AND entity_id IN (SELECT old_id FROM recalled)"""
    )
