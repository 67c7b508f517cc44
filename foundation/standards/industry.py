"""国民经济行业分类 (GB/T 4754): the section's letter and two to four digits, as in I6510.

The letter follows from the digits and says nothing new; registers write it or leave it out. Here it is always written,
so that I6510 and 6510 agree, and a letter that contradicts its digits is seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from foundation.catalogue.catalogue import Codes
from foundation.standards.codepoints import by_distinct
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.findings import settle_words, table_of
from foundation.standards.tidying import SEPARATORS, Tidying, tidy

FORMAT = Rule("industry_code.format", "既不是行业代码，也不是能唯一确定的行业名称", Severity.ERROR)
SECTION = Rule("industry_code.section", "行业门类字母与大类代码不符", Severity.WARNING)
UNKNOWN = Rule("industry_code.unknown", "行业代码不在国民经济行业分类中", Severity.WARNING)
RULES = (FORMAT, SECTION, UNKNOWN)

# GB/T 4754-2017: last division of each section, from 01 on.
LAST_DIVISION = {
    "A": 5, "B": 12, "C": 43, "D": 46, "E": 50, "F": 52, "G": 60, "H": 62, "I": 65, "J": 69, "K": 70, "L": 72, "M": 75,
    "N": 79, "O": 82, "P": 83, "Q": 85, "R": 90, "S": 96, "T": 97,
}  # fmt: skip
TIDYING = Tidying(((r"\.0+$", ""), (SEPARATORS, "")), is_contextual=True)
CODE = re.compile(r"([A-Z]?)(\d{2,4})|([A-T])", re.ASCII)
NO_CODES = Codes(title="", standard="GB/T 4754", names={}, aliases={}, successors={})


@dataclass(frozen=True)
class Industries:
    """A code table prepared: its codes without letters, and the code that a name means if it means only one."""

    known: frozenset[str]
    named: dict[str, str]


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """Letter and digits from digits with or without the letter, or from an unambiguous name; unknown codes are kept."""
    industries = table_of(setting.codes or NO_CODES, prepare)
    text = settle_words(tidy(array, TIDYING))
    return by_distinct(text, partial(_decide, industries), pa.string())


def section_of(digits: str) -> str | None:
    """The section's letter for a code of two to four digits; None where no section holds it."""
    division = int(digits[:2])
    return next((letter for letter, last in LAST_DIVISION.items() if 1 <= division <= last), None)


def prepare(codes: Codes) -> Industries:
    """Codes and names of a table. A class often has the name of its group: the name means the longest code."""
    named: dict[str, set[str]] = {}
    for name, code in [*((name, code) for code, name in codes.names.items()), *codes.aliases.items()]:
        named.setdefault(re.sub(r"\s", "", name).upper(), set()).add(code.lstrip("ABCDEFGHIJKLMNOPQRST") or code)
    return Industries(
        known=frozenset(code.lstrip("ABCDEFGHIJKLMNOPQRST") for code in codes.names),
        named={name: meant for name, found in named.items() if (meant := _one(found))},
    )


def _one(codes: set[str]) -> str | None:
    """The longest of codes that lie inside one another; None where they don't."""
    longest = max(codes, key=len)
    nested = all(longest.startswith(code) or section_of(longest[:2]) == code for code in codes if longest.isdecimal())
    return longest if nested and (longest.isdecimal() or len(codes) == 1) else None


def _decide(industries: Industries, text: str) -> tuple[str | None, str | None]:
    """Value and issue of one text."""
    match = CODE.fullmatch(text) or CODE.fullmatch(industries.named.get(text, ""))
    if match is None:
        return None, FORMAT.code
    letter, digits, section = match.groups()
    if section:
        return section, None
    expected = section_of(digits)
    if expected is None:
        return letter + digits, UNKNOWN.code
    if letter and letter != expected:
        return letter + digits, SECTION.code
    is_known = digits in industries.known or not industries.known
    return expected + digits, None if is_known else UNKNOWN.code


STANDARDS = (Standard("industry_code", pa.string(), conform, RULES),)
