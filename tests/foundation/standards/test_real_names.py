"""Real surnames, divisions and organisation names are in normal form already: conforming leaves them as they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from foundation.standards.address import STANDARD as ADDRESS
from foundation.standards.organisation_name import STANDARD as ORGANISATION_NAME
from foundation.standards.person_name import STANDARD as PERSON_NAME
from foundation.standards.text import STANDARD as TEXT
from tests.foundation.standards.columns import conformed

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared real data are not beside the project")


# The national list has these two in traditional characters.
TRADITIONAL = {"龍池庄村委会", "賀家沙墕村委会"}


def column(name: str, header: str) -> list[str]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as lines:
        return [row[header] for row in csv.DictReader(lines)]


def test_surnames_stay() -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(DATA / "name" / "Chinese_Family_Name_1k.xlsx")
    cells = {str(cell) for row in book.get_sheet_by_index(0).to_python() for cell in row}
    surnames = sorted(
        cell for cell in cells if 1 <= len(cell) <= 2 and all("\u4e00" <= one <= "\u9fff" for one in cell)
    )
    assert len(surnames) > 1000
    changed = [name for name in surnames if conformed(PERSON_NAME, [name + "建国"]) != [(name + "建国", None)]]
    assert changed == []


@pytest.mark.parametrize("name", ["cities", "areas", "streets", "villages"])
def test_divisions_stay(name: str) -> None:
    places = [place for place in column(f"division/{name}_shaanxi.csv", "name") if place not in TRADITIONAL]
    for standard in (TEXT, ADDRESS):
        changed = [
            pair for place, pair in zip(places, conformed(standard, list(places)), strict=True) if pair != (place, None)
        ]
        assert changed == []


def test_organisations_stay() -> None:
    names = (DATA / "organisation" / "suffix.txt").read_text(encoding="utf-8").split()
    changed = [
        pair for name, pair in zip(names, conformed(ORGANISATION_NAME, list(names)), strict=True) if pair[0] != name
    ]
    assert changed == []
