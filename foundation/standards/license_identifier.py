"""电子证照标识 (GB/T 36904-2018): root, licence type, issuer, serial number, version and check character."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.findings import Findings, settle
from foundation.standards.iso7064 import mod_37_36
from foundation.standards.matrix import ALPHANUMERIC, BASE36, all_of, lengths, matrix_of, present
from foundation.standards.tidying import Tidying, tidy

FIELDS = Rule("license_identifier.fields", "电子证照标识不是以1.2.156.3005.2开头的六段", Severity.ERROR)
TYPE_CODE = Rule("license_identifier.type_code", "证照类型代码不是21位", Severity.ERROR)
VERSION = Rule("license_identifier.version", "证照标识的版本号不是三位数字", Severity.ERROR)
CHECK_CHARACTER = Rule("license_identifier.check_character", "电子证照标识校验位不符", Severity.ERROR)
ISSUER = Rule("license_identifier.issuer", "颁发机构代码不是18位统一社会信用代码", Severity.WARNING)
RULES = (FIELDS, TYPE_CODE, VERSION, CHECK_CHARACTER, ISSUER)

TIDYING = Tidying(((r"[\s\p{Z}\p{Cf}\p{Cc}'\"`‘’“”]+", ""), (r"[。·•]", ".")), clean=f"{ALPHANUMERIC}.")
SIX_FIELDS = (
    r"^1\.2\.156\.3005\.2\.(?P<type>[0-9A-Z]+)\.(?P<issuer>[0-9A-Z]+)\.(?P<serial>[0-9A-Z]+)"
    r"\.(?P<version>[0-9A-Z]+)\.(?P<check>[0-9A-Z])$"
)
ROOT_LENGTH = len("1.2.156.3005.2.")
# Serial numbers have no fixed length, 9 to 32 characters were seen. All identifiers are laid out as wide as the longest.
LONGEST = 400
ABSENT, DOT = 36, ord(".")
VALUES = np.where(BASE36 == 255, np.uint8(ABSENT), BASE36)


def conform(array: pa.Array, setting: Setting) -> Conformed:
    """The identifier in upper case without blanks."""
    text = tidy(array, TIDYING)
    found = Findings(len(text), RULES)
    there = np.flatnonzero(present(text))
    part = text if len(there) == len(text) else text.take(pa.array(there))
    formed = pc.match_substring_regex(part, SIX_FIELDS).to_numpy(zero_copy_only=False) & (lengths(part) <= LONGEST)
    found.report(FIELDS, there, ~formed)
    rows = there[formed]
    if len(rows):
        _ladder(found, rows, part if formed.all() else part.filter(pa.array(formed)))
    return settle(text, found)


def _ladder(found: Findings, rows: npt.NDArray[np.intp], text: pa.StringArray) -> None:
    """Lengths of the fields and the check character; the identifiers are laid out flush right."""
    size = lengths(text)
    width = int(size.max())
    matrix = matrix_of(pc.ascii_lpad(text, width, " "), width)
    dots = _dots(matrix, width - size)
    type_length, issuer_length, version_length = dots[0], dots[1] - dots[0] - 1, dots[3] - dots[2] - 1
    version = matrix[-5:-2]
    digits = all_of((version >= ord("0")) & (version <= ord("9")))
    found.report(TYPE_CODE, rows, type_length != 21)
    found.report(VERSION, rows, (version_length != 3) | ~digits)
    values = VALUES[matrix]
    positions = np.arange(width, dtype=np.int32)[:, None]
    values[positions < width - size + ROOT_LENGTH] = ABSENT
    found.report(CHECK_CHARACTER, rows, mod_37_36(values[:-1]) != values[-1])
    found.report(ISSUER, rows, issuer_length != 18)


def _dots(matrix: npt.NDArray[np.uint8], starts: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """Positions, counted from the end of the root, of the four dots behind the root, (4, n)."""
    is_dot = matrix.T == DOT
    _, at = np.nonzero(is_dot)
    return (at.reshape(-1, 9)[:, 5:] - starts[:, None] - ROOT_LENGTH).T


STANDARDS = (Standard("license_identifier", pa.string(), conform, RULES),)
