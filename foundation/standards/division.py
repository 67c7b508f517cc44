"""行政区划代码 (GB/T 2260): six digits of a county, city or province, of today or as delivered.

Retired codes become the current ones (神木县 612722, 610821 → 610881). Registrars' zones such as 610131 were never in
the standard and mean something all the same: they stay as they are.

- `division`: six digits, current.
- `division_birth`: six digits as delivered. A place of birth is a fact of its day and agrees with the prefix of an
  identity number, which is never rewritten.
- `division_node`: a division of any level down to villages, where the division itself is what a record is about: six
  digits, nine for a township, twelve for a village.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from foundation.catalogue.catalogue import Codes
from foundation.standards.codepoints import by_distinct
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.findings import settle_words, table_of
from foundation.standards.tidying import SEPARATORS, Tidying, tidy

FORMAT = Rule("division.format", "既不是行政区划代码，也不是能唯一确定的区划名称", Severity.ERROR)
UNKNOWN = Rule("division.unknown", "行政区划代码从未见于代码表", Severity.WARNING)
SPLIT = Rule("division.split", "原行政区划已拆分，不能确定现行代码", Severity.WARNING)
RULES = (FORMAT, UNKNOWN, SPLIT)

# A number cell of a spreadsheet arrives as 610102.0.
TIDYING = Tidying(((r"\.0+$", ""), (SEPARATORS, "")), clean="0123456789", is_contextual=True)
CODE = re.compile(r"(\d{6})(\d{3})?(\d{3})?", re.ASCII)
# Longer than the longest names of a province, a city and a county together.
LONGEST = 60
NO_CODES = Codes(title="", standard="GB/T 2260", names={}, aliases={}, successors={})


@dataclass(frozen=True)
class Divisions:
    """A code table prepared: what became of each retired code, and the codes that a name may mean."""

    known: frozenset[str]
    current: dict[str, str | None]
    named: dict[str, frozenset[str]]


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """Six digits, current, from codes of 6, 9 or 12 digits or from an unambiguous name."""
    return _conform(array, setting, to_current=True, all_levels=False)


def conform_birth(array: pa.Array, setting: Setting) -> Conformed:
    """Six digits as delivered, or of the name as it is delivered."""
    return _conform(array, setting, to_current=False, all_levels=False)


def conform_node(array: pa.Array, setting: Setting) -> Conformed:
    """Six, nine or twelve digits as the level of the division needs, current down to counties."""
    return _conform(array, setting, to_current=True, all_levels=True)


def prepare(codes: Codes) -> Divisions:
    """Follow the chains of successors, and gather codes by name; a division that was split has no current code."""
    current = {code: _last(code, codes.successors) for code in {*codes.names, *codes.successors}}
    named: dict[str, set[str]] = {}
    for name, code in [*((name, code) for code, name in codes.names.items()), *codes.aliases.items()]:
        named.setdefault(name, set()).add(current.get(code) or code)
    return Divisions(
        known=frozenset(current),
        current=current,
        named={name: frozenset(found) for name, found in named.items()},
    )


def _conform(array: pa.Array, setting: Setting, *, to_current: bool, all_levels: bool) -> Conformed:
    """Decide per distinct text."""
    divisions = table_of(setting.codes or NO_CODES, prepare)
    text = settle_words(tidy(array, TIDYING))
    return by_distinct(text, partial(_decide, divisions, to_current, all_levels), pa.string())


def _decide(divisions: Divisions, to_current: bool, all_levels: bool, text: str) -> tuple[str | None, str | None]:
    """Value and issue of one text."""
    match = CODE.fullmatch(text)
    if match is None:
        code = _by_name(divisions, text)
        return code, None if code else FORMAT.code
    county, township, village = match.group(1), match.group(2) or "000", match.group(3) or "000"
    if county not in divisions.known:
        issue = UNKNOWN.code if divisions.known else None
        current: str | None = county
    else:
        current = divisions.current[county] if to_current else county
        issue = None if current else SPLIT.code
    if not all_levels or township == village == "000":
        return current or county, issue
    return (county + township if village == "000" else county + township + village), issue


def _by_name(divisions: Divisions, text: str) -> str | None:
    """The code of a name, alone or behind the names of its province and city; None where several or none fit."""
    found = divisions.named.get(text, frozenset())
    if len(found) == 1:
        return next(iter(found))
    if len(text) > LONGEST:
        return None
    for split in range(2, len(text) - 1):
        outer = divisions.named.get(text[:split], frozenset())
        inner = _by_name_within(divisions, text[split:], outer)
        if inner:
            return inner
    return None


def _by_name_within(divisions: Divisions, text: str, outer: frozenset[str]) -> str | None:
    """The code of a name inside one of the outer divisions."""
    prefixes = tuple(code[:2] if code.endswith("0000") else code[:4] for code in outer if code.endswith("00"))
    if not prefixes:
        return None
    inside = {code for code in divisions.named.get(text, frozenset()) if code.startswith(prefixes)}
    if len(inside) == 1:
        return inside.pop()
    return None if inside else _by_name_after(divisions, text, prefixes)


def _by_name_after(divisions: Divisions, text: str, prefixes: tuple[str, ...]) -> str | None:
    """The code of a name behind a city's name inside a province."""
    for split in range(2, len(text) - 1):
        cities = frozenset(code for code in divisions.named.get(text[:split], ()) if code.startswith(prefixes))
        if cities and (inner := _by_name_within(divisions, text[split:], cities)):
            return inner
    return None


def _last(code: str, successors: Mapping[str, str]) -> str | None:
    """The code that is in force now; None where one of the chain was split into several."""
    seen = {code}
    while following := successors.get(code):
        heirs = [re.sub(r"\[.*?\]", "", heir).strip() for heir in re.split(r"[;|,]", following)]
        if len(heirs) != 1:
            return None
        code = heirs[0]
        if code in seen:
            break
        seen.add(code)
    return code


STANDARDS = (
    Standard("division", pa.string(), conform, RULES),
    Standard("division_birth", pa.string(), conform_birth, RULES),
    Standard("division_node", pa.string(), conform_node, RULES),
)
