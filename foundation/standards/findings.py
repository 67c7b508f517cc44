"""Which rule each value of a column broke, and the values that say nothing at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.catalogue.catalogue import Codes
from foundation.standards.conformed import Conformed, Rule
from foundation.standards.matrix import ALPHANUMERIC, Mask, Rows, nullified
from foundation.standards.text import NOTHING_WORDS, UNKNOWN_WORDS

T = TypeVar("T")

# Beside the words of every text, those that stand in the place of an identifier.
WORDS = ("无证", "无号", "无证件", "空白", "不清", "未提供", "未办理", "待补", "待补充", "待办")
_WORDS = "|".join(
    sorted({re.escape(re.sub(r"[/／#<>（）]", "", w).upper()) for w in (*NOTHING_WORDS, *UNKNOWN_WORDS, *WORDS)})
)
_MARKS = r"[*×/.\\\p{Pd}]*"
# For short codes, of which a repeated character may be one, such as I or 111.
NOTHING = f"^(?:{_MARKS}|0*|{_WORDS}|N/A|#N/A)$"
# For identifiers: also the same character throughout.
PLACEHOLDER = f"^(?:{'|'.join(f'{character}*' for character in ALPHANUMERIC)}|{_MARKS}|{_WORDS}|N/A|#N/A)$"


class Findings:
    """Which rule each value broke: the first one reported stays."""

    def __init__(self, count: int, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.index = {rule.code: number for number, rule in enumerate(rules, 1)}
        self.found = np.zeros(count, np.int8)

    def report(self, rule: Rule, rows: Rows, broken: Mask | None = None) -> None:
        """Note the rule for the rows (where `broken`) that have broken none before."""
        at = rows if broken is None else rows[broken]
        self.found[at[self.found[at] == 0]] = self.index[rule.code]

    def rows(self) -> Rows:
        """Rows that broke a rule."""
        return np.flatnonzero(self.found)

    def rows_of(self, *rules: Rule) -> Rows:
        """Rows that broke one of these rules."""
        return np.flatnonzero(np.isin(self.found, [self.index[rule.code] for rule in rules]))

    def issue(self) -> pa.StringArray:
        """The code of the broken rule per row, null where none."""
        if not self.found.any():
            return pa.nulls(len(self.found), pa.string())
        codes = pa.array([None, *(rule.code for rule in self.rules)], pa.string())
        return codes.take(pa.array(self.found))


def settle(text: pa.StringArray, found: Findings) -> Conformed:
    """The values with their issues, after placeholders among the failing ones have become null without issue."""
    rows = found.rows()
    if len(rows) == 0:
        return Conformed(text, found.issue())
    part = text.take(pa.array(rows))
    empty = pc.fill_null(pc.match_substring_regex(part, PLACEHOLDER), True).to_numpy(zero_copy_only=False)
    found.found[rows[empty]] = 0
    return Conformed(nullified(text, rows[empty]), found.issue())


def settle_words(text: pa.StringArray) -> pa.StringArray:
    """The values with null for placeholders, for columns of few distinct values."""
    encoded = text.dictionary_encode()
    gone = pc.match_substring_regex(encoded.dictionary, NOTHING)
    words = pc.if_else(gone, pa.scalar(None, pa.string()), encoded.dictionary)
    return words.take(encoded.indices) if pc.any(gone).as_py() else text


_TABLES: dict[tuple[int, Callable[[Codes], Any]], tuple[Codes, Any]] = {}


def table_of(codes: Codes, build: Callable[[Codes], T]) -> T:
    """What `build` makes of a code table, made once per table."""
    key = (id(codes), build)
    if key not in _TABLES:
        _TABLES[key] = (codes, build(codes))
    made: T = _TABLES[key][1]
    return made
