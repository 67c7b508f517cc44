"""Chinese numerals, plain and in capitals (壹佰万, 三千五百, 一亿二千万), as exact numbers."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {
    **dict(zip("〇一二三四五六七八九", range(10), strict=True)),
    **dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    "两": 2, "弍": 2, "貳": 2, "參": 3, "陸": 6, "叄": 3, "弎": 3,
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
NUMERAL_CHARACTERS = "".join({**_DIGITS, **_TENS, **_MYRIADS})
_COUNTED = "".join(character for character, digit in _DIGITS.items() if digit)
# 零拾 is ten to some and nothing to others; 一百二 is 120 where people speak and 102 where a zero was left out.
_AMBIGUOUS = re.compile(f"[〇零][十拾]|[百佰千仟][{_COUNTED}](?=$|[万萬亿億])|[万萬亿億][{_COUNTED}]$")


def chinese_number(text: str) -> Decimal | None:
    """The number that a Chinese numeral states, None where it states none.

    A form's printed 万元 with nothing written before it is none, nor is what some read so and others otherwise: 零拾, 一百二.
    """
    if not text or any(character not in NUMERAL_CHARACTERS for character in text) or _AMBIGUOUS.search(text):
        return None
    if all(character in _DIGITS for character in text):
        return Decimal("".join(str(_DIGITS[character]) for character in text))
    total: int = 0
    section: int | None = None
    digit: int | None = None
    for character in text:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
        elif character in _TENS:
            section, digit = (section or 0) + (1 if digit is None else digit) * _TENS[character], None
        else:
            unit, is_stated = _MYRIADS[character], section is not None or digit is not None
            if not total and not is_stated:
                return None
            part = (section or 0) + (digit or 0)
            total = (total + part) * unit if total and unit > total else total + part * unit
            section = digit = None
    return Decimal(total + (section or 0) + (digit or 0))
