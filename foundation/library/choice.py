"""Which source's value an item takes: 一数一源, by the order of authorities that the catalogue gives (办法 art. 4-3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from foundation.catalogue.model import LibraryItem, LibraryTable
from foundation.catalogue.sources import Source
from foundation.sql import quoted, text


@dataclass(frozen=True)
class Candidate:
    """A source under its alias in the consolidating query."""

    alias: str
    source: Source

    def value(self, item: str) -> str:
        column = self.source.sql(item)
        return f"{self.alias}.{quoted(item)}" if column != "NULL" else "NULL"

    def serves(self, name: str) -> bool:
        """Whether a catalogue's source name (department/dataset, or department/dataset#role) means this source."""
        dataset, _, role = name.partition("#")
        return dataset == self.source.dataset and (not role or role == self.source.role)


class Chooser:
    """Writes the SQL that takes an item's value, and where it came from, from the first source that has it."""

    def __init__(self, table: LibraryTable, candidates: list[Candidate]) -> None:
        self.table = table
        self.candidates = candidates

    def orders(self, name: str, item: LibraryItem) -> list[tuple[str, list[Candidate]]]:
        """(condition, sources in order) pairs of which the first whose condition holds decides."""
        if item.authority is None:
            return []
        if isinstance(item.authority, list):
            return [("true", self._in_order(item.authority, item.from_item or name))]
        by_code = self.table.authorities[item.authority]
        deciding = self._in_order(by_code.sources, by_code.item)
        if name == by_code.item:
            return [("true", deciding)]
        code = _coalesce([one.value(by_code.item) for one in deciding])
        conditions = [
            (f"starts_with({code}, {text(start)})", self._in_order(order, item.from_item or name))
            for start, order in by_code.orders.items()
        ]
        return [*conditions, ("true", self._in_order(by_code.otherwise, item.from_item or name))]

    def value(self, name: str, item: LibraryItem) -> str:
        return self._decide(name, item, lambda order: _coalesce([said for said, _ in self._asked(name, item, order)]))

    def origin(self, name: str, item: LibraryItem) -> str:
        """The number of the source that the value came from."""
        return self._decide(
            name, item, lambda order: _first(self._asked(name, item, order), lambda one: str(one.source.number))
        )

    def identifier_is_valid(self, name: str, item: LibraryItem) -> str:
        """Whether the chosen identifier is valid and undisputed."""
        chosen = self._decide(
            name,
            item,
            lambda order: _first(self._asked(name, item, order), lambda one: f"{one.alias}.identifier_is_valid"),
        )
        return f"coalesce({chosen}, false)"

    def is_registered(self, item: LibraryItem) -> str:
        """Whether an authority holds a record of the entity: a first source of the table's orders by code, else the item's."""
        orders = [order for by_code in self.table.authorities.values() for order in by_code.orders.values()]
        if not orders and isinstance(item.authority, list):
            orders = [item.authority]
        registers = [order[0] for order in orders]
        records = [f"{one.alias}.record_key" for one in self.candidates if any(map(one.serves, registers))]
        return f"coalesce({', '.join(records)}) IS NOT NULL"

    def _asked(self, name: str, item: LibraryItem, order: list[Candidate]) -> list[tuple[str, Candidate]]:
        """(value, source) in the order in which they are asked.

        Of a published identifier the authority's word goes first, then the valid numbers, then what else was written: a
        slip in a record that only the model linked must not displace the number that decides who the entity is.
        """
        said = [(one.value(item.from_item or name), one) for one in order]
        identity = self.table.identity
        if identity is None or name != identity.identifier or name not in self.table.share:
            return said
        valid = [(f"CASE WHEN {one.alias}.identifier_is_valid THEN {value} END", one) for value, one in said[1:]]
        return [*said[:1], *valid, *said[1:]]

    def _decide(self, name: str, item: LibraryItem, write: Callable[[list[Candidate]], str]) -> str:
        orders = self.orders(name, item)
        if len(orders) == 1:
            return write(orders[0][1])
        whens = [f"WHEN {condition} THEN {write(order)}" for condition, order in orders]
        return f"CASE {' '.join(whens)} END"

    def _in_order(self, names: list[str], item: str) -> list[Candidate]:
        return [one for name in names for one in self.candidates if one.serves(name) and one.source.carries(item)]


def _coalesce(values: list[str]) -> str:
    return f"coalesce({', '.join(values)})" if values else "NULL"


def _first(asked: list[tuple[str, Candidate]], give: Callable[[Candidate], str]) -> str:
    """SQL for what the first candidate with a value gives."""
    whens = [f"WHEN {value} IS NOT NULL THEN {give(one)}" for value, one in asked]
    return f"CASE {' '.join(whens)} END" if whens else "NULL"
