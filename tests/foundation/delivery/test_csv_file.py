from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.delivery import DeliveryRefused, csv_file, open_delivery
from tests.foundation.delivery.conftest import MakeDataset
from tests.foundation.delivery.reading import read, refused, rows_of

HEADER = "编号,姓名,出生日期,住址\n"


def delivered(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "2026-05-01.csv"


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("gb18030", "gb18030"),
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-8-sig", "utf-8"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_texts_arrive_as_delivered(
    file: Path, make_dataset: MakeDataset, declared: str, written: str, line_end: str
) -> None:
    text = HEADER + '1,𠮷田, ２０２０-01-01 ,"西安市,雁塔区"\n2,"张""三",,\n'
    delivered(file, text.replace("\n", line_end), written)
    assert read(make_dataset(encoding=declared), file) == [
        {"row_number": 1, "编号": "1", "姓名": "𠮷田", "出生日期": " ２０２０-01-01 ", "住址": "西安市,雁塔区"},
        {"row_number": 2, "编号": "2", "姓名": '张"三', "出生日期": None, "住址": None},
    ]


def test_a_gb18030_byte_order_mark_is_no_part_of_the_header(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, "\ufeff" + HEADER + "1,甲,,\n", "gb18030")
    assert [row["编号"] for row in read(make_dataset(encoding="gb18030"), file)] == ["1"]


def test_columns_stand_in_any_order_and_ignored_ones_are_left_out(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, " 住址 ,备注,姓名,编号,出生日期\n路一号,x,甲,7,20200101\n")
    assert read(make_dataset(), file) == [
        {"row_number": 1, "编号": "7", "姓名": "甲", "出生日期": "20200101", "住址": "路一号"}
    ]


def test_four_byte_characters_survive_every_block_boundary(
    file: Path, make_dataset: MakeDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 97)
    delivered(file, HEADER + "".join(f"{n},𠮷{'野' * (n % 7)},,\n" for n in range(500)), "gb18030")
    rows = read(make_dataset(encoding="gb18030"), file)
    assert [row["姓名"] for row in rows] == ["𠮷" + "野" * (n % 7) for n in range(500)]
    assert [row["row_number"] for row in rows] == list(range(1, 501))


@pytest.mark.parametrize("block", [64, 1 << 24])
def test_rows_of_a_wrong_width_are_rejected_with_their_numbers(
    file: Path, make_dataset: MakeDataset, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", block)
    lines = [f"{n},某某,20200101,路{n}号" for n in range(1, 101)]
    lines[2] = "3,某某,路3号"
    lines[49] = "50,某某,20200101,路,50号"
    lines[99] = "100"
    delivered(file, HEADER + "\n\n".join(lines))
    delivery = open_delivery(make_dataset(), file)
    rows = rows_of(delivery)
    assert [row["row_number"] for row in rows] == [int(str(row["编号"])) for row in rows]
    assert [(row.row_number, row.record_key, row.rule) for row in delivery.rejected] == [
        (3, "3", "field_count"),
        (50, "50", "field_count"),
        (100, "100", "field_count"),
    ]
    assert "有 3 个字段，应为 4 个" in delivery.rejected[0].reason
    assert delivery.rows == 100 and delivery.accepted_rows == 97


def test_only_line_breaks_of_csv_count_as_such(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, HEADER + "1,甲\u2028乙\x0b丙,路\n")
    delivery = open_delivery(make_dataset(), file)
    assert rows_of(delivery) == []
    assert [row.rule for row in delivery.rejected] == ["field_count"]


def test_a_line_break_inside_quotes_belongs_to_the_value(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, HEADER + '1,甲,,"一号楼\n二单元, 301"\n2,乙,,\n')
    assert [row["住址"] for row in read(make_dataset(), file)] == ["一号楼\n二单元, 301", None]


def test_a_row_in_the_header_s_place_is_not_repeated(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, "1,欧阳建国,19800101,欧阳建国\n2,甲,,\n")
    with pytest.raises(DeliveryRefused) as refused:
        open_delivery(make_dataset(), file)
    assert refused.value.rule == "column_doubled" and "第 2、4 列" in refused.value.reason
    assert "欧阳" not in refused.value.reason


def test_an_unbalanced_quote_does_not_swallow_rows_unnoticed(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, HEADER + '1,甲,,\n2,"乙,,\n3,"丙,,\n4,丁,,\n')
    delivery = open_delivery(make_dataset(), file)
    assert [row["编号"] for row in rows_of(delivery)] == ["1", "4"]
    assert [(row.row_number, row.rule) for row in delivery.rejected] == [(2, "line_break")]
    assert "乙" not in delivery.rejected[0].reason


@pytest.mark.parametrize("block", [64, 1 << 24])
@pytest.mark.parametrize("row", ['2,"乙,,\n', '2,乙,,"路\n'])
def test_an_unclosed_quote_refuses_the_delivery(
    file: Path, make_dataset: MakeDataset, monkeypatch: pytest.MonkeyPatch, block: int, row: str
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", block)
    delivered(file, HEADER + "1,甲,,\n" + row + "3,丙,,\n" * 30)
    assert refused(make_dataset(), file).rule == "quote_unclosed"


def test_a_row_with_nul_is_rejected(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, HEADER + "1,甲\0,,\n2,乙,,\n")
    delivery = open_delivery(make_dataset(), file)
    assert [row["编号"] for row in rows_of(delivery)] == ["2"]
    assert [(row.row_number, row.record_key, row.rule) for row in delivery.rejected] == [(1, "1", "nul_character")]


@pytest.mark.parametrize(
    ("header", "rule", "told"),
    [
        ("编号,姓名,出生日期\n", "column_missing", "住址"),
        ("编号,姓名,出生日其,住址\n", "column_missing", "疑为文件中的“出生日其”"),
        ("编号,姓名,出生日期,住址,姓名\n", "column_doubled", "姓名"),
        ("编号,姓名,出生日期,住址,电话\n", "column_unknown", "第 5 列“电话”"),
        ("编号,姓名,出生日期,住址,操作\n", "column_unknown", "mode 为 delta"),
        ("编号\t姓名\t出生日期\t住址\n", "delimiter", "制表符"),
        ("编号;姓名;出生日期;住址\n", "delimiter", "分号"),
        ("\n \n", "empty_file", "没有内容"),
        ("", "empty_file", "0 字节"),
    ],
)
def test_a_wrong_header_is_refused_at_once(
    file: Path, make_dataset: MakeDataset, header: str, rule: str, told: str
) -> None:
    delivered(file, header)
    with pytest.raises(DeliveryRefused) as caught:
        open_delivery(make_dataset(), file)
    assert caught.value.rule == rule
    assert told in caught.value.reason


def test_a_row_of_data_in_place_of_the_header_is_not_quoted(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, "610102199001011234,甲,19900101,路\n")
    assert "610102199001011234" not in refused(make_dataset(), file).reason


@pytest.mark.parametrize(
    ("declared", "written", "told"),
    [
        ("gb18030", "utf-8", "文件编码为 UTF-8，目录约定为 GB18030"),
        ("gb18030", "utf-8-sig", "文件编码为 UTF-8，目录约定为 GB18030"),
        ("utf-8", "gb18030", "文件编码为 GB18030，目录约定为 UTF-8"),
        ("utf-8", "utf-16", "文件编码为 UTF-16，目录约定为 UTF-8"),
    ],
)
def test_another_encoding_is_named(
    file: Path, make_dataset: MakeDataset, declared: str, written: str, told: str
) -> None:
    delivered(file, HEADER + "1,甲,,\n", written)
    refusal = refused(make_dataset(encoding=declared), file)
    assert refusal.rule == "encoding"
    assert told in refusal.reason


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_undecodable_bytes_are_told_by_position(file: Path, make_dataset: MakeDataset, encoding: str) -> None:
    good = (HEADER + "1,甲,,\n").encode(encoding)
    file.write_bytes(good + b"2,\xff\xff,,\n")
    refusal = refused(make_dataset(encoding=encoding), file)
    assert refusal.rule == "undecodable"
    assert f"第 {len(good) + 2} 字节" in refusal.reason


def test_a_file_cut_within_a_character_is_refused(file: Path, make_dataset: MakeDataset) -> None:
    file.write_bytes((HEADER + "1,甲,,路").encode()[:-1])
    assert refused(make_dataset(), file).rule == "undecodable"


def test_a_header_without_rows_is_a_delivery_of_none(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, HEADER.strip())
    delivery = open_delivery(make_dataset(), file)
    assert list(delivery.batches()) == []
    assert delivery.rows == 0


def test_a_delta_says_what_to_do_with_each_record(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, HEADER.strip() + ",操作\n1,甲,,,新增\n2,乙,,, 删除 \n3,丙,,,作废\n4,丁,,,\n")
    delivery = open_delivery(make_dataset(), file, "delta")
    assert [(row["row_number"], row["操作"]) for row in rows_of(delivery)] == [(1, "新增"), (2, "删除")]
    assert [(row.row_number, row.record_key, row.rule) for row in delivery.rejected] == [
        (3, "3", "operation"),
        (4, "4", "operation"),
    ]
    delivered(file, HEADER + "1,甲,,\n")
    assert "操作" in refused(make_dataset(), file, mode="delta").reason


def test_too_many_rejected_rows_refuse_the_delivery(
    file: Path, make_dataset: MakeDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foundation.delivery.delivery.REJECTED_AT_MOST", 10)
    delivered(file, HEADER + "1,甲\n" * 11)
    assert refused(make_dataset(), file).rule == "too_many_rejected"


def test_reading_again_gives_the_same(file: Path, make_dataset: MakeDataset) -> None:
    delivered(file, HEADER + "1,甲,,\n2,乙\n3,丙,,\n")
    delivery = open_delivery(make_dataset(), file)
    assert rows_of(delivery) == rows_of(delivery)
    assert delivery.rows == 3


FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
ROW = st.lists(FIELD.map(lambda text: text.replace("\r", "").replace("\n", "")), min_size=2, max_size=6)


@given(rows=st.lists(ROW, max_size=20), encoding=st.sampled_from(["utf-8", "gb18030"]), block=st.integers(120, 400))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_delivered_or_rejected(
    file: Path,
    make_dataset: MakeDataset,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[list[str]],
    encoding: str,
    block: int,
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", block)
    with file.open("w", encoding=encoding, newline="") as out:
        out.write(HEADER)
        csv.writer(out).writerows(rows)
    delivery = open_delivery(make_dataset(encoding=encoding), file)
    got = {row["row_number"]: list(row.values())[1:] for row in rows_of(delivery)}
    assert got == {n: [text or None for text in row] for n, row in enumerate(rows, 1) if len(row) == 4}
    assert [row.row_number for row in delivery.rejected] == [n for n, row in enumerate(rows, 1) if len(row) != 4]
