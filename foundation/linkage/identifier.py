"""First stage of identity: records with the same valid identifier are one entity, unless what they say contradicts it.

Every other record stands alone. Only records whose identity items changed, and those that share an identifier with
them, are looked at again. GB 11643-1999, GB 32100-2015; docs/decisions/identity.md gives the reasons.
"""

from __future__ import annotations

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import LibraryTable
from foundation.catalogue.sources import Source, sources_of
from foundation.linkage.tables import RECORD_KEY, IdentityTables
from foundation.sql import count, listed, text

KEY = listed(RECORD_KEY)

# A register's name changes, so an old name still agrees. Where a record gives no birth date the name alone speaks, and
# one wrong character is no contradiction; where the birth dates differ only the same name still agrees, for a child
# registered under a parent's number often bears a name that differs in one character.
SAME_NAME = """(member.name = held.name OR member.name = held.former_name OR member.former_name = held.name)"""
SIMILAR_NAME = f"""(coalesce({SAME_NAME}, false)
    OR contains(member.name, held.name) OR contains(held.name, member.name)
    OR (length(member.name) = length(held.name) AND member.name[1] = held.name[1]
        AND list_sum(list_transform(range(1, length(member.name) + 1),
            lambda position: (member.name[position] <> held.name[position])::INT)) <= 1))"""
CONTRADICTED = f"""CASE
    WHEN member.name IS NULL OR held.name IS NULL THEN false
    WHEN member.birth_date IS NULL OR held.birth_date IS NULL THEN NOT {SIMILAR_NAME}
    WHEN member.birth_date <> held.birth_date THEN NOT coalesce({SAME_NAME}, false)
    ELSE false END"""


def stage_records(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    table: LibraryTable,
    tables: IdentityTables,
    changed: dict[str, str],
) -> int:
    """Fill `added` and `removed`: identity records that are new or different, and those that are gone; their number.

    `changed` names, by dataset, the temporary table of record keys that changed; datasets without changes are left out.
    """
    sources = [source for source in sources_of(catalogue, table) if source.dataset in changed]
    if not sources:
        return 0
    ranks = list(dict.fromkeys(source.dataset for source in sources_of(catalogue, table)))
    incoming = " UNION ALL ".join(
        _incoming(table, source, changed[source.dataset], ranks.index(source.dataset)) for source in sources
    )
    if count(con, tables.record) == 0:
        con.execute(f"CREATE TEMP TABLE added AS {incoming}")
        con.execute("CREATE TEMP TABLE removed AS FROM added LIMIT 0")
        return count(con, "added")
    con.execute(f"CREATE TEMP TABLE incoming AS {incoming}")
    keys = " UNION ALL ".join(
        f"SELECT {text(source.department)} AS department, {text(source.short_name)} AS dataset, record_key "
        f"FROM {changed[source.dataset]}"
        for source in {source.dataset: source for source in sources}.values()
    )
    con.execute(
        f"CREATE TEMP TABLE outgoing AS FROM {tables.record} SEMI JOIN ({keys}) USING (department, dataset, record_key)"
    )
    con.execute("CREATE TEMP TABLE added AS FROM incoming EXCEPT FROM outgoing")
    con.execute("CREATE TEMP TABLE removed AS FROM outgoing EXCEPT FROM incoming")
    return count(con, "added") + count(con, "removed")


def _incoming(table: LibraryTable, source: Source, changed: str, rank: int) -> str:
    assert table.identity is not None
    identifier = source.sql(table.identity.identifier)
    valid = f"CASE WHEN {_is_valid(identifier)} THEN {identifier} END" if identifier != "NULL" else "NULL"
    birth = source.sql("birth_date") if "birth_date" in table.identity.contradicted_by else "NULL"
    return f"""SELECT {text(source.department)} AS department, {text(source.short_name)} AS dataset, record_key,
        {text(source.role)} AS role, {rank}::BIGINT AS rank, {valid} AS identifier,
        {source.sql("name")} AS name, {source.sql("former_name")}::VARCHAR AS former_name, {birth}::DATE AS birth_date
        FROM {source.table} SEMI JOIN {changed} USING (record_key)
        WHERE {_known(identifier)} OR {_known(source.sql("name"))} OR {_known(birth)}"""


def _is_valid(column: str) -> str:
    return column[:-1] + '_is_valid"'


def _known(column: str) -> str:
    return "false" if column == "NULL" else f"{column} IS NOT NULL"


def cluster(con: duckdb.DuckDBPyConnection, tables: IdentityTables, contradictable: bool) -> None:
    """Fill `clustered`: every affected record with the key of its cluster, from `added` and `removed`."""
    con.execute(
        """CREATE TEMP TABLE affected AS SELECT DISTINCT identifier
        FROM (SELECT identifier FROM added UNION ALL SELECT identifier FROM removed) WHERE identifier IS NOT NULL"""
    )
    con.execute(
        f"""CREATE TEMP TABLE member AS FROM added UNION ALL
        FROM {tables.record} SEMI JOIN affected USING (identifier)
        ANTI JOIN removed USING ({KEY}) ANTI JOIN added USING ({KEY})"""
    )
    con.execute(
        """CREATE TEMP TABLE anchor AS SELECT identifier,
            arg_min({'name': name, 'former_name': former_name, 'birth_date': birth_date}, (rank, record_key, role)) AS held
        FROM member WHERE identifier IS NOT NULL GROUP BY identifier HAVING count(*) > 1"""
    )
    agreed = f"NOT coalesce({CONTRADICTED}, false)" if contradictable else "true"
    con.execute(
        f"""CREATE TEMP TABLE clustered AS SELECT member.* EXCLUDE (former_name),
            identifier IS NOT NULL AND {agreed} AS is_identified,
            CASE WHEN is_identified THEN identifier
            ELSE concat_ws('|', department, dataset, record_key, role) END AS cluster
        FROM member LEFT JOIN anchor USING (identifier)"""
    )
