"""Redirects: which identifier stands for one that a merge retired."""

from __future__ import annotations

from datetime import date

import duckdb

from foundation.linkage.former import DECIDED_BY, KEY, redirected, remember_retired
from foundation.linkage.tables import FORMER, IdentityTables
from foundation.sql import count, text


def redirect_retired(con: duckdb.DuckDBPyConnection, tables: IdentityTables, library: str, on: date) -> None:
    """Identifiers that a merge retired, with the one that stands for them now; earlier redirects follow."""
    con.execute(
        """CREATE TEMP TABLE retired AS SELECT DISTINCT ON (old_id) old_id AS entity_id, entity AS current_id
        FROM vote JOIN entity_of USING (cluster) WHERE old_id NOT IN (SELECT entity FROM entity_of)
        ORDER BY old_id, votes DESC, best, entity"""
    )
    if not count(con, "retired"):
        return
    remember_retired(con, tables, library, on)
    _write(
        con,
        library,
        f"""SELECT earlier.entity_id, retired.current_id, since
        FROM resolved.redirect AS earlier JOIN retired ON retired.entity_id = earlier.current_id
        WHERE library = {text(library)}
        UNION ALL SELECT entity_id, current_id, {text(str(on))}::DATE FROM retired""",
    )


def follow_parted(con: duckdb.DuckDBPyConnection, tables: IdentityTables, library: str, on: date) -> None:
    """Redirects go where the records of the retired identifier are now: a merge may have been undone.

    Only records that were in the merged entity tell: who bears a retired identifier's number anew may be somebody else.
    """
    split = "(FROM vote JOIN entity_of USING (cluster) WHERE old_id <> entity)"
    if not count(con, f"({redirected(library)})") or not count(con, split):
        return
    _write(
        con,
        library,
        f"""SELECT entity_id, arg_min(entity, (-records, entity)) AS current_id, {text(str(on))}::DATE AS since FROM (
            SELECT redirect.entity_id, old_id, entity, count(*) AS records FROM (
                SELECT old_id, entity, unnest({DECIDED_BY}) AS unit FROM placed JOIN entity_of USING (cluster)
                JOIN (SELECT {KEY}, name, birth_date FROM {tables.record}) USING ({KEY}) WHERE old_id IS NOT NULL)
            JOIN {FORMER} AS former USING (unit)
            JOIN resolved.redirect AS redirect ON redirect.library = former.library
                AND redirect.entity_id = former.entity_id AND redirect.current_id = old_id
            WHERE former.library = {text(library)} GROUP BY ALL)
        GROUP BY entity_id, old_id HAVING arg_min(entity, (-records, entity)) <> old_id""",
    )


def _write(con: duckdb.DuckDBPyConnection, library: str, redirects: str) -> None:
    """Enter redirects (SQL of entity_id, current_id, since) in the place of what is known of the same identifiers."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE redirecting AS {redirects}")
    if not count(con, "redirecting"):
        return
    con.execute(
        f"""DELETE FROM resolved.redirect WHERE library = {text(library)}
        AND entity_id IN (SELECT entity_id FROM redirecting)"""
    )
    con.execute(f"INSERT INTO resolved.redirect BY NAME SELECT {text(library)} AS library, * FROM redirecting")
