"""The real boundaries and place names of the province, written into the contract's form, through the command line's job."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pytest
import shapely

from tests.homes import Home

PROJECT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("ONESOURCE_SHARED_DATA", PROJECT.parent / "shared" / "data"))
BOUNDARIES = DATA / "boundary" / "shaanxi_county_wgs84.geojson"
PLACES = DATA / "place" / "geonames_cities500_shaanxi.csv"
ON = "2026-11-24"
pytestmark = pytest.mark.skipif(not BOUNDARIES.exists(), reason=f"the real boundaries are not at {BOUNDARIES}")


@pytest.fixture(scope="module")
def province(module_home: Home) -> Home:
    """Boundaries in WGS-84 are those of CGCS2000 to within centimetres; departments deliver them under EPSG:4490."""
    counties = geopandas.read_file(BOUNDARIES)
    rows = [
        {"行政区划代码": row.Code_County, "名称": row.Name_County, "级别": "县", "上级代码": f"{row.Code_Perfecture}00",
         "geometry": shapely.to_wkt(row.geometry, rounding_precision=7)}
        for row in counties.itertuples()
    ]  # fmt: skip
    module_home.deliver("natural_resources/admin_boundary", ON, rows, control=True)
    module_home.deliver("civil_affairs/place_name", ON, place_names(), control=True)
    module_home.night(ON)
    return module_home


def place_names() -> list[dict[str, Any]]:
    frame = pandas.read_csv(PLACES, dtype=str, keep_default_na=False)
    return [
        {"地名编号": f"G{row.geonameid}", "标准名称": (row.zh_names.split("|")[0] or row.name), "类别": "居民点",
         "经度": row.longitude, "纬度": row.latitude, "坐标系": "WGS84"}
        for row in frame.itertuples()
    ]  # fmt: skip


def test_every_county_is_published_under_its_present_code(province: Home) -> None:
    published = province.shared("SELECT division_code, name, level, longitude, latitude FROM share.admin_division")
    codes = {row["division_code"]: row["name"] for row in published}
    assert len(published) == len(codes) == 107
    assert "610928" not in codes and "610322" not in codes
    assert "610981" in codes and "610305" in codes
    assert {row["level"] for row in published} == {"县"}
    for row in published:
        assert 105 < row["longitude"] < 112 and 31 < row["latitude"] < 40


def test_every_place_name_is_published(province: Home) -> None:
    assert province.shared("SELECT count(*) AS n FROM share.place_name") == [{"n": len(place_names())}]


def test_the_published_boundaries_are_those_delivered(province: Home) -> None:
    real = geopandas.read_file(BOUNDARIES).set_index("Code_County")
    frame = geopandas.read_parquet(province.folder / "published/admin_division" / ON / "admin_division.parquet")
    published = frame.set_index("division_code")
    assert published.crs.to_epsg() == 4490
    assert published.geometry.is_valid.all()
    assert published.loc["610102"].boundary.symmetric_difference(real.loc["610102"].geometry).area < 1e-9
    assert published.geometry.area.sum() == pytest.approx(real.geometry.area.sum(), rel=1e-6)


def test_a_representative_point_lies_within_its_county(province: Home) -> None:
    for row in province.shared("SELECT name, longitude, latitude, boundary FROM share.admin_division"):
        county = shapely.from_geojson(json.dumps(json.loads(row["boundary"])))
        assert county.contains(shapely.Point(row["longitude"], row["latitude"])), row["name"]
