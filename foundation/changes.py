"""What a stage knows of its sources: which keys changed since it last read them."""

from __future__ import annotations

from typing import Protocol

import duckdb


class Changes(Protocol):
    """A consumer's view of the lake inside the transaction in which it writes."""

    @property
    def con(self) -> duckdb.DuckDBPyConnection: ...

    def is_first(self, source: str) -> bool:
        """Whether this consumer has never read the source table."""

    def keys(self, source: str, columns: list[str], into: str) -> int:
        """Write the distinct values of the columns among rows written or deleted since into a temporary table; their number."""

    def whole(self, source: str) -> int:
        """Take note that a source is read as a whole, whatever changed in it; its number of rows."""

    def is_changed(self, source: str) -> bool:
        """Whether any row was written or deleted since; a first reading counts as a change."""
