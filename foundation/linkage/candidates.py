"""Which units are worth comparing: those that meet under a rule, and whose meeting may have changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import duckdb

from foundation.linkage.current import anchors, bounds, key_columns, keyed, meets_one, widest
from foundation.linkage.spec import LinkModel, Rule
from foundation.linkage.tables import IdentityTables
from foundation.sql import listed


def find_touched(con: duckdb.DuckDBPyConnection, model: LinkModel, complete: bool) -> None:
    """`touched`: undecided units whose candidates may have changed: all, or those that meet what changed.

    Of a key under which more records than its bound stay as they are nothing can change.
    """
    if complete:
        con.execute("CREATE TEMP TABLE touched AS SELECT DISTINCT unit FROM undecided")
        return
    con.execute("CREATE TEMP TABLE touched AS SELECT DISTINCT unit FROM clustered WHERE NOT is_identified")
    gone = "(SELECT *, false AS is_identified, 0::UBIGINT AS unit FROM removed)"
    changed = " UNION ALL ".join(keyed(model, records, model.rules) for records in ("(FROM clustered)", gone))
    con.execute(f"CREATE TEMP TABLE changed_key AS SELECT DISTINCT key FROM ({changed})")
    con.execute(f"CREATE TEMP TABLE hit AS {keyed(model, 'undecided', model.rules, 'changed_key')}")
    fresh = "(FROM clustered WHERE stored_unit IS NULL AND NOT is_identified)"
    con.execute(
        f"""INSERT INTO touched SELECT DISTINCT unit FROM hit SEMI JOIN (
            SELECT key FROM (SELECT key, rule, count(*) AS now FROM hit GROUP BY key, rule)
            LEFT JOIN (SELECT key, count(*) AS new FROM ({keyed(model, fresh, model.rules)}) GROUP BY key) USING (key)
            JOIN {bounds(model)} USING (rule) WHERE now - coalesce(new, 0) <= bound) USING (key)
        WHERE unit NOT IN (FROM touched)"""
    )
    if "household" in model.features:
        con.execute(
            """INSERT INTO touched SELECT DISTINCT unit FROM asked WHERE number IN (
                SELECT identifier FROM clustered UNION SELECT identifier FROM removed WHERE identifier IS NOT NULL)
            AND unit NOT IN (FROM touched)"""
        )


def _find_near(con: duckdb.DuckDBPyConnection, model: LinkModel, tables: IdentityTables, complete: bool) -> None:
    """`near`: the records that may meet a touched unit: all, or those that do under a rule.

    Of the latter what has a part of a key in common is found first, in one pass over a few columns; whole keys are made of
    that only.
    """
    if complete:
        con.execute("CREATE TEMP VIEW near AS FROM current_record")
        return
    con.execute("CREATE TEMP TABLE touching AS FROM undecided SEMI JOIN touched USING (unit)")
    rules = widest(model)
    con.execute(f"CREATE TEMP TABLE touching_key AS SELECT DISTINCT rule, key FROM ({keyed(model, 'touching', rules)})")
    shared = (f"{part} IN (SELECT {part} FROM touching WHERE {part} IS NOT NULL)" for part in anchors(model))
    con.execute(
        f"""CREATE TEMP TABLE near AS SELECT {listed(key_columns(model, tables))}
        FROM (FROM current_record WHERE {" OR ".join(shared)})
        WHERE {meets_one(model, rules, "touching", "touching_key")}"""
    )


def find_pairs(
    con: duckdb.DuckDBPyConnection, model: LinkModel, tables: IdentityTables, complete: bool
) -> dict[str, int]:
    """`certain_pair` and `block_pair` (unit, other_unit) of touched units; the keys beyond their bound, by rule.

    An undecided unit stands first; of two the one with the smaller number. Only what no certain rule linked
    to a decided unit is looked at under the blocks.
    """
    con.execute(f"CREATE TEMP TABLE bound AS SELECT rule::INTEGER AS rule, bound, part FROM {bounds(model)}")
    _find_near(con, model, tables, complete)
    _meet(con, model, "touched", model.certain, "certain_")
    con.execute(
        """CREATE TEMP TABLE certain_pair AS SELECT DISTINCT held.unit,
            CASE decided WHEN 1 THEN decided_unit ELSE first_unit END AS other_unit
        FROM certain_held AS held JOIN (FROM certain_meeting JOIN bound USING (rule) WHERE records <= bound
            AND units > 1 AND decided <= 1) USING (key)
        WHERE NOT is_identified AND held.unit <> other_unit"""
    )
    settled = "SELECT unit FROM certain_pair WHERE other_unit IN (SELECT unit FROM certain_held WHERE is_identified)"
    con.execute(f"CREATE TEMP TABLE open_touched AS FROM touched WHERE unit NOT IN ({settled})")
    con.execute("DELETE FROM certain_pair WHERE unit NOT IN (FROM touched) AND other_unit NOT IN (FROM touched)")
    _meet(con, model, "open_touched", (*model.blocks, *model.shared.values()), "")
    _all_open(con, tables, complete)
    con.execute(
        """CREATE TEMP TABLE block AS SELECT key FROM meeting JOIN bound USING (rule)
        WHERE part = 'block' AND records <= bound AND units > 1"""
    )
    con.execute(
        """CREATE TEMP TABLE block_pair AS SELECT DISTINCT
            CASE WHEN r.is_identified THEN l.unit ELSE least(l.unit, r.unit) END AS unit,
            CASE WHEN r.is_identified THEN r.unit ELSE greatest(l.unit, r.unit) END AS other_unit
        FROM (SELECT DISTINCT key, unit FROM held SEMI JOIN open_touched USING (unit)
              SEMI JOIN block USING (key)) AS l
        JOIN (SELECT DISTINCT key, unit, is_identified FROM held
              WHERE is_identified OR unit IN (FROM open_unit)) AS r USING (key)
        WHERE l.unit <> r.unit"""
    )
    skipped = con.execute(
        """SELECT rule, count(*) FROM (FROM meeting UNION ALL FROM certain_meeting) JOIN bound USING (rule)
        WHERE records > bound GROUP BY rule ORDER BY rule"""
    ).fetchall()
    return {model.rules[rule].name: keys for rule, keys in skipped}


def _meet(
    con: duckdb.DuckDBPyConnection, model: LinkModel, units: str, rules: Sequence[Rule], prefix: Literal["", "certain_"]
) -> None:
    """`held`: every record under the keys that the units have under the rules; `meeting`: what meets under each key."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW own_record AS FROM undecided SEMI JOIN {units} USING (unit)")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE own_key AS SELECT DISTINCT key FROM ({keyed(model, 'own_record', rules)})"
    )
    con.execute(f"CREATE TEMP TABLE {prefix}held AS {keyed(model, 'near', rules, 'own_key')}")
    con.execute(
        f"""CREATE TEMP TABLE {prefix}meeting AS SELECT key, any_value(rule) AS rule, sum(records) AS records,
            count(*) AS units, count(*) FILTER (is_decided) AS decided,
            min(unit) FILTER (is_decided) AS decided_unit, min(unit) AS first_unit
        FROM (SELECT key, unit, any_value(rule) AS rule, count(*) AS records, bool_or(is_identified) AS is_decided
            FROM {prefix}held GROUP BY key, unit) GROUP BY key"""
    )


def _all_open(con: duckdb.DuckDBPyConnection, tables: IdentityTables, complete: bool) -> None:
    """`open_unit`: undecided units that no certain rule linked to a decided one, now or earlier, among those held."""
    con.execute("CREATE TEMP TABLE open_unit AS FROM open_touched")
    if not complete:
        con.execute(
            f"""INSERT INTO open_unit SELECT DISTINCT unit FROM held WHERE NOT is_identified
            AND unit NOT IN (FROM touched) AND unit NOT IN (
                SELECT unit FROM {tables.pair} WHERE kind = 'certain'
                AND other_unit IN (SELECT unit FROM current_record WHERE is_identified))"""
        )
