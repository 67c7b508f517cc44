"""Names of people: surnames by their real weights, given names by sex and generation, minority names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from foundation.sample.draw import Draw, Integers, Mask
from foundation.sample.text import choose, join, take
from foundation.sample.words import surnames, words

_SEX = ("male", "female")
RARE = 0.001  # given names with characters that GB 18030 writes in four bytes


def surname_index(draw: Draw) -> Integers:
    """Indices into the list of surnames."""
    return draw.pick("surname", surnames()[1])


def surname(index: Integers) -> pa.StringArray:
    return take(surnames()[0], index)


def _common(draw: Draw, purpose: str, size: int) -> Integers:
    """Indices of which the first are the most frequent."""
    return (draw.uniform(purpose) ** 1.6 * size).astype(np.int64)


def _two_halves(sex: str, generation: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if generation == "young":
        return words(f"{sex}_young_first"), words(f"{sex}_young_second")
    whole = [word for word in words(f"{sex}_{generation}") if len(word) == 2]
    return tuple(word[0] for word in whole), tuple(word[1] for word in whole)


def _given(draw: Draw, sex: str, generation: str) -> pa.StringArray:
    """Whole given names of the generation, or two characters put together, or one."""
    first, second = _two_halves(sex, generation)
    head, tail = take(first, _common(draw, "first", len(first))), take(second, _common(draw, "second", len(second)))
    made = join(choose(draw.chosen("single", 0.12), "", head), tail)
    if generation == "young":
        return made
    whole = words(f"{sex}_{generation}")
    return choose(draw.chosen("whole", 0.55), take(whole, _common(draw, "word", len(whole))), made)


def given_name(draw: Draw, female: Mask, birth_year: Integers) -> pa.StringArray:
    """Given names in the fashion of the birth year."""
    generation = np.digitize(birth_year, [1970, 1996])
    group = female * 3 + generation
    parts = [
        _given(draw.at(rows), _SEX[code // 3], ("old", "mid", "young")[code % 3])
        for code in range(6)
        if len(rows := np.flatnonzero(group == code))
    ]
    order = np.argsort(np.concatenate([np.flatnonzero(group == code) for code in range(6)]), kind="stable")
    given = pa.concat_arrays(parts).take(pa.array(order))
    rare = words("rare")
    return choose(draw.chosen("rare", RARE), take(rare, draw.integers("rare which", len(rare))), given)


def minority_name(draw: Draw) -> pa.StringArray:
    """Names of two parts with a middle dot."""
    first, second = words("middle_first"), words("middle_second")
    return join(take(first, draw.integers("m1", len(first))), "·", take(second, draw.integers("m2", len(second))))
