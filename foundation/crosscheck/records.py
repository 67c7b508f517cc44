"""Conformed records as they speak of a library table's entities: items under their own names, whatever the role."""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.sources import Source, sources_of
from foundation.library.states import columns_of
from foundation.linkage.tables import identity_tables
from foundation.sql import listed, quoted, text

_WORD = re.compile(r"\w+")
AFFECTED = "affected_entity"
STORED, LINKED = "affected_stored", "affected_link"  # the library's rows and the links of the affected entities


def gather(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, name: str, statements: Iterable[str]) -> None:
    """Read once what every source and kind asks for: the library's rows of the affected entities, as far as the
    statements name their columns, and their links."""
    table = catalogue.tables[name]
    key = quoted(table.key)
    read = listed([table.key, *columns_named(con, name, table.key, statements)])
    con.execute(
        f"CREATE TEMP TABLE {STORED} AS SELECT {key} AS entity_id, {read} FROM stored.{name} WHERE {key} IN (FROM {AFFECTED})"
    )
    if table.identity is not None:
        con.execute(
            f"""CREATE TEMP TABLE {LINKED} AS SELECT {key} AS entity_id, department, dataset, role, record_key
            FROM {identity_tables(name, table).link} WHERE {key} IN (FROM {AFFECTED})"""
        )


def columns_named(con: duckdb.DuckDBPyConnection, name: str, key: str, statements: Iterable[str]) -> list[str]:
    """The columns of a library table, the key left out, whose names occur in SQL."""
    words = {word for statement in statements for word in _WORD.findall(statement)}
    return [column for column in columns_of(con, f"FROM stored.{name}") if column in words and column != key]


def linked_records(catalogue: Catalogue, name: str, source: Source, only: bool = True) -> str:
    """SQL: entity_id, record_key, the source's items, <item>_is_valid of identifiers and <item>_is_rewritten.

    `only` says whether the records are restricted to the affected entities.
    """
    table = catalogue.tables[name]
    columns = [f"{column} AS {quoted(item)}" for item, column in source.columns.items() if item != table.key]
    columns += [f"{rewritten} AS {quoted(item + '_is_rewritten')}" for item, rewritten in _rewritten(catalogue, source)]
    columns += [
        f'{column[:-1]}_is_valid" AS {quoted(item + "_is_valid")}' for item, column in _valid(catalogue, source)
    ]
    if table.identity is None:
        key = source.sql(table.key)
        restricted = f"WHERE {key} IN (FROM {AFFECTED})" if only else ""
        return f"(SELECT {key} AS entity_id, record_key, {', '.join(columns)} FROM {source.table} {restricted})"
    link = LINKED if only else identity_tables(name, table).link
    entity = "entity_id" if only else quoted(table.key)
    return f"""(SELECT entity_id, record_key, {", ".join(columns)}
        FROM (SELECT {entity} AS entity_id, record_key FROM {link} WHERE department = {text(source.department)}
            AND dataset = {text(source.short_name)} AND role = {text(source.role)}) JOIN {source.table} USING (record_key))"""


def _rewritten(catalogue: Catalogue, source: Source) -> list[tuple[str, str]]:
    """Items whose delivered text is kept where the value says something else."""
    found = []
    for column in catalogue.conformed_columns(source.dataset):
        is_own = source.columns.get(column.item_name) == quoted(column.name)
        if is_own and column.column.item == column.item_name and column.item.standard != "geometry":
            found.append((column.item_name, f"delivered.{quoted(column.name)} IS NOT NULL"))
    return found


def _valid(catalogue: Catalogue, source: Source) -> list[tuple[str, str]]:
    """Identifiers, with the column that says whether one is valid beside them."""
    from foundation.standards.registry import STANDARDS

    return [
        (column.item_name, source.columns[column.item_name])
        for column in catalogue.conformed_columns(source.dataset)
        if source.columns.get(column.item_name) == quoted(column.name) and STANDARDS[column.standard].is_identifier
    ]


def entities(catalogue: Catalogue, name: str, only: bool = True) -> str:
    """SQL: the library's rows as they are stored, with the table's key as entity_id; all, or the affected ones."""
    return (
        f"(FROM {STORED})"
        if only
        else f"(SELECT {quoted(catalogue.tables[name].key)} AS entity_id, * FROM stored.{name})"
    )


def chosen(catalogue: Catalogue, name: str, names: list[str]) -> list[Source]:
    """The sources that a list of department/dataset or department/dataset#role means."""
    sources = sources_of(catalogue, catalogue.tables[name])
    return [
        source
        for source in sources
        if any(one == source.dataset or one == f"{source.dataset}#{source.role}" for one in names)
    ]
