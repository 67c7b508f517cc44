"""What must hold for a library: one source per item that carries it, base items shared without condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from foundation.catalogue.checks import Files, Place, check_sharing
from foundation.catalogue.dataset_checks import carried_items
from foundation.catalogue.model import Dataset, Item, Library, LibraryItem, LibraryTable, Reference, ShareType
from foundation.catalogue.problem import Problem, choose


def check_library(place: Place, library: Library, files: Files) -> Iterator[Problem]:
    """All that is wrong in a library whose file has the right shape."""
    yield from place.at("lead").known("部门", library.lead, files.departments)
    for name, table in library.tables.items():
        at = place.at("tables", name)
        yield from at.at("subject").known("主题", table.subject, files.items)
        yield from check_sharing(at.at("sharing"), table.sharing)
        yield from _check_share(at, table)
        yield from _check_orders(at.at("authorities"), table, files)
        items = files.items.get(table.subject)
        if items is not None:
            yield from _check_names(at, table, items)
            for item_name, item in table.items.items():
                yield from _check_item(at.at("items", item_name), item_name, item, table, files)


def _check_names(place: Place, table: LibraryTable, items: Mapping[str, Item]) -> Iterator[Problem]:
    yield from place.at("key").known("信息项", table.key, items)
    for name in table.items:
        if name not in items:
            advice = f"{choose(name, items)}；或先在 items/{table.subject}.yaml 中定义"
            yield place.at("items", name).problem(f"没有名为“{name}”的信息项", advice)
    if table.identity is None and table.key not in table.items:
        yield place.at("key").problem(f"没有 identity，而“{table.key}”不在 items 中", "请在 items 中写明编号的数源")
    if table.identity is not None:
        at = place.at("identity")
        for name in (table.identity.identifier, *table.identity.contradicted_by):
            yield from at.known("本表信息项", name, table.items)


def _check_share(place: Place, table: LibraryTable) -> Iterator[Problem]:
    """Art. 14-2: base items are shared without condition, and only they."""
    at = place.at("share")
    for number, name in enumerate(table.share):
        if name in (table.key, "updated_at"):
            yield at.at(number).problem(f"“{name}”总会发布", "请从 share 中删去")
        elif name not in table.items:
            yield at.at(number).problem(f"发布项“{name}”不在本表 items 中", choose(name, table.items))
        elif not table.items[name].base:
            yield at.at(number).problem(f"“{name}”是业务信息项，不能无条件发布", "请从 share 中删去，或改为 base: true")
    for name, item in table.items.items():
        if item.base and name not in table.share and name != table.key:
            wrong = f"基础信息项“{name}”没有发布"
            yield place.at("items", name).problem(wrong, "请加入 share，或改为 base: false（办法第十四条第二项）")
    if any(item.base for item in table.items.values()) and table.sharing.type != ShareType.UNCONDITIONAL:
        advice = "请改为无条件共享，或把信息项改为 base: false（办法第十四条第二项）"
        yield place.at("sharing").problem(f"基础信息项不能“{table.sharing.type}”", advice)


def _check_orders(place: Place, table: LibraryTable, files: Files) -> Iterator[Problem]:
    for name, order in table.authorities.items():
        at = place.at(name)
        yield from at.at("item").known("本表信息项", order.item, table.items)
        for start, sources in order.orders.items():
            for number, source in enumerate(sources):
                yield from _check_source(at.at("orders", start, number), source, table, files)
        for number, source in enumerate(order.otherwise):
            yield from _check_source(at.at("otherwise", number), source, table, files)


def _check_source(place: Place, source: str, table: LibraryTable, files: Files) -> Iterator[Problem]:
    """A source is a dataset that speaks of the table's subject, in one of its roles."""
    name, _, role = source.partition("#")
    yield from place.known("数据集", name, files.datasets)
    dataset = files.datasets.get(name)
    if dataset is None:
        return
    if dataset.subject != table.subject and dataset.subject in files.items:
        yield place.problem(f"“{name}”的主题是“{dataset.subject}”，不是“{table.subject}”", "请改用同一主题的数据集")
    if role:
        yield from place.known("角色", role, dataset.roles)


def _check_item(place: Place, name: str, item: LibraryItem, table: LibraryTable, files: Files) -> Iterator[Problem]:
    given = [part for part in (item.authority, item.derived, item.refers_to) if part]
    if len(given) != 1:
        yield place.problem(f"“{name}”应有且只有一个数源", "请在 authority、derived、refers_to 中写一个")
    wanted = item.from_item or name
    if isinstance(item.authority, str):
        at = place.at("authority")
        yield from at.known("数源顺序", item.authority, table.authorities)
        order = table.authorities.get(item.authority)
        sources = {source for part in (*order.orders.values(), order.otherwise) for source in part} if order else set()
        if sources and not any(_carries(source, wanted, files) for source in sources):
            yield at.problem(f"“{item.authority}”中没有数据集提供“{wanted}”", "请改用提供它的数据集，或补上列")
    for number, source in enumerate(item.authority if isinstance(item.authority, list) else ()):
        at = place.at("authority", number)
        yield from _check_source(at, source, table, files)
        if source.partition("#")[0] in files.datasets and not _carries(source, wanted, files):
            carriers = [other for other in files.datasets if _carries(other, wanted, files, table.subject)]
            advice = f"提供它的有：{'、'.join(carriers)}" if carriers else "请先在数据集中补上这一列"
            yield at.problem(f"“{source}”不提供“{wanted}”", advice)
    if item.refers_to is not None:
        yield from _check_reference(place.at("refers_to"), item.refers_to, table, files)


def _carries(source: str, item: str, files: Files, subject: str | None = None) -> bool:
    """Whether a source gives an item: by a column of its role or of the record, or as what follows from a role.

    A dataset that could not be read counts as giving it.
    """
    name, _, role = source.partition("#")
    dataset = files.datasets.get(name)
    if dataset is None:
        return subject is None
    if subject is not None and dataset.subject != subject:
        return False
    return item in (_carried_in_role(dataset, role) if role else _carried(dataset))


def _carried(dataset: Dataset) -> set[str]:
    return carried_items(dataset) | {item for values in dataset.role_values.values() for item in values}


def _carried_in_role(dataset: Dataset, role: str) -> set[str]:
    columns = [column for column in dataset.columns.values() if column.role in (None, role)]
    items = {item for column in columns for item in (column.item, *column.derives)}
    return items | set(dataset.role_values.get(role, {}))


def _check_reference(place: Place, reference: Reference, table: LibraryTable, files: Files) -> Iterator[Problem]:
    tables = {name: other for library in files.libraries.values() if library for name, other in library.tables.items()}
    if None not in files.libraries.values():
        yield from place.at("table").known("表", reference.table, tables)
    for here, there in reference.matching.items():
        yield from place.at("matching", here).known("本表信息项", here, table.items)
        if reference.table in tables:
            at = place.at("matching", here)
            yield from at.known(f"{reference.table} 信息项", there, tables[reference.table].items)
    for name in reference.when:
        yield from place.at("when", name).known("本表信息项", name, table.items)
