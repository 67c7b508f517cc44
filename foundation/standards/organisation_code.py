"""组织机构代码 (GB 11714-1997): nine characters that old registers key organisations by, inside every credit code."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.findings import Findings, settle
from foundation.standards.matrix import BASE36, Bytes, Rows, all_of, of_length, present, replace_rows, strings_of
from foundation.standards.tidying import tidy
from foundation.standards.uscc import is_credit_code, organisation_check

LENGTH = Rule("organisation_code.length", "不是9位组织机构代码、信用代码或旧税号", Severity.ERROR)
CHARACTERS = Rule("organisation_code.characters", "组织机构代码含有不允许的字符", Severity.ERROR)
CREDIT_CODE = Rule("organisation_code.credit_code", "所在的统一社会信用代码不成立", Severity.ERROR)
CHECK_CHARACTER = Rule("organisation_code.check_character", "组织机构代码校验码不符", Severity.ERROR)
INSIDE_CHECK = Rule("organisation_code.inside_check", "信用代码成立，但其中组织机构代码校验码不符", Severity.WARNING)
RULES = (LENGTH, CHARACTERS, CREDIT_CODE, CHECK_CHARACTER, INSIDE_CHECK)


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """Nine characters without the hyphen, of itself, a credit code (9 to 17) or an old tax number (7 to 15)."""
    text = tidy(array)
    found = Findings(len(text), RULES)
    credit_rows, credit = _alphanumeric(text, 18)
    tax_rows, tax = _alphanumeric(text, 15)
    rows, matrix = of_length(text, 9)
    other = present(text)
    for known in (credit_rows, tax_rows, rows):
        other[known] = False
    found.report(LENGTH, np.flatnonzero(other))
    _check(found, rows, matrix)
    _check(found, tax_rows, tax[6:])
    _check_credit_codes(found, credit_rows, credit)
    value, issue = settle(text, found)
    for at, inside in ((credit_rows, credit[8:17]), (tax_rows, tax[6:])):
        kept = present(value)[at] if len(at) else np.zeros(0, np.bool_)
        value = replace_rows(value, at[kept], strings_of(inside[:, kept]))
    return Conformed(value, issue)


def _alphanumeric(text: pa.StringArray, length: int) -> tuple[Rows, Bytes]:
    """As `of_length`, of letters and digits only: bytes cut out of 未办理代码证 are no characters."""
    rows, matrix = of_length(text, length)
    sound = all_of(BASE36[matrix] < 36)
    return rows[sound], matrix[:, sound]


def _check(found: Findings, rows: Rows, matrix: Bytes) -> None:
    """Characters and check character of codes, bytes (9, n)."""
    found.report(CHARACTERS, rows, ~all_of(BASE36[matrix] < 36))
    found.report(CHECK_CHARACTER, rows, ~organisation_check(matrix))


def _check_credit_codes(found: Findings, rows: Rows, matrix: Bytes) -> None:
    """A code inside a credit code stands if that one does; registrars issued some whose inner check fails."""
    found.report(CREDIT_CODE, rows, ~is_credit_code(matrix))
    found.report(INSIDE_CHECK, rows, ~organisation_check(matrix[8:17]))


STANDARDS = (Standard("organisation_code", pa.string(), conform, RULES, is_identifier=True),)
