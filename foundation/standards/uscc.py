"""统一社会信用代码 (GB 32100-2015 with amendment 1): legal entities, other organisations and individual businesses.

Look-alikes (O for 0, I for 1, S, Z) are reported and never put right: a corrected code is somebody's guess, and may be
another organisation's code.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.findings import Findings, settle
from foundation.standards.iso7064 import weighted
from foundation.standards.matrix import (
    BASE36,
    Bytes,
    Mask,
    Rows,
    all_of,
    byte_table,
    lengths,
    nullified,
    of_length,
    present,
    value_table,
)
from foundation.standards.tidying import tidy

LENGTH = Rule("uscc.length", "统一社会信用代码不是18位", Severity.ERROR)
REGISTRATION_NUMBER = Rule("uscc.registration_number", "填写的是15位注册号或旧税号", Severity.ERROR)
ORGANISATION_CODE = Rule("uscc.organisation_code", "填写的是9位组织机构代码", Severity.ERROR)
ALPHABET = Rule("uscc.alphabet", "统一社会信用代码含有不使用的字符，如I、O、S、V、Z", Severity.ERROR)
DEPARTMENT = Rule("uscc.department", "统一社会信用代码第1位登记管理部门代码不存在", Severity.ERROR)
DIVISION = Rule("uscc.division", "统一社会信用代码第3至8位不是行政区划码", Severity.ERROR)
CHECK_CHARACTER = Rule("uscc.check_character", "统一社会信用代码校验码不符", Severity.ERROR)
CATEGORY = Rule("uscc.category", "统一社会信用代码第2位机构类别代码不存在", Severity.WARNING)
ORGANISATION_CHECK = Rule("uscc.organisation_check", "统一社会信用代码内组织机构代码校验码不符", Severity.WARNING)
RULES = (
    LENGTH, REGISTRATION_NUMBER, ORGANISATION_CODE, ALPHABET, DEPARTMENT, DIVISION, CHECK_CHARACTER, CATEGORY,
    ORGANISATION_CHECK,
)  # fmt: skip

CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BASE31 = value_table(CHARACTERS)
WEIGHTS = tuple(3**position % 31 for position in range(17))
# GB 32100-2015 table 1: second characters by first character.
CATEGORIES = {
    "1": "1239", "2": "19", "3": "123459", "4": "19", "5": "1239", "6": "129", "7": "129", "8": "19", "9": "1239",
    "A": "19", "N": "1239", "Y": "1",
}  # fmt: skip
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# GB 11714 writes its check value 10 as X; a credit code has it in the same way.
ORGANISATION_X, LETTER_X = 10, 33


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """18 characters in upper case without hyphens; what is not a credit code is kept and reported for what it is."""
    text = tidy(array)
    found = Findings(len(text), RULES)
    rows, matrix = of_length(text, 18)
    _ladder(found, rows, matrix)
    _other_lengths(found, text, rows)
    return settle(text, found)


def conform_taxpayer_number(array: pa.Array, setting: Setting) -> Conformed:
    """The credit code of a taxpayer: 纳税人识别号 since 2015.

    An old number of 15 characters (division and organisation code) whose check holds is no credit code and no error:
    null; the organisation code is read from it by that standard.
    """
    made = conform(array, setting)
    rows, matrix = of_length(made.value, 15)
    old = rows[organisation_check(matrix[6:])]
    if len(old) == 0:
        return made
    return Conformed(nullified(made.value, old), nullified(made.issue, old))


def check(values: Bytes) -> Mask:
    """Whether the check character holds, for GB 32100 character values (18, n)."""
    holds: Mask = (31 - weighted(values[:17], WEIGHTS) % 31) % 31 == values[17]
    return holds


def is_credit_code(matrix: Bytes) -> Mask:
    """Whether bytes (18, n) are a credit code: alphabet, department and check character."""
    values = BASE31[matrix]
    sound = all_of(values < 31) & _FIRST[matrix[0]]
    holds: Mask = sound & check(np.where(values < 31, values, 0).astype(np.uint8))
    return holds


def organisation_check(matrix: Bytes) -> Mask:
    """Whether the check character of organisation codes holds, bytes (9, n) (GB 11714-1997 §3.3).

    It holds for 000000000 too, which nobody was given: a repeated character is no code.
    """
    values = BASE36[matrix]
    sound = all_of(values < 36) & ~all_of(values[1:8] == values[0])
    expected = (11 - weighted(np.where(sound, values, 0).astype(np.uint8)[:8], ORGANISATION_WEIGHTS) % 11) % 11
    holds: Mask = np.where(expected == ORGANISATION_X, LETTER_X, expected) == values[8]
    return sound & holds


def _ladder(found: Findings, rows: Rows, matrix: Bytes) -> None:
    """The rules for 18 characters, in the order of their weight."""
    values = BASE31[matrix]
    sound = all_of(values < 31)
    found.report(ALPHABET, rows, ~sound)
    found.report(DEPARTMENT, rows, ~_FIRST[matrix[0]])
    found.report(DIVISION, rows, ~all_of(values[2:8] <= 9))
    values[:, ~sound] = 0
    found.report(CHECK_CHARACTER, rows, ~check(values))
    found.report(CATEGORY, rows, ~_CATEGORY[matrix[0], matrix[1]])
    found.report(ORGANISATION_CHECK, rows, ~organisation_check(matrix[8:17]))


def _other_lengths(found: Findings, text: pa.StringArray, rows: Rows) -> None:
    """What else is given in place of a credit code."""
    other = present(text)
    other[rows] = False
    left = np.flatnonzero(other)
    if len(left) == 0:
        return
    size = lengths(text)[left]
    part = text.take(pa.array(left))
    for rule, length, pattern in ((REGISTRATION_NUMBER, 15, r"^[0-9A-Z]+$"), (ORGANISATION_CODE, 9, r"^[0-9A-Z]+$")):
        matching = pc.match_substring_regex(part, pattern).to_numpy(zero_copy_only=False)
        found.report(rule, left, (size == length) & matching)
    found.report(LENGTH, left)


def _category_table() -> Mask:
    """Which pairs of first and second byte exist."""
    table = np.zeros((256, 256), np.bool_)
    for first, seconds in CATEGORIES.items():
        table[ord(first), [ord(second) for second in seconds]] = True
    return table


_FIRST = byte_table("".join(CATEGORIES))
_CATEGORY = _category_table()
STANDARDS = (
    Standard("uscc", pa.string(), conform, RULES, is_identifier=True),
    Standard("taxpayer_number", pa.string(), conform_taxpayer_number, RULES, is_identifier=True),
)
