"""Where the values of a library row came from, as SQL over the stored row.

`library.*` shows it as a structure per item; to build that for every row costs more than all comparisons.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.sources import Source
from foundation.library.consolidate import Consolidation, origin_column, record_column
from foundation.sql import text

NOWHERE = "NULL::VARCHAR"


@dataclass(frozen=True)
class Origins:
    """The origins of one library table's items; `row` is the alias of the stored row."""

    catalogue: Catalogue
    name: str

    @cached_property
    def _consolidation(self) -> Consolidation:
        return Consolidation(self.catalogue, self.name, self.catalogue.tables[self.name])

    @cached_property
    def sources(self) -> list[Source]:
        return self._consolidation.sources

    @cached_property
    def _chosen(self) -> set[str]:
        return set(self._consolidation.chosen_items)

    def columns(self, items: list[str], row: str) -> list[str]:
        """The stored columns that the SQL below reads for some items."""
        origins = [origin_column(item) for item in items if item in self._chosen]
        keys = [record_column(source, "record_key") for source in self.sources]
        return [f"{row}.{column}" for column in origins + keys]

    def dataset(self, item: str, row: str) -> str:
        return self._of(item, row, lambda source: text(source.dataset))

    def record_key(self, item: str, row: str) -> str:
        return self._of(item, row, lambda source: f"{row}.{record_column(source, 'record_key')}")

    def letter(self, item: str, row: str, datasets: list[str]) -> str:
        """A letter for the dataset, A for the first of `datasets`; @ where the value has no origin."""
        number = self._of(item, row, lambda source: text(chr(65 + datasets.index(source.dataset))))
        return f"coalesce({number}, '@')"

    def is_from(self, item: str, row: str, source: Source, record_key: str) -> str:
        """Whether the value is that of a record of `source`."""
        if item not in self._chosen or source.number not in {known.number for known in self.sources}:
            return "false"
        own = f"{row}.{record_column(source, 'record_key')}"
        return f"({row}.{origin_column(item)} = {source.number} AND {own} = {record_key})"

    def _of(self, item: str, row: str, value: Callable[[Source], str]) -> str:
        if item not in self._chosen:
            return NOWHERE
        whens = " ".join(f"WHEN {source.number} THEN {value(source)}" for source in self.sources)
        return f"CASE {row}.{origin_column(item)} {whens} END"
