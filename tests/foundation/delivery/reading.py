"""Reading in tests: all rows of a delivery, or why it was refused."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pyarrow as pa
import pytest

from foundation.catalogue.model import Dataset
from foundation.delivery import Delivery, DeliveryRefused, open_delivery


def rows_of(delivery: Delivery) -> list[dict[str, object]]:
    batches = list(delivery.batches())
    return pa.Table.from_batches(batches).to_pylist() if batches else []


def read(dataset: Dataset, path: Path) -> list[dict[str, object]]:
    return rows_of(open_delivery(dataset, path))


def refused(dataset: Dataset, path: Path, mode: Literal["full", "delta"] = "full") -> DeliveryRefused:
    """The refusal, which names the file only and stands on one line."""
    with pytest.raises(DeliveryRefused) as caught:
        rows_of(open_delivery(dataset, path, mode))
    assert path.name in caught.value.reason
    assert str(path.parent) not in caught.value.reason
    assert "\n" not in caught.value.reason
    return caught.value
