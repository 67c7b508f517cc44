"""Identifiers tidied before they are judged: half-width, upper case, without blanks and separators."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.codepoints import as_strings
from foundation.standards.matrix import ALPHANUMERIC, Bytes, Mask, Rows, byte_table, flat, replace_rows

# Blanks, invisible characters, dashes, quotation marks and dots.
SEPARATORS = r"""[\s\p{Z}\p{Cf}\p{Cc}\p{Pd}_'"`´‘’“”.·•,，、。/\\|:;]+"""


@dataclass(frozen=True)
class Tidying:
    """How values are tidied: half-width and upper case, then each RE2 pattern replaced.

    Patterns of single characters (`is_contextual` false) are made into byte tables, for values in ASCII.
    """

    patterns: tuple[tuple[str, str], ...] = ((SEPARATORS, ""),)
    clean: str = ALPHANUMERIC
    is_contextual: bool = False

    @cached_property
    def is_clean(self) -> Mask:
        """Bytes that need nothing."""
        return byte_table(self.clean)

    @cached_property
    def ascii(self) -> tuple[Bytes, Mask]:
        """What each byte becomes, and whether it stays; bytes beyond ASCII stay as they are."""
        becomes, stays = np.arange(256, dtype=np.uint8), np.ones(256, np.bool_)
        for byte, text in enumerate(self.rewrite(pa.array([chr(byte) for byte in range(128)])).to_pylist()):
            stays[byte] = text != ""
            becomes[byte] = ord(text or " ")
        return becomes, stays

    def rewrite(self, text: pa.StringArray) -> pa.StringArray:
        """The tidied values, by regular expressions: for any characters."""
        text = pc.utf8_upper(pc.utf8_normalize(text, "NFKC"))
        for pattern, replacement in self.patterns:
            text = pc.replace_substring_regex(text, pattern, replacement)
        return pc.utf8_normalize(text, "NFKC")


SEPARATED = Tidying()


def tidy(array: pa.Array, tidying: Tidying = SEPARATED) -> pa.StringArray:
    """The values tidied; a column that is clean already is returned as it is."""
    text = as_strings(array)
    bounds, data = flat(text)
    used = data[bounds[0] : bounds[-1]]
    if tidying.is_clean[used].all():
        return text
    if tidying.is_contextual:
        rows = _rows_with(bounds, ~tidying.is_clean[used])
        return replace_rows(text, rows, tidying.rewrite(text.take(pa.array(rows))))
    rows = _rows_with(bounds, used >= 128)
    tidied = _tidied_bytes(text, tidying)
    return replace_rows(tidied, rows, tidying.rewrite(text.take(pa.array(rows)))) if len(rows) else tidied


def _rows_with(bounds: npt.NDArray[np.int32], marked: Mask) -> Rows:
    """Rows that hold a marked byte."""
    at = np.flatnonzero(marked) + bounds[0]
    rows: Rows = np.unique(np.searchsorted(bounds, at, side="right") - 1)
    return rows


def _tidied_bytes(text: pa.StringArray, tidying: Tidying) -> pa.StringArray:
    """The values with each byte replaced or left out."""
    bounds, data = flat(text)
    used = data[bounds[0] : bounds[-1]]
    becomes, stays = tidying.ascii
    kept = stays[used]
    count = np.zeros(len(used) + 1, np.int32)
    np.cumsum(kept, out=count[1:])
    validity = pc.is_valid(text).buffers()[1] if text.null_count else None
    buffers = [validity, pa.py_buffer(count[bounds - bounds[0]]), pa.py_buffer(becomes[used[kept]])]
    return pa.Array.from_buffers(pa.string(), len(text), buffers, text.null_count)
