"""Standard "text": NFKC, blanks, simplified characters, brackets, middle dots; damage is reported."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.alphabet import Alphabet, address_alphabet, text_alphabet
from foundation.standards.codepoints import Mask, as_strings, issues, nulled, truth
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.rewriting import Rewritten, matches, rewrite

BYTE_SHIFT = Rule("text.byte_shift", "疑似字节错位乱码", Severity.WARNING)
UNREADABLE = Rule("text.unreadable_character", "含无法识别的字符", Severity.WARNING)
TOO_LONG = Rule("text.too_long", "超过规定长度", Severity.WARNING)
RULES = (UNREADABLE, BYTE_SHIFT, TOO_LONG)

# Words that say "nothing known". Whole values only, so that 吴无 or 空军路 stay what they are.
UNKNOWN_WORDS = ("未知", "不详", "不明", "未知的")
NOTHING_WORDS = (
    "无", "空", "暂无", "没有", "未填", "未填写", "未登记", "未录入", "无数据", "暂缺", "缺失", "（空）", "（无）",
    "NULL", "null", "Null", "（null）", "（NULL）", "<null>", "<NULL>", "None", "none", "NONE", "N/A", "n/a", "N／A",
    "#N/A", "nan", "NaN", "undefined", "nil",
)  # fmt: skip
_NOTHING_MARKS = r"^(?:[-‐‑‒–—―_/\\|.·。、,，;；:：*#'\"`~＂＇\s]+|0{4,}|0{4}[-/.]00[-/.]00(?: 00:00:00)?)$"
_MARK_STARTS = np.zeros(256, dtype=np.bool_)
_MARK_STARTS[[*b"-_/\\|.,;:*#'\"`~0 \t\n\r\x0b\x0c", 0xC2, 0xE2, 0xE3, 0xEF]] = True

# GBK decoded one byte off leaves ? and a stray letter between Chinese characters: 共享。縣級 -> 共享??h級.
_BYTE_SHIFT = r"[\p{Han}][?？]{1,2}[;:；：]?[A-Za-z][\p{Han}]|[\p{Han}][?？]{2}[\p{Han}]"
_UNREADABLE = (
    "[\ufffd□■▢〓\ue000-\uf8ff\U000f0000-\U0010ffff]"
    r"|[\p{Han}]\?[\p{Han}]|^[?？]+$|[\p{Han}]\?+$|^\?+[\p{Han}]"
)


def placeholders(array: pa.Array, *, coded: bool = False) -> Mask:
    """(n,): where a text says that nothing is known (blank, 无, 不详, -, NULL, 0000 …). Not 未知 where `coded`."""
    strings = pc.fill_null(as_strings(array), "")
    trimmed = pc.utf8_trim_whitespace(strings)
    words = NOTHING_WORDS if coded else NOTHING_WORDS + UNKNOWN_WORDS
    named = truth(pc.is_in(trimmed, pa.array(("", *words), pa.string())))
    return named | matches(trimmed, _NOTHING_MARKS, _starts_with_mark(trimmed))


def _starts_with_mark(strings: pa.StringArray) -> Mask:
    _, positions, data = strings.buffers()
    bounds = np.frombuffer(positions, dtype=np.int32)[strings.offset : strings.offset + len(strings) + 1]
    filled: Mask = np.diff(bounds) > 0
    flags = np.zeros(len(strings), dtype=np.bool_)
    flags[filled] = _MARK_STARTS[np.frombuffer(data, dtype=np.uint8)[bounds[:-1][filled]]] if data else False
    return flags


def normalise(array: pa.Array, alphabet: Alphabet | None = None) -> pa.StringArray:
    """The text in normal form and nothing judged: for other standards to read. Nulls stay null."""
    return rewrite(array, alphabet or text_alphabet()).value


def plain(array: pa.Array) -> pa.StringArray:
    """As `normalise`, with half-width punctuation: for figures, dates and telephone numbers."""
    return normalise(array, address_alphabet())


def judged(rewritten: Rewritten, setting: Setting) -> Conformed:
    """Placeholders to null, damage and excess length reported; the value is kept whole."""
    value = nulled(rewritten.value, placeholders(rewritten.value))
    size = len(value)
    return Conformed(
        value,
        issues(
            size,
            (UNREADABLE.code, matches(value, _UNREADABLE, rewritten.suspect)),
            (BYTE_SHIFT.code, matches(value, _BYTE_SHIFT, rewritten.suspect)),
            (TOO_LONG.code, _too_long(value, setting.length)),
        ),
    )


def _too_long(value: pa.StringArray, length: int | None) -> Mask:
    if length is None:
        return np.zeros(len(value), dtype=np.bool_)
    return truth(pc.greater(pc.utf8_length(value), length))


def conform_text(array: pa.Array, setting: Setting) -> Conformed:
    return judged(rewrite(array, text_alphabet()), setting)


STANDARD = Standard("text", pa.string(), conform_text, RULES)
STANDARDS = (STANDARD,)
