"""Standards "integer" and "decimal": counts and measures, with separators and a unit of scale one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.codepoints import Mask, as_strings, issues, nulled, replaced, truth
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.text import placeholders, plain

FORMAT = Rule("number.format", "不是有效的数值", Severity.ERROR)
NOT_INTEGER = Rule("number.not_integer", "应为整数", Severity.ERROR)

# Units that leave the number what it is. 万, 亩, 公顷 or 平方公里 would change it: such a value is reported, not read.
_UNITS = "人|名|位|个|户|家|元|平方米|平米|m2|米|m"
_PLAIN = r"^-?\d{1,15}(?:\.\d{1,15})?$"
_STATED = rf"^(?P<number>[-+]?(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,15}})(?:\.\d*)?|\.\d+)(?:{_UNITS})?$"


def _read(array: pa.Array) -> tuple[pa.Array, Mask]:
    """The number's plain text, null where there is none, and where a text was not a number."""
    value = plain(pc.replace_substring(as_strings(array), "㎡", "m2"))
    value = nulled(value, placeholders(value))
    odd = truth(pc.is_valid(value)) & ~truth(pc.match_substring_regex(value, _PLAIN))
    if odd.any():
        stated = pc.struct_field(pc.extract_regex(value.filter(pa.array(odd)), _STATED), "number")
        value = replaced(value, odd, pc.replace_substring_regex(stated, r",|^\+|\.$", ""))
    return value, odd & ~truth(pc.is_valid(value))


def conform_decimal(array: pa.Array, setting: Setting) -> Conformed:
    """float64."""
    text, broken = _read(array)
    return Conformed(text.cast(pa.float64()), issues(len(text), (FORMAT.code, broken)))


def conform_integer(array: pa.Array, setting: Setting) -> Conformed:
    """int64; 12.0 is 12, 12.5 is nothing."""
    text, broken = _read(array)
    numbers = pc.fill_null(text.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)
    large = np.abs(numbers) >= 2**53
    fractional = (numbers != np.floor(numbers)) & ~large
    value = pa.array(np.where(large, 0, numbers).astype(np.int64), mask=~truth(pc.is_valid(text)) | fractional | large)
    return Conformed(value, issues(len(value), (FORMAT.code, broken | large), (NOT_INTEGER.code, fractional)))


INTEGER = Standard("integer", pa.int64(), conform_integer, (FORMAT, NOT_INTEGER))
DECIMAL = Standard("decimal", pa.float64(), conform_decimal, (FORMAT,))
STANDARDS = (INTEGER, DECIMAL)
