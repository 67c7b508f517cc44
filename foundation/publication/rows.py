"""The rows of a library table that every department may use without asking: its base items (办法 art. 14-2)."""

from __future__ import annotations

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import DataType
from foundation.sql import listed, quoted, text

CGCS2000 = "EPSG:4490"  # without it a reader of GeoParquet takes WGS 84 for granted


def published_columns(catalogue: Catalogue, name: str) -> list[str]:
    """The key, the published items in their order, and the time of the row's last change."""
    table = catalogue.tables[name]
    return list(dict.fromkeys([table.key, *table.share, "updated_at"]))


def geometry_columns(catalogue: Catalogue, name: str) -> list[str]:
    """The published items that are geometries."""
    table = catalogue.tables[name]
    items = catalogue.items[table.subject]
    return [item for item in table.share if item in items and items[item].type == DataType.GEOMETRY]


def published_sql(catalogue: Catalogue, name: str, *, as_text: bool = True, keys: str | None = None) -> str:
    """The published rows, geometries as GeoJSON text or in the engine's own type.

    `keys` is a table of the keys of rows that are wanted; without it all are.
    """
    table = catalogue.tables[name]
    geometries = geometry_columns(catalogue, name)
    columns = [
        f"{_geometry(column, as_text)} AS {quoted(column)}" if column in geometries else quoted(column)
        for column in published_columns(catalogue, name)
    ]
    wanted = f" SEMI JOIN {keys} USING ({listed([table.key])})" if keys else ""
    return f"SELECT {', '.join(columns)} FROM stored.{name}{wanted} WHERE {table.share_when or 'true'}"


def _geometry(column: str, as_text: bool) -> str:
    geometry = f"ST_GeomFromWKB({quoted(column)})"
    return f"ST_AsGeoJSON({geometry})::VARCHAR" if as_text else f"ST_SetCRS({geometry}, {text(CGCS2000)})"
