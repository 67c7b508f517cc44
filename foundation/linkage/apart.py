"""Records that do not belong to the entity of their identifier: those that contradict it, those that people judged another's."""

from __future__ import annotations

import duckdb

from foundation.linkage.tables import RECORD_KEY
from foundation.sql import count, listed

KEY = listed(RECORD_KEY)

# A register's name changes, so an old name still agrees. Where a record gives no birth date the name alone speaks, and
# one wrong character is no contradiction, unless the number is one of the other sex: 王伟 under the number of 王芳. Where
# the birth dates differ only the same name still agrees, for a child registered under a parent's number often bears a
# name that differs in one character.
SAME_NAME = """(member.name = held.name OR member.name = held.former_name OR member.former_name = held.name)"""
SIMILAR_NAME = f"""(coalesce({SAME_NAME}, false)
    OR contains(member.name, held.name) OR contains(held.name, member.name)
    OR (length(member.name) = length(held.name) AND member.name[1] = held.name[1]
        AND list_sum(list_transform(range(1, length(member.name) + 1),
            lambda position: (member.name[position] <> held.name[position])::INT)) <= 1))"""
# The sex that a record states or implies, and that of the 17th digit of a citizen number; not of a foreigner's card.
SEX_OF_ROLE = {"husband": "1", "father": "1", "wife": "2", "mother": "2"}
OTHER_SEX = f"""(identifier[1] <> '9' AND CASE member.role
    {" ".join(f"WHEN '{role}' THEN '{sex}'" for role, sex in SEX_OF_ROLE.items())} ELSE member.sex_code END
    = CASE WHEN identifier[17] IN ('1', '3', '5', '7', '9') THEN '2' ELSE '1' END)"""
CONTRADICTED = f"""CASE
    WHEN member.name IS NULL OR held.name IS NULL THEN false
    WHEN member.birth_date IS NULL OR held.birth_date IS NULL THEN NOT {SIMILAR_NAME}
        OR (NOT coalesce({SAME_NAME}, false) AND coalesce({OTHER_SEX}, false))
    WHEN member.birth_date <> held.birth_date THEN NOT coalesce({SAME_NAME}, false)
    ELSE false END"""


def judged_apart(con: duckdb.DuckDBPyConnection) -> None:
    """`apart` (key of a record): of two records with one identifier that people judged different, the one of the
    lesser authority."""
    con.execute(f"CREATE TEMP TABLE apart ({', '.join(f'{name} VARCHAR' for name in RECORD_KEY)})")
    if not count(con, "judgement"):
        return
    pairs = " UNION ALL ".join(
        f"SELECT {', '.join(f'{here}_{name} AS {name}, {there}_{name} AS other_{name}' for name in RECORD_KEY)} "
        "FROM judgement WHERE verdict = 'different'"
        for here, there in (("left", "right"), ("right", "left"))
    )
    other = " AND ".join(f"other.{name} = pair.other_{name}" for name in RECORD_KEY)
    con.execute(
        f"""INSERT INTO apart SELECT DISTINCT {listed(RECORD_KEY, "member.")}
        FROM ({pairs}) AS pair JOIN clustered AS member USING ({KEY}) JOIN clustered AS other
            ON {other} AND other.identifier = member.identifier
        WHERE (member.rank, member.record_key, member.role) > (other.rank, other.record_key, other.role)"""
    )


def contradicted(con: duckdb.DuckDBPyConnection) -> None:
    """Add to `apart` the records that contradict the best record of their identifier that knows a name.

    Only identifiers whose records do not all bear one name are looked at: the same name contradicts nothing.
    """
    con.execute(
        f"""CREATE TEMP TABLE mixed AS SELECT {KEY}, rank, identifier, name, former_name, birth_date, sex_code
        FROM clustered SEMI JOIN (
            SELECT unit FROM clustered WHERE identifier IS NOT NULL AND name IS NOT NULL
            GROUP BY unit HAVING min(hash(name)) <> max(hash(name))) USING (unit)"""
    )
    con.execute(
        f"""INSERT INTO apart SELECT {KEY} FROM mixed AS member JOIN (
            SELECT identifier, arg_min({{'name': name, 'former_name': former_name, 'birth_date': birth_date}},
                (rank, record_key, role)) AS held FROM mixed WHERE name IS NOT NULL GROUP BY identifier) USING (identifier)
        WHERE {CONTRADICTED}"""
    )
