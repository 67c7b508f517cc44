"""What readers see of a library table: `library.<table>` and its history, with `sources` as item -> where it came from.

Stored is a number per item and each source's record once; written out for every item of every row it would cost three
times the space and time.
"""

from __future__ import annotations

from collections.abc import Iterable

from foundation.catalogue.sources import Source
from foundation.library.consolidate import RECORD_PARTS, Consolidation, origin_column, record_column
from foundation.sql import quoted, text

HIDDEN = ("row_hash",)


def view_sql(consolidation: Consolidation, rows: str, columns: Iterable[str]) -> str:
    """The view over stored rows (SQL of a table) with the given columns."""
    sources = consolidation.sources
    internal = {origin_column(name) for name in consolidation.chosen_items}
    internal |= {record_column(source, part) for source in sources for part in RECORD_PARTS}
    shown = [quoted(column) for column in columns if column not in HIDDEN and quoted(column) not in internal]
    origins = [f"{text(name)}: {_origin(consolidation, name)}" for name in consolidation.chosen_items]
    if consolidation.table.identity is None:
        origins.insert(0, f"{text(consolidation.table.key)}: {_key_origin(consolidation)}")
    return f"SELECT {', '.join(shown)}, {{{', '.join(origins)}}} AS sources FROM {rows}"


def _origin(consolidation: Consolidation, item: str) -> str:
    carried = consolidation.table.items[item].from_item or item
    whens = [f"WHEN {source.number} THEN {_record(source, carried)}" for source in consolidation.sources]
    return f"CASE {origin_column(item)} {' '.join(whens)} END"


def _key_origin(consolidation: Consolidation) -> str:
    """Where a key that departments give comes from: the first of its sources that has a record."""
    whens = [
        f"WHEN {record_column(source, 'record_key')} IS NOT NULL THEN {_record(source, consolidation.table.key)}"
        for source in consolidation.sources
    ]
    return f"CASE {' '.join(whens)} END"


def _record(source: Source, item: str) -> str:
    return (
        f"{{'dataset': {text(source.dataset)}, 'record_key': {record_column(source, 'record_key')}, "
        f"'delivery_id': {_delivery(source, item)}, 'as_of': {record_column(source, 'as_of')}}}"
    )


def _delivery(source: Source, item: str) -> str:
    """The delivery that the value came with, or the department's own correction that stands in its place."""
    delivery, column = record_column(source, "delivery_id"), source.sql(item)
    if not column.startswith('"'):
        return delivery
    return f"coalesce({record_column(source, 'corrections')}[{text(column[1:-1])}], {delivery})"
