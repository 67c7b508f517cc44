"""The query that makes a theme's rows for the entities in the temporary table `affected_row`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import LibraryTable
from foundation.catalogue.themes import Theme, ThemeItem, ThemeSource
from foundation.sql import listed, quoted
from foundation.themes.names import on_day, values_of, words_of
from foundation.themes.records import SourceRecords, nearby

AFFECTED, LINKED = "affected_row", "affected_link"
DUE = "due_on"
HIDDEN = (DUE, "row_hash")
FOREVER = "DATE '9999-12-31'"


def table_of(name: str) -> str:
    """The lake table that a theme's rows are stored in; readers see `theme.<name>`."""
    return f"stored.theme_{name}"


@dataclass(frozen=True)
class ThemeQuery:
    """A theme by its name in the catalogue, for a business date.

    `everything`: its rows are made of all there is, so that nothing has to be sought out.
    """

    catalogue: Catalogue
    name: str
    on: date
    everything: bool = True

    @property
    def theme(self) -> Theme:
        return self.catalogue.themes[self.name]

    @property
    def grain(self) -> LibraryTable:
        return self.catalogue.tables[self.theme.grain]

    @property
    def key(self) -> str:
        return self.grain.key

    def records(self, source: str) -> SourceRecords:
        return SourceRecords(self.catalogue, self.theme, source)

    def gather(self, con: duckdb.DuckDBPyConnection) -> None:
        """Read the links of the affected rows once, for all sources."""
        sources = [self.records(name) for name in self._sources(is_near=False)]
        links = {one.link.link for one in sources if one.link and one.row_place[0] == "link"}
        assert len(links) <= 1, "records that are linked to a theme's rows are linked to entities of its grain"
        for link in links if not self.everything else ():
            con.execute(
                f"""CREATE TEMP TABLE {LINKED} AS SELECT {quoted(self.key)}, department, dataset, role, record_key
                FROM {link} WHERE {quoted(self.key)} IN (SELECT {quoted(self.key)} FROM {AFFECTED})"""
            )

    def sql(self) -> str:
        """Key, items in their order, and `due_on`: the day after which the row has to be looked at again."""
        theme, key = self.theme, quoted(self.key)
        shown = listed(dict.fromkeys([self.key, *theme.base, *theme.items]))
        derived = "".join(
            f", ({self._of(one.value)}) AS {quoted(name)}" for name, one in theme.items.items() if one.source is None
        )
        rows = f"SELECT plain.*{self._near_columns()} FROM plain {self._near_joins()}"
        return f"""WITH plain AS MATERIALIZED ({self._plain()}), whole AS (SELECT *{derived} FROM ({rows}))
            SELECT {shown}, {self._due()} AS {DUE}, hash({shown}, {DUE}) AS row_hash
            FROM whole WHERE ({self._of(theme.rows or "true")}) AND {key} IS NOT NULL"""

    def _of(self, expression: str) -> str:
        return on_day(expression, self.on)

    def _plain(self) -> str:
        """Library items, and what comes from records that name the row's entity."""
        base = [f"grain.{quoted(column)}" for column in dict.fromkeys([self.key, *self.theme.base])]
        columns, joins = list(base), []
        for name, source in self._sources(is_near=False).items():
            values = self._aggregates(name, source)
            records = self.records(name)
            linked = LINKED if not self.everything and records.row_place[0] == "link" else None
            grouped = records.grouped(values, AFFECTED, self.key, self.on, linked)
            joins.append(f"LEFT JOIN ({grouped}) AS {quoted(name)} USING ({quoted(self.key)})")
            columns += self._columns(name, source)
        affected = f"(FROM stored.{self.theme.grain} SEMI JOIN {AFFECTED} USING ({quoted(self.key)}))"
        rows = f"SELECT {', '.join(columns)} FROM {affected} AS grain {' '.join(joins)}"
        return f"SELECT * FROM ({rows}) WHERE {self._of(self._early())}"

    def _early(self) -> str:
        """The condition on rows where it needs nothing that is derived or near: distances are measured for few rows then."""
        theme, near = self.theme, self._sources(is_near=True)
        late = {name for name, item in theme.items.items() if item.source is None or item.source in near}
        return theme.rows if theme.rows and not words_of(theme.rows) & late else "true"

    def _near_joins(self) -> str:
        joins = []
        for name, source in self._sources(is_near=True).items():
            values = self._aggregates(name, source)
            grouped = nearby(self.records(name), values, "plain", self.key, self.on)
            joins.append(f"LEFT JOIN ({grouped}) AS {quoted(name)} USING ({quoted(self.key)})")
        return " ".join(joins)

    def _near_columns(self) -> str:
        near = self._sources(is_near=True)
        return "".join(f", {column}" for name, source in near.items() for column in self._columns(name, source))

    def _sources(self, *, is_near: bool) -> dict[str, ThemeSource]:
        return {name: one for name, one in self.theme.sources.items() if (one.near is not None) == is_near}

    def _aggregates(self, name: str, source: ThemeSource) -> dict[str, str]:
        """What a source's records are grouped to: its items, and the next day on which something of it changes."""
        values = values_of(self.theme, name)
        days = [f"min({until}) FILTER (({until}) >= business_date)" for until in source.until]
        return values | ({_due_column(name): f"least({', '.join(days)})"} if days else {})

    def _columns(self, name: str, source: ThemeSource) -> list[str]:
        columns = [self._column(name, item, one) for item, one in self.theme.items.items() if one.source == name]
        due = [f"{quoted(name)}.{quoted(_due_column(name))}"] if source.until else []
        return columns + due

    def _column(self, source: str, name: str, item: ThemeItem) -> str:
        """A count over no records is 0, not unknown."""
        column = f"{quoted(source)}.{quoted(name)}"
        return f"coalesce({column}, 0) AS {quoted(name)}" if re.match(r"\s*count\b", item.value) else column

    def _due(self) -> str:
        days = [quoted(_due_column(name)) for name, source in self.theme.sources.items() if source.until]
        days += [
            f"CASE WHEN ({self._of(until)}) >= {self._of('business_date')} THEN ({self._of(until)}) END"
            for until in self.theme.until
        ]
        return f"coalesce(least({', '.join(days)}), {FOREVER})::DATE" if days else FOREVER


def _due_column(source: str) -> str:
    return f"due_on_{source}"
