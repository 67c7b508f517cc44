"""Delivered Parquet, streamed row group by row group."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from foundation.catalogue.model import Dataset
from foundation.delivery.header import Mode, expected_columns, match_header
from foundation.delivery.refusal import DeliveryRefused, Rejections
from foundation.delivery.rows import BATCH_ROWS, numbered, row_numbers, without_nul
from foundation.delivery.text import refuse_empty
from foundation.delivery.typed import column_text, not_utf8

_UNREADABLE = (pa.ArrowException, OSError)


class ParquetFile:
    """A Parquet file of a dataset; its schema is checked at once."""

    def __init__(self, dataset: Dataset, path: Path, mode: Mode) -> None:
        refuse_empty(path)
        self.dataset, self.path = dataset, path
        self.columns = expected_columns(dataset, mode)
        with self._open() as file:
            names = file.schema_arrow.names
        self.names = dict(zip(match_header(dataset, mode, names, path.name), names, strict=True))

    def batches(self, rejections: Rejections) -> Iterator[pa.RecordBatch]:
        """Batches of row numbers and the expected columns as text; DeliveryRefused where pages are damaged."""
        first = 1
        with self._open() as file:
            columns = [self.names[name] for name in self.columns]
            batches = file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False)
            while (batch := self._next(batches)) is not None:
                texts = [column_text(batch.column(self.names[name]), name, self.path.name) for name in self.columns]
                batch = numbered(row_numbers(first, batch.num_rows), self.columns, texts)
                first += batch.num_rows
                yield without_nul(batch, rejections, self.dataset.record_key)

    def _open(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self.path)
        except UnicodeDecodeError:
            raise not_utf8(self.path.name, "列名") from None
        except _UNREADABLE:
            raise self._unreadable() from None

    def _next(self, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        try:
            return next(batches, None)
        except _UNREADABLE:
            raise self._unreadable() from None

    def _unreadable(self) -> DeliveryRefused:
        what = "不是完整的 Parquet 文件，可能被截断或损坏"
        return DeliveryRefused("unreadable", self.path.name, what, "请重新导出并上传。")
