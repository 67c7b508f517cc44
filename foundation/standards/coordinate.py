"""Points in CGCS2000 (EPSG:4490), from WGS-84, GCJ-02 and BD-09.

GCJ-02 and BD-09 are not coordinate reference systems but offsets added to WGS-84: about 460 m and 1.1 km at Xi'an.
They are undone by iteration to less than 1e-9 degrees. WGS-84 and CGCS2000 differ by less than a metre and are taken as
equal, as PROJ does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.codepoints import as_strings
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.findings import PLACEHOLDER
from foundation.standards.tidying import Tidying, tidy

Degrees = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FORMAT = Rule("coordinate.format", "经纬度不是十进制度数", Severity.ERROR)
RANGE = Rule("coordinate.range", "经纬度超出取值范围", Severity.ERROR)
INCOMPLETE = Rule("coordinate.incomplete", "经度和纬度只有其一", Severity.ERROR)
CRS = Rule("coordinate.crs", "坐标系未说明或不能识别，坐标不能换算", Severity.ERROR)
ZERO = Rule("coordinate.zero", "经纬度均为零，不是实际位置", Severity.ERROR)
SWAPPED = Rule("coordinate.swapped", "经度与纬度颠倒，已调换", Severity.WARNING)
OUTSIDE = Rule("coordinate.outside", "位置在陕西省范围之外", Severity.ERROR)
RULES = (FORMAT, RANGE, INCOMPLETE, CRS, ZERO, SWAPPED, OUTSIDE)

# Bounds of the province in degrees: west, east, south, north.
WEST, EAST, SOUTH, NORTH = 105.48, 111.26, 31.70, 39.60
# After tidying: upper case, half-width, without blanks, hyphens and underscores.
SYSTEMS = {
    "CGCS2000": (
        "CGCS2000",
        "EPSG4490",
        "4490",
        "国家2000",
        "国家大地2000",
        "2000国家大地坐标系",
        "2000坐标系",
        "大地2000",
    ),
    "WGS84": ("WGS84", "WGS1984", "GPS", "EPSG4326", "4326", "GCSWGS1984"),
    "GCJ02": ("GCJ02", "GCJ2", "GCJ", "GCJO2", "火星坐标", "火星坐标系", "高德", "腾讯", "国测局坐标"),
    "BD09": ("BD09", "BD9", "BD09LL", "BDO9", "百度", "百度坐标", "百度坐标系"),
}
SYSTEM_OF = {spelling: system for system, spellings in SYSTEMS.items() for spelling in spellings}
PLAIN = r"^[+-]?\d{1,3}(\.\d*)?$"
DEGREES_MINUTES = (
    r"^(?P<d>\d{1,3})[°度](?:(?P<m>\d{1,2}(?:\.\d+)?)[′'分])?"
    r"(?:(?P<s>\d{1,2}(?:\.\d+)?)(?:′′|''|[″\"秒]))?[EN]?$"
)
TIDYING = Tidying(
    ((r"[\s\p{Z}\p{Cf}\p{Cc}]+", ""), (r"^[EN东经北纬'‘’`]+", "")), clean="0123456789.-", is_contextual=True
)
AXIS, FLATTENING = 6378245.0, 0.00669342162296594323
BD_PI = np.pi * 3000.0 / 180.0


class Points(NamedTuple):
    """Longitude and latitude in CGCS2000 degrees, the rule that each point broke, and where its system is known."""

    longitude: pa.DoubleArray
    latitude: pa.DoubleArray
    issue: pa.StringArray
    is_known: pa.BooleanArray


def conform_points(longitude: pa.Array, latitude: pa.Array, crs: pa.Array) -> Points:
    """Points given as text in the systems that `crs` names; null where a point can't be known, always with its reason.

    Degrees exchanged are put right and reported: within the province the two ranges don't overlap. What was converted
    is rounded to seven decimals (1 cm).
    """
    (lon, lon_broken), (lat, lat_broken) = _parsed(longitude), _parsed(latitude)
    system = _systems(crs)
    issue = np.zeros(len(lon), np.int8)
    missing = np.isnan(lon) | np.isnan(lat)
    _report(issue, FORMAT, lon_broken | lat_broken)
    _report(issue, INCOMPLETE, np.isnan(lon) != np.isnan(lat))
    _report(issue, ZERO, (lon == 0) & (lat == 0))
    _report(issue, CRS, ~missing & (system == 0))
    swapped = _inside(lat, lon, 0.1) & (issue == 0)
    _report(issue, SWAPPED, swapped)
    lon, lat = np.where(swapped, lat, lon), np.where(swapped, lon, lat)
    _report(issue, RANGE, ~missing & ((np.abs(lon) > 180) | (np.abs(lat) > 90)))
    lost = missing | ((issue != 0) & ~swapped)
    lon, lat = _to_cgcs2000(np.where(lost, np.nan, lon), np.where(lost, np.nan, lat), system)
    _report(issue, OUTSIDE, ~lost & ~_inside(lon, lat, 0.0))
    return Points(
        pa.array(lon, pa.float64(), mask=lost),
        pa.array(lat, pa.float64(), mask=lost),
        pa.array([None, *(rule.code for rule in RULES)], pa.string()).take(pa.array(issue)),
        pa.array(system > 0),
    )


def wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """GCJ-02 of WGS-84 points, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    waves = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + waves
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + waves
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    phi = np.radians(lat)
    magic = 1 - FLATTENING * np.sin(phi) ** 2
    north = np.degrees(north / (AXIS * (1 - FLATTENING) / (magic * np.sqrt(magic))))
    east = np.degrees(east / (AXIS / np.sqrt(magic) * np.cos(phi)))
    return lon + east, lat + north


def gcj02_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """BD-09 of GCJ-02 points, in degrees."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """BD-09 of WGS-84 points, in degrees."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def inverse(
    forward: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]], lon: Degrees, lat: Degrees
) -> tuple[Degrees, Degrees]:
    """The points that `forward` moves to these, found by fixed-point iteration to 1e-10 degrees."""
    x, y = lon.copy(), lat.copy()
    for _ in range(30):
        moved_x, moved_y = forward(x, y)
        step_x, step_y = lon - moved_x, lat - moved_y
        x, y = x + step_x, y + step_y
        if len(x) == 0 or max(np.nanmax(np.abs(step_x), initial=0), np.nanmax(np.abs(step_y), initial=0)) < 1e-10:
            break
    return x, y


def _to_cgcs2000(lon: Degrees, lat: Degrees, system: npt.NDArray[np.int8]) -> tuple[Degrees, Degrees]:
    """Undo the offsets of GCJ-02 and BD-09."""
    for number, forward in ((3, wgs84_to_gcj02), (4, wgs84_to_bd09)):
        rows = np.flatnonzero((system == number) & ~np.isnan(lon))
        if len(rows):
            x, y = inverse(forward, lon[rows], lat[rows])
            lon[rows], lat[rows] = np.round(x, 7), np.round(y, 7)
    return lon, lat


def _inside(lon: Degrees, lat: Degrees, margin: float) -> Mask:
    """Whether points are within the bounds of the province, widened by a margin in degrees."""
    east_west = (lon >= WEST - margin) & (lon <= EAST + margin)
    inside: Mask = east_west & (lat >= SOUTH - margin) & (lat <= NORTH + margin)
    return inside


def _report(issue: npt.NDArray[np.int8], rule: Rule, broken: Mask) -> None:
    """Note a rule where none was noted before."""
    issue[broken & (issue == 0)] = RULES.index(rule) + 1


def _systems(crs: pa.Array) -> npt.NDArray[np.int8]:
    """1 CGCS2000, 2 WGS-84, 3 GCJ-02, 4 BD-09, 0 not known, worked out once per distinct spelling."""
    encoded = as_strings(crs).dictionary_encode()
    names = list(SYSTEMS)
    spellings = tidy(encoded.dictionary).to_pylist()
    numbers = [names.index(SYSTEM_OF[word]) + 1 if word in SYSTEM_OF else 0 for word in spellings]
    table = np.array([*numbers, 0], np.int8)
    systems: npt.NDArray[np.int8] = table[pc.fill_null(encoded.indices, len(numbers)).to_numpy(zero_copy_only=False)]
    return systems


def _parsed(array: pa.Array) -> tuple[Degrees, Mask]:
    """Degrees from text (NaN: none), and where a text is there that says nothing."""
    text = tidy(array, TIDYING)
    plain = pc.fill_null(pc.match_substring_regex(text, PLAIN), False)
    nothing = pa.scalar(None, pa.string())
    degrees = pc.if_else(plain, text, nothing).cast(pa.float64())
    values: Degrees = degrees.to_numpy(zero_copy_only=False).copy()
    rows = np.flatnonzero(pc.and_not(text.is_valid(), plain).to_numpy(zero_copy_only=False))
    broken = np.zeros(len(values), np.bool_)
    if len(rows):
        part = text.take(pa.array(rows))
        values[rows] = _sexagesimal(part)
        empty = pc.match_substring_regex(pc.replace_substring_regex(part, r"[\p{Pd}/.]+", ""), PLACEHOLDER)
        broken[rows] = np.isnan(values[rows]) & ~empty.to_numpy(zero_copy_only=False)
    return values, broken


def _sexagesimal(text: pa.StringArray) -> Degrees:
    """Degrees from degrees, minutes and seconds; NaN where the text is not of that form."""
    parts = pc.extract_regex(text, DEGREES_MINUTES)
    numbers = []
    for name in ("d", "m", "s"):
        part = pc.struct_field(parts, name)
        number = pc.if_else(pc.equal(part, ""), "0", part).cast(pa.float64())
        numbers.append(number.to_numpy(zero_copy_only=False))
    values: Degrees = numbers[0] + numbers[1] / 60 + numbers[2] / 3600
    values[parts.is_null().to_numpy(zero_copy_only=False)] = np.nan
    return values


def conform_longitude(array: pa.Array, setting: Setting) -> Conformed:
    """Degrees east as float64."""
    return _conform_degrees(array, 180.0)


def conform_latitude(array: pa.Array, setting: Setting) -> Conformed:
    """Degrees north as float64."""
    return _conform_degrees(array, 90.0)


def _conform_degrees(array: pa.Array, limit: float) -> Conformed:
    """Degrees within the limit; others are null and reported."""
    values, broken = _parsed(array)
    issue = np.zeros(len(values), np.int8)
    _report(issue, FORMAT, broken)
    _report(issue, RANGE, np.abs(values) > limit)
    codes = pa.array([None, *(rule.code for rule in RULES)], pa.string()).take(pa.array(issue))
    return Conformed(pa.array(values, pa.float64(), mask=np.isnan(values) | (issue != 0)), codes)


STANDARDS = (
    Standard("longitude", pa.float64(), conform_longitude, RULES),
    Standard("latitude", pa.float64(), conform_latitude, RULES),
)
