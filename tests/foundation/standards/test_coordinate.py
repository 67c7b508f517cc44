from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.standards.conformed import Setting
from foundation.standards.coordinate import (
    STANDARDS,
    conform_points,
    gcj02_to_bd09,
    inverse,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from tests.foundation.standards.columns import texts

XIAN = (108.9398, 34.3416)
OUTCOME = tuple[float | None, float | None, str | None]


def one(longitude: str | None, latitude: str | None, crs: str | None) -> OUTCOME:
    points = conform_points(*(pa.array([text], pa.string()) for text in (longitude, latitude, crs)))
    return points.longitude[0].as_py(), points.latitude[0].as_py(), points.issue[0].as_py()


def test_published_vector_forward() -> None:
    gcj = wgs84_to_gcj02(np.array([XIAN[0]]), np.array([XIAN[1]]))
    assert np.allclose(np.ravel(gcj), (108.9444556, 34.3400445), atol=1e-7)
    assert np.allclose(np.ravel(gcj02_to_bd09(*gcj)), (108.9509014, 34.3462741), atol=1e-7)


@pytest.mark.parametrize(
    ("longitude", "latitude", "crs"),
    [
        ("108.9398", "34.3416", "CGCS2000"),
        ("108.9398", "34.3416", "WGS84"),
        ("108.9444556", "34.3400445", "GCJ02"),
        ("108.9509014", "34.3462741", "BD09"),
        ("108.9509014", "34.3462741", "bd-09"),
        ("108.9444556", "34.3400445", "gcj_02"),
        ("108.9398", "34.3416", "EPSG:4490"),
        ("１０８.9398", " 34.3416 ", "国家2000"),
        ("E108.9398", "北纬34.3416", "WGS 84"),
        ("108°56′23.28″", "34°20′29.76″", "CGCS2000"),
        ("108度56分23.28秒", "34度20分29.76秒", "CGCS2000"),
    ],
)
def test_every_system_and_way_to_write_it(longitude: str, latitude: str, crs: str) -> None:
    x, y, issue = one(longitude, latitude, crs)
    assert issue is None
    assert (x, y) == pytest.approx(XIAN, abs=2e-7)


@pytest.mark.parametrize(
    ("longitude", "latitude", "crs", "expected"),
    [
        ("34.3416", "108.9398", "WGS84", (*XIAN, "coordinate.swapped")),
        ("0", "0", "WGS84", (None, None, "coordinate.zero")),
        ("116.4074", "39.9042", "CGCS2000", (116.4074, 39.9042, "coordinate.outside")),
        ("108.9398", None, "CGCS2000", (None, None, "coordinate.incomplete")),
        ("108.9398", "三十四", "CGCS2000", (None, None, "coordinate.format")),
        ("108.9398", "34.3416", "", (None, None, "coordinate.crs")),
        ("108.9398", "34.3416", "北京54", (None, None, "coordinate.crs")),
        ("36.5", "586475.6", "CGCS2000", (None, None, "coordinate.format")),
        ("200", "34.3416", "CGCS2000", (None, None, "coordinate.range")),
        (None, None, None, (None, None, None)),
        ("无", "-", "WGS84", (None, None, None)),
    ],
)
def test_points_that_cannot_be(longitude: str | None, latitude: str | None, crs: str | None, expected: OUTCOME) -> None:
    assert one(longitude, latitude, crs) == expected


@given(st.floats(105.5, 111.2), st.floats(31.8, 39.5))
def test_the_offsets_are_undone_to_a_ten_millionth_of_a_degree(longitude: float, latitude: float) -> None:
    for forward in (wgs84_to_gcj02, wgs84_to_bd09):
        moved = forward(np.array([longitude]), np.array([latitude]))
        back = inverse(forward, *moved)
        assert np.allclose(np.ravel(back), (longitude, latitude), rtol=0, atol=1e-9)


@given(st.lists(st.tuples(texts, texts, texts), max_size=6))
def test_any_text_is_survived(rows: list[tuple[str | None, str | None, str | None]]) -> None:
    columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(3)]
    points = conform_points(*columns)
    assert len(points.longitude) == len(points.issue) == len(rows)


def test_longitude_and_latitude_alone() -> None:
    longitude, latitude = STANDARDS
    texts = pa.array(["108.9398", "１０８.9", "山", "", None, "181", "95"])
    assert longitude.conform(texts, Setting()).value.to_pylist() == [108.9398, 108.9, None, None, None, None, 95.0]
    assert latitude.conform(texts, Setting()).issue.to_pylist() == [
        "coordinate.range", "coordinate.range", "coordinate.format", None, None, "coordinate.range", "coordinate.range",
    ]  # fmt: skip
