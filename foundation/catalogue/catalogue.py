"""The loaded catalogue: what the rest of the program asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from foundation.catalogue.crosscheck import CrossCheck
from foundation.catalogue.model import Column, Dataset, Department, Item, Library, LibraryTable, Slice
from foundation.catalogue.quality import QualityRule
from foundation.catalogue.themes import Theme


@dataclass(frozen=True)
class Codes:
    """A national code table: names by code, the words that mean a code, and what took a retired code's place.

    A code that was split has several successors, separated by |.
    """

    title: str
    standard: str
    names: Mapping[str, str]
    aliases: Mapping[str, str]
    successors: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ConformedColumn:
    """A column of a conformed table: an item, in the role of one of the persons that a record speaks of."""

    name: str
    item_name: str
    item: Item
    role: str
    delivered: str
    column: Column
    slice: Slice

    @property
    def standard(self) -> str:
        """The conforming function's name: the column's own for the item that it delivers, else the item's."""
        return self.column.standard or self.item.standard if self.item_name == self.column.item else self.item.standard


@dataclass(frozen=True)
class Catalogue:
    """Departments, items by subject, datasets by department/dataset, libraries, code tables, checks by table, themes."""

    departments: Mapping[str, Department]
    items: Mapping[str, Mapping[str, Item]]
    datasets: Mapping[str, Dataset]
    libraries: Mapping[str, Library]
    codes: Mapping[str, Codes]
    crosschecks: Mapping[str, CrossCheck] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, QualityRule]] = field(default_factory=dict)
    themes: Mapping[str, Theme] = field(default_factory=dict)

    @cached_property
    def tables(self) -> Mapping[str, LibraryTable]:
        """Library tables by name; a name is used once over all libraries."""
        return {name: table for library in self.libraries.values() for name, table in library.tables.items()}

    @cached_property
    def library_of(self) -> Mapping[str, str]:
        """The library that a table belongs to, by the table's name."""
        return {table: name for name, library in self.libraries.items() for table in library.tables}

    def item(self, dataset: str, item_name: str) -> Item:
        """The definition of an item as the dataset's subject knows it."""
        return self.items[self.datasets[dataset].subject][item_name]

    def conformed_columns(self, dataset: str) -> list[ConformedColumn]:
        """The item columns of `conformed.<department>__<dataset>`, in the order in which they are delivered."""
        return list(self._conformed_columns(dataset))

    def _conformed_columns(self, dataset: str) -> Iterator[ConformedColumn]:
        for delivered, column in self.datasets[dataset].columns.items():
            carried = {column.item: Slice(start=None, end=None), **column.derives}
            for item_name, part in carried.items():
                yield ConformedColumn(
                    name=f"{column.role}_{item_name}" if column.role else item_name,
                    item_name=item_name,
                    item=self.item(dataset, item_name),
                    role=column.role or "",
                    delivered=delivered,
                    column=column,
                    slice=part,
                )


def split_name(dataset: str) -> tuple[str, str]:
    """Department and dataset of `department/dataset`."""
    department, _, name = dataset.partition("/")
    return department, name


def table_name(dataset: str) -> str:
    """The dataset's table name in the lake, as in `conformed.<department>__<dataset>`."""
    return dataset.replace("/", "__")
