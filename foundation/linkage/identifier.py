"""First stage of identity: records with the same valid identifier are one entity, unless what they say contradicts it.

Every other record is a unit of its own, which the second stage may link. Only records whose identity items changed, and
those that share an identifier with them, are looked at again. GB 11643-1999, GB 32100-2015; docs/decisions/identity.md
gives the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from foundation.catalogue.catalogue import Catalogue, split_name
from foundation.catalogue.model import LibraryTable
from foundation.catalogue.sources import Source, sources_of
from foundation.linkage.apart import contradicted, judged_apart
from foundation.linkage.features import feature_columns
from foundation.linkage.tables import RECORD_KEY, IdentityTables
from foundation.sql import count, listed, text

KEY = listed(RECORD_KEY)
REJUDGED = " UNION ALL ".join(
    f"SELECT {', '.join(f'{side}_{name} AS {name}' for name in RECORD_KEY)} FROM rejudged" for side in ("left", "right")
)
OWN_KEY = "concat_ws('|', department, dataset, record_key, role)"


def datasets_by_rank(catalogue: Catalogue, table: LibraryTable) -> list[str]:
    """The datasets whose records speak of a library table's entities; a place in the list is the rank of a record."""
    return list(dict.fromkeys(source.dataset for source in sources_of(catalogue, table)))


@dataclass(frozen=True)
class Staged:
    """How many identity records are new or different, how many are gone or were, and how many there will be."""

    added: int
    removed: int
    records: int


def stage_records(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    table: LibraryTable,
    tables: IdentityTables,
    changed: Mapping[str, str | None],
) -> Staged:
    """Fill `added` and `removed`: identity records that are new or different, and those that are gone.

    `changed` names, by dataset, the temporary table of record keys that changed, None where all are staged; datasets
    without changes are left out. Where nothing was known before, `added` and `clustered` show the sources: all there is is
    read from them, not copied.
    """
    sources = [source for source in sources_of(catalogue, table) if source.dataset in changed]
    ranks, said = datasets_by_rank(catalogue, table), listed(tables.said_columns)
    incoming = " UNION ALL ".join(
        _incoming(table, tables, source, changed[source.dataset], ranks.index(source.dataset)) for source in sources
    )
    incoming = incoming or f"SELECT {said} FROM {tables.record} LIMIT 0"
    known = count(con, tables.record)
    if not known:
        con.execute(
            f"CREATE TEMP VIEW clustered AS {_with_unit(f'(SELECT *, NULL::UBIGINT AS stored_unit FROM ({incoming}))')}"
        )
        con.execute(f"CREATE TEMP VIEW added AS SELECT {said} FROM clustered")
        con.execute("CREATE TEMP TABLE removed AS FROM added LIMIT 0")
        added = count(con, "added")
        return Staged(added, 0, added)
    con.execute(f"CREATE TEMP TABLE incoming AS {incoming}")
    _take_stock(con, tables, {source.dataset: changed[source.dataset] for source in sources})
    outgoing = f"SELECT {said} FROM stock WHERE is_changed"
    con.execute(f"CREATE TEMP TABLE added AS FROM incoming EXCEPT {outgoing}")
    con.execute(f"CREATE TEMP TABLE removed AS {outgoing} EXCEPT FROM incoming")
    added, removed = count(con, "added"), count(con, "removed")
    return Staged(added, removed, known + added - removed)


def _take_stock(con: duckdb.DuckDBPyConnection, tables: IdentityTables, changed: Mapping[str, str | None]) -> None:
    """`stock`: the records known before that changed, or that have an identifier in common with one that did or that
    people judged anew; read in one pass over the wide table."""
    keys = [
        f"SELECT {text(department)} AS department, {text(name)} AS dataset, record_key FROM {into}"
        if into
        else f"""SELECT DISTINCT department, dataset, record_key FROM {tables.record}
            WHERE department = {text(department)} AND dataset = {text(name)}"""
        for (department, name), into in ((split_name(dataset), into) for dataset, into in changed.items())
    ]
    none = f"SELECT department, dataset, record_key FROM {tables.record} LIMIT 0"
    con.execute(f"CREATE TEMP TABLE changed_record AS {' UNION ALL '.join(keys) or none}")
    con.execute(
        f"""CREATE TEMP TABLE outdated AS SELECT unit, identifier FROM {tables.record}
            SEMI JOIN changed_record USING (department, dataset, record_key)
        UNION ALL SELECT unit, identifier FROM {tables.record} SEMI JOIN ({REJUDGED}) USING ({KEY})"""
    )
    con.execute(
        """CREATE TEMP TABLE sought AS SELECT DISTINCT identifier FROM (
            SELECT identifier FROM incoming UNION ALL SELECT identifier FROM outdated) WHERE identifier IS NOT NULL"""
    )
    con.execute(
        f"""CREATE TEMP TABLE stock AS
        SELECT record.*, changed_record.record_key IS NOT NULL AS is_changed
        FROM (FROM {tables.record} WHERE unit IN (SELECT unit FROM outdated) OR identifier IN (FROM sought)) AS record
        LEFT JOIN changed_record USING (department, dataset, record_key)"""
    )


def _incoming(table: LibraryTable, tables: IdentityTables, source: Source, changed: str | None, rank: int) -> str:
    assert table.identity is not None
    identifier = source.sql(table.identity.identifier)
    valid = f"CASE WHEN {_is_valid(identifier)} THEN {identifier} END" if identifier != "NULL" else "NULL"
    birth = source.sql("birth_date") if "birth_date" in table.identity.contradicted_by else "NULL"
    features = "".join(f", {column}" for column in feature_columns(tables, table.identity, source))
    only = f"SEMI JOIN {changed} USING (record_key)" if changed else ""
    return f"""SELECT {text(source.department)} AS department, {text(source.short_name)} AS dataset, record_key,
        {text(source.role)} AS role, {rank}::BIGINT AS rank, {valid} AS identifier,
        {source.sql("name")} AS name, {source.sql("former_name")}::VARCHAR AS former_name, {birth}::DATE AS birth_date{features}
        FROM {source.table} {only}
        WHERE {_known(identifier)} OR {_known(source.sql("name"))} OR {_known(birth)}"""


def _is_valid(column: str) -> str:
    return column[:-1] + '_is_valid"'


def _known(column: str) -> str:
    return "false" if column == "NULL" else f"{column} IS NOT NULL"


def _with_unit(records: str) -> str:
    """SQL: records with the unit to which they belong if nothing contradicts the identifier."""
    return f"""SELECT *, identifier IS NOT NULL AS is_identified, CASE WHEN identifier IS NOT NULL THEN hash(identifier)
        ELSE hash({OWN_KEY}) END AS unit FROM {records}"""


def cluster(
    con: duckdb.DuckDBPyConnection, tables: IdentityTables, contradictable: bool, everything: bool = False
) -> None:
    """Fill `clustered`: every affected record with the unit that it belongs to, from `added`, `removed`, `judgement`; and
    bring the stored records up to date.

    A unit is a hash of the identifier that decides, or of the record's own key. A record that people judged another's
    than the better record of the same identifier does not belong to it. `everything`: every record is affected.
    """
    is_first = count(con, tables.record) == 0
    if not is_first:
        _gather_affected(con, tables, everything)
    judged_apart(con)
    if contradictable:
        contradicted(con)
    if is_first:
        _store(con, tables, _set_apart())
    else:
        _update(con, tables)
    if is_first or everything:
        con.execute(f"DROP {'VIEW' if is_first else 'TABLE'} clustered")
        con.execute(f"CREATE TEMP VIEW clustered AS SELECT *, NULL::UBIGINT AS stored_unit FROM {tables.record}")


def _set_apart() -> str:
    """SQL of `clustered`, with those that are apart as units of their own."""
    return f"""SELECT * EXCLUDE is_apart REPLACE (is_apart IS NULL AND is_identified AS is_identified,
            CASE WHEN is_apart THEN hash({OWN_KEY}) ELSE unit END AS unit)
        FROM clustered LEFT JOIN (SELECT DISTINCT *, true AS is_apart FROM apart) USING ({KEY})"""


def _update(con: duckdb.DuckDBPyConnection, tables: IdentityTables) -> None:
    """Write those of `clustered` that are new, different or of another unit, in place of what stood there."""
    if count(con, "apart"):
        con.execute(
            f"""UPDATE clustered SET is_identified = false, unit = hash({OWN_KEY}) WHERE ({KEY}) IN (FROM apart)"""
        )
    rewritten = "FROM clustered WHERE unit IS DISTINCT FROM stored_unit"
    con.execute(
        f"""DELETE FROM {tables.record} WHERE ({KEY}) IN (
            SELECT {KEY} FROM removed UNION ALL SELECT {KEY} {rewritten})"""
    )
    _store(con, tables, rewritten)


def _store(con: duckdb.DuckDBPyConnection, tables: IdentityTables, records: str) -> None:
    """Write records; those that no identifier decides into files of their own, which are read alone every night."""
    for condition in ("NOT is_identified", "is_identified"):
        con.execute(
            f"INSERT INTO {tables.record} BY NAME SELECT {listed(tables.record_columns)} FROM ({records}) WHERE {condition}"
        )


def _gather_affected(con: duckdb.DuckDBPyConnection, tables: IdentityTables, everything: bool) -> None:
    """`clustered`: the records that are new or different, and those that share an identifier with one that changed, with
    the unit in the table."""
    con.execute(
        f"""CREATE TEMP TABLE affected AS SELECT DISTINCT identifier FROM (
            SELECT identifier FROM added UNION ALL SELECT identifier FROM removed
            UNION ALL SELECT identifier FROM stock SEMI JOIN ({REJUDGED}) USING ({KEY})
        ) WHERE identifier IS NOT NULL"""
    )
    held = f"FROM {tables.record}" if everything else "FROM stock SEMI JOIN affected USING (identifier)"
    said = listed(tables.said_columns)
    records = f"""SELECT {said}, NULL::UBIGINT AS stored_unit FROM added UNION ALL
        SELECT {said}, unit AS stored_unit FROM ({held}) ANTI JOIN removed USING ({KEY}) ANTI JOIN added USING ({KEY})"""
    con.execute(f"CREATE TEMP TABLE clustered AS {_with_unit(f'({records})')}")
