"""Areas (boundaries of divisions and of real estate) in CGCS2000 (EPSG:4490): longitude before latitude, rings by the
right-hand rule, 1 cm.

An invalid geometry is made valid, and reported: the department hears of it, and the map can still be drawn.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.coordinate import EAST, NORTH, SOUTH, WEST
from foundation.standards.findings import Findings

TARGET = "EPSG:4490"
# Seven decimals of a degree are 1 cm.
DECIMALS = 7

UNREADABLE = Rule("geometry.unreadable", "图形不能读取", Severity.ERROR)
EMPTY = Rule("geometry.empty", "图形为空", Severity.ERROR)
NO_AREA = Rule("geometry.no_area", "图形不是面（多边形）", Severity.ERROR)
INVALID = Rule("geometry.invalid", "图形自相交等拓扑错误，已修复", Severity.WARNING)
OUTSIDE = Rule("geometry.outside", "图形超出陕西省范围", Severity.ERROR)
RULES = (UNREADABLE, EMPTY, NO_AREA, INVALID, OUTSIDE)
# A boundary may be drawn a little beyond the province's bounds, in degrees.
MARGIN = 0.1


def conform_geometry(array: pa.Array, crs: str | None) -> Conformed:
    """WKB in `crs` (None: EPSG:4490) to WKB in EPSG:4490; null where it can't be read or is no polygon or multipolygon."""
    import shapely

    found = Findings(len(array), RULES)
    there = np.flatnonzero(array.is_valid().to_numpy(zero_copy_only=False))
    shapes = shapely.from_wkb(array.take(pa.array(there)).to_numpy(zero_copy_only=False), on_invalid="ignore")
    readable = ~shapely.is_missing(shapes)
    found.report(UNREADABLE, there, ~readable)
    rows, shapes = there[readable], shapes[readable]
    empty = shapely.is_empty(shapes)
    found.report(EMPTY, rows, empty)
    rows, shapes = rows[~empty], shapely.force_2d(shapes[~empty])
    area = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    found.report(NO_AREA, rows, ~area)
    rows, shapes = rows[area], shapes[area]
    shapes, finite = _transformed(shapes, crs or TARGET)
    found.report(UNREADABLE, rows, ~finite)
    rows, shapes = rows[finite], shapes[finite]
    shapes = _valid(found, rows, shapes)
    west, south, east, north = shapely.bounds(shapes).T.reshape(4, -1)
    found.report(OUTSIDE, rows, ~_within(west, south, east, north))
    return Conformed(_wkb(shapes, rows, len(array)), found.issue())


def representative_points(wkb: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Longitude and latitude of a point inside each geometry (float64, degrees), null where there is none."""
    import shapely

    points = shapely.point_on_surface(shapely.from_wkb(wkb.to_numpy(zero_copy_only=False)))
    lon, lat = np.round(shapely.get_x(points), DECIMALS), np.round(shapely.get_y(points), DECIMALS)
    return pa.array(lon, pa.float64(), mask=np.isnan(lon)), pa.array(lat, pa.float64(), mask=np.isnan(lat))


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """The geometry in EPSG:4490, from the dataset's coordinate reference system."""
    return conform_geometry(array, setting.crs)


def _transformed(shapes: npt.NDArray[Any], crs: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Shapes in EPSG:4490, rounded, and which of them have all their coordinates there."""
    import shapely

    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    if crs != TARGET:
        coordinates = np.column_stack(_transformer(crs).transform(coordinates[:, 0], coordinates[:, 1]))
    finite = np.ones(len(shapes), np.bool_)
    finite[index[~np.isfinite(coordinates).all(axis=1)]] = False
    return shapely.set_coordinates(shapes.copy(), np.round(coordinates.reshape(-1, 2), DECIMALS)), finite


def _valid(found: Findings, rows: npt.NDArray[np.intp], shapes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Shapes made valid where they are not, which is reported; exterior rings run counter-clockwise (RFC 7946)."""
    import shapely

    sound = shapely.is_valid(shapes)
    found.report(INVALID, rows, ~sound)
    shapes[~sound] = shapely.make_valid(shapes[~sound], method="structure", keep_collapsed=False)
    return shapely.orient_polygons(shapes)  # type: ignore[no-any-return]


def _within(west: Any, south: Any, east: Any, north: Any) -> npt.NDArray[np.bool_]:
    """Whether bounds lie in the province's, give or take the margin."""
    inside: npt.NDArray[np.bool_] = (
        (west >= WEST - MARGIN) & (east <= EAST + MARGIN) & (south >= SOUTH - MARGIN) & (north <= NORTH + MARGIN)
    )
    return inside


def _wkb(shapes: npt.NDArray[Any], rows: npt.NDArray[np.intp], count: int) -> pa.Array:
    """WKB of the shapes in their rows."""
    import shapely

    written = np.full(count, None, object)
    written[rows] = shapely.to_wkb(shapes)
    return pa.array(written, pa.binary())


@cache
def _transformer(crs: str) -> Any:
    """The transformation from a coordinate reference system, longitude or easting first."""
    from pyproj import Transformer

    return Transformer.from_crs(crs, TARGET, always_xy=True)


STANDARDS = (Standard("geometry", pa.binary(), conform, RULES),)
