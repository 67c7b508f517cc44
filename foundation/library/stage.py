"""Consolidating one library table from what changed in its sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.sources import Source
from foundation.changes import Changes
from foundation.library.consolidate import AFFECTED, Consolidation, record_column
from foundation.library.states import Written, write_states
from foundation.linkage.tables import identity_tables
from foundation.sql import count, quoted, text, texts


def consumed_tables(catalogue: Catalogue, name: str) -> list[str]:
    """The lake tables that a library table is made from."""
    table = catalogue.tables[name]
    consolidation = Consolidation(catalogue, name, table)
    sources = list({source.table: None for source in consolidation.sources})
    if table.identity is not None:
        sources.append(identity_tables(name, table).link)
    referred = {item.refers_to.table for item in table.items.values() if item.refers_to}
    return sources + [f"stored.{other}" for other in sorted(referred)]


def consolidate(changes: Changes, catalogue: Catalogue, name: str, on: date) -> Written:
    """Bring a library table and its history up to date with its sources."""
    consolidation = Consolidation(catalogue, name, catalogue.tables[name])
    key = quoted(consolidation.table.key)
    if _is_new(changes, consolidation):
        for table in consumed_tables(catalogue, name):
            changes.whole(table)
        changes.con.execute(
            f"""CREATE TEMP TABLE {AFFECTED} AS SELECT DISTINCT {key}, NULL::VARCHAR AS cause
            FROM ({consolidation.keys_sql()}) WHERE {key} IS NOT NULL"""
        )
        return write_states(changes.con, replace(consolidation, everything=True), on)
    parts = [
        *_by_records(changes, consolidation),
        *_by_links(changes, consolidation),
        *_by_references(changes, consolidation),
    ]
    if not parts:
        return Written(0, 0)
    changes.con.execute(
        f"""CREATE TEMP TABLE {AFFECTED} AS SELECT {key}, max(cause) AS cause
        FROM ({" UNION ALL ".join(parts)}) WHERE {key} IS NOT NULL GROUP BY {key}"""
    )
    return write_states(changes.con, consolidation, on)


def _is_new(changes: Changes, consolidation: Consolidation) -> bool:
    """Whether nothing was ever consolidated: then every entity that has a record is written, and none left."""
    return all(changes.is_first(source.table) for source in consolidation.sources) and not count(
        changes.con, f"stored.{consolidation.name}"
    )


def _by_records(changes: Changes, consolidation: Consolidation) -> list[str]:
    """Entities of records that changed, with the delivery that changed them."""
    parts = []
    sources = {source.table: source for source in consolidation.sources}
    for number, (table, source) in enumerate(sources.items()):
        into = f"changed_record_{number}"
        if changes.keys(table, ["record_key"], into) or changes.is_first(table):
            parts.append(_entities_of(changes, consolidation, source, into))
    return parts


def _entities_of(changes: Changes, consolidation: Consolidation, source: Source, records: str) -> str:
    key = quoted(consolidation.table.key)
    cause = f"""(SELECT max_by(delivery_id, received_at) FROM ingest.delivery WHERE status = 'accepted'
        AND department = {text(source.department)} AND dataset = {text(source.short_name)})"""
    if consolidation.table.identity is not None:
        link = identity_tables(consolidation.name, consolidation.table).link
        now = f"""SELECT {key}, {cause} AS cause FROM {link} SEMI JOIN {records} USING (record_key)
            WHERE department = {text(source.department)} AND dataset = {text(source.short_name)}"""
    else:
        now = f"""SELECT {source.sql(consolidation.table.key)} AS {key}, {cause} AS cause
            FROM {source.table} SEMI JOIN {records} USING (record_key)"""
    changed = f"IN (SELECT record_key FROM {records})"
    if changes.is_first(source.table):  # all records are read, so only those that are gone tell of a change
        changed = f"NOT IN (SELECT record_key FROM {source.table})"
    before = [
        f"""SELECT {key}, {cause} AS cause FROM stored.{consolidation.name}
        WHERE {record_column(one, "record_key")} {changed}"""
        for one in consolidation.sources
        if one.dataset == source.dataset
    ]
    return " UNION ALL ".join([now, *before])


def _by_links(changes: Changes, consolidation: Consolidation) -> list[str]:
    """Entities that gained or lost a record; one that lost its last is found here too."""
    if consolidation.table.identity is None:
        return []
    link = identity_tables(consolidation.name, consolidation.table).link
    key = consolidation.table.key
    changed = changes.keys(link, [key], "changed_link")
    parts = [f"SELECT {quoted(key)}, NULL AS cause FROM changed_link"] if changed else []
    if changes.is_first(link):  # entities that have no link any more are known by their rows only
        parts.append(f"SELECT {quoted(key)}, NULL AS cause FROM stored.{consolidation.name}")
    return parts


def _by_references(changes: Changes, consolidation: Consolidation) -> list[str]:
    """Entities that refer to one whose identifier or identity changed."""
    parts = []
    key = quoted(consolidation.table.key)
    references = [item.refers_to for item in consolidation.table.items.values() if item.refers_to]
    for number, reference in enumerate(references):
        here, there = next(iter(reference.matching.items()))
        into = f"changed_reference_{number}"
        if not changes.keys(f"stored.{reference.table}", [there], into):
            continue
        conditions = [f"{quoted(here)} IN (SELECT {quoted(there)} FROM {into} WHERE {quoted(there)} IS NOT NULL)"]
        conditions += [f"{quoted(item)} IN ({texts(values)})" for item, values in reference.when.items()]
        parts.append(f"SELECT {key}, NULL AS cause FROM stored.{consolidation.name} WHERE {' AND '.join(conditions)}")
    return parts
