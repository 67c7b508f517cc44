"""What a theme's sources and expressions speak of: entities named by columns, names used in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.themes import Theme, ThemeSource
from foundation.sql import text

BUSINESS_DATE = re.compile(r"\bbusiness_date\b")
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?")


def on_day(expression: str, on: date) -> str:
    """The expression with the business date written in."""
    return BUSINESS_DATE.sub(f"DATE {text(str(on))}", expression)


def words_of(expression: str) -> set[str]:
    """Names that an expression uses, `entity.x` and `record.x` with their prefix; text literals are left out."""
    return set(_WORD.findall(_LITERAL.sub("''", expression)))


def uses_entity(source: ThemeSource, values: Iterable[str]) -> bool:
    """Whether a source needs the library rows that its records resolved to."""
    parts = [source.by or "", source.where or "", *source.until, *values]
    return any(word.startswith("entity.") for part in parts for word in words_of(part))


def values_of(theme: Theme, source: str) -> dict[str, str]:
    """Item -> aggregate over the records of a source."""
    return {name: item.value for name, item in theme.items.items() if item.source == source}


def dataset_of(source: ThemeSource) -> tuple[str, str]:
    """Dataset and role of a source over records."""
    name, _, role = (source.dataset or "").partition("#")
    return name, role


def subject_of(catalogue: Catalogue, source: ThemeSource) -> str:
    """The library table of whose entities a source's records speak."""
    return source.library or catalogue.datasets[dataset_of(source)[0]].subject


def names_entity_of(catalogue: Catalogue, source: ThemeSource, path: str) -> str | None:
    """The library table one of whose entities a column names: by a reference, a natural key or a code; None for a name.

    A person or an organisation is named by the record's resolution only, never by what is written in it.
    """
    prefix, _, column = path.partition(".")
    subject = subject_of(catalogue, source)
    item = column
    if prefix == "entity" or source.library:
        declared = catalogue.tables[subject].items.get(column)
        if declared is not None and declared.refers_to is not None:
            return declared.refers_to.table
    else:
        columns = {one.name: one.item_name for one in catalogue.conformed_columns(dataset_of(source)[0])}
        item = columns.get(column, column)
    return _by_natural_key(catalogue, subject, item)


def _by_natural_key(catalogue: Catalogue, subject: str, item_name: str) -> str | None:
    item = catalogue.items[subject].get(item_name)
    if item is None:
        return None
    for name, table in catalogue.tables.items():
        key = catalogue.items[table.subject][table.key]
        if table.identity is None and (table.key == item_name or (key.codes and key.codes == item.codes)):
            return name
    return None
