"""Registers in memory: conformed records that a person can read, and nights that resolve whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.catalogue.load import load
from foundation.catalogue.sources import sources_of
from foundation.conform import conformed_schema
from foundation.conforming.stage import sql_columns
from foundation.linkage.stage import Resolved, resolve
from foundation.linkage.tables import (
    EVENT_COLUMNS,
    FORMER,
    FORMER_COLUMNS,
    JUDGEMENT_COLUMNS,
    MINT_COLUMNS,
    PAIR_COLUMNS,
    REDIRECT_COLUMNS,
    SCALE_COLUMNS,
    identity_tables,
)
from foundation.sql import listed, quoted, text

RESIDENT, HEALTH = "public_security/resident", "health/resident_health_record"
INSURANCE, STUDENT = "human_resources/social_insurance", "education/student"
BIRTH, CREMATION, MARRIAGE = "health/birth_certificate", "civil_affairs/cremation", "civil_affairs/marriage"
ENTERPRISE, TAXPAYER, UNIT = "market_regulation/enterprise", "taxation/taxpayer", "statistics/basic_unit"
Key = tuple[str, str, str]  # dataset, record_key, role


@dataclass
class Registers:
    """The conformed tables of one subject; `put` and `drop` change them, `night` resolves what changed."""

    table: str
    catalogue: Catalogue = field(default_factory=cache(load))
    con: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    changed: dict[str, set[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    day: date = date(2026, 11, 1)
    judgements: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.con.execute("SET threads = 2")
        for schema in ("conformed", "resolved", "state"):
            self.con.execute(f"CREATE SCHEMA {schema}")
        tables = identity_tables(self.table, self.catalogue.tables[self.table])
        self.link, self.pair, self.key = tables.link, tables.pair, tables.key
        made = {tables.record: tables.record_columns, tables.link: tables.link_columns, tables.pair: PAIR_COLUMNS}
        made |= {tables.judgement: JUDGEMENT_COLUMNS, "resolved.identity_event": EVENT_COLUMNS}
        made |= {
            "resolved.redirect": REDIRECT_COLUMNS,
            FORMER: FORMER_COLUMNS,
            "state.mint": MINT_COLUMNS,
            "state.linkage": SCALE_COLUMNS,
        }
        for dataset in self.datasets:
            made[f"conformed.{table_name(dataset)}"] = sql_columns(conformed_schema(self.catalogue, dataset))
        for name, columns in made.items():
            self.con.execute(f"CREATE TABLE {name} ({', '.join(f'{quoted(c)} {t}' for c, t in columns.items())})")

    @property
    def datasets(self) -> list[str]:
        return list(dict.fromkeys(one.dataset for one in sources_of(self.catalogue, self.catalogue.tables[self.table])))

    def put(self, dataset: str, record_key: str, **items: Any) -> None:
        """Write a record; identifiers count as valid where their length is right and they do not begin with a zero."""
        self.drop(dataset, record_key)
        row = {"record_key": record_key, **items}
        for name in list(row):
            if name.endswith(("citizen_id", "uscc", "organisation_code")):
                row[f"{name}_is_valid"] = row[name] is not None and not row[name].startswith("0")
        if "uscc" in row and row["uscc"] and row["uscc_is_valid"]:
            row |= {"organisation_code": row["uscc"][8:17], "organisation_code_is_valid": True}
        marks = ", ".join("?" for _ in row)
        self.con.execute(
            f"INSERT INTO conformed.{table_name(dataset)} ({listed(row)}) VALUES ({marks})", list(row.values())
        )

    def drop(self, dataset: str, record_key: str) -> None:
        self.con.execute(f"DELETE FROM conformed.{table_name(dataset)} WHERE record_key = ?", [record_key])
        self.changed.setdefault(f"conformed.{table_name(dataset)}", set()).add(record_key)

    def judge(self, one: Key, other: Key, verdict: str) -> None:
        sides = {}
        for side, (dataset, record_key, role) in (("left", one), ("right", other)):
            department, _, name = dataset.partition("/")
            sides |= {f"{side}_department": department, f"{side}_dataset": name}
            sides |= {f"{side}_record_key": record_key, f"{side}_role": role}
        self.judgements.append({**sides, "verdict": verdict})

    def night(self) -> Resolved:
        """Resolve what changed since the last night."""
        self.day += timedelta(days=1)
        with self.transaction():
            ledger = pa.Table.from_pylist(
                self.judgements, pa.schema([(name, pa.string()) for name in JUDGEMENT_COLUMNS])
            )
            result = resolve(self, self.catalogue, self.table, self.day, ledger)
        self.seen.update(f"conformed.{table_name(dataset)}" for dataset in self.datasets)
        self.changed.clear()
        return result

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.con.execute("BEGIN")
        yield
        self.con.execute("COMMIT")
        temporary = "SELECT 'TABLE', table_name FROM duckdb_tables() WHERE temporary"
        views = "SELECT 'VIEW', view_name FROM duckdb_views() WHERE database_name = 'temp' AND NOT internal"
        for kind, name in self.con.execute(f"{views} UNION ALL {temporary}").fetchall():
            self.con.execute(f"DROP {kind} IF EXISTS temp.{quoted(name)}")

    def is_first(self, source: str) -> bool:
        return source not in self.seen

    def is_changed(self, source: str) -> bool:
        return self.is_first(source) or bool(self.changed.get(source))

    def keys(self, source: str, columns: list[str], into: str) -> int:
        if self.is_first(source):
            self.con.execute(f"CREATE TEMP TABLE {into} AS SELECT DISTINCT {listed(columns)} FROM {source}")
        else:
            rows = ", ".join(f"({text(key)})" for key in sorted(self.changed.get(source, ())))
            self.con.execute(f"CREATE TEMP TABLE {into} (record_key VARCHAR)")
            if rows:
                self.con.execute(f"INSERT INTO {into} VALUES {rows}")
        return int(self.con.execute(f"SELECT count(*) FROM {into}").fetchone()[0])  # type: ignore[index]

    def entity(self, dataset: str, record_key: str, role: str = "") -> str:
        """The entity of a record."""
        department, _, name = dataset.partition("/")
        row = self.con.execute(
            f"SELECT {self.key} FROM {self.link} WHERE (department, dataset, record_key, role) = (?, ?, ?, ?)",
            [department, name, record_key, role],
        ).fetchone()
        assert row is not None
        return str(row[0])

    def method(self, dataset: str, record_key: str, role: str = "") -> str:
        department, _, name = dataset.partition("/")
        row = self.con.execute(
            f"SELECT method FROM {self.link} WHERE (department, dataset, record_key, role) = (?, ?, ?, ?)",
            [department, name, record_key, role],
        ).fetchone()
        assert row is not None
        return str(row[0])

    def clusters(self) -> set[frozenset[Key]]:
        """Which records are one entity, whatever its identifier."""
        rows = self.con.execute(f"SELECT {self.key}, department || '/' || dataset, record_key, role FROM {self.link}")
        groups: dict[str, set[Key]] = {}
        for entity, dataset, record_key, role in rows.fetchall():
            groups.setdefault(entity, set()).add((dataset, record_key, role))
        return {frozenset(group) for group in groups.values()}

    def links(self) -> list[tuple[Any, ...]]:
        return self.con.execute(f"FROM {self.link} ORDER BY ALL").fetchall()

    def pairs(self) -> list[tuple[Any, ...]]:
        """Pairs with their outcome, free of the entities' identifiers."""
        return self.con.execute(f"FROM {self.pair} ORDER BY ALL").fetchall()

    def reviews(self) -> int:
        return int(self.con.execute(f"SELECT count(*) FROM {self.pair} WHERE outcome = 'review'").fetchone()[0])  # type: ignore[index]

    def put_all(self, rows: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
        for dataset, record_key, items in rows:
            self.put(dataset, record_key, **items)
