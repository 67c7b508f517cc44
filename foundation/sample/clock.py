"""Which part of the province is made, and what happened to a record on the days since the first deliveries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foundation.sample.draw import Draw, Integers, Mask


@dataclass(frozen=True)
class Day:
    """A later day of deliveries: days since 1970-01-01 and the share of records that it changes, adds or withdraws."""

    day: int
    changed: float


# Of a day's changed share: records that change (a household moves, or one person or other record), that are
# withdrawn, and that are added.
MOVED, TOUCHED, WITHDRAWN, ADDED = 0.4, 0.4, 0.1, 0.1


@dataclass(frozen=True)
class Chunk:
    """Some of the province's persons: `first` numbers them, `appears` is 0 or the day (from 1) of their arrival."""

    seed: int
    first: int
    persons: int
    base: int
    days: tuple[Day, ...]
    appears: int = 0

    @property
    def today(self) -> int:
        """The business date, as days since 1970-01-01."""
        return self.days[-1].day if self.days else self.base

    def draw(self, subject: str, numbers: Integers) -> Draw:
        return Draw(self.seed, subject, numbers)

    def version(self, draw: Draw, what: str, share: float) -> Integers:
        """The last day (from 1) that changed each record; 0 is none since the first deliveries."""
        version = np.full(len(draw), self.appears, np.int64)
        for number, day in enumerate(self.days, 1):
            if number > self.appears:
                version[draw.chosen(f"{what}/{number}", share * day.changed)] = number
        return version

    def gone(self, draw: Draw) -> Mask:
        """Records that were withdrawn on one of the days."""
        return self.version(draw, "withdrawn", WITHDRAWN) > self.appears

    def renewed(self, draw: Draw, version: Integers) -> Draw:
        """Draws that differ from version to version of a record."""
        return Draw(draw.seed, draw.subject, draw.numbers + (version << 40))

    def day_of(self, version: Integers, otherwise: Integers) -> Integers:
        """The date of each version; of version 0 the date given."""
        dates = np.array([self.base, *(day.day for day in self.days)], np.int64)
        return np.where(version > 0, dates[version], otherwise)


def chunks(seed: int, persons: int, base: int, days: tuple[Day, ...], size: int = 100_000) -> list[Chunk]:
    """The province in chunks: the first day's, then what each later day added."""
    made = [Chunk(seed, first, min(size, persons - first), base, days) for first in range(0, persons, size)]
    first = persons
    for number, day in enumerate(days, 1):
        added = round(persons * day.changed * ADDED)
        if added:
            made.append(Chunk(seed, first, added, base, days, number))
        first += added
    return made
