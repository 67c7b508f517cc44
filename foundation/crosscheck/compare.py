"""Item by item, what each other record says against the library's value: `compared`, and the differences in `found`.

One outcome string per record: for each compared item a letter for the authority's dataset and a sign for the outcome,
so that a record takes one short text however many items it shares with the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.crosscheck import Comparison
from foundation.catalogue.sources import Source, sources_of
from foundation.crosscheck.comparators import DIFFERENT, EQUAL, ITSELF, Sides, outcome
from foundation.crosscheck.origins import Origins
from foundation.crosscheck.records import entities, linked_records
from foundation.crosscheck.tables import FOUND_COLUMNS
from foundation.sql import quoted, text, texts

VALUE_KIND = "different"
DIVISIONS = "known_divisions"
AUTHORITY = "authority_value"
BESIDE = ("former_name", "sex_code")  # what comparators look at beside the compared item
COMPARED, FOUND = "compared", "found"

COMPARED_COLUMNS = (
    "entity_id VARCHAR, dataset VARCHAR, role VARCHAR, record_key VARCHAR, outcomes VARCHAR, others VARCHAR[]"
)


@dataclass(frozen=True)
class Comparer:
    """Compares the affected entities of one library table."""

    catalogue: Catalogue
    name: str
    only: bool = True  # the affected entities only, not all

    @cached_property
    def origins(self) -> Origins:
        return Origins(self.catalogue, self.name)

    @cached_property
    def items(self) -> list[tuple[str, Comparison]]:
        check = self.catalogue.crosschecks[self.name]
        return list(check.items.items())

    @cached_property
    def datasets(self) -> list[str]:
        """The datasets that may be an authority, in the order of their letters."""
        return list(dict.fromkeys(source.dataset for source in sources_of(self.catalogue, self._table)))

    @cached_property
    def sources(self) -> list[Source]:
        """Sources that carry a compared item."""
        carrying = sources_of(self.catalogue, self._table)
        return [source for source in carrying if any(self._compares(source, item) for item, _ in self.items)]

    @property
    def _table(self):  # type: ignore[no-untyped-def]
        return self.catalogue.tables[self.name]

    def _compares(self, source: Source, item: str) -> bool:
        without = dict(self.items)[item].without
        return (
            source.carries(item) and source.dataset not in without and f"{source.dataset}#{source.role}" not in without
        )

    @property
    def statements(self) -> list[str]:
        """The SQL that reads the library's rows."""
        return [self._authorities(), self._differences()]

    def run(self, con: duckdb.DuckDBPyConnection) -> int:
        """Fill `compared` and add the differences to `found`; the number of values compared."""
        self._know_divisions(con)
        con.execute(f"CREATE TEMP TABLE {COMPARED} ({COMPARED_COLUMNS})")
        con.execute(f"CREATE TEMP TABLE {AUTHORITY} AS {self._authorities()}")
        for source in self.sources:
            con.execute(f"INSERT INTO {COMPARED} {self._outcomes(source)}")
        con.execute(f"INSERT INTO {FOUND} BY NAME {self._differences()}")
        _mark_majorities(con, self)
        values = con.execute(
            f"""SELECT sum(n * length(regexp_replace(outcomes, '[^=~!?]', '', 'g')))
            FROM (SELECT outcomes, count(*) AS n FROM {COMPARED} GROUP BY outcomes)"""
        ).fetchone()
        return int(values[0] or 0) if values else 0

    def _know_divisions(self, con: duckdb.DuckDBPyConnection) -> None:
        """The divisions of GB/T 2260 in force; those that registrars made for themselves, and split ones, are left out."""
        divisions = self.catalogue.codes["GB/T 2260"]
        codes = [
            code for code in divisions.names if divisions.kinds.get(code) != "zone" and code not in divisions.successors
        ]
        con.execute(f"SET VARIABLE {DIVISIONS} = [{texts(codes)}]")

    def _outcomes(self, source: Source) -> str:
        """SQL: the outcomes of each record of a source; its values where any of them differs."""
        signs = []
        for item, comparison in self.items:
            if not self._compares(source, item):
                signs.append("'@.'")
                continue
            itself = self.origins.is_from(item, "entity", source, "record.record_key")
            columns = (f"entity.{quoted(item)}", f"record.{quoted(item)}")
            compared = outcome(*columns, comparison, self._sides(source), self._rewritten(source, item))
            signs.append(f"entity.{_letter(item)}, CASE WHEN {itself} THEN '{ITSELF}' ELSE {compared} END")
        others = [
            f"record.{quoted(item)}::VARCHAR" if self._compares(source, item) else "NULL" for item, _ in self.items
        ]
        return f"""SELECT entity_id, {text(source.dataset)}, {text(source.role)}, record.record_key,
                concat({", ".join(signs)}) AS outcomes,
                CASE WHEN contains(outcomes, '{DIFFERENT}') THEN [{", ".join(others)}] END
            FROM {linked_records(self.catalogue, self.name, source, self.only)} AS record
            JOIN {AUTHORITY} AS entity USING (entity_id) WHERE NOT ({self._is_all_itself(source)})"""

    def _differences(self) -> str:
        """SQL: each value that differs, with the authority's side; that is written out for the entities concerned only."""
        sides = [
            f"""{{'item': {text(item)}, 'severity': {text(comparison.severity.value)},
            'authority_dataset': {self.origins.dataset(item, "entity")},
            'authority_record_key': {self.origins.record_key(item, "entity")},
            'authority_value': {quoted(item)}::VARCHAR}}"""
            for item, comparison in self.items
        ]
        if not sides:
            return f"FROM {FOUND} LIMIT 0"
        return f"""WITH differing AS (FROM {COMPARED} WHERE others IS NOT NULL),
            side AS (SELECT entity_id, [{", ".join(sides)}] AS sides
                FROM {entities(self.catalogue, self.name, self.only)} AS entity SEMI JOIN differing USING (entity_id))
            SELECT entity_id, {text(VALUE_KIND)} AS kind, dataset AS other_dataset, record_key AS other_record_key,
                role AS other_role, others[place] AS other_value, unnest(sides[place]), false AS is_for_authority,
                false AS is_majority_against_authority
            FROM (SELECT *, unnest(range(1, {len(sides) + 1})) AS place FROM differing) JOIN side USING (entity_id)
            WHERE outcomes[2 * place] = '{DIFFERENT}'"""

    def _is_all_itself(self, source: Source) -> str:
        """SQL: whether the library's row takes all that a record says from this very record: nothing to compare."""
        same = [
            f"""(coalesce({self.origins.is_from(item, "entity", source, "record.record_key")}, false)
            OR (entity.{quoted(item)} IS NULL AND record.{quoted(item)} IS NULL))"""
            for item, _ in self.items
            if self._compares(source, item)
        ]
        return " AND ".join(same)

    def _authorities(self) -> str:
        """The affected entities once, for all sources: each compared item with its letter, and where it came from."""
        items = [item for item, _ in self.items]
        beside = [name for name in BESIDE if name in self._table.items and name not in items]
        columns = ["entity_id", *(f"entity.{quoted(item)}" for item in [*items, *beside])]
        columns += [f"{self.origins.letter(item, 'entity', self.datasets)} AS {_letter(item)}" for item in items]
        columns += self.origins.columns(items, "entity")
        return f"SELECT {', '.join(columns)} FROM {entities(self.catalogue, self.name, self.only)} AS entity"

    def _sides(self, source: Source) -> Sides:
        return Sides(self._table.items, source.columns, f"getvariable({text(DIVISIONS)})")

    def _rewritten(self, source: Source, item: str) -> str:
        own = {
            column.item_name
            for column in self.catalogue.conformed_columns(source.dataset)
            if column.column.item == column.item_name
        }
        is_column = source.columns[item].startswith('"')
        return f"coalesce(record.{quoted(item + '_is_rewritten')}, false)" if item in own and is_column else "false"


def _letter(item: str) -> str:
    return quoted(f"{item}__letter")


def make_found(con: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in FOUND_COLUMNS.items())
    con.execute(f"CREATE TEMP TABLE {FOUND} ({columns})")


def _mark_majorities(con: duckdb.DuckDBPyConnection, comparer: Comparer) -> None:
    """Where several departments agree with each other against the authority, it is asked first (art. 18); its value stands.

    Several are two or more other departments, and more than those that agree with the authority.
    """
    places = " ".join(f"WHEN {text(item)} THEN {2 * place + 2}" for place, (item, _) in enumerate(comparer.items))
    department = "split_part(dataset, '/', 1)"
    con.execute(
        f"""CREATE TEMP TABLE contested AS SELECT entity_id, item, other_value,
            split_part(any_value(authority_dataset), '/', 1) AS authority,
            count(DISTINCT split_part(other_dataset, '/', 1)) FILTER (split_part(other_dataset, '/', 1)
                <> split_part(authority_dataset, '/', 1)) AS against
        FROM {FOUND} WHERE kind = {text(VALUE_KIND)} GROUP BY ALL HAVING against >= 2"""
    )
    con.execute(
        f"""CREATE TEMP TABLE outvoted AS SELECT DISTINCT entity_id, item FROM (
            SELECT entity_id, item, against, count(DISTINCT {department})
                FILTER ({department} <> authority AND outcomes[CASE item {places} END] IN ('{EQUAL}', '~')) AS agreeing
            FROM contested JOIN {COMPARED} USING (entity_id) GROUP BY ALL) WHERE against > agreeing"""
        if comparer.items
        else "CREATE TEMP TABLE outvoted (entity_id VARCHAR, item VARCHAR)"
    )
    con.execute(
        f"""UPDATE {FOUND} SET is_for_authority = true, is_majority_against_authority = true FROM outvoted
        WHERE {FOUND}.entity_id = outvoted.entity_id AND {FOUND}.item = outvoted.item AND kind = {text(VALUE_KIND)}"""
    )
