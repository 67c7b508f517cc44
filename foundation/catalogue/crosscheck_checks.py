"""What must hold for a table's cross-check: it names items, sources and comparators that exist."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.catalogue.checks import Files, Place
from foundation.catalogue.crosscheck import CrossCheck, Kind
from foundation.catalogue.model import LibraryTable
from foundation.catalogue.problem import Problem


def check_crosscheck(place: Place, name: str, crosscheck: CrossCheck, files: Files) -> Iterator[Problem]:
    """All that is wrong in a cross-check whose file has the right shape."""
    from foundation.crosscheck.comparators import COMPARATORS

    tables = {
        table: entry for library in files.libraries.values() if library for table, entry in library.tables.items()
    }
    if None in files.libraries.values():
        return
    yield from place.known("基础库表", name, tables)
    if name not in tables:
        return
    for item, comparison in crosscheck.items.items():
        at = place.at("items", item)
        yield from at.known("本表信息项", item, tables[name].items)
        yield from at.at("comparator").known("比较方法", comparison.comparator, COMPARATORS)
        for number, source in enumerate(comparison.without):
            yield from at.at("without", number).known("数据集", source.partition("#")[0], files.datasets)
    for kind_name, kind in crosscheck.kinds.items():
        yield from _check_kind(place.at("kinds", kind_name), kind, tables[name], tables, files)


def _check_kind(
    place: Place, kind: Kind, table: LibraryTable, tables: dict[str, LibraryTable], files: Files
) -> Iterator[Problem]:
    from foundation.crosscheck.queries import QUERIES

    yield from place.at("item").known("信息项", kind.item, files.items.get(table.subject) or {})
    if (kind.when is None) == (kind.query is None):
        yield place.problem("应有且只有一种找法", "请在 when、query 中写一个")
    if kind.query is not None:
        yield from place.at("query").known("查询", kind.query, QUERIES)
    if kind.authority is not None:
        joined, _, item = kind.authority.rpartition(".")
        known = tables[joined].items if joined in kind.joined and joined in tables else table.items
        yield from place.at("authority").known("信息项", item, known)
    if kind.authority_dataset is not None:
        yield from place.at("authority_dataset").known("数据集", kind.authority_dataset, files.datasets)
    elif kind.authority is None and kind.item not in table.items and kind.query is None:
        yield place.problem(f"“{kind.item}”不在本表中，不知道数源是谁", "请写明 authority 或 authority_dataset")
    for number, source in enumerate(kind.sources):
        yield from place.at("sources", number).known("数据集", source.partition("#")[0], files.datasets)
    for joined in kind.joined:
        yield from place.at("joined", joined).known("基础库表", joined, tables)
