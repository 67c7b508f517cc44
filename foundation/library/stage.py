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

LATEST, PARTED = "latest_delivery", "parted"


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
        *_by_links(changes, consolidation),
        *_by_records(changes, consolidation),
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
    sources = {source.table: source for source in consolidation.sources}
    changed = {}
    for number, (table, source) in enumerate(sources.items()):
        into = f"changed_record_{number}"
        if changes.keys(table, ["record_key"], into) or changes.is_first(table):
            changed[into] = source
    if not changed:
        return []
    changes.con.execute(
        f"""CREATE TEMP TABLE {LATEST} AS SELECT department, dataset, max_by(delivery_id, received_at) AS delivery_id
        FROM ingest.delivery WHERE status = 'accepted' GROUP BY ALL"""
    )
    _read_parted(changes, consolidation)
    now = _entities_now(consolidation, changed)
    return [*now, *(_entities_before(changes, consolidation, source, into) for into, source in changed.items())]


def _read_parted(changes: Changes, consolidation: Consolidation) -> None:
    """`parted`: the rows of entities that gained or lost a record, with the records that they were made from."""
    if consolidation.table.identity is None:
        return
    key, stored = quoted(consolidation.table.key), f"stored.{consolidation.name}"
    keys = ", ".join(record_column(source, "record_key") for source in consolidation.sources)
    is_first = changes.is_first(identity_tables(consolidation.name, consolidation.table).link)
    narrowed = "" if is_first else f"WHERE {key} IN (SELECT {key} FROM changed_link)"
    changes.con.execute(f"CREATE TEMP TABLE {PARTED} AS SELECT {key}, {keys} FROM {stored} {narrowed}")


def _cause(source: Source) -> str:
    """The delivery that a source's changes are put down to."""
    return f"""(SELECT delivery_id FROM {LATEST}
        WHERE department = {text(source.department)} AND dataset = {text(source.short_name)})"""


def _entities_now(consolidation: Consolidation, changed: dict[str, Source]) -> list[str]:
    """Whose the changed records are: of resolved ones found in one pass over the links."""
    key = quoted(consolidation.table.key)
    if consolidation.table.identity is None:
        return [
            f"""SELECT {source.sql(consolidation.table.key)} AS {key}, {_cause(source)} AS cause
            FROM {source.table} SEMI JOIN {into} USING (record_key)"""
            for into, source in changed.items()
        ]
    records = " UNION ALL ".join(
        f"""SELECT {text(source.department)} AS department, {text(source.short_name)} AS dataset, record_key,
            {_cause(source)} AS cause FROM {into}"""
        for into, source in changed.items()
    )
    link = identity_tables(consolidation.name, consolidation.table).link
    return [f"SELECT {key}, cause FROM {link} JOIN ({records}) USING (department, dataset, record_key)"]


def _entities_before(changes: Changes, consolidation: Consolidation, source: Source, into: str) -> str:
    """Entities whose row was made from a changed record; a record that is still theirs is found among the links."""
    key, stored = quoted(consolidation.table.key), f"stored.{consolidation.name}"
    changed = f"IN (SELECT record_key FROM {into})"
    if changes.is_first(source.table):  # all records are read, so only those that are gone tell of a change
        changed = f"NOT IN (SELECT record_key FROM {source.table})"
    elif consolidation.table.identity is not None:
        stored = PARTED
    return " UNION ALL ".join(
        f"SELECT {key}, {_cause(source)} AS cause FROM {stored} WHERE {record_column(one, 'record_key')} {changed}"
        for one in consolidation.sources
        if one.dataset == source.dataset
    )


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
