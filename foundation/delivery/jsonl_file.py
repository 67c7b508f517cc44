"""Delivered JSON Lines: blocks of lines through Arrow's parser; a block with an odd line is read line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json

from foundation.catalogue.model import Dataset
from foundation.delivery.header import DELETION, OPERATION, Mode, expected_columns, match_header, normalised
from foundation.delivery.refusal import DeliveryRefused, RejectedRow, Rejections
from foundation.delivery.rows import key_of, numbered, row_numbers, sliced, without_nul
from foundation.delivery.text import Utf8Stream, codec_name, refuse_empty, skip_bom
from foundation.delivery.typed import blank_as_null

BLOCK_BYTES = 1 << 24
HEAD_ROWS = 1_000
_LINE_BYTES = 1 << 26
_PARSED_BYTES = 1 << 20
_NULL_AFTER_OBJECT = re.compile(rb"\}\s*null")
_NOT_JSON = "该行不是一个完整的 JSON 对象（或键重复），请改正后重新报送该行"
_NESTED = "该行有的值是数组或对象，应为文本或数值，请改正后重新报送该行"


class JsonlFile:
    """A JSON Lines file of a dataset; its columns are the keys of the first thousand objects."""

    def __init__(self, dataset: Dataset, path: Path, mode: Mode) -> None:
        refuse_empty(path, may_say_nothing=mode == "delta")
        self.dataset, self.path, self.mode = dataset, path, mode
        self.encoding = codec_name(dataset.format.encoding)
        with path.open("rb") as file:
            self.offset = skip_bom(file.read(4), self.encoding, path.name)
        self.columns = expected_columns(dataset, mode)
        names = self._keys()
        self.names = dict(zip(match_header(dataset, mode, names, path.name), names, strict=True))
        self.schema = pa.schema([(name, pa.string()) for name in names])

    def batches(self, rejections: Rejections) -> Iterator[pa.RecordBatch]:
        """Batches of row numbers and the expected columns; a line that is no object is rejected, not the delivery."""
        first = 1
        for block in self._blocks(BLOCK_BYTES):
            batch, rows = self._parsed(first, block) or self._parsed_singly(first, block, rejections)
            first += rows
            rejections.check()
            yield from sliced(without_nul(batch, rejections, self.dataset.record_key))

    def _blocks(self, size: int) -> Iterator[bytes]:
        """Whole lines, a block of the file at a time."""
        rest = b""
        with Utf8Stream(self.path, self.encoding, self.offset) as stream:
            while block := stream.read(size):
                block = rest + block
                end = block.rfind(b"\n") + 1
                rest = block[end:]
                if len(rest) > _LINE_BYTES:
                    raise DeliveryRefused("unreadable", self.path.name, "有超过 64 MB 的行", "请每行写一个 JSON 对象。")
                yield block[:end]
        yield rest

    def _keys(self) -> list[str]:
        """The keys of the first objects in order of appearance; DeliveryRefused if there is no object.

        A deletion may name its record only: a delta of nothing else, or of nothing at all, has all columns.
        """
        lines = (line for block in self._blocks(1 << 20) for line in _lines(block))
        keys: dict[str, None] = {}
        is_blank, found = True, 0
        for line in lines:
            is_array, is_blank = is_blank and _opens_array(line), False
            if is_array:
                break
            row = _object(line)
            keys.update(dict.fromkeys(row or ()))
            found += row is None or not self._is_deletion(row)
            if found == HEAD_ROWS:
                break
        if is_blank and self.mode == "full":
            raise DeliveryRefused("empty_file", self.path.name, "文件没有内容", "请核对导出任务后重新报送。")
        if not keys and not is_blank:
            raise DeliveryRefused(
                "unreadable", self.path.name, "不是 JSON Lines", "请每行写一个 JSON 对象，不要写成数组。"
            )
        if not found:
            present = {normalised(key) for key in keys}
            keys.update(dict.fromkeys(name for name in self.columns if normalised(name) not in present))
        return list(keys)

    def _is_deletion(self, row: dict[str, object]) -> bool:
        return self.mode == "delta" and any(normalised(key) == OPERATION and row[key] == DELETION for key in row)

    def _parsed(self, first: int, block: bytes) -> tuple[pa.RecordBatch, int] | None:
        """The block by Arrow's parser, and its number of rows; None where a line is odd in any way."""
        rows = _plain_rows(block)
        if not rows:
            return None
        try:
            table = pa_json.read_json(
                pa.BufferReader(block),
                read_options=pa_json.ReadOptions(block_size=_PARSED_BYTES),
                parse_options=pa_json.ParseOptions(explicit_schema=self.schema, unexpected_field_behavior="error"),
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows != rows:
            return None
        texts = [table.column(self.names[name]).combine_chunks() for name in self.columns]
        return self._batch(row_numbers(first, rows), texts), rows

    def _parsed_singly(self, first: int, block: bytes, rejections: Rejections) -> tuple[pa.RecordBatch, int]:
        """The lines one by one, those rejected that are no flat object, and their number; blank ones do not count."""
        lines = _lines(block)
        numbers: list[int] = []
        rows: list[dict[str, str | None]] = []
        for number, line in enumerate(lines, first):
            row = self._flat(number, line, rejections)
            if row is not None:
                numbers.append(number)
                rows.append(row)
        texts = [pa.array([row.get(name) for row in rows], pa.string()) for name in self.columns]
        return self._batch(pa.array(numbers, pa.int64()), texts), len(lines)

    def _batch(self, numbers: pa.Array, texts: Sequence[pa.Array]) -> pa.RecordBatch:
        return numbered(numbers, self.columns, [blank_as_null(text) for text in texts])

    def _flat(self, number: int, line: bytes, rejections: Rejections) -> dict[str, str | None] | None:
        row = _object(line)
        if row is None:
            rejections.add(RejectedRow(number, self._guessed_key(line), "not_json", _NOT_JSON))
            return None
        values = {self._column(number, key): value for key, value in row.items()}
        texts = {column: _text(value) for column, value in values.items()}
        if any(isinstance(values.get(column), list | dict) for column in self.columns):
            key = key_of(texts, self.dataset.record_key)
            rejections.add(RejectedRow(number, key, "nested_value", _NESTED))
            return None
        return texts

    def _guessed_key(self, line: bytes) -> str | None:
        """The record key as far as a damaged line still tells it."""
        text = line.decode(errors="replace")
        names = {
            column: re.escape(json.dumps(self.names[column], ensure_ascii=False)) for column in self.dataset.record_key
        }
        found = {column: re.search(rf'{name}\s*:\s*"([^"\\]*)"', text) for column, name in names.items()}
        return key_of({column: one[1] for column, one in found.items() if one}, self.dataset.record_key)

    def _column(self, number: int, key: str) -> str:
        """The column of a key; DeliveryRefused (column_unknown) for a key that first comes after the first rows."""
        for column in (*self.columns, *self.dataset.ignored):
            if normalised(key) == normalised(column):
                return column
        remedy = "请删除该键，或先在目录中登记后重新报送。"
        raise DeliveryRefused("column_unknown", self.path.name, f"第 {number} 行有目录未登记的键", remedy)


def _lines(block: bytes) -> list[bytes]:
    return [line for line in block.split(b"\n") if line.strip()]


def _plain_rows(block: bytes) -> int:
    """The number of lines if each looks like one object, else 0. Arrow's JSON parser crashes on a null in an object's place."""
    text = np.frombuffer(block.strip(), np.uint8)
    if not len(text) or _NULL_AFTER_OBJECT.search(block):
        return 0
    breaks = np.flatnonzero(text == ord("\n"))
    before = breaks - 1 - (text[breaks - 1] == ord("\r"))
    begin = text[0] == ord("{") and bool((text[breaks + 1] == ord("{")).all())
    end = text[-1] == ord("}") and bool((text[before] == ord("}")).all())
    return len(breaks) + 1 if begin and end else 0


def _opens_array(line: bytes) -> bool:
    """Whether an array begins in the line that ends in another: its last object would pass for a row."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return line.lstrip().startswith(b"[")
    return False


def _object(line: bytes) -> dict[str, object] | None:
    """The object of a line, numbers as they are written; None if the line is none, or a key is doubled in it."""
    try:
        row = json.loads(line, parse_int=str, parse_float=str, parse_constant=_no_number, object_pairs_hook=_unique)
        json.dumps(row, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise ValueError("doubled key")
    return row


def _no_number(_: str) -> None:
    """NaN and Infinity say that nothing is known."""


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None
