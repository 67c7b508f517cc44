"""A toy province: writes deliveries as departments send them, from rows that a person can read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
import xlsxwriter

from foundation.catalogue.catalogue import Catalogue, split_name
from foundation.catalogue.load import load

Row = dict[str, Any]


def citizen_id(prefix: str, birth: str, sequence: int) -> str:
    """An invented identity number with a valid check character."""
    body = f"{prefix}{birth}{sequence:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def organisation_code(body: str) -> str:
    """An invented organisation code (GB 11714) from its eight body characters."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(alphabet.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return body + "0123456789X0"[(11 - total % 11)]


def uscc(kind: str, division: str, body: str) -> str:
    """An invented credit code (GB 32100): two leading characters, division, eight body characters."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    front = f"{kind}{division}{organisation_code(body)}"
    total = sum(alphabet.index(c) * pow(3, place, 31) for place, c in enumerate(front))
    return front + alphabet[(31 - total % 31) % 31]


@dataclass
class ToyProvince:
    """Deliveries under a folder; cells that a row leaves out are empty."""

    folder: Path
    catalogue: Catalogue

    @classmethod
    def at(cls, folder: Path) -> ToyProvince:
        return cls(folder, load())

    def path(self, name: str, on: str, extension: str | None = None) -> Path:
        kind = self.catalogue.datasets[name].format.kind
        place = self.folder / Path(*split_name(name))
        place.mkdir(parents=True, exist_ok=True)
        return place / f"{date.fromisoformat(on)}.{extension or kind}"

    def deliver(
        self, name: str, on: str, rows: list[Row], *, control: bool = False, delta: bool = False, **form: Any
    ) -> Path:
        """Write a delivery in the dataset's declared format; `form` overrides encoding, columns or the GeoJSON's crs."""
        dataset = self.catalogue.datasets[name]
        columns = form.get("columns") or [*dataset.columns, *(["操作"] if delta else [])]
        path = self.path(name, on)
        kind = dataset.format.kind
        if kind == "csv":
            write_csv(path, columns, rows, form.get("encoding") or dataset.format.encoding)
        elif kind == "xlsx":
            write_xlsx(path, columns, rows)
        elif kind == "parquet":
            pq.write_table(pa.table({column: [row.get(column) for row in rows] for column in columns}), path)
        elif kind == "jsonl":
            lines = [json.dumps({name: row.get(name) for name in columns}, ensure_ascii=False) for row in rows]
            path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        else:
            write_spatial(path, columns, rows, form.get("crs") or dataset.format.crs)
        if control:
            self.control(path, rows=len(rows), mode="delta" if delta else "full")
        return path

    def control(self, path: Path, *, rows: int, mode: str = "full", hash_: str | None = None) -> None:
        content = {"rows": rows, "sha256": hash_ or sha256(path.read_bytes()).hexdigest(), "mode": mode}
        path.with_suffix(".control.json").write_text(json.dumps(content), encoding="utf-8")


def write_csv(path: Path, columns: list[str], rows: list[Row], encoding: str | None) -> None:
    lines = [",".join(columns)] + [",".join(_cell(row.get(column)) for column in columns) for row in rows]
    path.write_bytes("".join(line + "\r\n" for line in lines).encode(encoding or "utf-8"))


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n') else text


def write_xlsx(path: Path, columns: list[str], rows: list[Row]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, columns)
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                value = row.get(column)
                if isinstance(value, date):
                    sheet.write_datetime(number, place, value)
                elif value is not None:
                    sheet.write(number, place, value)


def write_spatial(path: Path, columns: list[str], rows: list[Row], crs: str | None) -> None:
    attributes = {column: [row.get(column) for row in rows] for column in columns if column != "geometry"}
    shapes = [shapely.from_wkt(row["geometry"]) if row.get("geometry") else None for row in rows]
    frame = geopandas.GeoDataFrame(attributes, geometry=shapes, crs=crs)
    frame.to_file(path, driver="GPKG" if path.suffix == ".gpkg" else "GeoJSON", engine="pyogrio")
