"""不动产单元代码 (GB/T 37346-2019): 28 characters that name a parcel and what stands on it, without a check."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from foundation.standards.citizen_id import known_divisions
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.findings import Findings, settle, table_of
from foundation.standards.matrix import DECIMAL, Bytes, Mask, all_of, byte_table, number, of_length, present
from foundation.standards.tidying import tidy

LENGTH = Rule("unit_number.length", "不动产单元代码不是28位", Severity.ERROR)
CHARACTERS = Rule("unit_number.characters", "不动产单元代码各段字符不符合规定", Severity.ERROR)
PARCEL_TYPE = Rule("unit_number.parcel_type", "宗地特征码不存在", Severity.WARNING)
FIXTURE = Rule("unit_number.fixture", "定着物特征码不存在，或无定着物而单元号不为零", Severity.WARNING)
DIVISION = Rule("unit_number.division", "不动产单元代码的县级代码从未见于行政区划代码表", Severity.WARNING)
RULES = (LENGTH, CHARACTERS, PARCEL_TYPE, FIXTURE, DIVISION)

# 6 division, 3 cadastral district, 3 sub-district, 2 parcel type, 5 parcel, 1 fixture, 8 unit.
DIGITS = [*range(12), *range(14, 19), *range(20, 28)]
LETTERS = [12, 13, 19]
OWNERSHIPS = byte_table("GJZ")
RIGHTS = byte_table("ABSXCDEFLNHGWY")
FIXTURES = byte_table("FLQW")


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """28 characters in upper case without blanks."""
    text = tidy(array)
    found = Findings(len(text), RULES)
    rows, matrix = of_length(text, 28)
    other = present(text)
    other[rows] = False
    found.report(LENGTH, np.flatnonzero(other))
    values = DECIMAL[matrix]
    letters = (matrix[LETTERS] >= ord("A")) & (matrix[LETTERS] <= ord("Z"))
    found.report(CHARACTERS, rows, ~(all_of(values[DIGITS] <= 9) & all_of(letters)))
    found.report(PARCEL_TYPE, rows, ~(OWNERSHIPS[matrix[12]] & RIGHTS[matrix[13]]))
    found.report(FIXTURE, rows, ~FIXTURES[matrix[19]] | _is_contradictory(matrix))
    if setting.codes is not None:
        known = table_of(setting.codes, known_divisions)[number(values[:6]) % 1_000_000]
        found.report(DIVISION, rows, ~known)
    return settle(text, found)


def _is_contradictory(matrix: Bytes) -> Mask:
    """W says that nothing stands on the parcel: its unit number is zero."""
    has_no_fixture: Mask = matrix[19] == ord("W")
    return has_no_fixture & ~all_of(matrix[20:] == ord("0"))


STANDARDS = (Standard("unit_number", pa.string(), conform, RULES),)
