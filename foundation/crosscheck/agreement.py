"""How far departments agree, by item and pair of departments: counted from one short text per compared record."""

from __future__ import annotations

from datetime import date

import duckdb

from foundation.catalogue.catalogue import split_name
from foundation.crosscheck.compare import COMPARED, Comparer
from foundation.crosscheck.records import AFFECTED
from foundation.crosscheck.tables import AGREEMENT, OUTCOME
from foundation.sql import count, text


def measure(con: duckdb.DuckDBPyConnection, comparer: Comparer, on: date) -> None:
    """Take the affected entities' outcomes over, and write the rates of the day."""
    table = text(comparer.name)
    if count(con, f"{OUTCOME} WHERE library_table = {table}"):
        con.execute(
            f"DELETE FROM {OUTCOME} WHERE library_table = {table} AND entity_id IN (SELECT entity_id FROM {AFFECTED})"
        )
    con.execute(
        f"INSERT INTO {OUTCOME} BY NAME SELECT {table} AS library_table, entity_id, dataset, outcomes FROM {COMPARED}"
    )
    con.execute(f"DELETE FROM {AGREEMENT} WHERE library_table = {table} AND measured_on = DATE '{on}'")
    if comparer.items:
        con.execute(f"INSERT INTO {AGREEMENT} BY NAME {_rates(comparer, on)}")


def _rates(comparer: Comparer, on: date) -> str:
    """Rates of every item and pair; agreement is equal or cosmetic among what could be compared."""
    library = comparer.catalogue.library_of[comparer.name]
    items = ", ".join(
        f"{{'item': {text(item)}, 'place': {2 * place + 2}}}" for place, (item, _) in enumerate(comparer.items)
    )
    departments = ", ".join(text(split_name(dataset)[0]) for dataset in comparer.datasets)
    sums = {"equal": "=", "cosmetic": "~", "different": "!", "not_comparable": "?"}
    counts = ", ".join(f"coalesce(sum(n) FILTER (sign = '{sign}'), 0)::BIGINT AS {name}" for name, sign in sums.items())
    return f"""SELECT DATE '{on}' AS measured_on, {text(library)} AS library, {text(comparer.name)} AS library_table,
            item, authority_department, other_department, {counts},
            coalesce(sum(n) FILTER (sign IN ('a', 'o')), 0)::BIGINT AS one_side_only,
            sum(n) FILTER (sign IN ('=', '~')) / sum(n) FILTER (sign IN ('=', '~', '!')) AS agreement
        FROM (SELECT item, [{departments}][ascii(outcomes[place - 1]) - 64] AS authority_department,
                split_part(dataset, '/', 1) AS other_department, outcomes[place] AS sign, n
            FROM (SELECT dataset, outcomes, n, unnest([{items}], recursive := true)
                FROM (SELECT dataset, outcomes, count(*) AS n FROM {OUTCOME}
                    WHERE library_table = {text(comparer.name)} GROUP BY ALL)))
        WHERE authority_department IS NOT NULL AND sign NOT IN ('*', '.') GROUP BY ALL ORDER BY ALL"""
