"""Published test vectors and small code tables for the tests of identifiers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from foundation.catalogue.catalogue import Codes

SHARED = Path(__file__).parents[4] / "shared" / "data"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a shared CSV file; the test is skipped where the file is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} of the shared data is not here")
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


# Enough of GB/T 2260: counties of today, retired ones with chains and splits, one registrars' zone.
DIVISIONS = Codes(
    title="行政区划代码",
    standard="GB/T 2260",
    names={
        "610000": "陕西省", "610100": "西安市", "610102": "新城区", "610118": "鄠邑区", "610125": "户县",
        "610131": "高新区",
        "610800": "榆林市", "610881": "神木市", "610821": "神木县", "612722": "神木县", "150102": "新城区",
        "150100": "呼和浩特市", "150000": "内蒙古自治区", "610321": "宝鸡县", "610302": "渭滨区", "610304": "陈仓区",
        "110105": "朝阳区", "440524": "潮阳县", "440513": "潮阳区", "110000": "北京市", "140000": "山西省",
    },
    aliases={"西安高新": "610131"},
    successors={
        "610125": "610118", "612722": "610821", "610821": "610881", "610321": "610302;610304", "440524": "440513",
    },
)  # fmt: skip
