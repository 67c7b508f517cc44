"""Standard "address": addresses as text with half-width symbols (DB37/T 4364); nothing is completed or invented."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.alphabet import address_alphabet
from foundation.standards.conformed import Conformed, Setting, Standard
from foundation.standards.rewriting import rewrite
from foundation.standards.text import RULES, judged, normalise


def conform_address(array: pa.Array, setting: Setting) -> Conformed:
    return judged(rewrite(array, address_alphabet()), setting)


def comparison_form(array: pa.Array) -> pa.StringArray:
    """For comparing, not for publishing: without 陕西省 in front, punctuation and blanks, in upper case."""
    value = normalise(array, address_alphabet())
    value = pc.replace_substring_regex(value, r"[^\p{L}\p{N}]", "")
    return pc.utf8_upper(pc.replace_substring_regex(value, "^陕西省?(.{2,})", r"\1"))


STANDARD = Standard("address", pa.string(), conform_address, RULES)
STANDARDS = (STANDARD,)
