"""One row per entity: each item from its authority, with the record and delivery that it came from."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import LibraryTable, Reference
from foundation.catalogue.sources import Source, sources_of
from foundation.library.choice import Candidate, Chooser
from foundation.linkage.tables import identity_tables
from foundation.sql import quoted, text, texts

AFFECTED = "affected_entity"


@dataclass(frozen=True)
class Consolidation:
    """The query that makes a library table's rows for the entities in the temporary table `affected_entity`."""

    catalogue: Catalogue
    name: str
    table: LibraryTable

    @property
    def sources(self) -> list[Source]:
        return [source for source in sources_of(self.catalogue, self.table) if self._needed(source)]

    def _needed(self, source: Source) -> list[str]:
        """The items that the table may take from a source."""
        candidate = Candidate("", source)
        needed = []
        for name, item in self.table.items.items():
            if any(candidate.serves(listed) for listed in self._listed(item.authority)):
                needed.append(item.from_item or name)
        return [item for item in dict.fromkeys(needed) if source.carries(item)]

    def _listed(self, authority: list[str] | str | None) -> list[str]:
        if authority is None or isinstance(authority, list):
            return authority or []
        by_code = self.table.authorities[authority]
        return [source for order in by_code.orders.values() for source in order] + by_code.otherwise

    def sql(self) -> str:
        """The rows without row hash and time of change: key, items, sources."""
        candidates = [Candidate(f"s{number}", source) for number, source in enumerate(self.sources)]
        chooser = Chooser(self.table, candidates)
        key = quoted(self.table.key)
        chosen = {name: chooser.value(name, item) for name, item in self.table.items.items() if item.authority}
        chosen.pop(self.table.key, None)
        columns = [f"entity.{key}"] + [f"{value} AS {quoted(name)}" for name, value in chosen.items()]
        columns += self._identity_columns(chooser)
        origins = [f"{text(name)}: {chooser.origin(name, self.table.items[name])}" for name in chosen]
        columns.append(f"{{{', '.join(origins)}}} AS sources")
        joins = [f"LEFT JOIN ({self._records(one)}) AS {one.alias} USING ({key})" for one in candidates]
        rows = f"SELECT {', '.join(columns)} FROM ({self._entities()}) AS entity {' '.join(joins)}"
        return self._with_references(self._with_derived(rows))

    def _identity_columns(self, chooser: Chooser) -> list[str]:
        if self.table.identity is None:
            return []
        name = self.table.identity.identifier
        item = self.table.items[name]
        return [
            f"{chooser.is_registered(name, item)} AS is_registered",
            f"{chooser.identifier_is_valid(name, item)} AS identifier_is_valid",
        ]

    def _entities(self) -> str:
        """The affected entities that still have a record."""
        key = quoted(self.table.key)
        if self.table.identity is not None:
            link = identity_tables(self.name, self.table).link
            return f"SELECT DISTINCT {key} FROM {link} SEMI JOIN {AFFECTED} USING ({key})"
        records = " UNION ".join(
            f"SELECT {source.sql(self.table.key)} AS {key} FROM {source.table}" for source in self.sources
        )
        return f"SELECT {key} FROM ({records}) SEMI JOIN {AFFECTED} USING ({key})"

    def _records(self, one: Candidate) -> str:
        """One record per entity from a source: the one that was true last, ties by record key."""
        source, key = one.source, quoted(self.table.key)
        items = [f"{source.sql(item)} AS {quoted(item)}" for item in self._needed(source) if item != self.table.key]
        listed = ", ".join(
            ["record_key", "delivery_id", "corrections", "updated_at AS as_of", *items, *self._validity(source)]
        )
        if self.table.identity is None:
            records = f"SELECT {source.sql(self.table.key)} AS {key}, {listed} FROM {source.table}"
        else:
            link = identity_tables(self.name, self.table).link
            linked = (
                f"SELECT {key}, record_key, method FROM {link} WHERE department = {text(source.department)} "
                f"AND dataset = {text(source.short_name)} AND role = {text(source.role)}"
            )
            records = f"SELECT {key}, {listed} FROM {source.table} JOIN ({linked}) USING (record_key)"
            records = self._without_disputed(source, records)
        return (
            f"FROM ({records}) SEMI JOIN {AFFECTED} USING ({key}) "
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY as_of DESC, record_key) = 1"
        )

    def _validity(self, source: Source) -> list[str]:
        identity = self.table.identity
        if identity is None or not source.carries(identity.identifier):
            return []
        valid = source.sql(identity.identifier)[:-1] + '_is_valid"'
        return [f"{valid} AND method <> 'new' AS identifier_is_valid", f"{valid} AND method = 'new' AS is_disputed"]

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
        return f"SELECT referring.*, {', '.join(columns)} FROM ({rows}) AS referring {' '.join(joins)}"

    def _reference(self, alias: str, reference: Reference) -> str:
        """The referred entity: the one with that identifier; of several the one that its authority holds, else none."""
        key = quoted(self.catalogue.tables[reference.table].key)
        here, there = next(iter(reference.matching.items()))
        entities = f"""SELECT {quoted(there)} AS identifier, CASE WHEN count(*) = 1 THEN any_value({key})
            WHEN count(*) FILTER (is_registered) = 1 THEN any_value({key}) FILTER (is_registered) END AS entity
            FROM library.{reference.table} WHERE identifier_is_valid GROUP BY ALL"""
        conditions = [f"{alias}.identifier = referring.{quoted(here)}"]
        conditions += [f"referring.{quoted(item)} IN ({texts(values)})" for item, values in reference.when.items()]
        return f"LEFT JOIN ({entities}) AS {alias} ON {' AND '.join(conditions)}"
