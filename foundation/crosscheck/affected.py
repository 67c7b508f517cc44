"""Which entities have to be compared again: those whose row, records or neighbours changed."""

from __future__ import annotations

from datetime import date

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.sources import Source, sources_of
from foundation.changes import Changes
from foundation.crosscheck.kinds import due_tonight
from foundation.crosscheck.neighbours import LOOKED_UP, NEIGHBOURS, READS
from foundation.crosscheck.queries import PREPARED, Finding
from foundation.crosscheck.records import AFFECTED, chosen, entities, linked_records
from foundation.crosscheck.tables import DISCREPANCY
from foundation.linkage.tables import identity_tables
from foundation.sql import count, quoted, text


def read_sources(catalogue: Catalogue, name: str) -> list[Source]:
    """Sources that carry a compared item or that a kind looks at."""
    check, table = catalogue.crosschecks[name], catalogue.tables[name]
    kinds = {source.dataset for kind in check.kinds.values() for source in chosen(catalogue, name, kind.sources)}
    return [
        source
        for source in sources_of(catalogue, table)
        if source.dataset in kinds or any(source.carries(item) for item in check.items)
    ]


def joined_tables(catalogue: Catalogue, name: str) -> list[str]:
    """Other library tables that kinds of this table read."""
    kinds = catalogue.crosschecks[name].kinds.values()
    joined = [table for kind in kinds for table in kind.joined]
    return list(dict.fromkeys(joined + [table for kind in kinds for table in READS.get(kind.query or "", ())]))


def consumed_tables(catalogue: Catalogue, name: str) -> list[str]:
    """The lake tables that a table's cross-check reads by change."""
    table = catalogue.tables[name]
    read = [f"stored.{name}", *(source.table for source in read_sources(catalogue, name))]
    if table.identity is not None:
        read.append(identity_tables(name, table).link)
    read += [f"stored.{other}" for other in joined_tables(catalogue, name)]
    return list(dict.fromkeys(read))


def needed_tables(catalogue: Catalogue, name: str) -> list[str]:
    """The lake tables that must be up to date before a table's cross-check."""
    kinds = catalogue.crosschecks[name].kinds.values()
    looked_up = [f"stored.{table}" for kind in kinds for table in LOOKED_UP.get(kind.query or "", ())]
    return list(dict.fromkeys([*consumed_tables(catalogue, name), *looked_up]))


def find_affected(changes: Changes, catalogue: Catalogue, name: str, on: date) -> int:
    """Fill `affected_entity` (entity_id); the number of entities."""
    con, is_first = changes.con, changes.is_first(f"stored.{name}")
    if is_first:
        for source in consumed_tables(catalogue, name):
            changes.whole(source)
        held = f"SELECT entity_id FROM {DISCREPANCY} WHERE library_table = {text(name)}"
        parts = [f"SELECT entity_id FROM {entities(catalogue, name, only=False)}", held]
    else:
        parts = _of_changes(changes, catalogue, name)
    con.execute("CREATE TEMP TABLE touched (entity_id VARCHAR)")
    if parts:
        con.execute(f"INSERT INTO touched {' UNION ALL '.join(parts)}")
    if not is_first:
        due_tonight(con, catalogue, name, on, "touched")
    con.execute(f"CREATE TEMP TABLE {AFFECTED} AS SELECT DISTINCT entity_id FROM touched WHERE entity_id IS NOT NULL")
    if not is_first and count(con, AFFECTED):
        _add_neighbours(changes, catalogue, name)
    return count(con, AFFECTED)


def _of_changes(changes: Changes, catalogue: Catalogue, name: str) -> list[str]:
    """Entities whose row or links changed, and those of changed records and of joined rows."""
    table, parts = catalogue.tables[name], []
    key = quoted(table.key)
    if changes.keys(f"stored.{name}", [table.key], "changed_entity"):
        parts.append(f"SELECT {key} AS entity_id FROM changed_entity")
    if table.identity is not None and changes.keys(identity_tables(name, table).link, [table.key], "changed_link"):
        parts.append(f"SELECT {key} AS entity_id FROM changed_link")
    return parts + _of_records(changes, catalogue, name) + _of_joined(changes, catalogue, name)


def _of_records(changes: Changes, catalogue: Catalogue, name: str) -> list[str]:
    """Entities of records that changed, where the library's row may have stayed as it was."""
    table = catalogue.tables[name]
    if table.identity is None:
        return []
    changed = {}
    for number, source in enumerate({source.table: source for source in read_sources(catalogue, name)}.values()):
        into = f"changed_record_{number}"
        if changes.keys(source.table, ["record_key"], into):
            changed[into] = source
    if not changed:
        return []
    records = " UNION ALL ".join(
        f"SELECT {text(source.department)} AS department, {text(source.short_name)} AS dataset, record_key FROM {into}"
        for into, source in changed.items()
    )
    return [
        f"""SELECT {quoted(table.key)} AS entity_id FROM {identity_tables(name, table).link}
        SEMI JOIN ({records}) USING (department, dataset, record_key)"""
    ]


def _of_joined(changes: Changes, catalogue: Catalogue, name: str) -> list[str]:
    """Entities joined with a row of another library table that changed."""
    parts = []
    changed = {}
    for number, other in enumerate(joined_tables(catalogue, name)):
        into = f"changed_joined_{number}"
        if changes.keys(f"stored.{other}", [catalogue.tables[other].key], into):
            changed[other] = into
    for kind in catalogue.crosschecks[name].kinds.values():
        for other in READS.get(kind.query or "", ()):
            if other in changed:
                parts.append(NEIGHBOURS[kind.query or ""](Finding(catalogue, name, kind), changed[other]))
        for other, condition in kind.joined.items():
            if other in changed:
                parts += _joined_entities(catalogue, name, kind.sources, other, condition, changed[other])
    return parts


def _joined_entities(
    catalogue: Catalogue, name: str, listed: list[str], other: str, condition: str, changed: str
) -> list[str]:
    key = quoted(catalogue.tables[other].key)
    rows = f"(FROM stored.{other} SEMI JOIN {changed} USING ({key})) AS {other}"
    if not listed:
        return [
            f"SELECT entity.entity_id FROM {entities(catalogue, name, only=False)} AS entity JOIN {rows} ON {condition}"
        ]
    return [
        f"SELECT record.entity_id FROM {linked_records(catalogue, name, source, only=False)} AS record JOIN {rows} ON {condition}"
        for source in chosen(catalogue, name, listed)
    ]


def _add_neighbours(changes: Changes, catalogue: Catalogue, name: str) -> None:
    """Entities that share with an affected one what a query of several entities looks at."""
    for kind in catalogue.crosschecks[name].kinds.values():
        if kind.query in NEIGHBOURS and kind.query not in READS:
            finding = Finding(catalogue, name, kind)
            if kind.query in PREPARED:
                PREPARED[kind.query](changes.con, finding)
            near = NEIGHBOURS[kind.query](finding, AFFECTED)
            changes.con.execute(f"CREATE OR REPLACE TEMP TABLE near_entity AS SELECT DISTINCT entity_id FROM ({near})")
            changes.con.execute(f"INSERT INTO {AFFECTED} FROM near_entity ANTI JOIN {AFFECTED} USING (entity_id)")
