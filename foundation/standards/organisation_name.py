"""Standard "organisation_name": registered names of organisations, and the form in which two of them are compared."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.alphabet import organisation_alphabet
from foundation.standards.conformed import Conformed, Setting, Standard
from foundation.standards.rewriting import rewrite
from foundation.standards.text import RULES, judged, normalise

# In this order; each is said or left out by departments without another organisation being meant.
_COMPARED = (
    ("有限责任公司", "有限公司"),
    (r"[^\p{L}\p{N}]", ""),
    ("^(?:陕西省|陕西|省)(.{2,})", r"\1"),
)


def conform_organisation_name(array: pa.Array, setting: Setting) -> Conformed:
    return judged(rewrite(array, organisation_alphabet()), setting)


def comparison_form(array: pa.Array) -> pa.StringArray:
    """For comparing, not for publishing: without 陕西省 in front, brackets and blanks; 有限责任公司 as 有限公司."""
    value = normalise(array, organisation_alphabet())
    for pattern, replacement in _COMPARED:
        value = pc.replace_substring_regex(value, pattern, replacement)
    return pc.utf8_upper(value)


STANDARD = Standard("organisation_name", pa.string(), conform_organisation_name, RULES)
STANDARDS = (STANDARD,)
