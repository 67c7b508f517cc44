"""The words and places that the sample is made of, read once from data/."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from foundation.sample.draw import Floats, Integers

DATA = Path(__file__).parent / "data"
FIRST_YEAR, LAST_YEAR = 1984, 2100  # identity numbers were first issued in 1984


@cache
def words(name: str) -> tuple[str, ...]:
    """A list of words of data/word.csv."""
    return _word_lists()[name]


@cache
def _word_lists() -> dict[str, tuple[str, ...]]:
    return {row["list"]: tuple(row["words"].split()) for row in _rows("word.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def surnames() -> tuple[tuple[str, ...], Floats]:
    """Surnames and how common each is."""
    rows = _rows("surname.csv")
    return tuple(row["surname"] for row in rows), np.array([float(row["weight"]) for row in rows])


@cache
def trades() -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Trades of companies: word in the name, industry code, business scope."""
    rows = _rows("trade.csv")
    return tuple(tuple(row[column] for row in rows) for column in ("trade", "industry", "scope"))  # type: ignore[return-value]


@dataclass(frozen=True)
class Geography:
    """Counties in the order of their codes, their towns, and the codes that each county had in the past."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    cities: tuple[str, ...]
    population: Floats
    longitude: Floats
    latitude: Floats
    town_codes: tuple[str, ...]
    town_names: tuple[str, ...]
    first_town: Integers
    town_count: Integers
    code_in_year: Integers

    def retired(self, county: Integers) -> Integers:
        """The code, as a number, that a county had when identity numbers were first issued."""
        return np.asarray(self.code_in_year[county, 0], np.int64)


@cache
def geography() -> Geography:
    """Shaanxi's 107 counties."""
    counties, towns = _rows("county.csv"), _rows("town.csv")
    codes = tuple(row["code"] for row in counties)
    home = np.array([codes.index(town["code"][:6]) for town in towns])
    return Geography(
        codes=codes,
        names=tuple(row["name"] for row in counties),
        cities=tuple(row["city"] for row in counties),
        population=np.array([float(row["population"]) for row in counties]),
        longitude=np.array([float(row["longitude"]) for row in counties]),
        latitude=np.array([float(row["latitude"]) for row in counties]),
        town_codes=tuple(town["code"] for town in towns),
        town_names=tuple(town["name"] for town in towns),
        first_town=np.searchsorted(home, np.arange(len(codes))),
        town_count=np.bincount(home, minlength=len(codes)),
        code_in_year=_code_history(codes),
    )


def _code_history(codes: tuple[str, ...]) -> Integers:
    table = np.repeat(np.array([int(code) for code in codes])[:, None], LAST_YEAR - FIRST_YEAR + 1, axis=1)
    for row in _rows("county_code.csv"):
        first, end = max(int(row["first_year"]) - FIRST_YEAR, 0), int(row["end_year"]) - FIRST_YEAR
        if end > first:
            table[codes.index(row["county"]), first:end] = int(row["code"])
    return table
