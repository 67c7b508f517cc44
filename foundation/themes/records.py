"""The records that a theme's source gives to its rows: by resolution, by a natural key, or by distance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from foundation.catalogue.catalogue import Catalogue, split_name, table_name
from foundation.catalogue.themes import Theme, ThemeSource
from foundation.linkage.tables import IdentityTables, identity_tables
from foundation.sql import quoted, text
from foundation.themes.names import dataset_of, names_entity_of, on_day, subject_of, uses_entity, values_of

CELL = 0.02  # degrees: about two kilometres, so that a reach of some hundred metres touches few cells
EARTH = 6_371_008.8  # mean radius in metres
METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class SourceRecords:
    """A source of a theme, and the SQL that reads its records."""

    catalogue: Catalogue
    theme: Theme
    name: str

    @property
    def source(self) -> ThemeSource:
        return self.theme.sources[self.name]

    @property
    def table(self) -> str:
        """The lake table with the source's own rows."""
        if self.source.library:
            return f"stored.{self.source.library}"
        return f"conformed.{table_name(dataset_of(self.source)[0])}"

    @property
    def subject(self) -> str:
        return subject_of(self.catalogue, self.source)

    @property
    def link(self) -> IdentityTables | None:
        """The table that says whom a record speaks of, where that is resolved."""
        table = self.catalogue.tables[self.subject]
        return None if self.source.library or table.identity is None else identity_tables(self.subject, table)

    @property
    def uses_entity(self) -> bool:
        return uses_entity(self.source, values_of(self.theme, self.name).values())

    @property
    def tables(self) -> list[str]:
        """The lake tables that the source is read from."""
        tables = [self.table] + ([self.link.link] if self.link else [])
        if self.uses_entity:
            tables.append(f"stored.{self.subject}")
        if self.source.place is not None:
            tables.append(f"stored.{self.place_table}")
        return tables

    @property
    def place_table(self) -> str:
        """The geospatial table whose rows the records name as their place."""
        assert self.source.place is not None
        place = names_entity_of(self.catalogue, self.source, self.source.place)
        assert place is not None
        return place

    @property
    def row_key(self) -> str:
        """SQL for the key of the row that a record belongs to."""
        if self.source.by is not None:
            return self.source.by
        return f"{'link' if self.link else 'record'}.{quoted(self.catalogue.tables[self.subject].key)}"

    def from_sql(
        self, *, record: str = "", link: str = "", entity: str = "", place: bool = True, linked: str | None = None
    ) -> str:
        """The records as `record`, with `link` and, where they are used, the library row as `entity` and the `place`.

        `record`, `link` and `entity` are conditions on each of these by itself, where few are sought; `linked` names the
        table that links are read from, if not all of them are wanted.
        """
        parts = [f"{_where(self.table, record)} AS record"]
        if self.link:
            department, dataset = split_name(dataset_of(self.source)[0])
            own = f"department = {text(department)} AND dataset = {text(dataset)} AND role = {text(dataset_of(self.source)[1])}"
            conditions = f"{own} AND {link}" if link else own
            links = f"SELECT record_key, {quoted(self.link.key)} FROM {linked or self.link.link} WHERE {conditions}"
            parts.append(f"JOIN ({links}) AS link USING (record_key)")
        if self.uses_entity:
            key = quoted(self.catalogue.tables[self.subject].key)
            here = f"link.{key}" if self.link else f"record.{key}"
            parts.append(f"JOIN {_where(f'stored.{self.subject}', entity)} AS entity ON entity.{key} = {here}")
        if place and self.source.place is not None:
            named = quoted(self.catalogue.tables[self.place_table].key)
            parts.append(f"LEFT JOIN stored.{self.place_table} AS place ON place.{named} = {self.source.place}")
        return " ".join(parts)

    def grouped(self, values: dict[str, str], affected: str, key: str, on: date, linked: str | None) -> str:
        """The aggregates of the affected rows' records, by row.

        `linked`: the table with the links of the affected rows, of a source whose links name its rows; None: all links.
        """
        listed = "".join(f", ({on_day(value, on)}) AS {quoted(name)}" for name, value in values.items())
        prefix, column = self.row_place
        sought = f"{quoted(column)} IN (SELECT {quoted(key)} FROM {affected})"
        records = self.from_sql(
            record=sought if prefix == "record" else "", entity=sought if prefix == "entity" else "", linked=linked
        )
        return (
            f"SELECT {self.row_key} AS {quoted(key)}{listed} FROM {records} "
            f"WHERE {on_day(self.source.where or 'true', on)} GROUP BY 1"
        )

    @property
    def row_place(self) -> tuple[str, str]:
        """Where a record's row is named: in the `record`, its `link` or its `entity`; and the column."""
        prefix, _, column = self.row_key.partition(".")
        return prefix, column.strip('"')


def _where(table: str, condition: str) -> str:
    return f"(FROM {table} WHERE {condition})" if condition else table


def nearby(records: SourceRecords, values: dict[str, str], rows: str, key: str, on: date) -> str:
    """The aggregates of the records within reach of the rows' points, by row; `distance` is in metres.

    Places meet the points in cells of a grid, then records are taken up that name one of the places within reach.
    """
    near = records.source.near
    assert near is not None
    listed = "".join(f", ({on_day(value, on)}) AS {quoted(name)}" for name, value in values.items())
    distance = distance_sql("spot.longitude", "spot.latitude", "place.longitude", "place.latitude")
    within = (
        f"SELECT spot.row_key, place.{quoted(records.catalogue.tables[records.place_table].key)} AS place_key, "
        f"{distance} AS distance, spot.reach FROM stored.{records.place_table} AS place "
        f"JOIN ({_cells(rows, key, on_day(near, on))}) AS spot ON "
        f"spot.cell_x = floor(place.longitude / {CELL})::BIGINT AND spot.cell_y = floor(place.latitude / {CELL})::BIGINT "
        f"WHERE {distance} <= spot.reach"
    )
    return (
        f"SELECT row_key AS {quoted(key)}{listed} FROM (SELECT spot.row_key, record.*, "
        f"{'link.* EXCLUDE (record_key), ' if records.link else ''}spot.distance, spot.reach "
        f"FROM {records.from_sql(place=False)} JOIN ({within}) AS spot ON spot.place_key = {records.source.place}) AS record "
        f"WHERE {on_day(records.source.where or 'true', on)} GROUP BY row_key"
    )


def spots_near(near: str, rows: str, key: str, points: str) -> str:
    """Keys of the rows within whose reach one of the points (longitude, latitude) lies."""
    distance = distance_sql("spot.longitude", "spot.latitude", "place.longitude", "place.latitude")
    return (
        f"SELECT DISTINCT spot.row_key AS {quoted(key)} FROM {points} AS place JOIN ({_cells(rows, key, near)}) AS spot "
        f"ON spot.cell_x = floor(place.longitude / {CELL})::BIGINT AND spot.cell_y = floor(place.latitude / {CELL})::BIGINT "
        f"WHERE {distance} <= spot.reach"
    )


def _cells(rows: str, key: str, metres: str) -> str:
    """Each row's point once for every cell of the grid that its reach touches."""
    spots = (
        f"SELECT {quoted(key)} AS row_key, longitude, latitude, ({metres})::DOUBLE AS reach, "
        f"reach / {METRES_PER_DEGREE} AS up, up / cos(radians(latitude)) AS across FROM {rows} "
        f"WHERE longitude IS NOT NULL AND latitude IS NOT NULL AND ({metres}) > 0"
    )
    columns = f"floor((longitude - across) / {CELL})::BIGINT, floor((longitude + across) / {CELL})::BIGINT + 1"
    lines = f"floor((latitude - up) / {CELL})::BIGINT, floor((latitude + up) / {CELL})::BIGINT + 1"
    wide = f"SELECT *, unnest(range({columns})) AS cell_x FROM ({spots})"
    return f"SELECT *, unnest(range({lines})) AS cell_y FROM ({wide})"


def distance_sql(longitude: str, latitude: str, other_longitude: str, other_latitude: str) -> str:
    """Metres between two points on a sphere: within 0.6 % of the ellipsoid's distance."""
    return (
        f"(2 * {EARTH} * asin(sqrt(pow(sin(radians({other_latitude} - {latitude}) / 2), 2) + cos(radians({latitude})) "
        f"* cos(radians({other_latitude})) * pow(sin(radians({other_longitude} - {longitude}) / 2), 2))))"
    )
