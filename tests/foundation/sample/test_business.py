"""The business datasets under the themes: as the catalogue declares them, with cases planted for the questions."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.load import load
from foundation.sample import Sample, business, make_sample, next_day

NAMES = [*business.CSV, *business.XLSX, *business.JSONL, business.PROJECT]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


def columns(sample: Sample, catalogue: Catalogue, name: str) -> list[str]:
    """The delivered columns of a dataset."""
    if name == business.PROJECT:
        return list(pq.read_schema(sample.project).names)
    path = next(one for one in (sample.folder / name).glob(f"{sample.business_date}.*") if "control" not in one.name)
    if path.suffix == ".csv":
        encoding = catalogue.datasets[name].format.encoding
        return path.read_text(encoding).splitlines()[0].split(",")
    if path.suffix == ".jsonl":
        return list(json.loads(path.read_text("utf-8").splitlines()[0]))
    return list(pd.read_excel(path, dtype=str, engine="calamine").columns)


@pytest.mark.parametrize("name", NAMES)
def test_delivered_as_declared(sample: Sample, catalogue: Catalogue, name: str) -> None:
    assert sample.rows[name] > 0
    assert columns(sample, catalogue, name) == list(catalogue.datasets[name].columns)


def test_every_dataset_of_the_catalogue_is_delivered(sample: Sample, catalogue: Catalogue) -> None:
    assert set(sample.rows) == set(catalogue.datasets)


def test_cases_are_planted(sample: Sample) -> None:
    planted = set(pd.read_parquet(sample.truth / "error.parquet").kind)
    assert {"insured_after_death", "pension_paid_after_death"} <= planted


def test_a_day_without_change_delivers_the_same(tmp_path: Path) -> None:
    first = make_sample(tmp_path / "d", persons=600, business_date=date(2026, 11, 24))
    names = [name for name in business.CSV if name != "public_security/incident"]
    before = {name: _content(first, name) for name in names}
    second = next_day(first, business_date=date(2026, 11, 25), changed=0.0)
    assert {name: _content(second, name) for name in names} == before


def _content(sample: Sample, name: str) -> bytes:
    return (sample.folder / name / f"{sample.business_date}.csv").read_bytes()
