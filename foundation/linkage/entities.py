"""Which entity each cluster of records is: identifiers of entities are minted once, opaque, and stay.

A cluster keeps the identifier that most of its older members hold; of several clusters that hold parts of an entity the
one with the most keeps it. Everything that happens to an identifier stands in `resolved.identity_event`.
"""

from __future__ import annotations

from datetime import date

import duckdb

from foundation.linkage.former import find_reused, recall, remember
from foundation.linkage.redirects import follow_parted, redirect_retired
from foundation.linkage.tables import RECORD_KEY, IdentityTables
from foundation.sql import count, execute_count, listed, text

KEY = listed(RECORD_KEY)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DIGITS = 10
SPACE = 2 ** (5 * DIGITS)
HALF = 25
FACTORS = (0x2C9277B5DA9D5, 0x1B873593CC9E2D51 % SPACE | 1)


def assign(con: duckdb.DuckDBPyConnection, tables: IdentityTables, library: str, prefix: str, on: date) -> int:
    """Give every cluster in `grouped` its entity and write links and events; the caller's transaction holds it all.

    Returns how many links are new or different.
    """
    find_reused(con)
    remember(con, tables, library, on)
    _prior(con, tables)
    _vote(con, library)
    _keep(con)
    _mint(con, tables, prefix)
    _events(con, library, on)
    redirect_retired(con, tables, library, on)
    follow_parted(con, tables, library, on)
    return _write(con, tables)


def _prior(con: duckdb.DuckDBPyConnection, tables: IdentityTables) -> None:
    """`placed`: the records of `grouped` with the link that they had; where there are no links yet, a view. A reused key's
    link was another's."""
    placed = f"{listed(RECORD_KEY, 'grouped.')}, rank, cluster, grouped.method, grouped.match_probability, grouped.unit"
    if not count(con, tables.link):
        old = "NULL::VARCHAR AS old_id, NULL::VARCHAR AS old_method, NULL::DOUBLE AS old_probability, NULL::UBIGINT AS old_unit"
        con.execute(f"CREATE TEMP VIEW placed AS SELECT {placed}, {old} FROM grouped")
        return
    con.execute(
        f"""CREATE TEMP TABLE placed AS SELECT {placed}, link.{tables.key} AS old_id, link.method AS old_method,
            link.match_probability AS old_probability, link.unit AS old_unit
        FROM grouped LEFT JOIN (FROM {tables.link} ANTI JOIN reused USING ({KEY})) AS link USING ({KEY})"""
    )


def _vote(con: duckdb.DuckDBPyConnection, library: str) -> None:
    """`vote`: how many members of a cluster held an identifier."""
    con.execute(
        """CREATE TEMP TABLE vote AS SELECT cluster, old_id, count(*) AS votes, min(rank) AS best
        FROM placed WHERE old_id IS NOT NULL GROUP BY cluster, old_id"""
    )
    recall(con, library)


def _keep(con: duckdb.DuckDBPyConnection) -> None:
    """`kept`: clusters that go on with an identifier that members held; ties go to the better authority, then by key."""
    con.execute(
        """CREATE TEMP TABLE kept AS
        SELECT cluster, arg_min(old_id, (-votes, best, old_id)) AS entity FROM (
            SELECT old_id, arg_min(cluster, (-votes, best, cluster)) AS cluster, arg_min(votes, (-votes, best, cluster)) AS votes,
                arg_min(best, (-votes, best, cluster)) AS best
            FROM vote GROUP BY old_id)
        GROUP BY cluster"""
    )


def _mint(con: duckdb.DuckDBPyConnection, tables: IdentityTables, prefix: str) -> None:
    """`entity_of`: kept and newly minted identifiers. A number is drawn in the order of the founding records, then
    scrambled, so that equal input gives equal identifiers and an identifier tells nothing of whom it names."""
    row = con.execute("SELECT minted FROM state.mint WHERE entity = ?", [tables.key]).fetchone()
    minted = row[0] if row else 0
    new_records = "SELECT cluster, rank, record_key, role FROM placed ANTI JOIN kept USING (cluster)"
    founders = f"""SELECT cluster, any_value(rank) AS rank, min(record_key || chr(1) || role) AS founder
        FROM ({new_records}) JOIN (SELECT cluster, min(rank) AS rank FROM placed GROUP BY cluster) USING (cluster, rank)
        GROUP BY cluster"""
    numbers = f"SELECT cluster, {minted} + row_number() OVER (ORDER BY rank, founder) AS n FROM ({founders})"
    con.execute(
        f"CREATE TEMP TABLE minted AS SELECT cluster, {_written(prefix)} AS entity FROM ({_scrambled(numbers)})"
    )
    con.execute("CREATE TEMP TABLE entity_of AS FROM kept UNION ALL FROM minted")
    new = count(con, "minted")
    if new:
        con.execute("DELETE FROM state.mint WHERE entity = ?", [tables.key])
        con.execute("INSERT INTO state.mint VALUES (?, ?)", [tables.key, minted + new])


def _scrambled(numbers: str) -> str:
    """SQL that turns numbers n one to one into others: two odd factors and a shift, modulo 2^50."""
    once = f"SELECT cluster, {_times('n', FACTORS[0])} AS n FROM ({numbers})"
    return f"SELECT cluster, {_times('xor(n, n >> 25)', FACTORS[1])} AS n FROM ({once})"


def _times(number: str, factor: int) -> str:
    """SQL of a product modulo 2^50, by halves of 25 bits, so that it stays within 63 bits: with HUGEINT it took ten times
    as long."""
    high, low = factor >> HALF, factor & (2**HALF - 1)
    least = f"(({number}) & {2**HALF - 1})"
    middle = f"(((({number}) >> {HALF}) * {low} + {least} * {high}) & {2**HALF - 1})"
    return f"(({least} * {low} + ({middle} << {HALF})) & {SPACE - 1})"


def _written(prefix: str) -> str:
    """SQL of the identifier of a scrambled number n, in base 32."""
    digits = (f"substring({text(ALPHABET)}, ((n >> {5 * place}) & 31) + 1, 1)" for place in reversed(range(DIGITS)))
    return " || ".join([text(prefix), *digits])


def _events(con: duckdb.DuckDBPyConnection, library: str, on: date) -> None:
    con.execute(
        f"""INSERT INTO resolved.identity_event BY NAME
        SELECT {text(str(on))}::DATE AS happened_on, {text(library)} AS library, event, entity_id, other_entity_id FROM (
            SELECT 'created' AS event, entity AS entity_id, NULL AS other_entity_id FROM minted
            UNION ALL
            SELECT DISTINCT 'merged', entity, old_id FROM vote JOIN entity_of USING (cluster)
            WHERE old_id NOT IN (SELECT entity FROM entity_of)
            UNION ALL
            SELECT DISTINCT 'split', old_id, entity FROM vote JOIN entity_of USING (cluster)
            WHERE old_id <> entity AND old_id IN (SELECT entity FROM entity_of)
            UNION ALL
            SELECT 'ended', entity, NULL FROM ended WHERE entity NOT IN (SELECT old_id FROM vote)
            UNION ALL
            SELECT 'restored', entity, NULL FROM recalled JOIN kept ON kept.entity = recalled.old_id
            WHERE entity NOT IN (SELECT entity FROM ended)
        )"""
    )


def _write(con: duckdb.DuckDBPyConnection, tables: IdentityTables) -> int:
    """Write the links that are new or different, and remove those of records that are gone; the number of the former."""
    relinked = f"""SELECT {KEY}, entity AS {tables.key}, method, match_probability, unit
        FROM placed JOIN entity_of USING (cluster)
        WHERE (old_id, old_method, old_probability, old_unit) IS DISTINCT FROM (entity, method, match_probability, unit)"""
    if count(con, tables.link):
        con.execute(f"CREATE TEMP TABLE relinked AS {relinked}")
        con.execute(
            f"""DELETE FROM {tables.link} WHERE ({KEY}) IN (SELECT {KEY} FROM relinked
                UNION ALL SELECT {KEY} FROM removed ANTI JOIN added USING ({KEY}))"""
        )
        relinked = "FROM relinked"
    # every stage reads the links of one dataset after the other: in this order it finds them together
    return execute_count(con, f"INSERT INTO {tables.link} BY NAME {relinked} ORDER BY department, dataset, role")
