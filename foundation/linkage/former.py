"""Identifiers that no longer stand: remembered by what decided them, given back when that is delivered again."""

from __future__ import annotations

from datetime import date

import duckdb

from foundation.linkage.apart import SIMILAR_NAME
from foundation.linkage.tables import FORMER, RECORD_KEY, IdentityTables
from foundation.sql import count, listed, text

KEY = listed(RECORD_KEY)
# What decides a record: its identifier, or its own key together with the name or the birth date, for a department may
# give the key of a withdrawn record to somebody else.
DECIDED_BY = """CASE WHEN method = 'identifier' OR (name IS NULL AND birth_date IS NULL) THEN [unit]
    ELSE list_filter([CASE WHEN name IS NOT NULL THEN hash(unit, name) END,
        CASE WHEN birth_date IS NOT NULL THEN hash(unit, birth_date) END], one -> one IS NOT NULL) END"""


def find_reused(con: duckdb.DuckDBPyConnection) -> None:
    """`reused`: records of which the department gave the key to somebody else: the name is another, and so is the birth
    date or, where none is known, the number. What the key said before was withdrawn, what it says now is new."""
    con.execute(
        f"""CREATE TEMP TABLE reused AS SELECT {KEY} FROM added AS member JOIN removed AS held USING ({KEY})
        WHERE member.name IS NOT NULL AND held.name IS NOT NULL AND NOT {SIMILAR_NAME}
        AND NOT coalesce(member.identifier = held.identifier, false)
        AND coalesce(member.birth_date <> held.birth_date, member.identifier <> held.identifier, false)"""
    )


def remember(con: duckdb.DuckDBPyConnection, tables: IdentityTables, library: str, on: date) -> None:
    """`ended`: entities that lose their last record tonight. Their units go to `resolved.former_link`: those of valid
    identifiers, where there is none those of the records' own keys."""
    con.execute(
        f"""CREATE TEMP TABLE gone AS SELECT {KEY} FROM removed
        ANTI JOIN (SELECT {KEY} FROM added SEMI JOIN removed USING ({KEY}) ANTI JOIN reused USING ({KEY})) USING ({KEY})"""
    )
    con.execute(f"CREATE TEMP TABLE losing AS SELECT DISTINCT entity FROM old_link SEMI JOIN gone USING ({KEY})")
    con.execute(
        f"""CREATE TEMP TABLE losing_link AS SELECT {KEY}, {tables.key} AS entity, unit, method, name, birth_date
        FROM (FROM {tables.link} WHERE {tables.key} IN (FROM losing)) LEFT JOIN removed USING ({KEY})"""
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
            SELECT entity, unnest({DECIDED_BY}) AS unit, decides FROM (
                SELECT *, method = 'identifier' AS decides, bool_or(decides) OVER (PARTITION BY entity) AS is_decided
                FROM losing_link SEMI JOIN ended USING (entity)) WHERE decides = is_decided)
        WHERE unit IS NOT NULL ORDER BY ALL"""
    )


def recall(con: duckdb.DuckDBPyConnection, library: str) -> None:
    """Add to `vote` the former entities of the clusters' units, with no vote: they hold where nothing else does, else a
    merge redirects them.

    Only a record that is new calls one back: one that was another's all along, since it contradicts the number in it,
    is not the number's holder who left.
    """
    con.execute(
        f"""CREATE TEMP TABLE remembered AS SELECT unit, entity_id FROM {FORMER}
        WHERE library = {text(library)} AND entity_id NOT IN ({redirected(library)})"""
    )
    new = "FROM placed WHERE old_id IS NULL" if count(con, "remembered") else "FROM placed LIMIT 0"
    con.execute(
        f"""CREATE TEMP TABLE recalled AS SELECT cluster, entity_id AS old_id, 0 AS votes, min(rank) AS best FROM (
            SELECT cluster, rank, unnest({DECIDED_BY}) AS unit
            FROM ({new}) JOIN (SELECT {KEY}, name, birth_date FROM added) USING ({KEY})) JOIN remembered USING (unit)
        GROUP BY ALL"""
    )
    if not count(con, "recalled"):
        return
    con.execute("INSERT INTO vote BY NAME FROM recalled")
    con.execute(
        f"""DELETE FROM {FORMER} WHERE library = {text(library)} AND entity_id IN (SELECT old_id FROM recalled)"""
    )


def remember_retired(con: duckdb.DuckDBPyConnection, tables: IdentityTables, library: str, on: date) -> None:
    """What the records of `retired` identifiers were decided by goes to `resolved.former_link`, should they part again."""
    con.execute(
        f"""INSERT INTO {FORMER} BY NAME
        SELECT DISTINCT {text(library)} AS library, unnest({DECIDED_BY}) AS unit, entity_id, {text(str(on))}::DATE AS ended_on
        FROM (SELECT {KEY}, old_id AS entity_id, old_unit AS unit, old_method AS method FROM placed
            WHERE old_id IN (SELECT entity_id FROM retired) AND old_unit IS NOT NULL)
        JOIN (SELECT {KEY}, name, birth_date FROM removed UNION ALL
            SELECT {KEY}, name, birth_date FROM {tables.record} ANTI JOIN removed USING ({KEY})) USING ({KEY}) ORDER BY ALL"""
    )


def redirected(library: str) -> str:
    """SQL for the identifiers that others stand for."""
    return f"SELECT entity_id FROM resolved.redirect WHERE library = {text(library)}"
