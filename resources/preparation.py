"""The lake's tables as the catalogue declares them, made or widened before anything is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.conform import conformed_schema
from foundation.conforming.stage import sql_columns
from foundation.ingest.held import held_columns
from foundation.ingest.register import DELIVERY_COLUMNS, REJECTED_COLUMNS
from foundation.library.consolidate import AFFECTED, Consolidation
from foundation.library.states import columns_of, fresh_sql, history_columns
from foundation.linkage.tables import EVENT_COLUMNS, MINT_COLUMNS, identity_tables
from foundation.quality.tables import DISCREPANCY_COLUMNS, QUALITY_TABLES
from foundation.sql import quoted
from resources.lake import Lake

PREPARED = "state.prepared"


def prepare(lake: Lake, catalogue: Catalogue) -> None:
    """Make every table of the lake that this catalogue needs; nothing to do where the same catalogue was prepared last."""
    fixed, queries = _fixed_tables(lake, catalogue), _library_queries(catalogue)
    fingerprint = hashlib.sha256(json.dumps([fixed, queries]).encode()).hexdigest()
    if _prepared(lake) == fingerprint:
        return
    with lake.postgres.lock("lake"), lake.transaction():
        for table, columns in fixed.items():
            lake.ensure(table, columns)
        for name, query in queries.items():
            _ensure_library_table(lake, name, catalogue.tables[name].key, query)
        lake.ensure(PREPARED, {"fingerprint": "VARCHAR"})
        lake.con.execute(f"DELETE FROM {PREPARED}")
        lake.con.execute(f"INSERT INTO {PREPARED} VALUES (?)", [fingerprint])


def _prepared(lake: Lake) -> str | None:
    if not lake.exists(PREPARED):
        return None
    row = lake.con.execute(f"SELECT fingerprint FROM {PREPARED}").fetchone()
    return row[0] if row else None


def _fixed_tables(lake: Lake, catalogue: Catalogue) -> Mapping[str, Mapping[str, str]]:
    tables: dict[str, Mapping[str, str]] = {
        "ingest.delivery": DELIVERY_COLUMNS,
        "ingest.rejected_row": REJECTED_COLUMNS,
        "resolved.identity_event": EVENT_COLUMNS,
        "state.mint": MINT_COLUMNS,
        "crosscheck.discrepancy": DISCREPANCY_COLUMNS,
        **QUALITY_TABLES,
    }
    for name, dataset in catalogue.datasets.items():
        tables[f"ingest.{table_name(name)}"] = held_columns(dataset)
        tables[f"conformed.{table_name(name)}"] = sql_columns(lake.con, conformed_schema(catalogue, name))
    for name, table in catalogue.tables.items():
        if table.identity is not None:
            identity = identity_tables(name, table)
            tables[identity.record] = identity.record_columns
            tables[identity.link] = identity.link_columns
    return tables


def _library_queries(catalogue: Catalogue) -> dict[str, str]:
    """The query that gives each library table's columns; tables that others refer to come first."""
    ordered = sorted(
        catalogue.tables.items(), key=lambda entry: any(item.refers_to for item in entry[1].items.values())
    )
    return {name: fresh_sql(Consolidation(catalogue, name, table), date.min) for name, table in ordered}


def _ensure_library_table(lake: Lake, name: str, key: str, query: str) -> None:
    lake.con.execute(f"CREATE OR REPLACE TEMP TABLE {AFFECTED} ({quoted(key)} VARCHAR, cause VARCHAR)")
    columns = columns_of(lake.con, query)
    lake.ensure(f"library.{name}", columns)
    lake.ensure(f"library.{name}_history", history_columns(columns))
