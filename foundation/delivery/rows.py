"""Batches of a delivery: row numbers, declared columns in their order, and rows that are rejected by their content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.delivery.header import OPERATION, OPERATIONS
from foundation.delivery.refusal import RejectedRow, Rejections

ROW_NUMBER = "row_number"
BATCH_ROWS = 65_536
OPERATION_REASON = f"“操作”列的值不是{'、'.join(OPERATIONS)}之一，请改正后重新报送该行"
NUL_REASON = "该行含有空字符（NUL），请核对导出程序和传输后重新报送该行"


def numbered(numbers: pa.Array, names: Sequence[str], columns: Sequence[pa.Array]) -> pa.RecordBatch:
    """A batch of `row_number` and the named columns."""
    return pa.RecordBatch.from_arrays([numbers, *columns], names=[ROW_NUMBER, *names])


def sliced(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in parts of at most BATCH_ROWS rows."""
    for start in range(0, batch.num_rows, BATCH_ROWS):
        yield batch.slice(start, BATCH_ROWS)


def row_numbers(start: int, rows: int) -> pa.Array:
    """`rows` consecutive numbers from `start`."""
    return pa.array(np.arange(start, start + rows, dtype=np.int64))


def key_of(fields: Mapping[str, str | None], key_columns: Sequence[str]) -> str | None:
    """The record key as far as the fields give it: None where a part is missing or blank."""
    parts = [(fields.get(column) or "").strip() for column in key_columns]
    return "|".join(parts) if all(parts) else None


def reject(
    batch: pa.RecordBatch, bad: pa.Array, rejections: Rejections, key: Sequence[str], rule: str, reason: str
) -> pa.RecordBatch:
    """The batch without the rows that are `bad` (booleans, no nulls), which are rejected under the rule."""
    if not pc.any(bad).as_py():
        return batch
    for row in batch.filter(bad).select([ROW_NUMBER, *key]).to_pylist():
        rejections.add(RejectedRow(row[ROW_NUMBER], key_of(row, key), rule, reason))
    return batch.filter(pc.invert(bad))


def checked_operation(batch: pa.RecordBatch, rejections: Rejections, key: Sequence[str]) -> pa.RecordBatch:
    """A delta's batch with 操作 trimmed, without the rows in which it is none of 新增, 变更, 删除."""
    trimmed = pc.utf8_trim_whitespace(batch.column(OPERATION))
    position = batch.schema.get_field_index(OPERATION)
    batch = batch.set_column(position, OPERATION, trimmed)
    bad = pc.invert(pc.is_in(trimmed, value_set=pa.array(OPERATIONS)))
    return reject(batch, bad, rejections, key, "operation", OPERATION_REASON)


def without_nul(batch: pa.RecordBatch, rejections: Rejections, key: Sequence[str]) -> pa.RecordBatch:
    """The batch without the rows in which a text holds a NUL, which PostgreSQL cannot store."""
    bad = any_column(batch, lambda column: pc.match_substring(column, "\0"), b"\0")
    return batch if bad is None else reject(batch, bad, rejections, key, "nul_character", NUL_REASON)


def any_column(batch: pa.RecordBatch, test: Callable[[pa.Array], pa.Array], marks: bytes) -> pa.Array | None:
    """Rows in which the test holds for any text that has one of the bytes; None if no text has one."""
    bad: pa.Array | None = None
    for name in batch.schema.names:
        column = batch.column(name)
        if pa.types.is_string(column.type) and has_byte(column, marks):
            found = pc.fill_null(test(column), False)
            bad = found if bad is None else pc.or_(bad, found)
    return bad


def has_byte(column: pa.Array, marks: bytes) -> bool:
    """Whether one of the bytes may occur in the texts (their whole buffer is looked at)."""
    buffer = column.buffers()[2]
    if buffer is None:
        return False
    data = np.frombuffer(buffer, np.uint8)
    return any(bool((data == mark).any()) for mark in marks)
