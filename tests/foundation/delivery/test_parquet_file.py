from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.foundation.delivery.conftest import MakeDataset
from tests.foundation.delivery.reading import read, refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "2026-05-01.parquet"


def table(**changed: pa.Array) -> pa.Table:
    columns = {
        "编号": pa.array(["1", "2"]),
        "姓名": pa.array(["𠮷田", ""]),
        "出生日期": pa.array([dt.date(1990, 2, 3), None]),
        "住址": pa.array(["路", "路"]),
    }
    return pa.table({**columns, **changed})


def test_dates_become_text_and_empty_text_null(file: Path, make_dataset: MakeDataset) -> None:
    pq.write_table(table(), file)
    assert read(make_dataset("parquet", dates="date"), file) == [
        {"row_number": 1, "编号": "1", "姓名": "𠮷田", "出生日期": "1990-02-03", "住址": "路"},
        {"row_number": 2, "编号": "2", "姓名": None, "出生日期": None, "住址": "路"},
    ]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([7, 610102199001011234]), ["7", "610102199001011234"]),
        (pa.array([7.0, 12.5]), ["7", "12.5"]),
        (pa.array([610102199001011234.0, float("nan")]), ["6.101021990010112e+17", None]),
        (pa.array([Decimal("500.00"), None]), ["500.00", None]),
        (pa.array(["甲", "乙"]).dictionary_encode(), ["甲", "乙"]),
        (pa.array(["甲", ""], pa.large_string()), ["甲", None]),
        (pa.nulls(2), [None, None]),
        (
            pa.array([dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 2, 3, 4, 5, 600_000)], pa.timestamp("us")),
            ["2024-01-02", "2024-01-02 03:04:05"],
        ),
        (
            pa.array([dt.datetime(2024, 1, 1, 16, 0), dt.datetime(2024, 1, 1, 16, 0, 1)], pa.timestamp("ns", "UTC")),
            ["2024-01-02", "2024-01-02 00:00:01"],
        ),
    ],
)
def test_values_of_any_type_read_as_a_person_would_write_them(
    file: Path, make_dataset: MakeDataset, values: pa.Array, texts: list[str | None]
) -> None:
    pq.write_table(table(住址=values), file)
    assert [row["住址"] for row in read(make_dataset("parquet"), file)] == texts


def test_row_numbers_run_on_over_row_groups(file: Path, make_dataset: MakeDataset) -> None:
    pq.write_table(pa.concat_tables([table()] * 50), file, row_group_size=7)
    assert [row["row_number"] for row in read(make_dataset("parquet"), file)] == list(range(1, 101))


def test_a_truncated_file_is_refused(file: Path, make_dataset: MakeDataset) -> None:
    pq.write_table(table(), file)
    file.write_bytes(file.read_bytes()[:-40])
    assert refused(make_dataset("parquet"), file).rule == "unreadable"


def test_text_that_is_no_utf8_is_refused(file: Path, make_dataset: MakeDataset) -> None:
    """The engine fails on such text, or crashes."""
    damaged = pa.Array.from_buffers(pa.string(), 2, pa.array(["张三".encode("gb18030"), b"x"], pa.binary()).buffers())
    for column in (damaged, damaged.dictionary_encode(), pa.array([b"\xff", None], pa.binary())):
        pq.write_table(table(住址=column), file)
        refusal = refused(make_dataset("parquet"), file)
        assert refusal.rule == "undecodable" and "列“住址”" in refusal.reason and "UTF-8" in refusal.reason
    pq.write_table(table(), file)
    file.write_bytes(file.read_bytes().replace("住址".encode(), b"\xff" * 6))
    assert refused(make_dataset("parquet"), file).rule == "undecodable"


def test_damaged_pages_are_refused(file: Path, make_dataset: MakeDataset) -> None:
    pq.write_table(pa.concat_tables([table()] * 5000), file, compression="zstd")
    content = bytearray(file.read_bytes())
    content[4:120] = b"\xff" * 116
    file.write_bytes(content)
    assert refused(make_dataset("parquet"), file).rule == "unreadable"


def test_columns_are_checked(file: Path, make_dataset: MakeDataset) -> None:
    pq.write_table(table().drop_columns(["住址"]), file)
    assert refused(make_dataset("parquet"), file).rule == "column_missing"
    pq.write_table(table(电话=pa.array(["1", "2"])), file)
    assert refused(make_dataset("parquet"), file).rule == "column_unknown"
    pq.write_table(table(住址=pa.array([["路"], []])), file)
    assert refused(make_dataset("parquet"), file).rule == "column_type"
