"""Writes one dataset's delivery chunk by chunk, in its department's format, with its control file."""

from __future__ import annotations

import hashlib
import io
import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from foundation.sample.draw import Integers


class Writer(ABC):
    """A delivery being written; rows count as the department counts them, broken ones too."""

    def __init__(self, path: Path, has_control: bool = True) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self.path = path
        self.has_control = has_control
        self.rows = 0

    def write(self, table: pa.Table, broken: Integers | None = None) -> None:
        """Appends records; `broken` numbers those to be written with a wrong number of fields, where a format can."""
        self.rows += table.num_rows
        self._write(table, broken)

    @abstractmethod
    def _write(self, table: pa.Table, broken: Integers | None) -> None: ...

    def _finish(self) -> None:  # noqa: B027 - some formats have nothing to close
        """Closes the file."""

    def close(self) -> int:
        """Finishes the file and its control file, and returns the number of rows."""
        self._finish()
        control = self.path.with_name(f"{self.path.stem}.control.json")
        control.unlink(missing_ok=True)
        if self.has_control:
            with self.path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            control.write_text(json.dumps({"rows": self.rows, "sha256": sha256, "mode": "full"}) + "\n", "utf-8")
        return self.rows


class CsvWriter(Writer):
    """CSV in the encodings of the contract; `quoted` puts every text in quotation marks."""

    def __init__(self, path: Path, encoding: str, *, quoted: bool = False, has_control: bool = True) -> None:
        super().__init__(path, has_control)
        self.encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        self._file: BinaryIO = path.open("wb")
        self._file.write(b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b"")
        self._options = pacsv.WriteOptions(include_header=False, quoting_style="needed" if quoted else "none")
        self._has_header = False

    def _write(self, table: pa.Table, broken: Integers | None) -> None:
        if not self._has_header:
            self._put((",".join(table.column_names) + "\n").encode())
            self._has_header = True
        start = 0
        for row in [] if broken is None else np.sort(broken).tolist():
            self._put(self._text(table.slice(start, row - start)))
            line = self._text(table.slice(row, 1))
            self._put(line.rstrip(b"\n") + b",?\n" if row % 2 else line[: line.rindex(b",")] + b"\n")
            start = row + 1
        self._put(self._text(table.slice(start)))

    def _text(self, table: pa.Table) -> bytes:
        buffer = io.BytesIO()
        pacsv.write_csv(table, buffer, self._options)
        return buffer.getvalue()

    def _put(self, text: bytes) -> None:
        self._file.write(text if self.encoding == "utf-8" else text.decode().encode(self.encoding))

    def _finish(self) -> None:
        self._file.close()


class ParquetWriter(Writer):
    """Parquet, also used for the truth."""

    def __init__(self, path: Path, has_control: bool = True) -> None:
        super().__init__(path, has_control)
        self._writer: pq.ParquetWriter | None = None

    def _write(self, table: pa.Table, broken: Integers | None) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def _finish(self) -> None:
        if self._writer is not None:
            self._writer.close()


class JsonLinesWriter(Writer):
    """One JSON object per line; an unknown value is null."""

    def __init__(self, path: Path, has_control: bool = True) -> None:
        super().__init__(path, has_control)
        self._file: BinaryIO = path.open("wb")

    def _write(self, table: pa.Table, broken: Integers | None) -> None:
        parts: list[pa.Array | pa.Scalar] = []
        for place, name in enumerate(table.column_names):
            value = pc.replace_substring_regex(table[name].combine_chunks(), r'(["\\])', r"\\\1")
            parts.append(pa.scalar(("," if place else "{") + json.dumps(name, ensure_ascii=False) + ":"))
            parts.append(pc.fill_null(pc.binary_join_element_wise('"', value, '"', ""), "null"))
        lines = pc.binary_join_element_wise(*parts, "}\n", "")
        first, last = lines.buffers()[1], lines.buffers()[2]
        ends = np.frombuffer(first, np.int32)[[lines.offset, lines.offset + len(lines)]]
        self._file.write(memoryview(last)[int(ends[0]) : int(ends[1])])

    def _finish(self) -> None:
        self._file.close()


class XlsxWriter(Writer):
    """An Excel workbook with one sheet, at most 1,048,575 rows; columns of dates become date cells."""

    LIMIT = 1_048_575

    def __init__(self, path: Path, has_control: bool = True) -> None:
        import xlsxwriter

        super().__init__(path, has_control)
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
        self._sheet: Any = self._book.add_worksheet()
        self._next = 0

    def write(self, table: pa.Table, broken: Integers | None = None) -> None:
        """Appends as many records as the sheet still holds."""
        super().write(table.slice(0, self.LIMIT - self.rows), broken)

    def _write(self, table: pa.Table, broken: Integers | None) -> None:
        if not self._next:
            self._sheet.write_row(0, 0, table.column_names)
            self._next = 1
        for row in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    self._sheet.write_string(self._next, column, value)
                elif value is not None:
                    self._sheet.write_datetime(self._next, column, value)
            self._next += 1

    def _finish(self) -> None:
        self._book.close()


class GeoPackageWriter(Writer):
    """A GeoPackage with one layer; the table's `geometry` is WKB polygons in `crs`."""

    def __init__(self, path: Path, layer: str, crs: str, has_control: bool = True) -> None:
        super().__init__(path, has_control)
        self._options = {"layer": layer, "crs": crs, "driver": "GPKG", "geometry_type": "Polygon"}

    def _write(self, table: pa.Table, broken: Integers | None) -> None:
        import pyogrio

        steady = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z", "OGR_SQLITE_SYNCHRONOUS": "OFF"}
        pyogrio.set_gdal_config_options(steady)
        pyogrio.write_arrow(table, self.path, geometry_name="geometry", append=self.path.exists(), **self._options)
