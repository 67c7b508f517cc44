"""公民身份号码 (GB 11643-1999), residence permits (港澳台居民居住证) and the foreign permanent resident's card.

A ladder of reasons rather than one verdict: what is wrong decides who has to do what. Numbers that fail are kept,
tidied, with the rule that they broke; only those whose digits a spreadsheet has destroyed are null.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.catalogue.catalogue import Codes
from foundation.standards.codepoints import truth
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.findings import Findings, settle, table_of
from foundation.standards.iso7064 import mod_11_2
from foundation.standards.matrix import (
    DECIMAL,
    Bytes,
    Mask,
    Rows,
    all_of,
    nullified,
    number,
    of_length,
    present,
    replace_rows,
    strings_of,
)
from foundation.standards.tidying import SEPARATORS, Tidying, tidy

PRECISION_LOST = Rule("citizen_id.precision_lost", "身份号码被电子表格截断，末位数字已丢失", Severity.ERROR)
LENGTH = Rule("citizen_id.length", "身份号码长度不是18位或15位", Severity.ERROR)
CHARACTERS = Rule("citizen_id.characters", "身份号码含有不允许的字符", Severity.ERROR)
BIRTH_DATE = Rule("citizen_id.birth_date", "身份号码中的出生日期不存在、早于1880年或晚于业务日期", Severity.ERROR)
PROVINCE = Rule("citizen_id.province", "身份号码的省级代码不存在", Severity.ERROR)
CHECK_CHARACTER = Rule("citizen_id.check_character", "身份号码校验码不符", Severity.ERROR)
FIFTEEN_DIGITS = Rule("citizen_id.fifteen_digits", "15位旧身份号码，已升为18位", Severity.WARNING)
ADDRESS = Rule("citizen_id.address", "身份号码的地址码从未见于行政区划代码表", Severity.WARNING)
AGE = Rule("citizen_id.age", "按身份号码推算年龄超过130岁", Severity.WARNING)
RULES = (PRECISION_LOST, LENGTH, CHARACTERS, BIRTH_DATE, PROVINCE, CHECK_CHARACTER, FIFTEEN_DIGITS, ADDRESS, AGE)

# Х is Cyrillic; × and * are what people type for X.
WRITTEN_FOR_X = "[Х×*✕✖]"
TIDYING = Tidying(((WRITTEN_FOR_X, "X"), (SEPARATORS, "")))
EARLIEST, OLDEST = 1880_01_01, 130_00_00
PROVINCES = (
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62,
    63, 64, 65, 71, 81, 82, 83,
)  # fmt: skip
PERMITS = (810000, 820000, 830000)
X, NINE = 10, 9
CHECK_CHARACTERS = np.frombuffer(b"0123456789X", np.uint8)
DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87, np.uint8)
VALUES = DECIMAL.copy()
VALUES[ord("X")] = X


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """18 characters in upper case; 15 digits are raised to 18; reasons in the order of the ladder."""
    text = tidy(array, TIDYING)
    found = Findings(len(text), RULES)
    old_rows, old = of_length(text, 15)
    sound = all_of(DECIMAL[old] <= 9)
    found.report(CHARACTERS, old_rows, ~sound)
    sound &= ~all_of(old[1:] == old[0])  # a placeholder: 111111111111111 would be somebody born on 1911-11-11
    old_rows, old = old_rows[sound], old[:, sound]
    text = replace_rows(text, old_rows, strings_of(raised(old)))
    rows, matrix = of_length(text, 18)
    _ladder(found, rows, VALUES[matrix], setting)
    found.report(FIFTEEN_DIGITS, old_rows)
    _address(found, rows, VALUES[matrix[:6]], setting.codes)
    if setting.today > date.min:
        found.report(AGE, rows, _as_number(setting.today) - number(VALUES[matrix[6:14]]) > OLDEST)
    _lengths(found, text, rows)
    return _settle(text, found)


def raised(old: Bytes) -> Bytes:
    """18-digit numbers from 15-digit ones, bytes (15, n); sequences 996 to 999 marked people born before 1900."""
    born_before_1900 = (old[12] == ord("9")) & (old[13] == ord("9")) & (old[14] >= ord("6"))
    new = np.empty((18, old.shape[1]), np.uint8)
    new[:6], new[8:17], new[6] = old[:6], old[6:], ord("1")
    new[7] = np.where(born_before_1900, ord("8"), ord("9"))
    new[17] = CHECK_CHARACTERS[mod_11_2(DECIMAL[new[:17]])]
    return new


def _ladder(found: Findings, rows: Rows, values: Bytes, setting: Setting) -> None:
    """Characters, birth date, province and check character of values (18, n)."""
    sound = all_of(values[:17] <= 9) & (values[17] <= X)
    found.report(CHARACTERS, rows, ~sound)
    born = number(values[6:14])
    latest = _as_number(setting.today)
    found.report(BIRTH_DATE, rows, ~_is_date(values[6:14]) | (born < EARLIEST) | (born > latest))
    foreign = values[0] == NINE
    found.report(PROVINCE, rows, ~foreign & ~_PROVINCE[number(values[:2]) % 100])
    wrong = mod_11_2(values[:17]) != values[17]
    lost = wrong & all_of(values[15:] == 0)
    found.report(PRECISION_LOST, rows, lost)
    found.report(CHECK_CHARACTER, rows, wrong)


def _as_number(day: date) -> int:
    """The date as the number YYYYMMDD; without a business date nothing is in the future."""
    return 9999_12_31 if day == date.min else day.year * 10000 + day.month * 100 + day.day


def _is_date(digits: Bytes) -> Mask:
    """Whether eight digit rows spell a day of the calendar."""
    year, month, day = number(digits[:4]), number(digits[4:6]) % 100, number(digits[6:8])
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)) & (month == 2)
    valid: Mask = (day >= 1) & (day <= DAYS[month] + leap)
    return valid


def _address(found: Findings, rows: Rows, values: Bytes, codes: Codes | None) -> None:
    """Address codes that were never in GB/T 2260 and are not those of the residence permits."""
    if codes is not None:
        known = table_of(codes, known_divisions)[number(values) % 1_000_000]
        found.report(ADDRESS, rows, ~known & (values[0] != NINE))


def known_divisions(codes: Codes) -> Mask:
    """Which six-digit numbers are a division now or were one, and the codes of the residence permits."""
    table = np.zeros(1_000_000, np.bool_)
    table[[int(code) for code in {*codes.names, *codes.successors} if len(code) == 6 and code.isdecimal()]] = True
    table[list(PERMITS)] = True
    return table


def _lengths(found: Findings, text: pa.StringArray, rows: Rows) -> None:
    """Everything that is there and has neither 18 nor 15 characters."""
    other = present(text)
    other[rows] = False
    found.report(LENGTH, np.flatnonzero(other))


def _settle(text: pa.StringArray, found: Findings) -> Conformed:
    """Lengths are those of characters, not bytes; scientific notation is lost precision; lost numbers are null."""
    rows = found.rows_of(LENGTH, CHARACTERS)
    if len(rows):
        part = text.take(pa.array(rows))
        has_length = truth(pc.is_in(pc.utf8_length(part), pa.array([15, 18], pa.int32())))
        found.found[rows] = np.where(has_length, found.index[CHARACTERS.code], found.index[LENGTH.code])
        scientific = truth(pc.match_substring_regex(part, r"^\d+E\+?\d{1,2}$"))
        found.found[rows[scientific]] = found.index[PRECISION_LOST.code]
    value, _ = settle(text, found)
    return Conformed(nullified(value, found.rows_of(PRECISION_LOST)), found.issue())


def birth_date_of(array: pa.Array) -> pa.Array:
    """Date of birth (date32) that conformed 18-character numbers carry; null where they carry none."""
    rows, matrix = of_length(array, 18)
    digits = DECIMAL[matrix[6:14]]
    good = all_of(digits <= 9) & _is_date(digits)
    born: npt.NDArray[np.int32] = number(digits[:, good])
    months = ((born // 10000 - 1970) * 12 + born // 100 % 100 - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (born % 100 - 1).astype("timedelta64[D]")
    result = np.full(len(array), np.datetime64("NaT"), "datetime64[D]")
    result[rows[good]] = days
    return pa.array(result, pa.date32())


def sex_code_of(array: pa.Array) -> pa.Array:
    """Sex (GB/T 2261.1: 1 male, 2 female) by the parity of the 17th digit; null where there is none."""
    rows, matrix = of_length(array, 18)
    digit = DECIMAL[matrix[16]]
    index = np.zeros(len(array), np.int8)
    index[rows] = np.where(digit > 9, 0, np.where(digit % 2 == 1, 1, 2))
    return pa.array([None, "1", "2"], pa.string()).take(pa.array(index))


_PROVINCE = np.isin(np.arange(100), PROVINCES)
STANDARDS = (Standard("citizen_id", pa.string(), conform, RULES, is_identifier=True),)
