"""Toneless pinyin of names, for comparing and blocking; a surname is read as a surname."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.codepoints import CODE_POINTS, Mask, Run, as_strings, to_points
from foundation.standards.surnames import COMPOUND_SURNAMES, SURNAME_READINGS

_SILENT = 0


class Readings(NamedTuple):
    """`syllable` (0x110000,): each code point's default reading as a `position` in `spelling`; 0 is silent."""

    syllable: npt.NDArray[np.int32]
    spelling: pa.StringArray
    position: dict[str, int]


@lru_cache(maxsize=1)
def readings() -> Readings:
    """The default reading of each Chinese character, from pypinyin; Latin letters and digits read as themselves."""
    from pypinyin.pinyin_dict import pinyin_dict

    index: dict[str, int] = {"": _SILENT}
    syllable = np.zeros(CODE_POINTS, dtype=np.int32)
    for point, toned in pinyin_dict.items():
        syllable[point] = index.setdefault(" " + _toneless(toned.split(",")[0]), len(index))
    for letter in "abcdefghijklmnopqrstuvwxyz0123456789":
        syllable[[ord(letter), ord(letter.upper())]] = index.setdefault(letter, len(index))
    for spelled in (*SURNAME_READINGS.values(), *" ".join(COMPOUND_SURNAMES.values()).split()):
        index.setdefault(" " + spelled.replace("ü", "v"), len(index))
    return Readings(syllable, pa.array(list(index), pa.string()), index)


def _toneless(syllable: str) -> str:
    plain = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in plain if letter.isascii())


def toneless_pinyin(array: pa.Array) -> pa.StringArray:
    """Syllables with one blank between: 单雄信 -> "shan xiong xin", 王ZHE -> "wang zhe"; null stays null."""
    strings = as_strings(array)
    run = to_points(strings)
    syllable, spelling, _ = readings()
    read = _as_surnames(run, syllable[run.points])
    spaced = _before_letters(run, pa.array(read), spelling)
    lists = pa.ListArray.from_arrays(pa.array(run.offsets.astype(np.int32)), spaced)
    joined = pc.utf8_trim_whitespace(pc.binary_join(lists, ""))
    return pc.if_else(pc.is_valid(strings), joined, pa.scalar(None, pa.string()))


def _before_letters(run: Run, read: pa.Array, spelling: pa.StringArray) -> pa.StringArray:
    """The spellings, with a blank before a letter that follows something else."""
    letter = (run.points < 0x80) & (read.to_numpy() > _SILENT)
    begins: Mask = letter.copy()
    begins[1:] &= ~letter[:-1]
    spelled = spelling.take(read)
    if not begins.any():
        return spelled
    return pc.if_else(pa.array(begins), pc.binary_join_element_wise("", spelled, " "), spelled)


def _as_surnames(run: Run, read: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The readings with those of the surnames put at the beginning of each name."""
    lengths = np.diff(run.offsets)
    first = run.offsets[:-1][lengths > 0]
    single = _surname_syllables()[run.points[first]]
    read[first] = np.where(single > 0, single, read[first])
    pairs = run.offsets[:-1][lengths > 2]
    keys = (run.points[pairs].astype(np.int64) << 32) | run.points[pairs + 1]
    known, firsts, seconds = _compound_syllables()
    position = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    hit = known[position] == keys
    read[pairs[hit]] = firsts[position[hit]]
    read[pairs[hit] + 1] = seconds[position[hit]]
    return read


@lru_cache(maxsize=1)
def _surname_syllables() -> npt.NDArray[np.int32]:
    index = readings().position
    table = np.zeros(CODE_POINTS, dtype=np.int32)
    for surname, spelled in SURNAME_READINGS.items():
        table[ord(surname)] = index[" " + spelled]
    return table


@lru_cache(maxsize=1)
def _compound_syllables() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    index = readings().position
    rows = sorted(
        ((ord(name[0]) << 32) | ord(name[1]), *(index[" " + part.replace("ü", "v")] for part in spelled.split()))
        for name, spelled in COMPOUND_SURNAMES.items()
    )
    keys, firsts, seconds = zip(*rows, strict=True)
    return np.array(keys, dtype=np.int64), np.array(firsts, dtype=np.int32), np.array(seconds, dtype=np.int32)
