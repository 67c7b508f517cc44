"""Which rows of a theme a night's changes concern: cost follows the change, not the stock."""

from __future__ import annotations

from collections.abc import Iterator

from foundation.catalogue.catalogue import split_name
from foundation.changes import Changes
from foundation.linkage.tables import RECORD_KEY
from foundation.sql import count, listed, quoted, text
from foundation.themes.names import dataset_of
from foundation.themes.query import AFFECTED, DUE, ThemeQuery, table_of
from foundation.themes.records import SourceRecords, spots_near


def consumed_tables(query: ThemeQuery) -> list[str]:
    """The lake tables that a theme is made from."""
    tables = [f"stored.{query.theme.grain}"]
    for name in query.theme.sources:
        tables += query.records(name).tables
    return list(dict.fromkeys(tables))


def libraries_under(query: ThemeQuery) -> list[str]:
    """The library tables among them: its grain, library rows and places that its sources use."""
    return [table.removeprefix("stored.") for table in consumed_tables(query) if table.startswith("stored.")]


def is_whole(changes: Changes, query: ThemeQuery) -> bool:
    """Whether all rows are made anew, for a source was never read before."""
    return any(changes.is_first(table) for table in consumed_tables(query))


def find_affected(changes: Changes, query: ThemeQuery) -> int:
    """Fill the temporary table of the keys of rows to be made anew; their number.

    A source that was never read concerns every row. Where it was, the feed gives old and new values, so a row is found
    that a record leaves as well as one that it joins.
    """
    con, key, grain = changes.con, quoted(query.key), f"stored.{query.theme.grain}"
    if is_whole(changes, query):
        for table in consumed_tables(query):
            changes.whole(table)
        parts = [f"SELECT {key} FROM {grain}", f"SELECT {key} FROM {table_of(query.name)}"]
    else:
        changed = Changed(changes, query)
        parts = [f"FROM {part}" for part in changed.part(grain, [query.key])]
        for name in query.theme.sources:
            parts += changed.rows_of(query.records(name))
        parts += changed.linked()
        parts.append(f"SELECT {key} FROM {table_of(query.name)} WHERE {DUE} < DATE {text(str(query.on))}")
    con.execute(
        f"CREATE TEMP TABLE {AFFECTED} AS SELECT DISTINCT {key} FROM ({' UNION ALL '.join(parts)}) WHERE {key} IS NOT NULL"
    )
    return count(con, AFFECTED)


class Changed:
    """The changed keys of a theme's sources, each asked for once; queries that rest on no change are left out."""

    def __init__(self, changes: Changes, query: ThemeQuery) -> None:
        self.changes = changes
        self.query = query
        self._known: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        self._linked: dict[str, set[str]] = {}  # links -> queries for changed records that these tell the rows of

    def part(self, source: str, columns: list[str]) -> list[str]:
        """The temporary table of the columns' values among changed rows, old and new; nothing where none changed."""
        asked = (source, tuple(columns))
        if asked not in self._known:
            name = f"changed_part_{len(self._known)}"
            self._known[asked] = [name] if self.changes.keys(source, columns, name) else []
        return self._known[asked]

    def rows_of(self, records: SourceRecords) -> Iterator[str]:
        """Queries for the keys of rows that a source's changes concern."""
        if records.source.near is not None:
            yield from self._near(records)
            return
        key = quoted(self.query.key)
        prefix, column = records.row_place
        link = records.link.link if records.link else ""
        table = {"record": records.table, "link": link, "entity": f"stored.{records.subject}"}[prefix]
        for part in self.part(table, [column]):
            yield f"SELECT {quoted(column)} AS {key} FROM {part}"
        yield from self._through_records(records)
        yield from self._through_places(records)

    def _through_records(self, records: SourceRecords) -> Iterator[str]:
        """Rows of records that changed, or whose entity changed or came to be another.

        Where a record's link names the row, the changed links and entities are rows themselves and known already.
        """
        select, prefix = f"SELECT {records.row_key} AS {quoted(self.query.key)} FROM", records.row_place[0]
        if not records.source.library and prefix != "record":
            for part in self.part(records.table, ["record_key"]):
                if records.link and prefix == "link":
                    dataset, role = dataset_of(records.source)
                    department, short_name = split_name(dataset)
                    self._linked.setdefault(records.link.link, set()).add(
                        f"SELECT {text(department)} AS department, {text(short_name)} AS dataset, record_key, "
                        f"{text(role)} AS role FROM {part}"
                    )
                    continue
                changed = f"record_key IN (FROM {part})"
                yield f"{select} {records.from_sql(record=changed, link=changed, place=False)}"
        if prefix == "link":
            return
        if records.link:
            for part in self.part(records.link.link, [records.link.key]):
                changed = f"{quoted(records.link.key)} IN (FROM {part})"
                yield f"{select} {records.from_sql(link=changed, place=False)}"
        if records.uses_entity:
            key = self.query.catalogue.tables[records.subject].key
            for part in self.part(f"stored.{records.subject}", [key]):
                changed = f"{quoted(key)} IN (FROM {part})"
                yield f"{select} {records.from_sql(link=changed if records.link else '', entity=changed, place=False)}"

    def linked(self) -> Iterator[str]:
        """Rows that changed records of any source are linked to, found in one pass over the links."""
        for link, changed in self._linked.items():
            records = " UNION ALL ".join(sorted(changed))
            yield f"SELECT {quoted(self.query.key)} FROM {link} SEMI JOIN ({records}) USING ({listed(RECORD_KEY)})"

    def _through_places(self, records: SourceRecords) -> Iterator[str]:
        """Rows of records whose place changed."""
        if records.source.place is None:
            return
        key = self.query.catalogue.tables[records.place_table].key
        select = f"SELECT {records.row_key} AS {quoted(self.query.key)} FROM {records.from_sql(place=False)}"
        for part in self.part(f"stored.{records.place_table}", [key]):
            yield f"{select} SEMI JOIN {part} AS part ON part.{quoted(key)} = {records.source.place}"

    def _near(self, records: SourceRecords) -> Iterator[str]:
        """Rows within whose reach a point or a record changed."""
        near, named = records.source.near, records.source.place
        assert near is not None and named is not None
        key, column = quoted(self.query.catalogue.tables[records.place_table].key), quoted(named.partition(".")[2])
        points = f"stored.{records.place_table}"
        touched = [f"SELECT {column} AS {key} FROM {part}" for part in self.part(records.table, [column.strip('"')])]
        if records.link:
            department, dataset = split_name(dataset_of(records.source)[0])
            for part in self.part(records.link.link, ["department", "dataset", "record_key"]):
                touched.append(
                    f"SELECT {column} AS {key} FROM {records.table} SEMI JOIN (SELECT record_key FROM {part} "
                    f"WHERE department = {text(department)} AND dataset = {text(dataset)}) USING (record_key)"
                )
        moved = [f"SELECT longitude, latitude FROM {points} SEMI JOIN ({one}) USING ({key})" for one in touched]
        for part in self.part(points, [key.strip('"'), "longitude", "latitude"]):
            moved.append(f"SELECT longitude, latitude FROM {part}")
        if moved:
            yield spots_near(near, table_of(self.query.name), self.query.key, f"({' UNION ALL '.join(moved)})")
