"""Resolving the identity of one library table's entities from the records that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.catalogue.sources import sources_of
from foundation.changes import Changes
from foundation.linkage.entities import assign
from foundation.linkage.identifier import cluster, stage_records
from foundation.linkage.tables import identity_tables
from foundation.sql import count


@dataclass(frozen=True)
class Resolved:
    """How many records were looked at again, and how many links changed."""

    records: int
    relinked: int


def conformed_sources(catalogue: Catalogue, name: str) -> list[str]:
    """The conformed tables whose records speak of a library table's entities."""
    datasets = {source.dataset: None for source in sources_of(catalogue, catalogue.tables[name])}
    return [f"conformed.{table_name(dataset)}" for dataset in datasets]


def resolve(changes: Changes, catalogue: Catalogue, name: str, on: date) -> Resolved:
    """Bring links, records and events of a library table up to date with its conformed sources."""
    table = catalogue.tables[name]
    if table.identity is None:
        raise ValueError(f"the entities of {name} have a natural key")
    tables = identity_tables(name, table)
    changed = {}
    for number, dataset in enumerate({source.dataset: None for source in sources_of(catalogue, table)}):
        into = f"changed_{number}"
        if changes.keys(f"conformed.{table_name(dataset)}", ["record_key"], into):
            changed[dataset] = into
    con = changes.con
    if not stage_records(con, catalogue, table, tables, changed):
        return Resolved(0, 0)
    cluster(con, tables, contradictable=bool(table.identity.contradicted_by))
    assign(con, tables, catalogue.library_of[name], table.identity.prefix, on)
    return Resolved(count(con, "member"), count(con, "relinked"))
