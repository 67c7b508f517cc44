"""Delivered CSV: streamed through Arrow's parser, rows of a wrong shape rejected with their numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from foundation.catalogue.model import Dataset
from foundation.delivery.header import Mode, expected_columns, match_header, matches
from foundation.delivery.refusal import DeliveryRefused, RejectedRow, Rejections
from foundation.delivery.rows import any_column, key_of, numbered, reject, sliced, without_nul
from foundation.delivery.text import Utf8Stream, codec_name, refuse_empty, skip_bom, wrong_encoding

BLOCK_BYTES = 1 << 24
_HEAD_BYTES = 1 << 20
_HEADER = re.compile(rb'\s*((?:[^"\r\n]|"[^"]*")*)(?:\r\n|\r|\n|\Z)')
_LINE_BREAK = re.compile("[\r\n]")
_OTHER_DELIMITERS = {"\t": "制表符", ";": "分号", "|": "竖线", "，": "全角逗号", "\x01": "控制符 0x01"}
_LINE_BREAK_REASON = "该行的一个值内含换行和整行分隔符，疑因引号不成对吞并了后续行，请改正后重新报送该行及其后的行"


class CsvFile:
    """A CSV file of a dataset; the header is checked at once, the content while batches are read."""

    def __init__(self, dataset: Dataset, path: Path, mode: Mode) -> None:
        refuse_empty(path)
        self.dataset, self.path, self.mode = dataset, path, mode
        self.encoding = codec_name(dataset.format.encoding)
        names, self.offset = self._header()
        self.names = match_header(dataset, mode, names, path.name)

    def batches(self, rejections: Rejections) -> Iterator[pa.RecordBatch]:
        """Batches of row numbers and the expected columns; raises DeliveryRefused for what only the content tells."""
        parse = _Parse(self, rejections)
        try:
            yield from parse.batches()
        except pa.ArrowInvalid as error:
            raise self._unparsable(error) from None
        finally:
            parse.stream.close()

    def _unparsable(self, error: pa.ArrowInvalid) -> DeliveryRefused:
        if "straddling" in str(error):
            return _unclosed(self.path.name)
        return DeliveryRefused("unreadable", self.path.name, "CSV 结构不能解析", "请核对分隔符和引号，重新导出。")

    def _header(self) -> tuple[list[str], int]:
        """The names in the first row that is not blank, and the offset of the byte after it."""
        with self.path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        bom = skip_bom(head, self.encoding, self.path.name)
        found = _HEADER.match(head, bom)
        if found is None:
            raise _unclosed(self.path.name)
        if not found[1]:
            raise DeliveryRefused("empty_file", self.path.name, "文件没有内容", "请核对导出任务后重新报送。")
        return self._names(found[1]), found.end()

    def _names(self, line: bytes) -> list[str]:
        other = "utf-8" if self.encoding == "gb18030" else "gb18030"
        declared, alternative = _decoded(line, self.encoding), _decoded(line, other)
        if declared is not None and self._fits(declared):
            return _fields(declared)
        if alternative is not None and self._fits(alternative):
            raise wrong_encoding(self.path.name, other, self.encoding)
        if declared is None:
            raise DeliveryRefused("undecodable", self.path.name, "第一行不能按约定编码解码", "请以约定编码重新导出。")
        for delimiter, title in _OTHER_DELIMITERS.items():
            if matches(self.dataset, self.mode, _fields(declared, delimiter)):
                what = f"列以{title}分隔，约定为半角逗号"
                raise DeliveryRefused("delimiter", self.path.name, what, "请以逗号分隔重新导出。")
        return _fields(declared)

    def _fits(self, line: str) -> bool:
        return matches(self.dataset, self.mode, _fields(line))


class _Parse:
    """One reading of the file.

    A last row of a wrong shape is appended; if it does not come back as such, a quote was left open.
    """

    def __init__(self, file: CsvFile, rejections: Rejections) -> None:
        self.file, self.rejections = file, rejections
        self.key = file.dataset.record_key
        self.columns = expected_columns(file.dataset, file.mode)
        self.width = len(file.names)
        self.last_row = "\x1aend of delivery" + ("," if self.width == 1 else "")
        self.is_complete = False
        self.skipped: list[int] = []
        self.stream = Utf8Stream(file.path, file.encoding, file.offset, f"\n{self.last_row}\n".encode())

    def batches(self) -> Iterator[pa.RecordBatch]:
        first = 1
        for batch in self._reader():
            self.rejections.check()
            if batch.num_rows == 0:
                continue
            numbers = self._numbers(first, batch.num_rows)
            first = int(numbers[-1].as_py()) + 1
            yield from sliced(self._sound(numbered(numbers, self.columns, batch.columns)))
        self.rejections.check()
        if not self.is_complete:
            raise _unclosed(self.file.path.name)

    def _reader(self) -> pa_csv.CSVStreamingReader:
        """Rows are parsed in one thread, because only then do invalid rows come with their number."""
        return pa_csv.open_csv(
            pa.PythonFile(self.stream, mode="r"),
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=self.file.names),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=self._invalid),
            convert_options=pa_csv.ConvertOptions(
                check_utf8=False,
                include_columns=self.columns,
                column_types={name: pa.string() for name in self.columns},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )

    def _invalid(self, row: pa_csv.InvalidRow) -> str:
        if row.text == self.last_row:
            self.is_complete = True
        else:
            self.skipped.append(row.number)
            self.rejections.add(self._rejected(row))
        return "skip"

    def _rejected(self, row: pa_csv.InvalidRow) -> RejectedRow:
        key = self._key_in(row.text)
        if _LINE_BREAK.search(row.text):
            self._note_swallowed(row.text)
            return RejectedRow(row.number, key, "line_break", _LINE_BREAK_REASON)
        return RejectedRow(row.number, key, "field_count", _count_reason(row.actual_columns, self.width))

    def _numbers(self, first: int, rows: int) -> pa.Array:
        """The numbers of the next valid rows: those from `first` that were not skipped."""
        skipped = np.array(self.skipped, dtype=np.int64)
        candidates = np.arange(first, first + rows + len(skipped), dtype=np.int64)
        numbers = np.setdiff1d(candidates, skipped, assume_unique=True)[:rows]
        self.skipped = [number for number in self.skipped if number > numbers[-1]]
        return pa.array(numbers)

    def _sound(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without rows that hold a NUL or that swallowed lines by an unbalanced quote."""
        if self.stream.has_nul:
            batch = without_nul(batch, self.rejections, self.key)
        if self.stream.has_quotes:
            bad = any_column(batch, self._has_swallowed, b"\n\r")
            if bad is not None:
                for value in (value for row in batch.filter(bad).to_pylist() for value in row.values()):
                    self._note_swallowed(value if isinstance(value, str) else "")
                batch = reject(batch, bad, self.rejections, self.key, "line_break", _LINE_BREAK_REASON)
        return batch

    def _note_swallowed(self, text: str) -> None:
        """Keep the keys of the rows that begin after a line break in the text."""
        keys = [self._key_in(line) for line in _LINE_BREAK.split(text)[1:]]
        self.rejections.swallowed += [key for key in keys if key is not None]

    def _key_in(self, line: str) -> str | None:
        """The record key as far as a line tells it."""
        return key_of(dict(zip(self.file.names, _fields(line), strict=False)), self.key)

    def _has_swallowed(self, column: pa.Array) -> pa.Array:
        """A value that swallowed the end of one row and the start of the next has as many delimiters as a whole row."""
        delimiters = pc.count_substring(column, ",")
        return pc.and_(pc.match_substring_regex(column, "[\r\n]"), pc.greater_equal(delimiters, max(self.width - 1, 1)))


@cache
def _count_reason(found: int, expected: int) -> str:
    return f"该行有 {found} 个字段，应为 {expected} 个，请核对分隔符和引号后重新报送该行"


def _unclosed(file: str) -> DeliveryRefused:
    return DeliveryRefused("quote_unclosed", file, "有引号直到文件末尾未闭合", "请核对引号和传输是否完整，重新导出。")


def _decoded(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _fields(line: str, delimiter: str = ",") -> list[str]:
    """The fields of one row, as well as they can be told."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)
