"""Standard "phone": Chinese mobile and landline numbers, written 13800001234 and 029-88881234."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.codepoints import Mask, issues, nulled, replaced, truth
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.text import placeholders, plain

FORMAT = Rule("phone.format", "电话号码格式不正确", Severity.WARNING)
NO_AREA = Rule("phone.area_code_missing", "固定电话缺少区号", Severity.WARNING)

_MOBILE = r"^1[3-9]\d{9}$"
_CLEAN = rf"{_MOBILE}|^0(?:10|2\d|[3-9]\d\d)-[2-9]\d{{6,7}}(?:-\d{{1,6}})?$|^[48]00\d{{7}}$"
_LOCAL = r"^[2-9]\d{6,7}$"
_SAME = "^(?:" + "|".join(f"{digit}{{5,}}" for digit in "0123456789") + ")$"
_AREA = r"0(?:10|2\d|[3-9]\d\d)"
_EXTENSION = r"(?:(?:转|-|—|ext\.?|x|\*)+(\d{1,6}))?(?:分机)?"
_STEPS = (
    (r"^[(（]?(?:\+|00)86[)）]?[- ]*(\d)", r"\1"),
    (r"^86(1[3-9]\d{9})$", r"\1"),
    (rf"^[(（]?({_AREA})[)）]?[-— ]*([2-9]\d{{2,3}})[-— ]?(\d{{4}}){_EXTENSION}$", r"\1-\2\3-\4"),
    (r"-$", ""),
)
_INTERNATIONAL_AREA = (r"^((?:10|2\d|[3-9]\d\d)[- ]?[2-9]\d{2,3}[- ]?\d{4})$", r"0\1")
_MOBILE_PARTS = (r"^0?(1[3-9]\d)[- —]?(\d{4})[- —]?(\d{4})$", r"\1\2\3")


def conform_phone(array: pa.Array, setting: Setting) -> Conformed:
    """Country code, blanks and dashes removed; what is no number is kept and reported. One digit repeated: null."""
    value = plain(array)
    value = nulled(value, placeholders(value))
    odd = ~truth(pc.match_substring_regex(value, _CLEAN)) & truth(pc.is_valid(value))
    if not odd.any():
        return Conformed(value, issues(len(value)))
    value = replaced(value, odd, _cleaned(value.filter(pa.array(odd))))
    value = nulled(value, odd & _is(value, _SAME))
    local = odd & _is(value, _LOCAL)
    broken = odd & ~local & ~_is(value, _CLEAN) & truth(pc.is_valid(value))
    return Conformed(value, issues(len(value), (NO_AREA.code, local), (FORMAT.code, broken)))


def _is(value: pa.StringArray, pattern: str) -> Mask:
    return truth(pc.match_substring_regex(value, pattern))


def _cleaned(value: pa.StringArray) -> pa.StringArray:
    """Numbers in their usual form where they can be read as one; the others as they are."""
    foreign = _is(value, r"^[(（]?(?:\+|00)86")
    bare = value
    for pattern, replacement in _STEPS[:2]:
        bare = pc.replace_substring_regex(bare, pattern, replacement)
    bare = pc.if_else(pa.array(foreign), pc.replace_substring_regex(bare, *_INTERNATIONAL_AREA), bare)
    bare = pc.replace_substring_regex(bare, *_MOBILE_PARTS)
    for pattern, replacement in _STEPS[2:]:
        bare = pc.replace_substring_regex(bare, pattern, replacement)
    tight = pc.replace_substring_regex(bare, r"[-— ]", "")
    readable = _is(bare, _CLEAN)
    loose = ~readable & (_is(tight, _LOCAL) | _is(tight, _SAME) | _is(tight, _CLEAN))
    return pc.if_else(pa.array(readable), bare, pc.if_else(pa.array(loose), tight, value))


STANDARD = Standard("phone", pa.string(), conform_phone, (FORMAT, NO_AREA))
STANDARDS = (STANDARD,)
