"""A library table's sources, links and states as tables of a plain engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

import duckdb
import pytest

from foundation.catalogue.catalogue import Catalogue, split_name, table_name
from foundation.catalogue.load import load
from foundation.conform import conformed_schema
from foundation.conforming.stage import sql_columns
from foundation.crosscheck.corrections import PROVENANCE
from foundation.library.consolidate import AFFECTED, Consolidation
from foundation.library.states import Written, columns_of, fresh_sql, history_columns, states_sql, write_states
from foundation.linkage.tables import identity_tables
from foundation.sql import listed, quoted

the_catalogue = cache(load)


@dataclass
class Bench:
    """One library table with the tables that it is made from; rows are put in as a person would name them."""

    name: str
    catalogue: Catalogue = field(default_factory=the_catalogue)
    con: duckdb.DuckDBPyConnection = field(default_factory=lambda: duckdb.connect(config={"threads": 1}))

    def __post_init__(self) -> None:
        self.consolidation = Consolidation(self.catalogue, self.name, self.catalogue.tables[self.name])
        for schema in ("conformed", "resolved", "stored"):
            self.con.execute(f"CREATE SCHEMA {schema}")
        for dataset in {source.dataset for source in self.consolidation.sources}:
            columns = sql_columns(conformed_schema(self.catalogue, dataset)) | PROVENANCE
            self._create(f"conformed.{table_name(dataset)}", columns)
        identity = identity_tables(self.name, self.consolidation.table)
        self.link, self.key = identity.link, identity.key
        self._create(self.link, identity.link_columns)
        with self._affected([], None):
            columns = columns_of(self.con, fresh_sql(replace(self.consolidation, everything=True), date.min))
        self._create(f"stored.{self.name}", columns)
        self._create(f"stored.{self.name}_history", history_columns(columns))

    def _create(self, table: str, columns: dict[str, str]) -> None:
        self.con.execute(
            f"CREATE TABLE {table} ({', '.join(f'{quoted(one)} {kind}' for one, kind in columns.items())})"
        )

    def hold(
        self,
        dataset: str,
        record: str,
        entity: str,
        *,
        on: str = "2026-11-01",
        method: str = "identifier",
        **items: Any,
    ) -> None:
        """A record as it is held now, and whose it is."""
        self.withdraw(dataset, record)
        row = {"record_key": record, "delivery_id": f"{dataset}.{on}", "updated_at": on, **items}
        self._insert(f"conformed.{table_name(dataset)}", row)
        department, short = split_name(dataset)
        link = {"department": department, "dataset": short, "record_key": record, "role": "", "method": method}
        self._insert(self.link, {**link, self.key: entity, "match_probability": 1.0})

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        marks = ", ".join("?" * len(row))
        self.con.execute(f"INSERT INTO {table} ({listed(row)}) VALUES ({marks})", list(row.values()))

    def withdraw(self, dataset: str, record: str) -> None:
        department, short = split_name(dataset)
        self.con.execute(f"DELETE FROM conformed.{table_name(dataset)} WHERE record_key = ?", [record])
        named = "department = ? AND dataset = ? AND record_key = ?"
        self.con.execute(f"DELETE FROM {self.link} WHERE {named}", [department, short, record])

    def night(self, on: str, *entities: str, cause: str | None = None) -> Written:
        """Write the states of the entities that may have changed."""
        with self._affected(list(entities), cause):
            return write_states(self.con, self.consolidation, date.fromisoformat(on))

    @contextmanager
    def _affected(self, entities: list[str], cause: str | None) -> Iterator[None]:
        self.con.execute(f"CREATE TEMP TABLE {AFFECTED} ({self.key} VARCHAR, cause VARCHAR)")
        for entity in entities:
            self.con.execute(f"INSERT INTO {AFFECTED} VALUES (?, ?)", [entity, cause])
        try:
            yield
        finally:
            temporary = "SELECT table_name FROM duckdb_tables() WHERE temporary"
            for (table,) in self.con.execute(temporary).fetchall():
                self.con.execute(f"DROP TABLE temp.{table}")

    def rows(self, what: str = "*", *, history: bool = False) -> list[dict[str, Any]]:
        table = f"stored.{self.name}"
        if history:
            table = f"({states_sql(table, columns_of(self.con, f'FROM {table}'))})"
        order = f"{self.key}, valid_from, valid_to" if history else self.key
        result = self.con.execute(f"SELECT {what} FROM {table} ORDER BY {order}")
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def row(self, what: str = "*") -> dict[str, Any]:
        (row,) = self.rows(what)
        return row

    def source_of(self, item: str) -> str | None:
        """The dataset that the only row's value of an item came from."""
        number = self.row(f"origin_{item} AS origin")["origin"]
        return next((one.dataset for one in self.consolidation.sources if one.number == number), None)


@pytest.fixture
def people() -> Bench:
    return Bench("person")


@pytest.fixture
def organisations() -> Bench:
    return Bench("legal_entity")
