"""First stage of identity: records with the same valid identifier are one entity, unless what they say contradicts it.

Every other record is a unit of its own, which the second stage may link. Only records whose identity items changed, and
those that share an identifier with them, are looked at again. GB 11643-1999, GB 32100-2015; docs/decisions/identity.md
gives the reasons.
"""

from __future__ import annotations

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import LibraryTable
from foundation.catalogue.sources import Source, sources_of
from foundation.linkage.features import feature_columns
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
        for name in ("added", "removed"):
            con.execute(
                f"CREATE TEMP TABLE {name} AS SELECT {listed(tables.record_columns)} FROM {tables.record} LIMIT 0"
            )
        return 0
    ranks = list(dict.fromkeys(source.dataset for source in sources_of(catalogue, table)))
    incoming = " UNION ALL ".join(
        _incoming(table, tables, source, changed[source.dataset], ranks.index(source.dataset)) for source in sources
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
        f"""CREATE TEMP TABLE outgoing AS SELECT {listed(tables.record_columns)} FROM {tables.record}
        SEMI JOIN ({keys}) USING (department, dataset, record_key)"""
    )
    con.execute("CREATE TEMP TABLE added AS FROM incoming EXCEPT FROM outgoing")
    con.execute("CREATE TEMP TABLE removed AS FROM outgoing EXCEPT FROM incoming")
    return count(con, "added") + count(con, "removed")


def _incoming(table: LibraryTable, tables: IdentityTables, source: Source, changed: str, rank: int) -> str:
    assert table.identity is not None
    identifier = source.sql(table.identity.identifier)
    valid = f"CASE WHEN {_is_valid(identifier)} THEN {identifier} END" if identifier != "NULL" else "NULL"
    birth = source.sql("birth_date") if "birth_date" in table.identity.contradicted_by else "NULL"
    features = "".join(f", {column}" for column in feature_columns(tables, table.identity, source))
    return f"""SELECT {text(source.department)} AS department, {text(source.short_name)} AS dataset, record_key,
        {text(source.role)} AS role, {rank}::BIGINT AS rank, {valid} AS identifier,
        {source.sql("name")} AS name, {source.sql("former_name")}::VARCHAR AS former_name, {birth}::DATE AS birth_date{features}
        FROM {source.table} SEMI JOIN {changed} USING (record_key)
        WHERE {_known(identifier)} OR {_known(source.sql("name"))} OR {_known(birth)}"""


def _is_valid(column: str) -> str:
    return column[:-1] + '_is_valid"'


def _known(column: str) -> str:
    return "false" if column == "NULL" else f"{column} IS NOT NULL"


def cluster(
    con: duckdb.DuckDBPyConnection, tables: IdentityTables, contradictable: bool, everything: bool = False
) -> None:
    """Fill `clustered`: every affected record with the unit that it belongs to, from `added`, `removed`, `judgement`.

    A unit is a hash of the identifier that decides, or of the record's own key. A record that people judged another's
    than the better record of the same identifier does not belong to it. `everything`: every record is affected.
    """
    judged = " UNION ALL ".join(
        f"SELECT {', '.join(f'{side}_{name} AS {name}' for name in RECORD_KEY)} FROM rejudged"
        for side in ("left", "right")
    )
    con.execute(
        f"""CREATE TEMP TABLE affected AS SELECT DISTINCT identifier FROM (
            SELECT identifier FROM added UNION ALL SELECT identifier FROM removed
            UNION ALL SELECT identifier FROM {tables.record} SEMI JOIN ({judged}) USING ({KEY})
        ) WHERE identifier IS NOT NULL"""
    )
    which = "" if everything else "SEMI JOIN affected USING (identifier)"
    held = f"""(FROM {tables.record} {which} ANTI JOIN removed USING ({KEY}) ANTI JOIN added USING ({KEY}))"""
    if count(con, tables.record):
        con.execute(f"CREATE TEMP TABLE member AS FROM added UNION ALL BY NAME {held}")
    else:
        con.execute("CREATE OR REPLACE TEMP VIEW member AS FROM added")
    con.execute(
        """CREATE TEMP TABLE anchor AS SELECT identifier,
            arg_min({'name': name, 'former_name': former_name, 'birth_date': birth_date}, (rank, record_key, role)) AS held
        FROM member WHERE identifier IS NOT NULL GROUP BY identifier HAVING count(*) > 1"""
    )
    _judged_apart(con)
    agreed = f"NOT coalesce({CONTRADICTED}, false)" if contradictable else "true"
    con.execute(
        f"""CREATE TEMP TABLE clustered AS SELECT member.*,
            identifier IS NOT NULL AND {agreed} AND apart.record_key IS NULL AS is_identified,
            hash(CASE WHEN is_identified THEN identifier ELSE {OWN_KEY} END) AS unit
        FROM member LEFT JOIN anchor USING (identifier) LEFT JOIN apart USING ({KEY})"""
    )


OWN_KEY = "concat_ws('|', department, dataset, record_key, role)"


def _judged_apart(con: duckdb.DuckDBPyConnection) -> None:
    """`apart`: of two records with one identifier that people judged different, the one of the lesser authority."""
    if not count(con, "judgement"):
        con.execute(f"CREATE TEMP TABLE apart AS SELECT {KEY} FROM member LIMIT 0")
        return
    pairs = " UNION ALL ".join(
        f"SELECT {', '.join(f'{here}_{name} AS {name}, {there}_{name} AS other_{name}' for name in RECORD_KEY)} "
        "FROM judgement WHERE verdict = 'different'"
        for here, there in (("left", "right"), ("right", "left"))
    )
    other = " AND ".join(f"other.{name} = pair.other_{name}" for name in RECORD_KEY)
    con.execute(
        f"""CREATE TEMP TABLE apart AS SELECT DISTINCT {listed(RECORD_KEY, "member.")} FROM ({pairs}) AS pair
        JOIN member USING ({KEY}) JOIN member AS other ON {other} AND other.identifier = member.identifier
        WHERE (member.rank, member.record_key, member.role) > (other.rank, other.record_key, other.role)"""
    )
