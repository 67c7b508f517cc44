"""The sequence numbers of identity numbers: nobody's number is given twice."""

from __future__ import annotations

import numpy as np

from foundation.sample.draw import Integers, Mask
from foundation.sample.words import geography, words

_DAYS = 60_000  # days from 1900 that the table of given-out numbers spans


def outside_codes() -> tuple[str, ...]:
    """Address codes of other provinces, and of Hong Kong, Macau and Taiwan in residence permits."""
    return (*words("outside_code"), "810000", "820000", "830000")


class SequenceNumbers:
    """The sequence numbers given out so far, per address code, birthday and sex."""

    def __init__(self) -> None:
        codes = {int(code) for code in outside_codes()} | set(np.unique(geography().code_in_year).tolist())
        self._codes = np.array(sorted(codes))
        self._given = np.zeros(len(codes) * _DAYS * 2, np.uint16)

    def take(self, code: Integers, birth: Integers, female: Mask) -> Integers:
        """Numbers from 1 to 994, odd for men, even for women (GB 11643-1999); 996 to 999 were once for people over a hundred."""
        key = (np.searchsorted(self._codes, code) * _DAYS + birth + 25_567) * 2 + female
        order = np.argsort(key, kind="stable")
        arranged = key[order]
        start = np.flatnonzero(np.r_[True, arranged[1:] != arranged[:-1]])
        rank = np.empty(len(key), np.int64)
        rank[order] = np.arange(len(key)) - np.repeat(start, np.diff(np.r_[start, len(key)]))
        half = 1 + (211 * (self._given[key] + rank) + key * 7919) % 497
        np.add.at(self._given, key, 1)
        return np.asarray(half * 2 - 1 + female, np.int64)
