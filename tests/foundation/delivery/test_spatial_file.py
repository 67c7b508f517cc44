from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from foundation.catalogue.model import Dataset
from foundation.delivery import DeliveryRefused, open_delivery
from tests.foundation.delivery.conftest import MakeDataset
from tests.foundation.delivery.reading import read, refused

COLUMNS = {"代码": "division_code", "名称": "name", "geometry": "boundary"}


@pytest.fixture
def geojson(make_dataset: MakeDataset) -> Dataset:
    return make_dataset("geojson", COLUMNS, crs="EPSG:4490")


@pytest.fixture
def gpkg(make_dataset: MakeDataset) -> Dataset:
    return make_dataset("gpkg", {**COLUMNS, "面积": "area"}, crs="EPSG:4545")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "2026-05-01.geojson"


def write(file: Path, crs: str | None = None, at_end: bool = False, **properties: Any) -> str:
    point = {"type": "Point", "coordinates": [108.9, 34.2]}
    features = [
        {"type": "Feature", "properties": {"代码": "0610", "名称": "雁塔", **properties}, "geometry": point},
        {"type": "Feature", "properties": {"代码": "0611", "名称": "", **properties}, "geometry": None},
    ]
    member = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    body = {"type": "FeatureCollection", **({} if at_end else member), "features": features, **member}
    file.write_text(json.dumps(body, ensure_ascii=False), "utf-8")
    return file.read_text("utf-8")


@pytest.mark.parametrize(
    "crs", [None, "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4490", "EPSG:4490"]
)
def test_features_are_rows(file: Path, geojson: Dataset, crs: str | None) -> None:
    write(file, crs)
    rows = read(geojson, file)
    assert [(row["row_number"], row["代码"], row["名称"]) for row in rows] == [(1, "0610", "雁塔"), (2, "0611", None)]
    assert shapely.from_wkb(rows[0]["geometry"]).equals(shapely.Point(108.9, 34.2))
    assert rows[1]["geometry"] is None


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize(("crs", "told"), [("urn:ogc:def:crs:EPSG::3857", "EPSG:3857"), ("西安80", "西安80")])
def test_another_crs_is_refused_and_named(file: Path, geojson: Dataset, crs: str, told: str, at_end: bool) -> None:
    write(file, crs, at_end)
    with pytest.raises(DeliveryRefused) as caught:
        open_delivery(geojson, file)
    assert caught.value.rule == "crs"
    assert told in caught.value.reason and "EPSG:4490" in caught.value.reason


def test_metres_are_no_degrees(file: Path, geojson: Dataset) -> None:
    file.write_text(write(file).replace("108.9", "12122000.5"), "utf-8")
    assert refused(geojson, file).rule == "coordinate_range"


def test_fields_are_checked(file: Path, geojson: Dataset) -> None:
    write(file, 电话="1")
    assert refused(geojson, file).rule == "column_unknown"
    file.write_text(write(file).replace("名称", "名"), "utf-8")
    assert refused(geojson, file).rule == "column_missing"


@pytest.mark.parametrize("text", ["雁塔", "名称"])
def test_text_that_is_no_utf8_is_refused(file: Path, geojson: Dataset, text: str) -> None:
    file.write_bytes(write(file).encode().replace(text.encode(), text.encode("gb18030")))
    refusal = refused(geojson, file)
    assert refusal.rule == "undecodable" and "UTF-8" in refusal.reason


def test_a_feature_s_own_identifier_is_no_column(file: Path, geojson: Dataset) -> None:
    file.write_text(write(file).replace('"type": "Feature"', '"type": "Feature", "id": "一"'), "utf-8")
    assert [row["代码"] for row in read(geojson, file)] == ["0610", "0611"]
    write(file, id="一")
    assert refused(geojson, file).rule == "column_unknown"


def test_what_is_cut_or_something_else_is_refused(file: Path, geojson: Dataset) -> None:
    text = write(file)
    for content in (text[: len(text) // 2], '{"a": 1}', "无"):
        file.write_text(content, "utf-8")
        assert refused(geojson, file).rule == "unreadable"
    file.write_text("")
    assert refused(geojson, file).rule == "empty_file"


def test_a_collection_without_features_has_no_rows(file: Path, geojson: Dataset) -> None:
    file.write_text('{"type": "FeatureCollection", "features": []}')
    assert read(geojson, file) == []


def frame(crs: int) -> gpd.GeoDataFrame:
    shapes = [shapely.box(500000, 3800000, 500010, 3800010), None]
    return gpd.GeoDataFrame({"代码": ["1", "2"], "名称": ["甲", None], "面积": [100.0, 12.5]}, geometry=shapes, crs=crs)


def test_a_geopackage_in_its_declared_crs(tmp_path: Path, gpkg: Dataset) -> None:
    file = tmp_path / "2026-05-01.gpkg"
    frame(4545).to_file(file, driver="GPKG", layer="unit")
    rows = read(gpkg, file)
    assert [(row["代码"], row["名称"], row["面积"]) for row in rows] == [("1", "甲", "100"), ("2", None, "12.5")]
    assert shapely.from_wkb(rows[0]["geometry"]).area == 100
    file.write_bytes(file.read_bytes()[:30_000])
    assert refused(gpkg, file).rule == "unreadable"


def test_a_geopackage_in_another_crs_or_with_two_layers(tmp_path: Path, gpkg: Dataset) -> None:
    file = tmp_path / "2026-05-01.gpkg"
    frame(4546).to_file(file, driver="GPKG", layer="unit")
    refusal = refused(gpkg, file)
    assert refusal.rule == "crs"
    assert "EPSG:4546" in refusal.reason and "EPSG:4545" in refusal.reason
    frame(4545).to_file(file, driver="GPKG", layer="second")
    assert refused(gpkg, file).rule == "layer"
