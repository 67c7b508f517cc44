"""What must hold for a dataset: its columns, roles and format, against items and code tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from foundation.catalogue.catalogue import Codes
from foundation.catalogue.checks import Files, Place, Vocabulary, check_sharing
from foundation.catalogue.model import Column, Dataset, DataType, Item
from foundation.catalogue.problem import Problem, choose

NEEDS = {
    "csv": ("encoding", "文件的编码"),
    "jsonl": ("encoding", "文件的编码"),
    "database": ("table", "数据库的表名"),
    "geojson": ("crs", "坐标参考系，如 EPSG:4490"),
    "gpkg": ("crs", "坐标参考系，如 EPSG:4545"),
}


def check_dataset(place: Place, name: str, dataset: Dataset, files: Files, known: Vocabulary) -> Iterator[Problem]:
    """All that is wrong in a dataset whose file has the right shape."""
    department = name.partition("/")[0]
    if department not in files.departments:
        yield place.problem(f"没有名为“{department}”的部门", f"请补上 departments/{department}.yaml，或移到正确的目录")
    yield from place.at("subject").known("主题", dataset.subject, files.items)
    yield from _check_format(place, dataset)
    yield from check_sharing(place.at("sharing"), dataset.sharing)
    yield from _check_keys(place, dataset)
    items = files.items.get(dataset.subject)
    if items is not None:
        for header, column in dataset.columns.items():
            yield from _check_column(place.at("columns", header), column, dataset, items, files, known)
        yield from _check_roles(place, dataset, items, files.codes)
        yield from _check_named_items(place, dataset, items)


def carried_items(dataset: Dataset) -> set[str]:
    """Items that a dataset's columns carry, in any role."""
    return {item for column in dataset.columns.values() for item in (column.item, *column.derives)}


def _check_format(place: Place, dataset: Dataset) -> Iterator[Problem]:
    field, meaning = NEEDS.get(dataset.format.kind, ("kind", ""))
    if getattr(dataset.format, field) is None:
        yield place.at("format").problem(f"{dataset.format.kind} 格式没有写“{field}”", f"请补上{meaning}")


def _check_keys(place: Place, dataset: Dataset) -> Iterator[Problem]:
    for number, header in enumerate(dataset.record_key):
        yield from place.at("record_key", number).known("列", header, dataset.columns)
    for header in dataset.ignored:
        if header in dataset.columns:
            wrong = f"列“{header}”既采用又忽略"
            yield place.at("ignored", header).problem(wrong, "请从 columns 或 ignored 中删去")
    first: dict[str, str] = {}
    for header, column in dataset.columns.items():
        for item in (column.item, *column.derives):
            name = f"{column.role}_{item}" if column.role else item
            if name in first:
                wrong = f"列“{header}”与列“{first[name]}”都是“{name}”"
                yield place.at("columns", header).problem(wrong, "请改用另一个信息项，或用 role 区分")
            first.setdefault(name, header)


def _check_column(
    place: Place, column: Column, dataset: Dataset, items: Mapping[str, Item], files: Files, known: Vocabulary
) -> Iterator[Problem]:
    for key, name in (("item", column.item), *(("derives", item) for item in column.derives)):
        if name not in items:
            advice = f"{choose(name, items)}；或先在 items/{dataset.subject}.yaml 中定义"
            yield place.at(key).problem(f"没有名为“{name}”的信息项", advice)
    if column.standard is not None:
        yield from place.at("standard").known("规范", column.standard, known.standards)
    if column.role is not None:
        yield from place.at("role").known("角色", column.role, dataset.roles)
    for other in column.when or {}:
        yield from place.at("when", other).known("本数据集信息项", other, carried_items(dataset))
    item = items.get(column.item)
    if item is not None and item.type == DataType.GEOMETRY and dataset.format.kind not in ("geojson", "gpkg"):
        yield place.problem(f"{dataset.format.kind} 格式不能含几何", "请改用 geojson 或 gpkg，或改信息项")
    if (column.standard or (item and item.standard)) == "word" and column.values is None:
        yield place.problem("按 word 规范的列没有写可能的取值", "请在 values 列出全部取值")
    codes = files.codes.get(item.codes) if item is not None and item.codes else None
    if codes is not None and column.values is not None:
        mapped = column.values.values() if isinstance(column.values, dict) else column.values
        for value in mapped:
            yield from _check_code(place.at("values"), value, codes)


def _check_code(place: Place, value: str, codes: Codes) -> Iterator[Problem]:
    if value in codes.names:
        return
    meant = codes.aliases.get(value)
    advice = f'请写代码 "{meant}"；交换的是文字时写成 {{{value}: "{meant}"}}' if meant else choose(value, codes.names)
    yield place.problem(f"“{value}”不是代码表“{codes.title}”中的代码", advice)


def _check_roles(
    place: Place, dataset: Dataset, items: Mapping[str, Item], codes: Mapping[str, Codes | None]
) -> Iterator[Problem]:
    used = {column.role for column in dataset.columns.values() if column.role}
    for number, role in enumerate(dataset.roles):
        if role not in used:
            yield place.at("roles", number).problem(f"没有列属于角色“{role}”", "请给列加上 role，或删去这个角色")
    for role, values in dataset.role_values.items():
        yield from place.at("role_values", role).known("角色", role, dataset.roles)
        for name, value in values.items():
            at = place.at("role_values", role, name)
            yield from at.known("信息项", name, items)
            table = codes.get(items[name].codes or "") if name in items else None
            if table is not None:
                yield from _check_code(at, value, table)


def _check_named_items(place: Place, dataset: Dataset, items: Mapping[str, Item]) -> Iterator[Problem]:
    carried = carried_items(dataset)
    for number, name in enumerate(dataset.identifying):
        if name not in carried:
            wrong = f"识别用的信息项“{name}”没有列提供"
            yield place.at("identifying", number).problem(wrong, choose(name, carried))
    if dataset.as_of is not None:
        if dataset.as_of not in carried:
            yield place.at("as_of").problem(f"信息项“{dataset.as_of}”没有列提供", choose(dataset.as_of, carried))
        elif dataset.as_of in items and items[dataset.as_of].type not in (DataType.DATE, DataType.DATETIME):
            yield place.at("as_of").problem(f"“{dataset.as_of}”不是日期", "请改用日期或日期时间型的信息项")
    for name in ("longitude", "latitude", "crs") if dataset.coordinates else ():
        if name not in carried:
            wrong = f"coordinates 为 true，但没有列提供“{name}”"
            yield place.at("coordinates").problem(wrong, "请补上经度、纬度、坐标系三列，或删去 coordinates")
