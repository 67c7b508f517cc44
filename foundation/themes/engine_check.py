"""The engine's word on a theme's expressions, before any data: names, syntax and types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache

import duckdb

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.catalogue.checks import Place
from foundation.catalogue.model import LibraryTable
from foundation.catalogue.problem import Problem
from foundation.catalogue.rule_checks import SQL_TYPES
from foundation.catalogue.themes import Theme
from foundation.linkage.tables import identity_tables
from foundation.sql import quoted
from foundation.themes.query import AFFECTED, ThemeQuery

KNOWN = {"VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN", "BIGINT", "DOUBLE", "DECIMAL"}


def item_types(catalogue: Catalogue, name: str) -> dict[str, str]:
    """The engine's types of a theme's columns."""
    con = _engine_for(catalogue, catalogue.themes[name])
    return _types(con, ThemeQuery(catalogue, name, date.min).sql())


def check_expressions(place: Place, name: str, theme: Theme, catalogue: Catalogue) -> Iterator[Problem]:
    """A problem for the first expression of each part that the engine refuses."""
    con = _engine_for(catalogue, theme)
    rows = ThemeQuery(_with(catalogue, name, theme), name, date.min).sql()
    conditions = [f"({one.holds})" for one in theme.rules.values()] + [
        f"({one.where})" for one in theme.questions.values()
    ]
    try:  # all at once, for a catalogue is nearly always sound
        types = _types(con, f"SELECT * FROM ({rows}) WHERE {' AND '.join(conditions)}")
    except duckdb.Error:
        yield from _check_parts(con, place, name, theme, catalogue)
        return
    yield from _check_types(place, theme, types)


def _engine_for(catalogue: Catalogue, theme: Theme) -> duckdb.DuckDBPyConnection:
    """The engine with the empty tables that the theme's query names."""
    con = _engine_of(catalogue)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {AFFECTED} ({quoted(catalogue.tables[theme.grain].key)} VARCHAR)")
    return con


def _check_parts(
    con: duckdb.DuckDBPyConnection, place: Place, name: str, theme: Theme, catalogue: Catalogue
) -> Iterator[Problem]:
    whole = _refused(con, catalogue, name, theme)
    if whole is None:
        yield from _check_conditions(con, place, name, theme, catalogue)
        return
    yield _blamed(con, place, name, theme, catalogue) or place.problem(
        f"主题不能计算：{whole}", "请检查 rows、until、where 和 near"
    )


def _blamed(
    con: duckdb.DuckDBPyConnection, place: Place, name: str, theme: Theme, catalogue: Catalogue
) -> Problem | None:
    """The first item with which the theme can't be worked out, where it can without."""
    items = {}
    plain = theme.model_copy(update={"rows": None, "until": []})
    for item_name, item in sorted(theme.items.items(), key=lambda one: one[1].source is None):
        items[item_name] = item
        refused = _refused(con, catalogue, name, plain.model_copy(update={"items": items}), only_used=True)
        if refused is not None:
            at = place.at("items", item_name, "value")
            return at.problem(
                f"“{item_name}”的表达式不能计算：{refused}", "请改正表达式，可用的列见来源数据集和本主题前面的信息项"
            )
    return None


def _types(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    return {column: kind for column, kind, *_ in con.execute(f"DESCRIBE {query}").fetchall()}


def _check_types(place: Place, theme: Theme, types: dict[str, str]) -> Iterator[Problem]:
    """Items have types that every reader knows."""
    for column in theme.items:
        if types[column].partition("(")[0] not in KNOWN:
            wrong = f"“{column}”的类型是 {types[column]}"
            yield place.at("items", column, "value").problem(
                wrong, "请换算成常用类型，如在表达式后加 ::BIGINT 或 ::DOUBLE"
            )


def _check_conditions(
    con: duckdb.DuckDBPyConnection, place: Place, name: str, theme: Theme, catalogue: Catalogue
) -> Iterator[Problem]:
    rows = ThemeQuery(_with(catalogue, name, theme), name, date.min).sql()
    conditions = [("rules", key, "holds", rule.holds) for key, rule in theme.rules.items()]
    conditions += [("questions", key, "where", question.where) for key, question in theme.questions.items()]
    for part, key, field, condition in conditions:
        try:
            con.execute(f"DESCRIBE SELECT * FROM ({rows}) WHERE {condition}")
        except duckdb.Error as error:
            wrong = f"“{key}”的条件不能计算：{_first_line(error)}"
            yield place.at(part, key, field).problem(wrong, "请改正条件，可用的列是本主题的信息项")


def _refused(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, name: str, theme: Theme, *, only_used: bool = False
) -> str | None:
    """Why the engine can't work out a theme; None where it can."""
    if only_used:  # sources that no item uses yet are left out
        used = {item.source for item in theme.items.values()}
        theme = theme.model_copy(update={"sources": {key: one for key, one in theme.sources.items() if key in used}})
    try:
        con.execute(f"DESCRIBE {ThemeQuery(_with(catalogue, name, theme), name, date.min).sql()}")
    except duckdb.Error as error:
        return _first_line(error)
    return None


def _with(catalogue: Catalogue, name: str, theme: Theme) -> Catalogue:
    return replace(catalogue, themes={name: theme})


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]


def _engine_of(catalogue: Catalogue) -> duckdb.DuckDBPyConnection:
    """An engine with the empty tables that the catalogue declares."""
    return _engine(tuple(sorted(_tables(catalogue).items())))


@lru_cache(maxsize=2)
def _engine(tables: tuple[tuple[str, str], ...]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    for schema in ("conformed", "resolved", "stored"):
        con.execute(f"CREATE SCHEMA {schema}")
    con.execute(";".join(f"CREATE TABLE {name} ({columns})" for name, columns in tables))
    return con


def _tables(catalogue: Catalogue) -> dict[str, str]:
    tables = {}
    for name in catalogue.datasets:
        columns = {"record_key": "VARCHAR", "delivery_id": "VARCHAR", "updated_at": "TIMESTAMP"}
        columns |= {one.name: SQL_TYPES[one.item.type] for one in catalogue.conformed_columns(name)}
        tables[f"conformed.{table_name(name)}"] = _columns(columns)
    for name, table in catalogue.tables.items():
        tables[f"stored.{name}"] = _columns(_library_columns(catalogue, table))
        if table.identity is not None:
            link = identity_tables(name, table)
            tables[link.link] = _columns(link.link_columns)
    return tables


def _library_columns(catalogue: Catalogue, table: LibraryTable) -> dict[str, str]:
    items = catalogue.items[table.subject]
    names = dict.fromkeys([table.key, *table.items])
    columns = {name: SQL_TYPES[items[name].type] if name in items else "VARCHAR" for name in names}
    extra = {"is_registered": "BOOLEAN", "identifier_is_valid": "BOOLEAN"} if table.identity else {}
    return columns | extra | {"updated_at": "TIMESTAMP"}


def _columns(columns: dict[str, str]) -> str:
    return ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
