"""The lake's tables as the catalogue declares them, made or widened before anything is written.

Where the catalogue says something else than last time, the stages that it concerns read their sources from the beginning
once more: what comes out the same is not written again.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.conform import conformed_schema
from foundation.conforming.stage import sql_columns
from foundation.crosscheck.corrections import PROVENANCE
from foundation.crosscheck.tables import SECRET, TABLES
from foundation.ingest.held import held_columns
from foundation.ingest.register import DELIVERY_COLUMNS, REJECTED_COLUMNS
from foundation.library.consolidate import AFFECTED, Consolidation
from foundation.library.states import columns_of, fresh_sql, history_columns, states_sql
from foundation.library.views import view_sql
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
from foundation.quality.tables import QUALITY_TABLES
from foundation.sql import quoted
from resources.lake import Lake
from resources.theme_tables import ensure_themes, theme_part

PREPARED = "state.prepared"


def prepare(lake: Lake, catalogue: Catalogue) -> None:
    """Make every table of the lake that this catalogue needs; nothing to do where it was prepared last."""
    parts = _parts(catalogue)
    before = _prepared(lake)
    if before == parts:
        return
    with lake.postgres.lock("lake"), lake.transaction():
        for table, columns in _fixed_tables(catalogue).items():
            lake.ensure(table, columns)
        for name in _in_order(catalogue):
            _ensure_library_table(lake, Consolidation(catalogue, name, catalogue.tables[name], everything=True))
        ensure_themes(
            lake,
            catalogue,
            [name for name in catalogue.themes if before.get(f"theme/{name}") != parts[f"theme/{name}"]],
        )
        for consumer in [name for name, fingerprint in parts.items() if before.get(name, fingerprint) != fingerprint]:
            lake.con.execute("DELETE FROM state.watermark WHERE consumer = ?", [consumer])
        if not lake.rows(SECRET):
            lake.con.execute(f"INSERT INTO {SECRET} VALUES ('discrepancy', ?)", [secrets.token_hex(32)])
        lake.ensure(PREPARED, {"part": "VARCHAR", "fingerprint": "VARCHAR"})
        lake.con.execute(f"DELETE FROM {PREPARED}")
        lake.con.execute(f"INSERT INTO {PREPARED} SELECT unnest(?), unnest(?)", [list(parts), list(parts.values())])


def _parts(catalogue: Catalogue) -> dict[str, str]:
    """A fingerprint for all tables' columns, and for each stage of what the catalogue says of it."""
    parts: dict[str, object] = {"tables": [dict(table) for table in _fixed_tables(catalogue).values()]}
    parts["history"] = states_sql("", [])
    codes = _fingerprint([[one.standard, one.names, one.aliases, one.successors] for one in catalogue.codes.values()])
    for name, dataset in catalogue.datasets.items():
        items = {item: one.model_dump(mode="json") for item, one in catalogue.items[dataset.subject].items()}
        parts[f"conformed/{name}"] = [dataset.model_dump(mode="json"), items, codes, version("onesource")]
    for name, table in catalogue.tables.items():
        parts[f"library/{name}"] = fresh_sql(Consolidation(catalogue, name, table), date.min)
        if name in catalogue.crosschecks:
            parts[f"crosscheck/{name}"] = catalogue.crosschecks[name].model_dump(mode="json")
    for name in catalogue.themes:
        parts[f"theme/{name}"] = theme_part(catalogue, name)
    return {name: _fingerprint(part) for name, part in parts.items()}


def _fingerprint(part: object) -> str:
    return hashlib.sha256(json.dumps(part, default=dict).encode()).hexdigest()


def _prepared(lake: Lake) -> dict[str, str]:
    return dict(lake.con.execute(f"FROM {PREPARED}").fetchall()) if lake.exists(PREPARED) else {}


def _fixed_tables(catalogue: Catalogue) -> Mapping[str, Mapping[str, str]]:
    tables: dict[str, Mapping[str, str]] = {
        "ingest.delivery": DELIVERY_COLUMNS,
        "ingest.rejected_row": REJECTED_COLUMNS,
        "resolved.identity_event": EVENT_COLUMNS,
        "resolved.redirect": REDIRECT_COLUMNS,
        FORMER: FORMER_COLUMNS,
        "state.mint": MINT_COLUMNS,
        "state.linkage": SCALE_COLUMNS,
        **TABLES,
        **QUALITY_TABLES,
    }
    for name, dataset in catalogue.datasets.items():
        tables[f"ingest.{table_name(name)}"] = held_columns(dataset)
        tables[f"conformed.{table_name(name)}"] = sql_columns(conformed_schema(catalogue, name)) | PROVENANCE
    for name, table in catalogue.tables.items():
        if table.identity is not None:
            identity = identity_tables(name, table)
            tables[identity.record] = identity.record_columns
            tables[identity.link] = identity.link_columns
            tables[identity.pair] = PAIR_COLUMNS
            tables[identity.judgement] = JUDGEMENT_COLUMNS
    return tables


def _in_order(catalogue: Catalogue) -> list[str]:
    """Library tables; those that others refer to come first."""
    return sorted(
        catalogue.tables, key=lambda name: any(item.refers_to for item in catalogue.tables[name].items.values())
    )


def _ensure_library_table(lake: Lake, consolidation: Consolidation) -> None:
    name, key = consolidation.name, quoted(consolidation.table.key)
    lake.con.execute(f"CREATE OR REPLACE TEMP TABLE {AFFECTED} ({key} VARCHAR, cause VARCHAR)")
    columns = columns_of(lake.con, fresh_sql(consolidation, date.min))
    table, history = f"stored.{name}", f"stored.{name}_history"
    lake.ensure(table, columns)
    lake.ensure(history, history_columns(columns))
    lake.con.execute(f"DELETE FROM {history} WHERE valid_to IS NULL")  # a state that stands is the row itself
    present = columns_of(lake.con, f"FROM {table}")
    states = f"({states_sql(f'lake.{table}', present)})"
    for view, rows, names in (
        (name, f"lake.{table}", present),
        (f"{name}_history", states, history_columns(present)),
    ):
        lake.con.execute(f"CREATE OR REPLACE VIEW library.{view} AS {view_sql(consolidation, rows, names)}")
