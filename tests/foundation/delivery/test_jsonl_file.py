from __future__ import annotations

import json
from pathlib import Path

import pytest

from foundation.delivery import jsonl_file, open_delivery
from tests.foundation.delivery.conftest import MakeDataset
from tests.foundation.delivery.reading import read, refused, rows_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "2026-05-01.jsonl"


def line(number: object, name: object = "𠮷田", **further: object) -> str:
    return json.dumps({"编号": number, "姓名": name, "出生日期": "", "住址": None, **further}, ensure_ascii=False)


def test_lines_are_rows(file: Path, make_dataset: MakeDataset) -> None:
    file.write_text(f"\ufeff{line('1')}\r\n\n{line('2', '2020-01-01 00:00:00')}", "utf-8")
    assert read(make_dataset("jsonl"), file) == [
        {"row_number": 1, "编号": "1", "姓名": "𠮷田", "出生日期": None, "住址": None},
        {"row_number": 2, "编号": "2", "姓名": "2020-01-01 00:00:00", "出生日期": None, "住址": None},
    ]


@pytest.mark.parametrize("block", [200, 1 << 24])
@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        ('{"编号": "3"', "not_json"),
        ("null", "not_json"),
        ("[1]", "not_json"),
        ('{"编号": "3"} null', "not_json"),
        ('{"编号": "3"}{"编号": "4"}', "not_json"),
        ('{"编号": "3", "编号": "4"}', "not_json"),
        ('{"编号": "\\ud842"}', "not_json"),
        ('{"住址": ' * 20_000 + "1" + "}" * 20_000, "not_json"),
        ('{"编号": "3", "住址": ["路"]}', "nested_value"),
        ('{"编号": "3", "住址": "\\u0000"}', "nul_character"),
    ],
)
def test_a_bad_line_is_rejected_alone(
    file: Path, make_dataset: MakeDataset, monkeypatch: pytest.MonkeyPatch, block: int, bad: str, rule: str
) -> None:
    monkeypatch.setattr(jsonl_file, "BLOCK_BYTES", block)
    lines = [line(str(number)) for number in range(1, 41)]
    lines[30] = bad
    file.write_text("\n".join(lines), "utf-8")
    delivery = open_delivery(make_dataset("jsonl"), file)
    assert [row["row_number"] for row in rows_of(delivery)] == [n for n in range(1, 41) if n != 31]
    assert [(row.row_number, row.rule) for row in delivery.rejected] == [(31, rule)]
    assert delivery.rows == 40


def test_numbers_keep_every_digit(file: Path, make_dataset: MakeDataset) -> None:
    file.write_text('{"编号": 610102199001011234567, "姓名": 1.50, "出生日期": true, "住址": NaN}\n', "utf-8")
    assert read(make_dataset("jsonl"), file) == [
        {"row_number": 1, "编号": "610102199001011234567", "姓名": "1.50", "出生日期": "true", "住址": None}
    ]


def test_unknown_and_missing_keys_are_refused(file: Path, make_dataset: MakeDataset) -> None:
    file.write_text(line("1", 电话="1"), "utf-8")
    assert refused(make_dataset("jsonl"), file).rule == "column_unknown"
    file.write_text('{"编号": "1", "姓名": "甲", "住址": null}', "utf-8")
    assert refused(make_dataset("jsonl"), file).rule == "column_missing"
    file.write_text("\n".join([line("1")] * 1500 + [line("1501", 电话="1")]), "utf-8")
    assert "第 1501 行" in refused(make_dataset("jsonl"), file).reason


def test_an_ignored_key_may_come_late_and_be_of_any_type(file: Path, make_dataset: MakeDataset) -> None:
    file.write_text("\n".join([line("1")] * 1500 + [line("1501", 备注={"x": 1})]), "utf-8")
    delivery = open_delivery(make_dataset("jsonl"), file)
    assert len(rows_of(delivery)) == 1501


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty_file"),
        (b"\n \n", "empty_file"),
        (b'[{"a": 1}]', "unreadable"),
        (f"[\n{line('1')},\n{line('2')}\n]\n".encode(), "unreadable"),
        ("{}\n甲".encode("gb18030"), "undecodable"),
    ],
)
def test_what_is_no_json_lines_is_refused(file: Path, make_dataset: MakeDataset, content: bytes, rule: str) -> None:
    file.write_bytes(content)
    assert refused(make_dataset("jsonl"), file).rule == rule


def test_deletions_of_a_delta_may_name_their_record_only(file: Path, make_dataset: MakeDataset) -> None:
    deletions = [json.dumps({"编号": str(number), "操作": "删除"}, ensure_ascii=False) for number in range(1, 4)]
    file.write_text("\n".join(deletions), "utf-8")
    deleted = rows_of(open_delivery(make_dataset("jsonl"), file, "delta"))
    assert [(row["编号"], row["姓名"], row["操作"]) for row in deleted] == [(n, None, "删除") for n in "123"]
    file.write_text("\n".join([*deletions, line("4", 操作="新增")]), "utf-8")
    assert [row["姓名"] for row in rows_of(open_delivery(make_dataset("jsonl"), file, "delta"))] == [None] * 3 + [
        "𠮷田"
    ]


def test_a_column_missing_from_all_but_deletions_is_missing(file: Path, make_dataset: MakeDataset) -> None:
    added = json.dumps({"编号": "2", "姓名": "甲", "出生日期": "", "操作": "新增"}, ensure_ascii=False)
    file.write_text('{"编号": "1", "操作": "删除"}\n' + added, "utf-8")
    refusal = refused(make_dataset("jsonl"), file, "delta")
    assert refusal.rule == "column_missing"
    assert "住址" in refusal.reason
