"""Delivered GeoJSON and GeoPackage, streamed through GDAL as Arrow; geometry as WKB in the declared CRS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely
from pyogrio import list_layers
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import open_arrow
from pyproj.exceptions import CRSError

from foundation.catalogue.model import Dataset
from foundation.delivery.header import GEOMETRY, Mode, expected_columns, match_header
from foundation.delivery.refusal import DeliveryRefused, Rejections
from foundation.delivery.rows import BATCH_ROWS, numbered, row_numbers, without_nul
from foundation.delivery.text import refuse_empty
from foundation.delivery.typed import column_text, not_utf8

_UNREADABLE = (DataSourceError, DataLayerError, pa.ArrowException, OSError, RuntimeError)
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{[^}]*?"name"\s*:\s*"([^"]{1,200})"')
_ID_PROPERTY = re.compile(rb'"properties"\s*:\s*\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*?"id"\s*:')
_MEMBER_WITHIN = 1 << 16
_SAME_AS_CGCS2000 = (4326, 4490)  # differ by less than a metre; RFC 7946 knows no other CRS than the former


class SpatialFile:
    """A GeoJSON or the one layer of a GeoPackage; fields and CRS are checked at once."""

    def __init__(self, dataset: Dataset, path: Path, mode: Mode) -> None:
        refuse_empty(path)
        self.dataset, self.path = dataset, path
        self.columns = expected_columns(dataset, mode)
        self.declared = pyproj.CRS.from_user_input(dataset.format.crs or "EPSG:4490")
        self.layer = self._layer()
        with self._open() as (meta, reader):
            fields = self._properties([str(name) for name in meta["fields"]])
            self._check_crs(meta["crs"])
            is_empty = not fields and next(iter(reader), None) is None
        found = expected_columns(dataset, mode) if is_empty else [*fields, GEOMETRY]
        self.names = dict(zip(match_header(dataset, mode, found, path.name), found, strict=True))

    def batches(self, rejections: Rejections) -> Iterator[pa.RecordBatch]:
        """Batches of row numbers, the expected columns as text and the geometry as WKB (null where there is none)."""
        first = 1
        with self._open() as (meta, reader):
            geometry = meta["geometry_name"] or "wkb_geometry"
            for part in reader:
                if part.num_rows == 0:
                    continue
                columns = [self._column(part, name, geometry) for name in self.columns]
                batch = numbered(row_numbers(first, part.num_rows), self.columns, columns)
                first += part.num_rows
                yield without_nul(batch, rejections, self.dataset.record_key)

    @contextmanager
    def _open(self) -> Iterator[tuple[dict[str, Any], pa.RecordBatchReader]]:
        options = {"DATE_AS_STRING": "YES"} if self.dataset.format.kind == "geojson" else {}
        try:
            with open_arrow(self.path, layer=self.layer, use_pyarrow=True, batch_size=BATCH_ROWS, **options) as opened:
                yield opened
        except UnicodeDecodeError:
            raise not_utf8(self.path.name, "字段名") from None
        except _UNREADABLE:
            raise self._unreadable() from None

    def _layer(self) -> str:
        try:
            layers = [str(name) for name, geometry_type in list_layers(self.path) if geometry_type is not None]
        except UnicodeDecodeError:
            raise not_utf8(self.path.name, "图层名") from None
        except _UNREADABLE:
            raise self._unreadable() from None
        if self.dataset.format.table in layers:
            return str(self.dataset.format.table)
        if len(layers) != 1:
            what = f"有 {len(layers)} 个空间图层，应只有一个"
            raise DeliveryRefused("layer", self.path.name, what, "请只导出目录登记的图层。")
        return layers[0]

    def _check_crs(self, found: str | None) -> None:
        """DeliveryRefused (crs) unless the file is in the declared CRS."""
        if self.dataset.format.kind == "geojson":
            found = self._crs_member()
            if found is None:
                return
        try:
            crs = pyproj.CRS.from_user_input(found) if found else None
        except CRSError:
            crs = None
        if crs is None or not self._is_declared(crs):
            what = f"坐标系为 {_title(crs) if crs else found or '未注明'}，目录约定为 {_title(self.declared)}"
            raise DeliveryRefused("crs", self.path.name, what, f"请转换为 {_title(self.declared)} 并在文件中注明。")

    def _is_declared(self, crs: pyproj.CRS) -> bool:
        if crs.equals(self.declared, ignore_axis_order=True):
            return True
        is_lon_lat = crs.to_epsg() in _SAME_AS_CGCS2000 or crs.to_authority() == ("OGC", "CRS84")
        return is_lon_lat and self.dataset.format.kind == "geojson" and self.declared.to_epsg() in _SAME_AS_CGCS2000

    def _properties(self, fields: list[str]) -> list[str]:
        """The fields without the `id` that GDAL makes of a GeoJSON feature's own identifier, which is no property."""
        named = [*self.columns, *self.dataset.ignored]
        if self.dataset.format.kind != "geojson" or "id" not in fields or "id" in named:
            return fields
        with self.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            is_property = _ID_PROPERTY.search(content) is not None
        return fields if is_property else [name for name in fields if name != "id"]

    def _crs_member(self) -> str | None:
        """The name in the `crs` member at the head or the end of a GeoJSON; GDAL takes an unknown name for WGS 84."""
        with self.path.open("rb") as file:
            head = file.read(_MEMBER_WITHIN)
            file.seek(max(len(head), self.path.stat().st_size - _MEMBER_WITHIN))
            found = _CRS_MEMBER.search(head) or _CRS_MEMBER.search(file.read())
        return found[1].decode(errors="replace") if found else None

    def _column(self, part: pa.RecordBatch, name: str, geometry: str) -> pa.Array:
        if name == GEOMETRY:
            shapes = part.column(geometry).cast(pa.binary())
            self._check_range(shapes)
            return shapes
        return column_text(part.column(self.names[name]), name, self.path.name)

    def _check_range(self, shapes: pa.Array) -> None:
        """DeliveryRefused (coordinate_range) where numbers cannot be longitudes and latitudes."""
        if not self.declared.is_geographic:
            return
        bounds = np.abs(shapely.bounds(shapely.from_wkb(shapes.to_numpy(zero_copy_only=False), on_invalid="ignore")))
        if bool((bounds > np.array([180, 90, 180, 90])).any()):
            what = "坐标超出经纬度范围（经度 ±180，纬度 ±90，经度在前）"
            raise DeliveryRefused(
                "coordinate_range", self.path.name, what, f"请转换为 {_title(self.declared)} 的经纬度。"
            )

    def _unreadable(self) -> DeliveryRefused:
        title = "GeoJSON" if self.dataset.format.kind == "geojson" else "GeoPackage"
        return DeliveryRefused(
            "unreadable", self.path.name, f"不是完整的 {title} 文件，可能被截断或损坏", "请重新导出并上传。"
        )


def _title(crs: pyproj.CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name[:40]
