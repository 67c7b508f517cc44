"""Resolving the identity of one library table's entities from the records that changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from json import dumps
from pathlib import Path

import duckdb
import pyarrow as pa

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.changes import Changes
from foundation.linkage.entities import assign
from foundation.linkage.identifier import Staged, cluster, datasets_by_rank, stage_records
from foundation.linkage.linking import Linkage, Linked, link
from foundation.linkage.models import MODELS
from foundation.linkage.scoring import Parameters, trained
from foundation.linkage.spec import LinkModel
from foundation.linkage.tables import JUDGEMENT_COLUMNS, IdentityTables, identity_tables
from foundation.sql import count

NO_JUDGEMENTS = pa.table({name: pa.array([], pa.string()) for name in JUDGEMENT_COLUMNS})
PROVINCE = "61"


@dataclass(frozen=True)
class Resolved:
    """How many records were looked at again, how many links changed, and what the second stage did."""

    records: int
    relinked: int
    linked: Linked = field(default_factory=Linked)


def conformed_sources(catalogue: Catalogue, name: str) -> list[str]:
    """The conformed tables whose records speak of a library table's entities."""
    return [f"conformed.{table_name(dataset)}" for dataset in datasets_by_rank(catalogue, catalogue.tables[name])]


def resolve(
    changes: Changes,
    catalogue: Catalogue,
    name: str,
    on: date,
    judgements: pa.Table = NO_JUDGEMENTS,
    folder: Path | None = None,
) -> Resolved:
    """Bring links, records and events of a library table up to date with its conformed sources and people's judgements.

    `judgements`: columns of JUDGEMENT_COLUMNS. `folder`: where parameters trained in this installation lie.
    """
    table = catalogue.tables[name]
    if table.identity is None:
        raise ValueError(f"the entities of {name} have a natural key")
    tables, con, model = identity_tables(name, table), changes.con, MODELS[name]
    parameters = trained(model.name, folder)
    _take_judgements(con, tables, judgements)
    is_new = _is_new(con, tables, model, parameters)
    staged = _stage(changes, catalogue, name, tables, everything=is_new)
    linkage = _linkage(con, catalogue, tables, model, parameters, is_new, staged.records)
    if not staged.added and not staged.removed and not count(con, "rejudged") and not linkage.complete:
        return Resolved(0, 0)
    cluster(con, tables, contradictable=bool(table.identity.contradicted_by), everything=is_new)
    linked = link(con, linkage, tables)
    relinked = assign(con, tables, catalogue.library_of[name], table.identity.prefix, on)
    return Resolved(count(con, "placed"), relinked, linked)


def _stage(changes: Changes, catalogue: Catalogue, name: str, tables: IdentityTables, everything: bool) -> Staged:
    """Stage the records that changed; `everything`: all, for a new model may need of them what was not taken before."""
    table = catalogue.tables[name]
    changed: dict[str, str | None] = {}
    for number, dataset in enumerate(datasets_by_rank(catalogue, table)):
        conformed, into = f"conformed.{table_name(dataset)}", f"changed_{number}"
        if everything or changes.is_first(conformed):
            changes.is_changed(conformed)
            changed[dataset] = None
        elif changes.keys(conformed, ["record_key"], into):
            changed[dataset] = into
    return stage_records(changes.con, catalogue, table, tables, changed)


def _take_judgements(con: duckdb.DuckDBPyConnection, tables: IdentityTables, judgements: pa.Table) -> None:
    """`judgement`: the ledger; `rejudged`: what differs from what the last run knew."""
    con.register("ledger", judgements)
    con.execute("CREATE TEMP TABLE judgement AS FROM ledger")
    con.unregister("ledger")
    con.execute(f"CREATE TEMP TABLE judged_before AS FROM {tables.judgement}")
    con.execute(
        """CREATE TEMP TABLE rejudged AS (FROM judgement EXCEPT FROM judged_before)
        UNION (FROM judged_before EXCEPT FROM judgement)"""
    )
    if count(con, "rejudged"):
        con.execute(f"DELETE FROM {tables.judgement}")
        con.execute(f"INSERT INTO {tables.judgement} FROM judgement")


def _is_new(con: duckdb.DuckDBPyConnection, tables: IdentityTables, model: LinkModel, parameters: Parameters) -> bool:
    """Whether the model or its parameters are others than at the last run: then all is staged and linked again."""
    fingerprint = fingerprint_of(model, parameters)
    known = con.execute("SELECT fingerprint FROM state.linkage WHERE entity = ?", [tables.key]).fetchone()
    if known == (fingerprint,):
        return False
    con.execute("DELETE FROM state.linkage WHERE entity = ?", [tables.key])
    con.execute("INSERT INTO state.linkage VALUES (?, NULL, ?)", [tables.key, fingerprint])
    return True


def fingerprint_of(model: LinkModel, parameters: Parameters) -> str:
    """A hash of all that a result depends on beside the records; the same in every process."""
    content = [model.settings(0.5, parameters.probabilities), parameters.frequencies, parameters.rarest, asdict(model)]
    return sha256(dumps(content, sort_keys=True, default=sorted).encode()).hexdigest()


def _linkage(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    tables: IdentityTables,
    model: LinkModel,
    parameters: Parameters,
    is_new: bool,
    records: int,
) -> Linkage:
    """The prior follows the number of records in steps of four; when it moves, all is linked again."""
    scale = 4 ** ((max(records, 4).bit_length() - 1) // 2)
    known = con.execute("SELECT units FROM state.linkage WHERE entity = ?", [tables.key]).fetchone()
    if known != (scale,):
        con.execute("UPDATE state.linkage SET units = ? WHERE entity = ?", [scale, tables.key])
    places = frozenset(division_names(catalogue)) if model.name == "organization" else frozenset()
    return Linkage(model, parameters, 1 / scale, places, is_new or known != (scale,))


def division_names(catalogue: Catalogue) -> list[str]:
    """Names of the province's divisions, whole and without their last character, as they stand before a core name."""
    names = [name for code, name in catalogue.codes["GB/T 2260"].names.items() if code.startswith(PROVINCE)]
    return [*names, *(name[:-1] for name in names if len(name) > 2)]
