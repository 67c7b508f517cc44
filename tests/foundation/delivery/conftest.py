"""A dataset small enough to write deliveries of by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from foundation.catalogue.model import Dataset

COLUMNS = {"编号": "record_number", "姓名": "name", "出生日期": "birth_date", "住址": "address"}
MakeDataset = Callable[..., Dataset]


@pytest.fixture
def make_dataset() -> MakeDataset:
    """A dataset of 编号, 姓名, 出生日期 and 住址, or of other columns, in the format that the test asks for."""

    def make(kind: str = "csv", columns: dict[str, str] | None = None, **format_fields: str) -> Dataset:
        named = COLUMNS if columns is None else columns
        return Dataset.model_validate(
            {
                "title": "测试资源",
                "code": "307001/000001",
                "summary": "用于测试",
                "subject": "person",
                "format": {"kind": kind, **format_fields},
                "record_key": [next(iter(named))],
                "identifying": ["name"],
                "columns": {column: {"item": item} for column, item in named.items()},
                "ignored": {"备注": "与共享无关"},
                "update": {"cycle": "每日"},
                "sharing": {"type": "无条件共享"},
            }
        )

    return make
