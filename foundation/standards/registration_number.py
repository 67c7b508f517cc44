"""工商注册号 (GS 15-2006): 15 digits that registrars gave before the credit code; the last is a check by MOD 11,10."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.findings import Findings, settle
from foundation.standards.iso7064 import mod_11_10
from foundation.standards.matrix import DECIMAL, all_of, of_length, present
from foundation.standards.tidying import tidy

FORMAT = Rule("registration_number.format", "注册号不是15位数字", Severity.WARNING)
CHECK_CHARACTER = Rule("registration_number.check_character", "注册号校验码不符", Severity.WARNING)
RULES = (FORMAT, CHECK_CHARACTER)


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """The number without blanks and hyphens; older ones of 13 digits and the like are kept and reported."""
    text = tidy(array)
    found = Findings(len(text), RULES)
    rows, matrix = of_length(text, 15)
    values = DECIMAL[matrix]
    sound = all_of(values <= 9)
    other = present(text)
    other[rows[sound]] = False
    found.report(FORMAT, np.flatnonzero(other))
    rows, values = rows[sound], values[:, sound]
    found.report(CHECK_CHARACTER, rows, mod_11_10(values[:14]) != values[14])
    return settle(text, found)


STANDARDS = (Standard("registration_number", pa.string(), conform, RULES),)
