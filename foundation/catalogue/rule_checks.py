"""What must hold for a quality rule: items, tables and departments that exist, and SQL that the engine understands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

import duckdb

from foundation.catalogue.checks import Files, Place
from foundation.catalogue.dataset_checks import carried_items
from foundation.catalogue.model import Dataset, DataType, Item, LibraryTable
from foundation.catalogue.problem import Problem
from foundation.catalogue.quality import INDICATORS, QualityRule
from foundation.sql import quoted

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
SQL_TYPES = {
    DataType.TEXT: "VARCHAR",
    DataType.NUMBER: "DOUBLE",
    DataType.MONEY: "DECIMAL(20,2)",
    DataType.DATE: "DATE",
    DataType.DATETIME: "TIMESTAMP",
    DataType.BOOLEAN: "BOOLEAN",
    DataType.DOUBLE: "DOUBLE",
    DataType.INTEGER: "BIGINT",
    DataType.GEOMETRY: "BLOB",
}
NEEDED = {"condition": ["holds"], "reference": ["items", "table", "matching"]}
OWN = {"holds": "condition", "minimum": "range", "maximum": "range", "table": "reference", "matching": "reference"}


def items_of(rule: QualityRule) -> list[str]:
    """The items that a rule needs, in the order in which it names them."""
    named = PLACEHOLDER.findall(f"{rule.holds or ''} {rule.when or ''}")
    return list(dict.fromkeys([*rule.items, *named]))


def check_rules(files: Files) -> Iterator[Problem]:
    """All rules: of a subject, of a dataset, of a library table."""
    for subject, rules in files.rules.items():
        place = Place(files.path("rules", subject))
        yield from place.known("主题", subject, files.items)
        for name, rule in (rules or {}).items():
            yield from check_rule(place.at(name), rule, files.items.get(subject), files)
    for name, dataset in files.datasets.items():
        if dataset is not None:
            yield from _check_dataset(Place(files.path("datasets", name)), dataset, files)
    for name, library in files.libraries.items():
        for table_name, table in (library.tables if library else {}).items():
            yield from _check_table(Place(files.path("libraries", name), ("tables", table_name)), table, files)


def _check_dataset(place: Place, dataset: Dataset, files: Files) -> Iterator[Problem]:
    items = files.items.get(dataset.subject)
    columns = {
        f"{column.role}_{item}" if column.role else item: item
        for column in dataset.columns.values()
        for item in (column.item, *column.derives)
    }
    for number, name in enumerate(dataset.mandatory):
        yield from place.at("mandatory", number).known("本数据集信息项", name, columns)
    carried = None if items is None else {name: items[name] for name in carried_items(dataset) if name in items}
    if carried is not None and items is not None:
        carried |= {column: items[item] for column, item in columns.items() if item in items}
    for name, rule in dataset.rules.items():
        yield from check_rule(place.at("rules", name), rule, carried, files)


def _check_table(place: Place, table: LibraryTable, files: Files) -> Iterator[Problem]:
    items = files.items.get(table.subject)
    carried = None if items is None else {name: items[name] for name in (table.key, *table.items) if name in items}
    for name, rule in table.rules.items():
        yield from check_rule(place.at("rules", name), rule, carried, files)


def check_rule(place: Place, rule: QualityRule, items: Mapping[str, Item] | None, files: Files) -> Iterator[Problem]:
    """One rule against the items that it may name; None where those could not be read."""
    for field in NEEDED.get(rule.kind, ["items"]):
        if not getattr(rule, field):
            yield place.problem(f"{rule.kind} 规则没有写“{field}”", f"请补上 {field}")
    for field, kind in OWN.items():
        if getattr(rule, field) is not None and rule.kind != kind:
            yield place.at(field).problem(f"{rule.kind} 规则不用“{field}”", f"请删去，或把 kind 改为 {kind}")
    if rule.kind == "range" and rule.minimum is None and rule.maximum is None:
        yield place.problem("range 规则没有写范围", "请写 minimum、maximum 中至少一个")
    yield from place.at("indicator").known("GB/T 36344 指标", rule.indicator, INDICATORS)
    if rule.department is not None:
        yield from place.at("department").known("部门", rule.department, files.departments)
    yield from _check_reference(place, rule, files)
    if items is not None:
        yield from _check_items(place, rule, items)


def _check_reference(place: Place, rule: QualityRule, files: Files) -> Iterator[Problem]:
    tables = {name: table for library in files.libraries.values() if library for name, table in library.tables.items()}
    if rule.table is None or None in files.libraries.values():
        return
    yield from place.at("table").known("表", rule.table, tables)
    if rule.table in tables and rule.matching is not None:
        table = tables[rule.table]
        yield from place.at("matching").known(f"{rule.table} 信息项", rule.matching, [table.key, *table.items])


def _check_items(place: Place, rule: QualityRule, items: Mapping[str, Item]) -> Iterator[Problem]:
    faulty = False
    for number, name in enumerate(rule.items):
        for problem in place.at("items", number).known("信息项", name, items):
            faulty = True
            yield problem
    for field in ("holds", "when"):
        condition = getattr(rule, field)
        for name in PLACEHOLDER.findall(condition or ""):
            for problem in place.at(field).known("信息项", name, items):
                faulty = True
                yield problem
        if condition is not None and not faulty and (wrong := sql_problem(condition, items)):
            advice = "请改正；条件里用 {信息项名} 表示取值，结果应为真或假"
            yield place.at(field).problem(f"SQL 条件不能执行：{wrong}", advice)


def sql_problem(condition: str, items: Mapping[str, Item]) -> str | None:
    """Why the engine does not take a condition, in its own words, or None."""
    names = dict.fromkeys(PLACEHOLDER.findall(condition))
    columns = ", ".join(f"NULL::{SQL_TYPES[items[name].type]} AS {quoted(name)}" for name in names) or "1 AS one"
    written = PLACEHOLDER.sub(lambda match: quoted(match[1]), condition)
    try:
        kind = _engine().execute(f"DESCRIBE SELECT ({written}) AS condition FROM (SELECT {columns})").fetchall()[0][1]
    except duckdb.Error as error:
        return " ".join(str(error).split("\n\n")[0].split("\n")[0].split())
    return None if kind == "BOOLEAN" else f"结果的类型是 {kind}"


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"enable_external_access": "false", "threads": 1})
