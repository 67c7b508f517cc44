"""Standards "code" and "word": values of code tables and of a dataset's own list, found by code, name or alias."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from foundation.catalogue.catalogue import Codes
from foundation.standards.codepoints import by_distinct, nulled, truth
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.text import normalise, placeholders

UNKNOWN_CODE = Rule("code.unknown", "代码不在代码表中", Severity.ERROR)
UNKNOWN_WORD = Rule("word.unknown", "取值不在规定范围内", Severity.WARNING)

_CODE_AND_NAME = re.compile(r"^([0-9A-Za-z]+)[-_:.、/|]?(\D.*)$")
_SUFFIXES = ("的性别", "族", "性")


def conform_code(array: pa.Array, setting: Setting) -> Conformed:
    """The table's code, from a code (leading zeros or not), a name, an alias, or the dataset's own values."""
    own = _folded(setting.values.items())
    known = own | {text: code for text, code in _table_index(setting.codes).items() if text not in own}
    bare = _without_zeros(set(known.values()))

    def find(text: str | None) -> tuple[str | None, str | None]:
        code = None if text is None else _find(text.casefold(), known, bare)
        return code, UNKNOWN_CODE.code if code is None and text is not None else None

    return by_distinct(_stated(array, known), find, pa.string())


def conform_word(array: pa.Array, setting: Setting) -> Conformed:
    """One of the setting's values; an unknown one is kept and reported."""
    known = _folded((value, value) for value in setting.values.values()) | _folded(setting.values.items())

    def find(text: str | None) -> tuple[str | None, str | None]:
        word = None if text is None else known.get(text.casefold())
        if word is not None or text is None:
            return word, None
        return text, UNKNOWN_WORD.code

    return by_distinct(_stated(array, known), find, pa.string())


def _stated(array: pa.Array, known: Mapping[str, str]) -> pa.StringArray:
    """The texts in normal form; placeholders null, unless they are in the list: 未知, 无, 0000 can be values."""
    value = normalise(array)
    listed = truth(pc.is_in(pc.utf8_lower(value), pa.array(list(known), pa.string())))
    return nulled(value, placeholders(value, coded=not known or "未知" in known) & ~listed)


def _folded(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By the text in normal form and without case; an empty text says nothing and is left out."""
    listed = list(pairs)
    keys = normalise(pa.array([text for text, _ in listed], pa.string())).to_pylist()
    return {key.casefold(): value for key, (_, value) in zip(keys, listed, strict=True) if key}


def _table_index(codes: Codes | None) -> dict[str, str]:
    """What may stand for a code: its name, its name without 族 or 性, its aliases, and (over all) the code itself."""
    if codes is None:
        return {}
    short = ((name.removesuffix(suffix), code) for code, name in codes.names.items() for suffix in _SUFFIXES)
    long = ((name + suffix, code) for code, name in codes.names.items() for suffix in _SUFFIXES)
    words = (*long, *short, *((name, code) for code, name in codes.names.items()), *codes.aliases.items())
    current = {code: _current(code, codes.successors) for code in (*codes.names, *codes.successors)}
    return _folded((word, current.get(code, code)) for word, code in words) | _folded(current.items())


def _current(code: str, successors: Mapping[str, str]) -> str:
    """The code that stands for it today; a chain of successors is followed, a circle ends."""
    seen = {code}
    while code in successors and successors[code] not in seen:
        code = successors[code]
        seen.add(code)
    return code


def _without_zeros(codes: set[str]) -> dict[str, str | None]:
    """Codes by their digits without leading zeros; None where two codes share them."""
    bare: dict[str, str | None] = {}
    for code in codes:
        key = code.lstrip("0") or "0"
        bare[key] = code if key not in bare else None
    return bare


def _find(text: str, known: Mapping[str, str], bare: Mapping[str, str | None]) -> str | None:
    if text in known:
        return known[text]
    if text.isascii() and text.isdigit():
        return bare.get(text.lstrip("0") or "0")
    both = _CODE_AND_NAME.match(text)
    if both is None:
        return None
    code, name = _find(both[1], known, bare), known.get(both[2].strip())
    return code if code is not None and code == name else None


CODE = Standard("code", pa.string(), conform_code, (UNKNOWN_CODE,))
WORD = Standard("word", pa.string(), conform_word, (UNKNOWN_WORD,))
STANDARDS = (CODE, WORD)
