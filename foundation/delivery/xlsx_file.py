"""Delivered XLSX: the first sheet, cells as the text that a reader of the sheet would copy out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import python_calamine as calamine

from foundation.catalogue.model import Dataset
from foundation.delivery.header import Mode, expected_columns, match_header, normalised
from foundation.delivery.refusal import DeliveryRefused, Rejections
from foundation.delivery.rows import BATCH_ROWS, numbered, row_numbers, without_nul
from foundation.delivery.text import refuse_empty
from foundation.delivery.typed import EXACT_AT_MOST, blank_as_null, scientific

Row: TypeAlias = Sequence[object]


class XlsxFile:
    """The first sheet of a workbook; the header stands in its first row. A column without name must be empty."""

    def __init__(self, dataset: Dataset, path: Path, mode: Mode) -> None:
        refuse_empty(path)
        self.dataset, self.path = dataset, path
        self.columns = expected_columns(dataset, mode)
        self.sheet = self._sheet()
        header = next(self._rows(), [])
        names = [normalised(_text(cell) or "") for cell in header]
        if not any(names):
            raise DeliveryRefused("header_missing", path.name, "第一个工作表的第一行没有列名", "请将列名写在第一行。")
        self.unnamed = [position for position, name in enumerate(names) if not name]
        spelled = match_header(dataset, mode, [name for name in names if name], path.name)
        named = [position for position, name in enumerate(names) if name]
        self.positions = dict(zip(spelled, named, strict=True))

    def batches(self, rejections: Rejections) -> Iterator[pa.RecordBatch]:
        """Batches of row numbers and the expected columns; rows without any value are not counted."""
        rows = (row for row in islice(self._rows(), 1, None) if any(cell != "" for cell in row))
        first = 1
        while part := list(islice(rows, BATCH_ROWS)):
            cells = list(zip(*part, strict=True))
            self._refuse_unnamed(cells)
            texts = [_texts(cells[self.positions[name]]) for name in self.columns]
            batch = numbered(row_numbers(first, len(part)), self.columns, texts)
            first += len(part)
            yield without_nul(batch, rejections, self.dataset.record_key)

    def _rows(self) -> Iterator[Row]:
        """All rows from the sheet's first on; those above and the columns left of the first value are blank."""
        yield from self.sheet.iter_rows() if self.sheet.start == (0, 0) else self.sheet.to_python(skip_empty_area=False)

    def _sheet(self) -> calamine.CalamineSheet:
        try:
            with calamine.load_workbook(str(self.path)) as workbook:
                return workbook.get_sheet_by_index(0)
        except calamine.PasswordError:
            raise DeliveryRefused("unreadable", self.path.name, "工作簿有打开密码", "请去掉密码后重新报送。") from None
        except (calamine.CalamineError, OSError):
            what = "不是完整的 XLSX 工作簿，可能损坏或扩展名不符"
            raise DeliveryRefused(
                "unreadable", self.path.name, what, "请用电子表格软件另存为 XLSX 后重新报送。"
            ) from None

    def _refuse_unnamed(self, cells: Sequence[Row]) -> None:
        for position in self.unnamed:
            if any(cell != "" for cell in cells[position]):
                what = f"第 {position + 1} 列有值但没有列名"
                raise DeliveryRefused("column_unknown", self.path.name, what, "请补上列名或删除该列后重新报送。")


def _texts(cells: Row) -> pa.Array:
    """A column's cells as text, blank as null; most columns hold nothing but text."""
    if set(map(type, cells)) <= {str}:
        return blank_as_null(pa.array(cells, pa.string()))
    return blank_as_null(pa.array([_text(cell) for cell in cells], pa.string()))


def _text(cell: object) -> str | None:
    """Text as it is; dates as YYYY-MM-DD; whole numbers without point, and in scientific form where digits are lost."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        is_whole = cell == int(cell) and abs(cell) < EXACT_AT_MOST
        return str(int(cell)) if is_whole else scientific(float(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == time() else "%Y-%m-%d %H:%M:%S")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
