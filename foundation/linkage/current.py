"""The records as linkage sees them now, their families, and the keys under which they meet others."""

from __future__ import annotations

import re
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


def keyed(model: LinkModel, records: str, rules: Sequence[Rule], only: str | None = None) -> str:
    """SQL: (unit, is_identified, rule, key) of records under the given rules; a key is a hash of rule and values.

    `only`: a table of the keys that matter; others are left out. One scan per rule, of its columns only: an eighth of the
    time of unnesting a list of keys per record.
    """
    numbers = {rule.name: number for number, rule in enumerate(model.rules)}
    scans = (scan for rule in rules for scan in _scans(model, records, rule, numbers[rule.name], bool(only)))
    every = " UNION ALL ".join(scans)
    return f"FROM ({every}) SEMI JOIN {only} USING (key)" if only else every


def _scans(model: LinkModel, records: str, rule: Rule, number: int, is_chosen: bool) -> list[str]:
    """SQL of the records by the rule's key and by each of its alternatives, where that says something else.

    Where keys are chosen afterwards no value is computed only to see whether it is known: of none there is no such key.
    """
    hashes = [f"hash({number}, {', '.join(key)})" for key in rule.keys]
    scans = []
    for place, key in enumerate(rule.keys):
        known = [f"({value}) IS NOT NULL" for value in key if value.isidentifier() or not is_chosen]
        other = [f"{hashes[place]} <> {earlier}" for earlier in hashes[:place]]
        source = _with_relatives(model, records) if FAMILY in key else records
        scans.append(
            f"SELECT unit, is_identified, {number} AS rule, {hashes[place]} AS key FROM {source} "
            f"WHERE {' AND '.join(known + other) or 'true'}"
        )
    return scans


def _with_relatives(model: LinkModel, records: str) -> str:
    """SQL: records that have a family, once for each of the first four of it."""
    familiar = f"(FROM {records} WHERE household IS NOT NULL OR unit IN (SELECT unit FROM kin))"
    return f"(SELECT *, unnest(list_distinct(family[1:4])) AS {FAMILY} FROM ({with_family(model, familiar)}))"


def key_columns(model: LinkModel, tables: IdentityTables) -> list[str]:
    """The columns of a record that keys are made of, its unit, and whether an identifier decides it."""
    named = set(re.findall(r"\w+", " ".join(part for rule in model.rules for key in rule.keys for part in key)))
    if FAMILY in named:
        named.add("household")
    return [column for column in tables.record_columns if column in named | {"unit", "is_identified"}]


def widest(model: LinkModel) -> list[Rule]:
    """The rules that no other implies: two records that meet under a rule meet under one of these."""
    chosen: list[Rule] = []
    for rule in sorted(model.rules, key=lambda rule: len(rule.key)):
        common = set.intersection(*(set(key) for key in rule.keys))
        if not any(set(other.key) <= common and not other.alternatives for other in chosen):
            chosen.append(rule)
    return chosen


def meets_one(model: LinkModel, rules: Sequence[Rule], records: str, keys: str) -> str:
    """SQL condition on a record that holds if it meets one of the records under a rule; `keys`: theirs (rule, key).

    Of rules over families it holds if the family is in common, or may be.
    """
    numbers = {rule.name: number for number, rule in enumerate(model.rules)}
    conditions = []
    for rule in rules:
        if FAMILY not in rule.key:
            known = f"(SELECT key FROM {keys} WHERE rule = {numbers[rule.name]})"
            conditions += [f"hash({numbers[rule.name]}, {', '.join(key)}) IN {known}" for key in rule.keys]
    if any(FAMILY in rule.key for rule in rules):
        conditions.append(f"household IN (SELECT {FAMILY} FROM {_with_relatives(model, records)})")
        conditions.append("unit IN (SELECT unit FROM kin)")
    return " OR ".join(conditions)


def anchors(model: LinkModel) -> list[SQL]:
    """Of every rule's key one part, so that two records meet under a rule only if they have a value of a part in common.

    A column rather than an expression, and the same in all alternatives.
    """
    chosen = []
    for rule in model.rules:
        common = [values[0] for values in zip(*rule.keys, strict=True) if len(set(values)) == 1]
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
