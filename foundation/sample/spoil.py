"""How each kind of error changes a value: text in, text out, for the few rows that it befalls."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.draw import Draw, Integers
from foundation.sample.text import choose, compact, digits, from_points, iso, join, take, to_points
from foundation.sample.words import words

Points = npt.NDArray[np.uint32]
PLACEHOLDERS = ("无", "不详", "-", "NULL", "null", "—")
_BLANKS = (" ", "　", "  ")


@cache
def _table(name: str) -> Points:
    """A table of code points: what stands for each; homophones in a ring, traditional after simplified."""
    table = np.arange(0x110000, dtype=np.uint32)
    for group in words(name):
        for place, character in enumerate(group if name == "homophones" else group[:1]):
            table[ord(character)] = ord(group[(place + 1) % len(group)])
    return table


def _lengths(points: Points) -> Integers:
    return np.asarray((points != 0).sum(axis=1), np.int64)


def stray_blanks(texts: pa.Array, draw: Draw) -> pa.Array:
    points = to_points(texts)
    place = 1 + (draw.uniform("place") * _lengths(points)).astype(np.int64)
    blank = np.array([ord(blank[0]) for blank in _BLANKS], np.uint32)[draw.integers("blank", 3)]
    wide = np.hstack([points, np.zeros((len(points), 1), np.uint32)])
    column = np.arange(wide.shape[1])
    shifted = np.where(column > place[:, None], np.roll(wide, 1, axis=1), wide)
    shifted[np.arange(len(wide)), place] = blank
    return from_points(shifted)


def traditional(texts: pa.Array, draw: Draw) -> pa.Array:
    return from_points(_table("traditional")[to_points(texts)])


def full_width(texts: pa.Array, draw: Draw) -> pa.Array:
    points = to_points(texts)
    is_ascii = (points > 0x2F) & (points < 0x7F)
    return from_points(np.where(is_ascii, points + np.uint32(0xFEE0), points))


def variant_dot(texts: pa.Array, draw: Draw) -> pa.Array:
    points = to_points(texts)
    variant = np.array([ord(dot) for dot in "•・．."], np.uint32)[draw.integers("dot", 4)][:, None]
    return from_points(np.where(points == ord("·"), variant, points))


def variant_brackets(texts: pa.Array, draw: Draw) -> pa.Array:
    points, which = to_points(texts), draw.integers("bracket", 3)
    for plain, variants in (("（", "([〔"), ("）", ")]〕")):
        variant = np.array([ord(character) for character in variants], np.uint32)[which][:, None]
        points = np.where(points == ord(plain), variant, points)
    return from_points(points)


def wrong_character(texts: pa.Array, draw: Draw) -> pa.Array:
    """The last character of a person's name, one in the middle of a longer text."""
    points = to_points(texts)
    length = _lengths(points)
    place = np.where(length <= 4, length - 1, length // 3)
    other = np.array([ord(word[-1]) for word in words("male_mid")], np.uint32)
    usable = length >= 2
    points[np.flatnonzero(usable), place[usable]] = other[draw.integers("other", len(other))][usable]
    return from_points(points)


def homophone(texts: pa.Array, draw: Draw) -> pa.Array:
    """One character after the surname becomes another of the same sound."""
    points = to_points(texts)
    changed = _table("homophones")[points]
    differs = changed != points
    differs[:, 0] = False
    place = differs.shape[1] - 1 - np.argmax(differs[:, ::-1], axis=1)
    rows = np.flatnonzero(differs.any(axis=1))
    points[rows, place[rows]] = changed[rows, place[rows]]
    return from_points(points)


def question_mark(texts: pa.Array, draw: Draw) -> pa.Array:
    points = to_points(texts)
    points[np.arange(len(points)), np.maximum(_lengths(points) - 1, 0)] = ord("?")
    return from_points(points)


def _ymd(texts: pa.Array) -> tuple[Integers, Integers, Integers]:
    plain = pc.replace_substring(texts, "-", "").cast(pa.int64()).to_numpy(zero_copy_only=False)
    return plain // 10000, plain // 100 % 100, plain % 100


def _days(year: Integers, month: Integers, day: Integers) -> Integers:
    months = (year - 1970) * 12 + month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1


def _like(texts: pa.Array, days: Integers) -> pa.Array:
    """Dates written as the given ones are."""
    has_dash = pc.match_substring(texts, "-").to_numpy(zero_copy_only=False)
    return choose(has_dash, iso(days), compact(days))


def wrong_digit(texts: pa.Array, draw: Draw) -> pa.Array:
    year, month, day = _ymd(texts)
    which = draw.integers("which", 3)
    year = year - np.select([which == 0, which == 1], [1, 10], 0)
    day = np.where(which == 2, np.where(day > 10, day - 10, day + 10), day)
    return _like(texts, _days(year, month, np.minimum(day, 28)))


def day_month_swapped(texts: pa.Array, draw: Draw) -> pa.Array:
    year, month, day = _ymd(texts)
    usable = day <= 12
    return _like(texts, _days(year, np.where(usable, day, month), np.where(usable, month, day)))


def serial_date(texts: pa.Array, draw: Draw) -> pa.Array:
    return digits(_days(*_ymd(texts)) + 25_569, 5)


def zeros(texts: pa.Array, draw: Draw) -> pa.Array:
    return choose(np.ones(len(texts), np.bool_), "00000000", texts)


def year_month(texts: pa.Array, draw: Draw) -> pa.Array:
    year, month, _ = _ymd(texts)
    return digits(year * 100 + month, 6)


def placeholder(texts: pa.Array, draw: Draw) -> pa.Array:
    return take(PLACEHOLDERS, draw.integers("placeholder", len(PLACEHOLDERS)))


def lower_case(texts: pa.Array, draw: Draw) -> pa.Array:
    return pc.ascii_lower(texts)


def typed_wrong(texts: pa.Array, draw: Draw) -> pa.Array:
    """One of the sequence digits or of the birthday's becomes another."""
    points = to_points(texts)
    place = draw.integers("place", 17, 12)
    rows = np.arange(len(points))
    points[rows, place] = (points[rows, place] - 48 + draw.integers("add", 10, 1)) % 10 + 48
    return from_points(points)


def digits_exchanged(texts: pa.Array, draw: Draw) -> pa.Array:
    points = to_points(texts)
    place, rows = draw.integers("place", 16, 6), np.arange(len(points))
    points[rows, place], points[rows, place + 1] = points[rows, place + 1], points[rows, place].copy()
    return from_points(points)


def fifteen_digits(texts: pa.Array, draw: Draw) -> pa.Array:
    is_old = pc.less(pc.utf8_slice_codeunits(texts, 6, 10), "1985").to_numpy(zero_copy_only=False)
    short = join(pc.utf8_slice_codeunits(texts, 0, 6), pc.utf8_slice_codeunits(texts, 8, 17))
    return choose(is_old, short, texts)


def scientific(texts: pa.Array, draw: Draw) -> pa.Array:
    first = pc.utf8_slice_codeunits
    return join(first(texts, 0, 1), ".", first(texts, 1, 6), "E+17")


def trailing_zeros(texts: pa.Array, draw: Draw) -> pa.Array:
    return join(pc.utf8_slice_codeunits(texts, 0, 15), "000")


def letter_for_digit(texts: pa.Array, draw: Draw) -> pa.Array:
    return pc.replace_substring(pc.replace_substring(texts, "0", "O"), "1", "I")


SPOILERS: dict[str, Callable[[pa.Array, Draw], pa.Array]] = {
    "stray_blanks": stray_blanks, "traditional": traditional, "full_width": full_width, "variant_dot": variant_dot,
    "variant_brackets": variant_brackets, "wrong_character": wrong_character, "homophone": homophone,
    "question_mark": question_mark, "wrong_digit": wrong_digit, "day_month_swapped": day_month_swapped,
    "serial_date": serial_date, "zeros": zeros, "year_month": year_month, "placeholder": placeholder,
    "nothing_written": placeholder, "lower_case_x": lower_case, "typed_wrong": typed_wrong,
    "digits_exchanged": digits_exchanged, "fifteen_digits": fifteen_digits, "scientific": scientific,
    "trailing_zeros": trailing_zeros, "lower_case": lower_case, "letter_for_digit": letter_for_digit,
}  # fmt: skip
