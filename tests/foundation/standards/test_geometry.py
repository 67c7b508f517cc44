from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import shapely

from foundation.standards.geometry import conform_geometry, representative_points

SQUARE = shapely.Polygon([(586475, 3801953), (586475, 3802053), (586575, 3802053), (586575, 3801953)])
BOW_TIE = shapely.Polygon([(108, 34), (108.1, 34.1), (108.1, 34), (108, 34.1)])


def wkb(*shapes: shapely.Geometry | bytes | None) -> pa.Array:
    written = [shape if shape is None or isinstance(shape, bytes) else shapely.to_wkb(shape) for shape in shapes]
    return pa.array(written, pa.binary())


def shape(array: pa.Array, row: int = 0) -> shapely.Geometry:
    return shapely.from_wkb(array[row].as_py())


def test_projected_metres_become_degrees() -> None:
    corner = (586475.555, 3801953.691)
    value, issue = conform_geometry(wkb(shapely.Polygon([corner, *SQUARE.exterior.coords[1:-1]])), "EPSG:4545")
    assert min(shape(value).exterior.coords) == pytest.approx((108.9398, 34.3416), abs=1e-7)
    assert issue.null_count == 1


def test_rings_run_counter_clockwise_and_have_seven_decimals() -> None:
    value, _ = conform_geometry(wkb(SQUARE), "EPSG:4545")
    polygon = shape(value)
    assert polygon.exterior.is_ccw
    coordinates = shapely.get_coordinates(polygon)
    assert np.array_equal(coordinates, np.round(coordinates, 7))


def test_an_invalid_geometry_is_repaired_and_reported() -> None:
    value, issue = conform_geometry(wkb(BOW_TIE), "EPSG:4490")
    assert issue.to_pylist() == ["geometry.invalid"]
    assert shape(value).is_valid
    assert shape(value).area == pytest.approx(0.005)


def test_what_cannot_be_read_is_null_with_its_reason() -> None:
    beijing = shapely.box(116, 39.8, 116.5, 40.0)
    value, issue = conform_geometry(wkb(None, b"\x01\x02", shapely.Polygon(), beijing, SQUARE), None)
    assert value.is_valid().to_pylist() == [False, False, False, True, True]
    assert issue.to_pylist() == [None, "geometry.unreadable", "geometry.empty", "geometry.outside", "geometry.outside"]


def test_the_third_dimension_is_dropped() -> None:
    value, _ = conform_geometry(wkb(shapely.Polygon([(108, 34, 1), (108.1, 34, 2), (108.1, 34.1, 3)])), None)
    assert not shape(value).has_z


def test_what_bounds_no_area_is_null_with_its_reason() -> None:
    line = shapely.LineString([(108, 34), (108.1, 34.1)])
    square = shapely.box(108, 34, 108.1, 34.1)
    shapes = (shapely.Point(108, 34), line, shapely.GeometryCollection([line, square]), shapely.MultiPolygon([square]))
    value, issue = conform_geometry(wkb(*shapes), None)
    assert value.is_valid().to_pylist() == [False, False, False, True]
    assert issue.to_pylist() == ["geometry.no_area"] * 3 + [None]


def test_the_representative_point_lies_inside() -> None:
    horseshoe = shapely.box(108, 34, 108.3, 34.3) - shapely.box(108.1, 34.1, 108.2, 34.3)
    longitude, latitude = representative_points(wkb(horseshoe, None))
    assert horseshoe.contains(shapely.Point(longitude[0].as_py(), latitude[0].as_py()))
    assert longitude[1].as_py() is None


def test_an_empty_batch() -> None:
    value, issue = conform_geometry(wkb(), "EPSG:4545")
    assert len(value) == len(issue) == len(representative_points(value)[0]) == 0
