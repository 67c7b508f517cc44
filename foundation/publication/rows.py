"""The rows that every department may use without asking: base items (办法 art. 14-2), and what a theme may share."""

from __future__ import annotations

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import DataType
from foundation.publication.tables import published_table, theme_of
from foundation.sql import listed, quoted, text
from foundation.themes.sharing import ThemeSharing

CGCS2000 = "EPSG:4490"  # without it a reader of GeoParquet takes WGS 84 for granted


def published_columns(catalogue: Catalogue, name: str) -> list[str]:
    """The key, the published items in their order, and the time of the row's last change."""
    theme = theme_of(name)
    shared = ThemeSharing(catalogue, catalogue.themes[theme]).shared if theme else catalogue.tables[name].share
    return list(dict.fromkeys([published_table(catalogue, name).key, *shared, "updated_at"]))


def geometry_columns(catalogue: Catalogue, name: str) -> list[str]:
    """The published items that are geometries."""
    theme = theme_of(name)
    table = catalogue.tables[catalogue.themes[theme].grain if theme else name]
    items = catalogue.items[table.subject]
    columns = published_columns(catalogue, name)
    return [item for item in columns if item in items and items[item].type == DataType.GEOMETRY]


def published_sql(catalogue: Catalogue, name: str, *, as_text: bool = True, keys: str | None = None) -> str:
    """The published rows, small counts of people left out, geometries as GeoJSON text or in the engine's own type.

    `keys` is a table of the keys of rows that are wanted; without it all are.
    """
    geometries, theme = geometry_columns(catalogue, name), theme_of(name)
    sharing = ThemeSharing(catalogue, catalogue.themes[theme]) if theme else None
    columns = []
    for column in published_columns(catalogue, name):
        shown = sharing.shown(column) if sharing else quoted(column)
        columns.append(f"{_geometry(column, as_text) if column in geometries else shown} AS {quoted(column)}")
    table = published_table(catalogue, name)
    wanted = f" SEMI JOIN {keys} USING ({listed([table.key])})" if keys else ""
    condition = "true" if theme else catalogue.tables[name].share_when or "true"
    return f"SELECT {', '.join(columns)} FROM {table.stored}{wanted} WHERE {condition}"


def ordered_sql(catalogue: Catalogue, name: str, *, as_text: bool = True) -> str:
    """All published rows in the key's order."""
    key = quoted(published_table(catalogue, name).key)
    return f"FROM ({published_sql(catalogue, name, as_text=as_text)}) ORDER BY {key}"


def _geometry(column: str, as_text: bool) -> str:
    geometry = f"ST_GeomFromWKB({quoted(column)})"
    return f"ST_AsGeoJSON({geometry})::VARCHAR" if as_text else f"ST_SetCRS({geometry}, {text(CGCS2000)})"
