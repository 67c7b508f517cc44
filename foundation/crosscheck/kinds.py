"""Finding the declared kinds of discrepancy among the affected entities, by their conditions or queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.crosscheck import Kind
from foundation.catalogue.sources import Source
from foundation.crosscheck.comparators import variant_form
from foundation.crosscheck.compare import FOUND, VALUE_KIND
from foundation.crosscheck.origins import Origins
from foundation.crosscheck.queries import PREPARED, QUERIES, TIMED, Finding
from foundation.crosscheck.records import STORED, chosen, columns_named, entities, linked_records
from foundation.crosscheck.tables import DISCREPANCY
from foundation.sql import listed, quoted, text

TONIGHT = "night.on_date"
HIT_COLUMNS = """number INTEGER, entity_id VARCHAR, origin_key VARCHAR, other_record_key VARCHAR, authority_value VARCHAR,
    other_value VARCHAR"""


def find_kinds(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, name: str, on: date, only: bool = True) -> None:
    """Add every declared kind to `found`; a kind that says more replaces the plain difference in the same record.

    `only` says whether the search is restricted to the affected entities.
    """
    searches = _all_searches(catalogue, name, on, only)
    _find_hits(con, catalogue, name, [search for _, search in searches], only)
    for number, (kind_name, search) in enumerate(searches):
        kind = search.kind
        if kind.query in PREPARED:
            PREPARED[kind.query](con, search.finding)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE of_kind AS {search.hits() if kind.query else search.with_origins(number)}"
        )
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
    parts = [
        f"""SELECT entity_id FROM ({search.hits()}) ANTI JOIN (SELECT entity_id FROM {DISCREPANCY}
            WHERE library_table = {text(name)} AND kind = {text(kind_name)} AND status = 'open') USING (entity_id)"""
        for kind_name, kind in catalogue.crosschecks[name].kinds.items()
        if TONIGHT in (kind.when or "") or kind.query in TIMED
        for search in _searches(catalogue, name, kind, on, only=False)
    ]
    if parts:
        con.execute(f"INSERT INTO {into} SELECT entity_id FROM ({' UNION ALL '.join(parts)})")


def kind_statements(catalogue: Catalogue, name: str, on: date) -> list[str]:
    """The SQL by which kinds are searched among the affected entities."""
    searches = [search for _, search in _all_searches(catalogue, name, on, only=True)]
    return [search.hits() for search in searches] + [
        search.with_origins(0) for search in searches if not search.kind.query
    ]


def _all_searches(catalogue: Catalogue, name: str, on: date, only: bool) -> list[tuple[str, _Search]]:
    """The searches of every kind, with its name."""
    kinds = catalogue.crosschecks[name].kinds.items()
    return [(kind_name, search) for kind_name, kind in kinds for search in _searches(catalogue, name, kind, on, only)]


def _searches(catalogue: Catalogue, name: str, kind: Kind, on: date, only: bool) -> list[_Search]:
    sources = chosen(catalogue, name, kind.sources) if kind.sources and kind.query is None else [None]
    return [_Search(catalogue, name, kind, on, only, source) for source in sources]


@dataclass(frozen=True)
class _Search:
    """The search for one kind in one source (None: in the library's rows alone, or by a query)."""

    catalogue: Catalogue
    name: str
    kind: Kind
    on: date
    only: bool
    source: Source | None

    @property
    def finding(self) -> Finding:
        return Finding(self.catalogue, self.name, self.kind, self.on, self.only)

    def hits(self) -> str:
        """SQL for where the kind holds: entity_id with both values, and the row that the authority's value came from."""
        if self.kind.query is not None:
            return QUERIES[self.kind.query](self.finding)
        rows = f"{entities(self.catalogue, self.name, self.only)} AS entity"
        record_key = "NULL"
        if self.source is not None:
            record_key = "record.record_key"
            rows = f"{linked_records(self.catalogue, self.name, self.source, self.only)} AS record JOIN {rows} USING (entity_id)"
        for table, condition in self.kind.joined.items():
            rows += f" LEFT JOIN stored.{table} AS {table} ON {condition}"
        table, item = self.authority
        origin = (
            f"{table}.{quoted(self.catalogue.tables[table].key)}" if table in self.kind.joined else "entity.entity_id"
        )
        when = (self.kind.when or "true").replace(TONIGHT, f"DATE {text(str(self.on))}")
        return f"""SELECT entity.entity_id, {origin if item else "NULL"} AS origin_key, {record_key} AS other_record_key,
                ({self.kind.authority_value})::VARCHAR AS authority_value, ({self.kind.other_value})::VARCHAR AS other_value
            FROM {rows} WHERE {when}"""

    @property
    def authority(self) -> tuple[str, str | None]:
        """The table and the item whose source is the authority; no item where no record of it is involved."""
        table, _, item = (self.kind.authority or self.kind.item).rpartition(".")
        if self.kind.authority is None and self.kind.authority_dataset is not None:
            return self.name, None
        known = self.catalogue.tables[table or self.name].items.get(item)
        return table or self.name, item if known is not None and known.authority else None

    def with_origins(self, number: int) -> str:
        """SQL: the hits under a number, with the datasets and records of both sides."""
        table, item = self.authority
        declared = text(self.kind.authority_dataset) if self.kind.authority_dataset else "NULL"
        dataset, record_key, joins = declared, "NULL::VARCHAR", ""
        if item is not None:
            joins += self._rows_of(table, "origin_key", "one")
            origins = Origins(self.catalogue, table)
            dataset, record_key = (
                f"coalesce({origins.dataset(item, 'one')}, {declared})",
                origins.record_key(item, "one"),
            )
        if self.source is not None:
            other = [text(self.source.dataset), "other_record_key", text(self.source.role)]
        else:
            joins += self._rows_of(self.name, "entity_id", "two")
            own = Origins(self.catalogue, self.name)
            other = [own.dataset(self.kind.item, "two"), own.record_key(self.kind.item, "two"), "''"]
        return f"""SELECT hit.entity_id, {dataset} AS authority_dataset, {record_key} AS authority_record_key, authority_value,
                {other[0]} AS other_dataset, {other[1]} AS other_record_key, {other[2]} AS other_role, other_value
            FROM (FROM hit WHERE number = {number}) AS hit {joins} WHERE {other[1]} IS NOT NULL"""

    def _rows_of(self, table: str, key: str, alias: str) -> str:
        """SQL joining the stored rows whose keys are in a column of `hit`."""
        own = quoted(self.catalogue.tables[table].key)
        return f" LEFT JOIN {_hit_rows(table)} AS {alias} ON {alias}.{own} = hit.{key}"


def _find_hits(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, name: str, searches: list[_Search], only: bool
) -> None:
    """`hit`: where each search without a query hits, under its number; `<table>_hit`: the library's rows that this is about."""
    con.execute(f"CREATE TEMP TABLE hit ({HIT_COLUMNS})")
    keys: dict[str, set[str]] = {}
    for number, search in enumerate(searches):
        if search.kind.query is not None:
            continue
        con.execute(f"INSERT INTO hit SELECT {number}, * FROM ({search.hits()})")
        table, item = search.authority
        if item is not None:
            keys.setdefault(table, set()).add("origin_key")
        if search.source is None:
            keys.setdefault(name, set()).add("entity_id")
    origins = [search.with_origins(0) for search in searches if search.kind.query is None]
    for table, columns in keys.items():
        own_key = catalogue.tables[table].key
        own = quoted(own_key)
        rows = STORED if table == name and only else f"stored.{table}"
        sought = " UNION ALL ".join(f"SELECT {column} FROM hit" for column in sorted(columns))
        read = listed([own_key, *columns_named(con, table, own_key, origins)])
        con.execute(f"CREATE TEMP TABLE {_hit_rows(table)} AS SELECT {read} FROM {rows} WHERE {own} IN ({sought})")


def _hit_rows(table: str) -> str:
    return quoted(f"{table}_hit")


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
