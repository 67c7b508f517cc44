"""A delivery opened for reading, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from foundation.catalogue.model import Dataset
from foundation.delivery.csv_file import CsvFile
from foundation.delivery.header import Mode, expected_columns
from foundation.delivery.jsonl_file import JsonlFile
from foundation.delivery.parquet_file import ParquetFile
from foundation.delivery.refusal import REJECTED_AT_MOST, Rejections
from foundation.delivery.rows import ROW_NUMBER, checked_operation
from foundation.delivery.xlsx_file import XlsxFile


class Source(Protocol):
    """What reads one format: batches of `row_number` and the expected columns; unreadable rows go to the rejections."""

    def batches(self, rejections: Rejections) -> Iterator[pa.RecordBatch]: ...


class Delivery:
    """The rows of a delivery as text, in batches.

    `columns` are the declared columns in their order, then 操作 in a delta. `rejected` fills while batches are read;
    after the last, `rows` is the number of rows delivered: accepted_rows + len(rejected).
    """

    def __init__(self, dataset: Dataset, file: str, mode: Mode, source: Source) -> None:
        self.columns = expected_columns(dataset, mode)
        self.mode = mode
        self.file = file
        self.rejected = Rejections(file, REJECTED_AT_MOST)
        self.accepted_rows = 0
        self._dataset = dataset
        self._source = source

    @property
    def rows(self) -> int:
        """Rows read so far, rejected ones included."""
        return self.accepted_rows + len(self.rejected)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of at most 65,536 rows: `row_number` (int64, from 1), then `columns` (string; geometry: binary WKB).

        Each call reads the delivery anew. Raises DeliveryRefused for what only the content tells.
        """
        self.rejected = Rejections(self.file, REJECTED_AT_MOST)
        self.accepted_rows = 0
        for batch in self._source.batches(self.rejected):
            if self.mode == "delta":
                batch = checked_operation(batch, self.rejected, self._dataset.record_key)
            self.rejected.check()
            self.accepted_rows += batch.num_rows
            if batch.num_rows:
                yield batch.select([ROW_NUMBER, *self.columns])
        self.rejected.check()


def _spatial(dataset: Dataset, path: Path, mode: Mode) -> Source:
    """GDAL is imported only where it is needed."""
    from foundation.delivery.spatial_file import SpatialFile

    return SpatialFile(dataset, path, mode)


_READERS: dict[str, Callable[[Dataset, Path, Mode], Source]] = {
    "csv": CsvFile,
    "xlsx": XlsxFile,
    "parquet": ParquetFile,
    "jsonl": JsonlFile,
    "geojson": _spatial,
    "gpkg": _spatial,
}


def open_delivery(dataset: Dataset, path: Path, mode: Mode = "full") -> Delivery:
    """Open a delivered file; DeliveryRefused for what its header tells. ValueError for a dataset without files."""
    if dataset.format.kind not in _READERS:
        raise ValueError(f"deliveries of kind {dataset.format.kind} are not files")
    return Delivery(dataset, path.name, mode, _READERS[dataset.format.kind](dataset, path, mode))
