"""docs/catalogue.md: departments, datasets, libraries and code tables as catalog/ declares them."""

from __future__ import annotations

from docs.generate.markdown import GENERATED, code, table
from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.catalogue.model import Dataset, DataType, LibraryItem, LibraryTable, Update

HEAD = """# Catalogue of information resources 政务信息资源目录

What `catalog/` declares: who delivers what, what each column means, and which department answers for each item.

"""
TYPES = {
    DataType.TEXT: "字符",
    DataType.NUMBER: "数值",
    DataType.MONEY: "货币",
    DataType.DATE: "日期",
    DataType.DATETIME: "日期时间",
    DataType.BOOLEAN: "逻辑",
    DataType.DOUBLE: "双精度",
    DataType.INTEGER: "整数",
    DataType.GEOMETRY: "几何",
}


def catalogue_page(catalogue: Catalogue) -> str:
    datasets = "".join(_dataset(catalogue, name) for name in catalogue.datasets)
    libraries = "".join(_table(catalogue, name) for name in catalogue.tables)
    page = (
        _departments(catalogue)
        + _overview(catalogue)
        + f"## Libraries 基础信息资源库\n\n{LIBRARIES}{libraries}"
        + f"## Items of the datasets 数据资源的信息项\n\n{datasets}"
        + _codes(catalogue)
    )
    return (GENERATED + HEAD + page).rstrip() + "\n"


LIBRARIES = """The first source answers for the item (数源); where it has no value, the next one's is taken. `#` names the role in
which a record speaks of the entity. 基础 items are published to `share`; 业务 items stay in the library.

"""


def _departments(catalogue: Catalogue) -> str:
    rows = [
        (code(name), one.title, code(one.uscc), one.responsible, one.contact)
        for name, one in catalogue.departments.items()
    ]
    head = ["department", "部门", "提供方代码", "责任岗位", "联系方式"]
    return f"## Departments 部门\n\n{table(head, rows)}"


def _overview(catalogue: Catalogue) -> str:
    rows = [
        (
            f"[{one.title}](#{_anchor(name)})",
            code(name),
            code(one.code),
            one.format.kind,
            _due(one.update),
            one.sharing.type.value,
        )
        for name, one in catalogue.datasets.items()
    ]
    head = ["数据资源", "dataset", "资源代码", "格式", "更新", "共享类型"]
    return f"## Datasets 数据资源\n\n{table(head, rows)}"


def _due(update: Update) -> str:
    grace = f"，宽限 {update.grace_days} 天" if update.grace_days else ""
    return f"{update.cycle.value} {update.due}{grace}"


def _anchor(dataset: str) -> str:
    return dataset.replace("/", "")


def _dataset(catalogue: Catalogue, name: str) -> str:
    dataset = catalogue.datasets[name]
    rows = [
        (
            column.delivered,
            code(column.name),
            column.item.title,
            TYPES[column.item.type],
            code(column.standard),
            column.item.codes,
            column.column.note,
        )
        for column in catalogue.conformed_columns(name)
    ]
    head = ["报送列名", "item", "信息项", "类型", "规范", "代码表", "说明"]
    return f"### {name}\n\n{_facts(dataset, name)}\n\n{table(head, rows)}"


def _facts(dataset: Dataset, name: str) -> str:
    form = dataset.format
    shape = "，".join(part for part in (form.kind, form.encoding, form.crs, form.table and f"表 {form.table}") if part)
    facts = [
        f"**{dataset.title}**。{dataset.summary}",
        f"格式：{shape}。主键：{'、'.join(dataset.record_key)}。可用记录不少于 {dataset.volume.minimum} 条，"
        f"减少超过 {dataset.volume.fall:.0%} 时拒收。",
        f"共享：{dataset.sharing.type.value}。{dataset.sharing.condition or ''}",
        f"湖中的表：`ingest.{table_name(name)}`、`conformed.{table_name(name)}`。",
    ]
    facts += [f"不取的列：{column}（{reason}）。" for column, reason in dataset.ignored.items()]
    return "\n\n".join(facts)


def _table(catalogue: Catalogue, name: str) -> str:
    one = catalogue.tables[name]
    library = catalogue.libraries[catalogue.library_of[name]]
    items = catalogue.items[one.subject]
    rows = [
        (
            code(item_name),
            items[item_name].title if item_name in items else "",
            "基础" if item.base else "业务",
            _sources(one, item),
        )
        for item_name, item in one.items.items()
    ]
    published = f"发布条件：`{one.share_when}`。\n\n" if one.share_when else ""
    return (
        f"### {name}\n\n**{one.title}**（{library.title}，牵头部门 {catalogue.departments[library.lead].title}，"
        f"资源代码 `{one.code}`）。\n\n{published}"
        + table(["item", "信息项", "性质", "数源次序"], rows)
        + "".join(_by_code(authority, by) for authority, by in _code_orders(one))
    )


def _sources(table_: LibraryTable, item: LibraryItem) -> str:
    if item.refers_to is not None:
        here, there = next(iter(item.refers_to.matching.items()))
        return f"按 `{here}` 查 `{item.refers_to.table}.{there}`"
    if item.derived is not None:
        return "由其他信息项得出"
    if isinstance(item.authority, str):
        return f"见下：{item.authority}"
    return " → ".join(code(source) for source in item.authority or [])


def _code_orders(table_: LibraryTable) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            f"{name}（按 `{by.item}` 的首字符）",
            [(start, " → ".join(code(one) for one in order)) for start, order in by.orders.items()]
            + [("其他", " → ".join(code(one) for one in by.otherwise))],
        )
        for name, by in table_.authorities.items()
    ]


def _by_code(authority: str, rows: list[tuple[str, str]]) -> str:
    return f"{authority}：\n\n{table(['首字符', '数源次序'], rows)}"


def _codes(catalogue: Catalogue) -> str:
    rows = [
        (name, one.title, one.standard, len(one.names), len(one.successors)) for name, one in catalogue.codes.items()
    ]
    return f"## Code tables 代码表\n\n{table(['代码表', '名称', '标准', '代码数', '其中停用'], rows)}"
