"""The records as linkage sees them now, their families, and the keys under which they meet others."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from foundation.linkage.spec import FAMILY, SQL, LinkModel, Rule
from foundation.linkage.tables import RECORD_KEY, IdentityTables
from foundation.sql import listed

KEY = listed(RECORD_KEY)


def make_current(con: duckdb.DuckDBPyConnection, model: LinkModel, tables: IdentityTables) -> None:
    """`current_record`: every record with its unit; `undecided`: those that no identifier decides; `kin`: families of
    records that name parents or bear another's number."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW current_record AS FROM {tables.record}")
    con.execute("CREATE TEMP TABLE undecided AS FROM current_record WHERE NOT is_identified")
    _make_kin(con, model)


def _make_kin(con: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """`kin`: record -> households of the persons whose numbers it names, then those numbers."""
    if "household" not in model.features:
        con.execute("CREATE TEMP TABLE kin AS SELECT unit, NULL::VARCHAR[] AS family FROM undecided LIMIT 0")
        return
    con.execute(
        """CREATE TEMP TABLE asked AS SELECT unit, unnest(list_distinct(coalesce(relatives, [])
            || CASE WHEN identifier IS NULL THEN [] ELSE [identifier] END)) AS number
        FROM undecided WHERE relatives IS NOT NULL OR identifier IS NOT NULL"""
    )
    con.execute(
        """CREATE TEMP TABLE kin AS SELECT unit,
            list_sort(list_distinct(list(household))) || list_sort(list_distinct(list(number))) AS family
        FROM asked LEFT JOIN (SELECT identifier AS number, min(household) AS household FROM current_record
            SEMI JOIN (SELECT number AS identifier FROM asked) USING (identifier)
            WHERE is_identified AND household IS NOT NULL GROUP BY identifier) USING (number)
        GROUP BY unit"""
    )


def with_family(model: LinkModel, records: str) -> str:
    """SQL: records with `family`: of a registered person the household, else the kin."""
    if "household" not in model.features:
        return f"SELECT *, NULL::VARCHAR[] AS family FROM {records}"
    return f"""SELECT record.*, CASE WHEN household IS NOT NULL THEN [household] ELSE kin.family END AS family
        FROM {records} AS record LEFT JOIN kin ON kin.unit = record.unit"""


def keyed(model: LinkModel, records: str, rules: Sequence[Rule]) -> str:
    """SQL: (unit, is_identified, rule, key) of records under the given rules; a key is a hash of rule and values.

    One scan per rule, of its columns only: an eighth of the time of unnesting a list of keys per record.
    """
    numbers = {rule.name: number for number, rule in enumerate(model.rules)}
    return " UNION ALL ".join(scan for rule in rules for scan in _scans(model, records, rule, numbers[rule.name]))


def _scans(model: LinkModel, records: str, rule: Rule, number: int) -> list[str]:
    """SQL of the records by the rule's key and by each of its alternatives, where that says something else."""
    keys = (rule.key, *rule.alternatives)
    hashes = [f"hash({number}, {', '.join(key)})" for key in keys]
    scans = []
    for place, key in enumerate(keys):
        known = [f"({value}) IS NOT NULL" for value in key]
        other = [f"{hashes[place]} <> {earlier}" for earlier in hashes[:place]]
        source = _with_relatives(model, records) if FAMILY in key else records
        scans.append(
            f"SELECT unit, is_identified, {number} AS rule, {hashes[place]} AS key FROM {source} "
            f"WHERE {' AND '.join(known + other)}"
        )
    return scans


def _with_relatives(model: LinkModel, records: str) -> str:
    """SQL: records that have a family, once for each of the first four of it."""
    familiar = f"(FROM {records} WHERE household IS NOT NULL OR unit IN (SELECT unit FROM kin))"
    return f"(SELECT *, unnest(list_distinct(family[1:4])) AS {FAMILY} FROM ({with_family(model, familiar)}))"


def anchors(model: LinkModel) -> list[SQL]:
    """Of every rule's key one part, so that two records meet under a rule only if they have a value of a part in common.

    A column rather than an expression, and the same in all alternatives.
    """
    chosen = []
    for rule in model.rules:
        common = [values[0] for values in zip(rule.key, *rule.alternatives, strict=True) if len(set(values)) == 1]
        columns = [value for value in common if value.isidentifier() and value != FAMILY]
        chosen.append((columns or common)[0])
    return list(dict.fromkeys(chosen))


def bounds(model: LinkModel) -> str:
    """SQL rows (rule, bound, part): part is certain, block or shared."""
    parts = ["certain"] * len(model.certain) + ["block"] * len(model.blocks) + ["shared"] * len(model.shared)
    rows = ", ".join(
        f"({number}, {rule.bound}, '{part}')"
        for number, (rule, part) in enumerate(zip(model.rules, parts, strict=True))
    )
    return f"(VALUES {rows}) AS bounds(rule, bound, part)"
