"""Where a library table's values come from: each dataset, in each role in which its records speak of an entity."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from foundation.catalogue.catalogue import Catalogue, split_name, table_name
from foundation.catalogue.model import LibraryTable
from foundation.sql import quoted, text


@dataclass(frozen=True)
class Source:
    """A dataset in one role ('' where a record speaks of one entity), the columns of its items, and the identifiers'
    columns of the other roles."""

    dataset: str
    role: str
    columns: dict[str, str]
    others: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return f"conformed.{table_name(self.dataset)}"

    @property
    def name(self) -> str:
        """A name for columns: public_security__resident, health__birth_certificate__mother."""
        return table_name(self.dataset) + (f"__{self.role}" if self.role else "")

    @property
    def number(self) -> int:
        """A number that stands for the source where values' origins are stored; it depends on nothing but its name."""
        return crc32(self.name.encode())

    @property
    def department(self) -> str:
        return split_name(self.dataset)[0]

    @property
    def short_name(self) -> str:
        return split_name(self.dataset)[1]

    def sql(self, item: str) -> str:
        """SQL for the item's value in this source, NULL where the source does not carry it."""
        return self.columns.get(item, "NULL")

    def carries(self, item: str) -> bool:
        return item in self.columns


def sources_of(catalogue: Catalogue, table: LibraryTable) -> list[Source]:
    """All sources of a library table's subject, those of its key's authorities first, in their order."""
    names = [name for name, dataset in catalogue.datasets.items() if dataset.subject == table.subject]
    order = _order(table)
    names.sort(key=lambda name: (order.index(name) if name in order else len(order), name))
    return [
        Source(name, role, source_columns(catalogue, name, role), _others(catalogue, table, name, role))
        for name in names
        for role in catalogue.datasets[name].roles or [""]
    ]


def _order(table: LibraryTable) -> list[str]:
    key_item = table.identity.identifier if table.identity else table.key
    return list(dict.fromkeys(source.partition("#")[0] for source in table.authorities_of(key_item)))


def _others(catalogue: Catalogue, table: LibraryTable, dataset: str, role: str) -> tuple[str, ...]:
    if table.identity is None or not role:
        return ()
    return tuple(
        quoted(column.name)
        for column in catalogue.conformed_columns(dataset)
        if column.item_name == table.identity.identifier and column.role not in ("", role)
    )


def source_columns(catalogue: Catalogue, dataset: str, role: str) -> dict[str, str]:
    """Item -> SQL: the role's own columns, then what follows from the role, then what the record says of all."""
    columns: dict[str, str] = {}
    for column in catalogue.conformed_columns(dataset):
        if column.role == role:
            columns[column.item_name] = quoted(column.name)
    for item, value in catalogue.datasets[dataset].role_values.get(role, {}).items():
        columns.setdefault(item, text(value))
    for column in catalogue.conformed_columns(dataset):
        if not column.role:
            columns.setdefault(column.item_name, quoted(column.name))
    return columns
