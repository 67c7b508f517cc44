"""Text rewritten by an alphabet: the machine that text, names and addresses have in common."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.alphabet import BLANK_POINT, MIDDLE_DOT, Alphabet, Kind
from foundation.standards.codepoints import (
    Mask,
    Run,
    any_in_each,
    as_strings,
    kept,
    replaced,
    starts,
    to_points,
    to_strings,
)


class Rewritten(NamedTuple):
    """The strings, and for each whether it may hold a trace of damage (a private code point, ?, �, □)."""

    value: pa.StringArray
    suspect: Mask


def rewrite(array: pa.Array, alphabet: Alphabet) -> Rewritten:
    """Each string by the alphabet, blanks trimmed and collapsed; nulls stay null. A clean value costs one look-up."""
    strings = as_strings(array)
    run = to_points(strings)
    kinds = alphabet.kind[run.points]
    suspect = any_in_each((kinds & Kind.SUSPECT) != 0, run.offsets)
    touched = any_in_each((kinds & Kind.CHANGES) != 0, run.offsets)
    if not touched.any():
        return Rewritten(strings, suspect)
    changing = strings.filter(pa.array(touched))
    several = any_in_each((kinds & Kind.SEVERAL) != 0, run.offsets)
    if several.any():
        changing = _composed(changing, several[touched], alphabet)
    return Rewritten(replaced(strings, touched, _rewrite_run(to_points(changing), alphabet)), suspect)


def _composed(strings: pa.StringArray, where: Mask, alphabet: Alphabet) -> pa.StringArray:
    """NFKC proper for the few values whose code points expand or combine; once per distinct value."""
    encoded = strings.filter(pa.array(where)).dictionary_encode()
    plain = pa.array([_compose(text, alphabet) for text in encoded.dictionary.to_pylist()], pa.string())
    return replaced(strings, where, plain.take(encoded.indices))


def _compose(text: str, alphabet: Alphabet) -> str:
    visible = "".join(character for character in text if not alphabet.kind[ord(character)] & Kind.DROPPED)
    kinds = [alphabet.kind[ord(character)] for character in visible]
    if any(kind & Kind.SEVERAL for kind in kinds):
        return "".join(unicodedata.normalize("NFKC", part) for part in _parts(visible, alphabet))
    return visible


def _parts(text: str, alphabet: Alphabet) -> list[str]:
    """The text cut at the marks that the alphabet keeps although NFKC would change them."""
    parts = [""]
    for character in text:
        target = chr(alphabet.target[ord(character)])
        several = alphabet.kind[ord(character)] & Kind.SEVERAL
        if not several and unicodedata.normalize("NFKC", character) not in (character, target):
            parts += [target, ""]
        else:
            parts[-1] += character
    return parts


def _rewrite_run(run: Run, alphabet: Alphabet) -> pa.StringArray:
    run = kept(run, (alphabet.kind[run.points] & Kind.DROPPED) == 0)
    run = Run(alphabet.target[run.points], run.offsets)
    return to_strings(_dotted(_without_blanks(run, alphabet), alphabet))


def _without_blanks(run: Run, alphabet: Alphabet) -> Run:
    """Blanks trimmed and collapsed, and removed beside Chinese characters and punctuation."""
    blank = run.points == BLANK_POINT
    if not blank.any():
        return run
    before_blank = np.concatenate([[False], blank[:-1]])
    run = kept(run, ~(blank & (before_blank | starts(run)[:-1])))
    wide = (alphabet.kind[run.points] & Kind.WIDE) != 0
    first = starts(run)
    before_wide = np.concatenate([[False], wide[:-1]])
    after_wide = np.concatenate([wide[1:], [False]]) if len(wide) else wide
    return kept(run, ~((run.points == BLANK_POINT) & (first[1:] | before_wide | after_wide)))


def _dotted(run: Run, alphabet: Alphabet) -> Run:
    """Dots between two Chinese characters become the middle dot U+00B7; a full-width stop elsewhere is a plain one."""
    kinds = alphabet.kind[run.points]
    dot = (kinds & Kind.DOT) != 0
    if not dot.any():
        return run
    han = (kinds & Kind.HAN) != 0
    first = starts(run)
    between = dot.copy()
    between[1:] &= han[:-1]
    between[:-1] &= han[1:]
    between &= ~first[:-1] & ~first[1:]
    points = np.where(between, np.uint32(MIDDLE_DOT), run.points)
    return Run(np.where(points == 0xFF0E, np.uint32(0x2E), points).astype(np.uint32), run.offsets)


def matches(strings: pa.StringArray, pattern: str, among: Mask) -> Mask:
    """Where the RE2 pattern is found, looked for only among the values given."""
    found = np.zeros(len(strings), dtype=np.bool_)
    if among.any():
        chosen = strings.filter(pa.array(among))
        found[among] = pc.fill_null(pc.match_substring_regex(chosen, pattern), False).to_numpy(zero_copy_only=False)
    return found
