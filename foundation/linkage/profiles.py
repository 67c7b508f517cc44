"""Profiles: what all records of a unit say together, ready to be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb
import pyarrow as pa

from foundation.linkage.current import with_family
from foundation.linkage.organization_name import NAME_PARTS, name_parts
from foundation.linkage.spec import LinkModel
from foundation.standards.address import comparison_form
from foundation.standards.pinyin import toneless_pinyin


def make_profiles(con: duckdb.DuckDBPyConnection, model: LinkModel, places: frozenset[str]) -> None:
    """`profile`: one row per unit of `pair_unit`, with the model's profile columns."""
    con.execute(
        f"CREATE TEMP TABLE raw_record AS FROM ({with_family(model, '(FROM current_record SEMI JOIN pair_unit USING (unit))')})"
    )
    _look_up(con, model.pinyin_of, "pinyin_of", ("pinyin",), lambda names: pa.table({"pinyin": toneless_pinyin(names)}))
    joins = f"LEFT JOIN pinyin_of ON pinyin_of.value = raw_record.{model.pinyin_of}"
    if "address" in model.features:
        form = "address_form"
        _look_up(con, "address", "address_of", (form,), lambda texts: pa.table({form: comparison_form(texts)}))
        joins += " LEFT JOIN address_of ON address_of.value = raw_record.address"
    if model.name == "organization":
        _look_up(con, "name", "parts_of", NAME_PARTS, lambda names: name_parts(names, places))
        joins += " LEFT JOIN parts_of ON parts_of.value = raw_record.name"
    disputed = "identifier IS NOT NULL AND NOT is_identified AS is_disputed"
    shared = "".join(f", {_is_shared(model, column)} AS {column}_is_shared" for column in model.shared)
    records = f"SELECT *, {disputed}{shared} FROM raw_record {joins}"
    columns = ", ".join(f"{value} AS {name}" for name, value in model.profile.items())
    con.execute(f"CREATE TEMP TABLE profile AS SELECT unit, {columns} FROM ({records}) GROUP BY unit")


def _is_shared(model: LinkModel, column: str) -> str:
    number = [rule.name for rule in model.rules].index(model.shared[column].name)
    crowded = "SELECT key FROM meeting JOIN bound USING (rule) WHERE part = 'shared' AND records > bound"
    return f"{column} IS NOT NULL AND hash({number}, {column}) IN ({crowded})"


def _look_up(
    con: duckdb.DuckDBPyConnection, column: str, into: str, parts: Sequence[str], derive: Callable[[pa.Array], pa.Table]
) -> None:
    """A temporary table: each distinct value of a column of `raw_record`, and the parts that are derived from it."""
    con.execute(f"CREATE TEMP TABLE {into} (value VARCHAR, {', '.join(f'{part} VARCHAR' for part in parts)})")
    values = (
        con.execute(f"SELECT DISTINCT {column} AS value FROM raw_record WHERE {column} IS NOT NULL ORDER BY 1")
        .to_arrow_table()["value"]
        .combine_chunks()
    )
    if not len(values):
        return
    derived = derive(values)
    con.register("derived", derived.add_column(0, "value", values))
    try:
        con.execute(f"INSERT INTO {into} BY NAME FROM derived")
    finally:
        con.unregister("derived")
