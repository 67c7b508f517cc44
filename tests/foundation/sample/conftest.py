"""A small province, made once."""

from __future__ import annotations

from datetime import date

import pytest

from foundation.sample import Sample, make_sample

FIRST = date(2026, 11, 24)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """5,000 people delivered on the first day."""
    return make_sample(tmp_path_factory.mktemp("sample") / "deliveries", persons=5_000, business_date=FIRST)
