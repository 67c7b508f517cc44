"""One row per entity: each item from its authority, with the record and delivery that it came from."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import LibraryItem, LibraryTable, Reference
from foundation.catalogue.sources import Source, sources_of
from foundation.library.choice import Candidate, Chooser
from foundation.linkage.tables import identity_tables
from foundation.sql import quoted, text, texts

AFFECTED, LINKED = "affected_entity", "affected_link"
RECORD_PARTS = ("record_key", "delivery_id", "as_of", "corrections")


def origin_column(item: str) -> str:
    """The stored column that says which source an item's value came from."""
    return quoted(f"origin_{item}")


def record_column(source: Source, part: str) -> str:
    """The stored column with a part of what is known of a source's record: its key, its delivery, when it was true."""
    return quoted(f"{source.name}__{part}")


@dataclass(frozen=True)
class Consolidation:
    """The query that makes a library table's rows for the entities in the temporary table `affected_entity`.

    `everything`: these are all that have a record, so that nothing has to be sought out.
    """

    catalogue: Catalogue
    name: str
    table: LibraryTable
    everything: bool = False

    @property
    def sources(self) -> list[Source]:
        return [source for source in sources_of(self.catalogue, self.table) if self._needed(source)]

    def _needed(self, source: Source) -> list[str]:
        """The items that the table may take from a source."""
        candidate = Candidate("", source)
        needed = []
        for name, item in self.table.items.items():
            if any(candidate.serves(listed) for listed in self.table.authorities_of(name)):
                needed.append(item.from_item or name)
        return [item for item in dict.fromkeys(needed) if source.carries(item)]

    def sql(self) -> str:
        """The rows without row hash and time of change: key, items, their origins, the records of each source."""
        candidates = [Candidate(f"s{number}", source) for number, source in enumerate(self.sources)]
        chooser = Chooser(self.table, candidates)
        key = quoted(self.table.key)
        chosen = self.chosen_items
        columns = [f"entity.{key}"] + [
            f"{chooser.value(name, item)} AS {quoted(name)}" for name, item in chosen.items()
        ]
        columns += self._identity_columns(chooser)
        columns += [f"{chooser.origin(name, item)}::UINTEGER AS {origin_column(name)}" for name, item in chosen.items()]
        columns += [
            f"{one.alias}.{part} AS {record_column(one.source, part)}" for one in candidates for part in RECORD_PARTS
        ]
        joins = [f"LEFT JOIN ({self._records(one)}) AS {one.alias} USING ({key})" for one in candidates]
        rows = f"SELECT {', '.join(columns)} FROM ({self._entities()}) AS entity {' '.join(joins)}"
        return self._with_references(self._with_derived(rows))

    @property
    def chosen_items(self) -> dict[str, LibraryItem]:
        """The items whose value is taken from a source; the key itself is not."""
        return {name: item for name, item in self.table.items.items() if item.authority and name != self.table.key}

    def _identity_columns(self, chooser: Chooser) -> list[str]:
        if self.table.identity is None:
            return []
        name = self.table.identity.identifier
        item = self.table.items[name]
        return [
            f"{chooser.is_registered(item)} AS is_registered",
            f"{chooser.identifier_is_valid(name, item)} AS identifier_is_valid",
        ]

    def keys_sql(self) -> str:
        """The keys of all entities that have a record, once for each record."""
        key = quoted(self.table.key)
        if self.table.identity is not None:
            return f"SELECT {key} FROM {identity_tables(self.name, self.table).link}"
        return " UNION ALL ".join(
            f"SELECT {source.sql(self.table.key)} AS {key} FROM {source.table}" for source in self.sources
        )

    def gather(self, con: duckdb.DuckDBPyConnection) -> None:
        """Read the affected entities' links once, for all sources."""
        if self.table.identity is not None and not self.everything:
            key = quoted(self.table.key)
            con.execute(
                f"""CREATE TEMP TABLE {LINKED} AS SELECT {key}, department, dataset, role, record_key, method
                FROM {identity_tables(self.name, self.table).link} WHERE {key} IN (SELECT {key} FROM {AFFECTED})"""
            )

    def _entities(self) -> str:
        """The affected entities that still have a record."""
        key = quoted(self.table.key)
        if self.everything:
            return f"SELECT {key} FROM {AFFECTED}"
        if self.table.identity is not None:
            return f"SELECT DISTINCT {key} FROM {LINKED}"
        return f"SELECT DISTINCT {key} FROM ({self.keys_sql()}) SEMI JOIN {AFFECTED} USING ({key})"

    def _records(self, one: Candidate) -> str:
        """One record per entity from a source: the one that was true last, ties by record key.

        Which that is has to be looked up only for entities with several.
        """
        source, key = one.source, quoted(self.table.key)
        items = [f"{source.sql(item)} AS {quoted(item)}" for item in self._needed(source) if item != self.table.key]
        parts = ["updated_at AS as_of" if part == "as_of" else part for part in RECORD_PARTS]
        listed = ", ".join([f"one.{key}", *parts, *items, *self._validity(source)])
        records = (
            f"WITH linked AS MATERIALIZED ({self._linked(source)}), "
            f"several AS MATERIALIZED (SELECT {key} FROM linked GROUP BY {key} HAVING count(*) > 1), "
            f"one AS (FROM linked ANTI JOIN several USING ({key}) UNION ALL "
            f"SELECT linked.* FROM (FROM linked SEMI JOIN several USING ({key})) AS linked "
            f"JOIN (SELECT record_key, updated_at FROM {source.table}) AS record USING (record_key) "
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY updated_at DESC, record_key) = 1) "
            f"SELECT {listed} FROM {source.table} JOIN one USING (record_key)"
        )
        return self._without_disputed(source, records)

    def _linked(self, source: Source) -> str:
        """The affected entities' records in a source: key, record key, and how it was linked."""
        key = quoted(self.table.key)
        if self.table.identity is None:
            own = source.sql(self.table.key)
            sought = f"{own} IS NOT NULL" if self.everything else f"{own} IN (SELECT {key} FROM {AFFECTED})"
            return f"SELECT {own} AS {key}, record_key FROM {source.table} WHERE {sought}"
        link = identity_tables(self.name, self.table).link if self.everything else LINKED
        return (
            f"SELECT {key}, record_key, method FROM {link} WHERE department = {text(source.department)} "
            f"AND dataset = {text(source.short_name)} AND role = {text(source.role)}"
        )

    def _validity(self, source: Source) -> list[str]:
        identity = self.table.identity
        if identity is None or not source.carries(identity.identifier):
            return []
        valid = source.sql(identity.identifier)[:-1] + '_is_valid"'
        return [
            f"{valid} AND method = 'identifier' AS identifier_is_valid",
            f"{valid} AND method <> 'identifier' AS is_disputed",
        ]

    def _without_disputed(self, source: Source, records: str) -> str:
        """A valid identifier of a record that contradicts its other holders is not taken: it is somebody else's."""
        identity = self.table.identity
        if identity is None or identity.identifier not in self._needed(source):
            return records
        column = quoted(identity.identifier)
        return f"SELECT * REPLACE (CASE WHEN NOT is_disputed THEN {column} END AS {column}) FROM ({records})"

    def _with_derived(self, rows: str) -> str:
        derived = {name: item.derived for name, item in self.table.items.items() if item.derived}
        if not derived:
            return rows
        columns = ", ".join(f"({expression}) AS {quoted(name)}" for name, expression in derived.items())
        return f"SELECT *, {columns} FROM ({rows})"

    def _with_references(self, rows: str) -> str:
        references = {name: item.refers_to for name, item in self.table.items.items() if item.refers_to}
        if not references:
            return rows
        joins, columns = [], []
        for number, (name, reference) in enumerate(references.items()):
            joins.append(self._reference(f"r{number}", reference))
            columns.append(f"r{number}.entity AS {quoted(name)}")
        joined = f"SELECT referring.*, {', '.join(columns)} FROM referring {' '.join(joins)}"
        return f"WITH referring AS {'' if self.everything else 'MATERIALIZED '}({rows}) {joined}"

    def _reference(self, alias: str, reference: Reference) -> str:
        """The referred entity: the one with that identifier; of several the one that its authority holds, else none."""
        key = quoted(self.catalogue.tables[reference.table].key)
        here, there = next(iter(reference.matching.items()))
        sought = f"referring.{quoted(here)}"
        if reference.when:
            conditions = [f"referring.{quoted(item)} IN ({texts(values)})" for item, values in reference.when.items()]
            sought = f"CASE WHEN {' AND '.join(conditions)} THEN {sought} END"
        narrowed = "" if self.everything else f"AND {quoted(there)} IN (SELECT {sought} FROM referring)"
        entities = f"""SELECT {quoted(there)} AS identifier, CASE WHEN count(*) = 1 THEN any_value({key})
            WHEN count(*) FILTER (is_registered) = 1 THEN any_value({key}) FILTER (is_registered) END AS entity
            FROM stored.{reference.table} WHERE identifier_is_valid {narrowed} GROUP BY ALL"""
        return f"LEFT JOIN ({entities}) AS {alias} ON {alias}.identifier = {sought}"
