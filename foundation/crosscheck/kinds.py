"""Finding the declared kinds of discrepancy among the affected entities, by their conditions or queries."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.crosscheck import Kind
from foundation.catalogue.sources import Source
from foundation.crosscheck.comparators import variant_form
from foundation.crosscheck.compare import FOUND, VALUE_KIND
from foundation.crosscheck.queries import QUERIES, TIMED, Finding
from foundation.crosscheck.records import AFFECTED, chosen, entities, linked_records
from foundation.crosscheck.tables import DISCREPANCY
from foundation.sql import quoted, text

TONIGHT = "night.on_date"


def find_kinds(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, name: str, on: date) -> None:
    """Add every declared kind to `found`; a kind that says more replaces the plain difference in the same record."""
    for kind_name, kind in catalogue.crosschecks[name].kinds.items():
        for query in _queries(catalogue, name, kind, on):
            con.execute(f"CREATE OR REPLACE TEMP TABLE of_kind AS {query}")
            if kind.normalised is not None:
                _leave_out_equal(con, kind.normalised)
            con.execute(
                f"""INSERT INTO {FOUND} BY NAME SELECT *, {text(kind_name)} AS kind, {text(kind.item)} AS item,
                {text(kind.severity.value)} AS severity, {kind.responsible == "authority"} AS is_for_authority,
                false AS is_majority_against_authority FROM of_kind"""
            )
    case = "(entity_id, item, other_dataset, other_record_key, other_role)"
    con.execute(
        f"""DELETE FROM {FOUND} WHERE kind = {text(VALUE_KIND)}
        AND {case} IN (SELECT {case} FROM {FOUND} WHERE kind <> {text(VALUE_KIND)})"""
    )


def due_tonight(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, name: str, on: date, into: str) -> None:
    """Entities of which a kind that depends on the day holds now and did not before, though no record of them changed."""
    everyone = entities(catalogue, name, None)
    parts = [
        f"""SELECT entity_id FROM ({query}) ANTI JOIN (SELECT entity_id FROM {DISCREPANCY} WHERE library_table = {text(name)}
            AND kind = {text(kind_name)} AND status = 'open') USING (entity_id)"""
        for kind_name, kind in catalogue.crosschecks[name].kinds.items()
        if TONIGHT in (kind.when or "") or kind.query in TIMED
        for query in _queries(catalogue, name, kind, on, everyone)
    ]
    if parts:
        con.execute(f"INSERT INTO {into} SELECT entity_id FROM ({' UNION ALL '.join(parts)})")


def _queries(catalogue: Catalogue, name: str, kind: Kind, on: date, only: str = AFFECTED) -> list[str]:
    """Queries with the columns of a finding."""
    if kind.query is not None:
        return [QUERIES[kind.query](Finding(catalogue, name, kind, on, only))]
    if not kind.sources:
        return [_condition(catalogue, name, kind, on, None, only)]
    return [_condition(catalogue, name, kind, on, source, only) for source in chosen(catalogue, name, kind.sources)]


def _condition(catalogue: Catalogue, name: str, kind: Kind, on: date, source: Source | None, only: str | None) -> str:
    origin = f"entity.sources.{quoted(kind.item)}"
    if source is not None:
        other = [text(source.dataset), "record.record_key", text(source.role)]
        rows = f"{linked_records(catalogue, name, source, only)} AS record"
        rows += f" JOIN {entities(catalogue, name, only)} AS entity USING (entity_id)"
    else:
        other = [f"{origin}.dataset", f"{origin}.record_key", "''"]
        rows = f"{entities(catalogue, name, only)} AS entity"
    for table, condition in kind.joined.items():
        rows += f" LEFT JOIN library.{table} AS {table} ON {condition}"
    when = (kind.when or "true").replace(TONIGHT, f"DATE {text(str(on))}")
    dataset, record_key = _authority(catalogue, name, kind)
    return f"""SELECT entity.entity_id, {dataset} AS authority_dataset, {record_key} AS authority_record_key,
            ({kind.authority_value})::VARCHAR AS authority_value, {other[0]} AS other_dataset,
            {other[1]} AS other_record_key, {other[2]} AS other_role, ({kind.other_value})::VARCHAR AS other_value
        FROM {rows} WHERE ({when}) AND {other[1]} IS NOT NULL"""


def _authority(catalogue: Catalogue, name: str, kind: Kind) -> tuple[str, str]:
    """SQL for the authority's dataset and record."""
    table, _, item = (kind.authority or kind.item).rpartition(".")
    declared = text(kind.authority_dataset) if kind.authority_dataset else "NULL"
    if kind.authority is None and kind.authority_dataset is not None:
        return declared, "NULL::VARCHAR"
    known = catalogue.tables[table or name].items.get(item)
    if known is None or not known.authority:
        return declared, "NULL::VARCHAR"
    origin = f"{table or 'entity'}.sources.{quoted(item)}"
    return f"coalesce({origin}.dataset, {declared})", f"{origin}.record_key"


def _leave_out_equal(con: duckdb.DuckDBPyConnection, standard: str) -> None:
    """Take out of `of_kind` what is equal when both values are written as the standard wants."""
    from foundation.standards.conformed import Setting
    from foundation.standards.registry import STANDARDS

    values = con.execute("SELECT DISTINCT authority_value, other_value FROM of_kind").to_arrow_table()
    forms = [
        STANDARDS[standard].conform(column.combine_chunks().cast(pa.string()), Setting()).value
        for column in (values.column(0), values.column(1))
    ]
    form_table = pa.table(
        {"authority_value": values.column(0), "other_value": values.column(1), "one": forms[0], "two": forms[1]}
    )
    con.register("forms", form_table)
    con.execute(
        f"""DELETE FROM of_kind WHERE (authority_value, other_value) IN
        (SELECT (authority_value, other_value) FROM forms WHERE {variant_form("one")} = {variant_form("two")})"""
    )
    con.unregister("forms")
