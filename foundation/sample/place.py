"""Boundaries, place names, door addresses and real-estate units. Longitude before latitude, degrees of CGCS2000."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.batch import Batch
from foundation.sample.clock import TOUCHED, Chunk
from foundation.sample.coordinate import bd09, gcj02
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Floats, Integers, Mask
from foundation.sample.household import Households
from foundation.sample.person import People
from foundation.sample.text import choose, constant, digits, join, numbers, take, to_points
from foundation.sample.words import geography, words

BOX = (105.48, 31.70, 111.26, 39.60)
DOORS, UNITS, NAMES_PER_PERSON = 0.97, 0.72, 0.05
SURVEY = 5e-6  # degrees
_CLASSES = ("行政区域", "群众自治组织", "居民点", "自然地物", "交通设施", "公共设施")
_SYSTEMS = ("CGCS2000", "WGS84", "GCJ02", "BD09")


@cache
def counties() -> tuple[Any, ...]:
    """A tessellation of the province: each county is what is nearest to its centre, within 0.5 degrees of a centre."""
    import shapely

    places = geography()
    centres = shapely.points(places.longitude, places.latitude)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=shapely.box(*BOX)))
    home = shapely.STRtree(cells).query(centres, predicate="within")
    outline = shapely.intersection(shapely.union_all(shapely.buffer(centres, 0.5)), shapely.box(*BOX))
    found = np.empty(len(centres), object)
    found[home[0]] = shapely.intersection(cells[home[1]], outline)
    return tuple(found)


@cache
def _reach() -> Floats:
    """How far from its centre, in degrees, everything still lies within the county."""
    import shapely

    places = geography()
    centres = shapely.points(places.longitude, places.latitude)
    return np.asarray(shapely.distance(shapely.boundary(np.array(counties())), centres), np.float64)


def write_boundaries(path: Path) -> int:
    """自然资源厅 行政区划界线: the province, 10 cities and 107 counties; returns the number of features."""
    import shapely

    places, cells = geography(), np.array(counties())
    city_codes = np.array([code[:4] + "00" for code in places.codes])
    rows: list[tuple[str, str, str, str | None, Any]] = [
        ("610000", "陕西省", "省", None, shapely.coverage_union_all(cells))
    ]
    for code in np.unique(city_codes):
        name = places.cities[int(np.argmax(city_codes == code))]
        rows.append((code, name, "市", "610000", shapely.coverage_union_all(cells[city_codes == code])))
    rows += [
        (c, n, "县", city, cell) for c, n, city, cell in zip(places.codes, places.names, city_codes, cells, strict=True)
    ]
    features = [
        {"type": "Feature",
         "properties": {"行政区划代码": code, "名称": name, "级别": level, "上级代码": parent},
         "geometry": json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-6)))}
        for code, name, level, parent, shape in rows
    ]  # fmt: skip
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    whole = {"type": "FeatureCollection", "name": "admin_boundary", "crs": crs, "features": features}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
    return len(rows)


def _near(draw: Draw, county: Integers, place: Integers) -> tuple[Floats, Floats]:
    """Points around the place numbered `place` of a county."""
    spot, places, reach = Draw(draw.seed, "spot", place), geography(), _reach()[county]
    distance = np.sqrt(spot.uniform("distance")) * 0.75 * reach
    angle, turn = spot.uniform("angle") * 2 * np.pi, draw.uniform("angle") * 2 * np.pi
    around = draw.uniform("around") * 0.2 * reach
    longitude = places.longitude[county] + distance * np.cos(angle) + around * np.cos(turn)
    return longitude, places.latitude[county] + distance * np.sin(angle) + around * np.sin(turn)


def _located(batch: Batch, longitude: Floats, latitude: Floats, is_compared: Mask) -> None:
    """Coordinates as text in the system that each record declares; a few in another one, exchanged, or zero.

    Of a place that no other department has a point of, nobody can tell that the system is wrong.
    """
    draw = batch.draw
    system = draw.pick("system", np.array([0.83, 0.07, 0.06, 0.04]))
    wrong = draw.chosen("wrong system", RATES["coordinates_wrong_system"]) & (system == 0)
    true = np.stack([longitude, latitude])
    in_gcj = gcj02(longitude, latitude)
    shown = np.where((system == 2) | wrong, in_gcj, np.where(system == 3, bd09(*in_gcj), true))
    texts = [numbers(np.round(axis, 6)) for axis in (*true, *shown)]
    batch.columns |= {"经度": texts[2], "纬度": texts[3], "坐标系": take(_SYSTEMS, system)}
    for mask, differs in ((wrong & is_compared, True), (wrong & ~is_compared, False)):
        stated = batch.columns["坐标系"]
        batch.note(
            mask, "crs", "coordinates_wrong_system", constant("GCJ02", len(batch)), stated, is_discrepancy=differs
        )
    exchanged = draw.chosen("exchanged", RATES["coordinates_exchanged"])
    pair = batch.columns["经度"].filter(pa.array(exchanged)), batch.columns["纬度"].filter(pa.array(exchanged))
    zero = draw.chosen("zero", RATES["coordinates_zero"]) & ~exchanged
    for column, item, other in (("经度", "longitude", pair[1]), ("纬度", "latitude", pair[0])):
        batch.replace(exchanged, column, other, item, "coordinates_exchanged", is_discrepancy=False)
        batch.replace(zero, column, constant("0", int(zero.sum())), item, "coordinates_zero", is_discrepancy=False)


def _inhabited(people: People, subject: str, share: float) -> tuple[Integers, Draw]:
    """Households that have a member in the chunk, and whose dwelling is listed."""
    rows = np.unique(people.household)
    draw = people.chunk.draw(subject, people.households.draw.numbers[rows])
    listed = draw.chosen("listed", share) & ~people.chunk.gone(draw)
    return rows[listed], draw.at(listed)


def _where(people: People, subject: str, share: float) -> tuple[Integers, Draw, Floats, Floats]:
    """Households with their points: one spot per door, a new survey moves a point by some decimetres."""
    rows, draw = _inhabited(people, subject, share)
    homes = people.households
    spot = people.chunk.draw("dwelling", _number_of(homes.door.take(pa.array(rows))))
    longitude, latitude = _near(spot, homes.county[rows], homes.town[rows])
    surveyed = people.chunk.version(draw, "surveyed", TOUCHED)
    shift = people.chunk.renewed(draw, surveyed).uniform("survey") * SURVEY * (surveyed > people.chunk.appears)
    return rows, draw, longitude + shift, latitude + shift


def _number_of(texts: pa.StringArray) -> Integers:
    """The same number for the same text, 62 bits."""
    points = to_points(texts).astype(np.uint64)
    powers = np.cumprod(np.full(points.shape[1], 1_000_003, np.uint64))
    return np.asarray((points * powers).sum(axis=1) >> np.uint64(2), np.int64)


def door_address(people: People) -> Batch:
    """公安厅 标准地址: the door of each household; a move gives the record its new address."""
    rows, draw, longitude, latitude = _where(people, "door", DOORS)
    homes: Households = people.households
    codes = pa.array(geography().codes)
    batch = Batch("public_security/door_address", "地址编码", draw, {
        "地址编码": join(take(codes, homes.county[rows]), digits(draw.numbers, 12)),
        "标准地址": homes.door.take(pa.array(rows)),
        "行政区划代码": take(codes, homes.county[rows]),
    })  # fmt: skip
    units = homes.door.take(pa.array(_inhabited(people, "unit", UNITS)[0]))
    _located(batch, longitude, latitude, np.asarray(pc.is_in(homes.door.take(pa.array(rows)), units), np.bool_))
    batch.spoil("标准地址", "address", "text")
    _retire(batch, homes.county[rows])
    return batch


def _retire(batch: Batch, county: Integers) -> None:
    rows = batch.draw.chosen("retired", 0.01)
    code = digits(geography().retired(county[rows]), 6)
    batch.replace(rows, "行政区划代码", code, "division_code", "retired_division", is_discrepancy=False)


def place_name(chunk: Chunk) -> Batch:
    """民政厅 标准地名; the first chunk also has the counties' towns."""
    places = geography()
    towns = len(places.town_names) if chunk.first == 0 else 0
    first = int(chunk.first * NAMES_PER_PERSON) + (len(places.town_names) - towns)
    draw = chunk.draw("place name", first + np.arange(towns + max(round(chunk.persons * NAMES_PER_PERSON), 1)))
    draw = draw.at(~chunk.gone(draw) | (np.arange(len(draw)) < towns))
    version = chunk.version(draw, "touched", 2 * TOUCHED)
    county = draw.pick("county", places.population**0.5)
    home = np.searchsorted(places.first_town, np.arange(len(places.town_names)), "right") - 1
    county = np.where(np.arange(len(draw)) < towns, home[np.minimum(draw.numbers, len(home) - 1)], county)
    renewed = chunk.renewed(draw, np.where(version > chunk.appears, version, 0))
    which = np.where(np.arange(len(draw)) < towns, 0, draw.pick("class", np.array([0, 0.35, 0.35, 0.12, 0.08, 0.1])))
    batch = Batch("civil_affairs/place_name", "地名编号", draw, {
        "地名编号": join(take(pa.array(places.codes), county), digits(draw.numbers, 9)),
        "标准名称": _place_names(renewed, county, which, towns),
        "类别": take(_CLASSES, which),
        "行政区划代码": take(pa.array(places.codes), county),
    }, is_authority=True)  # fmt: skip
    _located(batch, *_near(draw, county, draw.numbers), np.zeros(len(batch), np.bool_))
    batch.spoil("标准名称", "name", "text")
    _retire(batch, county)
    return batch


def _place_names(draw: Draw, county: Integers, which: Integers, towns: int) -> pa.StringArray:
    places = geography()
    villages, rows = words("village"), len(draw)
    village = take(villages, draw.integers("village", len(villages)))
    side = take(["", "上", "下", "东", "西", "南", "北", "前", "后"], draw.integers("side", 9))
    publics = words("public")
    kinds = [
        take(pa.array(places.town_names), np.minimum(draw.numbers % 2**40, len(places.town_names) - 1)),
        join(side, village, "村村民委员会"), join(side, village, "村"),
        join(side, village, take(words("nature"), draw.integers("nature", len(words("nature"))))),
        join(village, take(words("traffic"), draw.integers("traffic", len(words("traffic"))))),
        join(take(pa.array(places.names), county), side, take(publics, draw.integers("public", len(publics)))),
    ]  # fmt: skip
    return pa.concat_arrays(kinds).take(pa.array(which * rows + np.arange(rows)))


def real_estate_unit(people: People) -> Batch:
    """自然资源厅 不动产单元: rectangles in EPSG:4545, as WKB; the number has 28 characters (GB/T 37346)."""
    rows, draw, longitude, latitude = _where(people, "unit", UNITS)
    homes = people.households
    urban = homes.is_urban[rows]
    version = people.chunk.version(draw, "touched", TOUCHED)
    area = np.round(np.clip(draw.normal("area", 115, 35), 38, 400) * np.where(urban, 1.0, 1.5), 2)
    usages = words("usage")
    usage = draw.pick("usage", np.array([0.9, 0.04, 0.01, 0.02, 0.01, 0.005, 0.015]))
    usage = np.where(version > people.chunk.appears, (usage + 1 + draw.integers("new usage", 6)) % 7, usage)
    number = join(
        take(pa.array(geography().codes), homes.county[rows]), digits(draw.integers("zone", 999, 1), 3),
        digits(draw.integers("part", 999, 1), 3), choose(urban, "GB", "JC"),
        digits(draw.integers("parcel", 99_999, 1), 5),
        "F", digits(draw.numbers, 8),
    )  # fmt: skip
    batch = Batch("natural_resources/real_estate_unit", "不动产单元号", draw, {
        "不动产单元号": number,
        "坐落": homes.address.take(pa.array(rows)),
        "面积": pa.array(area),
        "用途": take(usages, usage),
        "geometry": _rectangles(longitude, latitude, area, draw),
    })  # fmt: skip
    batch.spoil("坐落", "address", "text")
    return batch


def _rectangles(longitude: Floats, latitude: Floats, area: Floats, draw: Draw) -> pa.BinaryArray:
    from pyproj import Transformer

    east, north = Transformer.from_crs(4490, 4545, always_xy=True).transform(longitude, latitude)
    width = np.sqrt(area) * (0.8 + 0.5 * draw.uniform("width"))
    depth = area / width
    shape = np.zeros(len(area), [("order", "u1"), ("kind", "<u4", 3), ("corner", "<f8", (5, 2))])
    shape["order"], shape["kind"] = 1, (3, 1, 5)
    for corner, (right, up) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))):
        shape["corner"][:, corner, 0] = np.round(east + right * width, 3)
        shape["corner"][:, corner, 1] = np.round(north + up * depth, 3)
    offsets = np.arange(len(area) + 1, dtype=np.int32) * np.int32(shape.itemsize)
    return pa.BinaryArray.from_buffers(
        pa.binary(), len(area), [None, pa.py_buffer(offsets), pa.py_buffer(shape.tobytes())]
    )


def doors(people: People) -> tuple[Integers, pa.StringArray, Floats, Floats]:
    """Households with a listed door: their rows, the doors' address codes, longitude and latitude."""
    rows, _draw, longitude, latitude = _where(people, "door", DOORS)
    return rows, door_codes(people, rows), longitude, latitude


def door_codes(people: People, households: Integers) -> pa.StringArray:
    """The address code of households' doors, listed or not."""
    homes = people.households
    return join(take(pa.array(geography().codes), homes.county[households]), digits(homes.draw.numbers[households], 12))
