from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from foundation.delivery import Control, DeliveryRefused, check_control, control, discover, sha256, unread
from tests.foundation.delivery.conftest import MakeDataset


def test_a_control_file_binds(tmp_path: Path) -> None:
    file = tmp_path / "2026-05-01.csv"
    file.write_bytes(b"abc")
    assert control(file) is None
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    beside = tmp_path / "2026-05-01.control.json"
    beside.write_text(json.dumps({"rows": 3, "sha256": digest.upper(), "mode": "delta"}))
    found = control(file)
    assert found == Control(rows=3, sha256=digest.upper(), mode="delta")
    assert sha256(file) == digest
    check_control(found, file.name, sha256=digest, rows=3)
    with pytest.raises(DeliveryRefused, match="有 4 行，控制文件写明 3 行"):
        check_control(found, file.name, rows=4)
    with pytest.raises(DeliveryRefused) as caught:
        check_control(found, file.name, sha256="0" * 64)
    assert caught.value.rule == "hash_mismatch"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "不是 JSON"),
        ('{"rows": "3"}', "rows"),
        ('{"rows": -1}', "rows"),
        ('{"sha256": "12"}', "sha256"),
        ('{"mode": "增量"}', "mode"),
        ('{"row": 3}', "row"),
    ],
)
def test_a_malformed_control_file_is_refused(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "2026-05-01.control.json").write_text(content)
    with pytest.raises(DeliveryRefused) as caught:
        control(tmp_path / "2026-05-01.csv")
    assert caught.value.rule == "control_malformed"
    assert told in caught.value.reason


def test_deliveries_come_by_date_and_wrong_names_as_problems(tmp_path: Path, make_dataset: MakeDataset) -> None:
    folder = tmp_path / "health" / "record"
    folder.mkdir(parents=True)
    for name in (
        "2026-05-02.csv",
        "2026-05-01.CSV",
        "2026-05-02.control.json",
        ".2026-05-03.csv",
        "2026-05-03.csv.part",
        "2026-05-04.csv.tmp",
        "2026-05-05.xlsx",
        "2026-02-30.csv",
        "五月.csv",
    ):
        (folder / name).write_text("x")
    found = discover(tmp_path, "health", "record", make_dataset())
    assert [one.business_date for one in found if one.problem is None] == [dt.date(2026, 5, 1), dt.date(2026, 5, 2)]
    assert [(one.path.name, one.problem.rule) for one in found if one.problem] == [
        ("2026-02-30.csv", "file_name"),
        ("五月.csv", "file_name"),
        ("2026-05-05.xlsx", "file_name"),
    ]
    assert found[-1].size == 1
    assert discover(tmp_path, "health", "nothing", make_dataset()) == []


def test_deliveries_that_nobody_reads_are_found(tmp_path: Path, make_dataset: MakeDataset) -> None:
    for name in (
        "health/record/2026-05-01.csv",
        "health/record/2025/2025-05-01.csv",
        "health/records/2026-05-01.csv",
        "civil_affairs/marriage/2026-05-01.CSV",
        "notes/readme.txt",
        "health/.trash/2026-05-01.csv",
        "health/coming/2026-05-01.csv.part",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    datasets = {
        "health/record": make_dataset(),
        "civil_affairs/marriage": make_dataset("database", table="marriage_registration"),
    }
    assert unread(tmp_path, datasets) == ["civil_affairs/marriage", "health/record/2025", "health/records"]
    assert unread(tmp_path / "missing", datasets) == []
