"""What each Unicode code point becomes in conformed text: the look-up tables behind the text standards."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import opencc

from foundation.standards.codepoints import CODE_POINTS, Points

MIDDLE_DOT = 0xB7
BLANK_POINT = 0x20


class Kind:
    """Properties of a code point, as bits."""

    CHANGES = np.uint8(1)  # a value that holds it needs rewriting
    DROPPED = np.uint8(2)  # zero-width, control, variation selector
    BLANK = np.uint8(4)
    SEVERAL = np.uint8(8)  # NFKC gives several code points, or combines it with its neighbours
    DOT = np.uint8(16)  # a middle dot where it stands between Chinese characters
    SUSPECT = np.uint8(32)  # a trace of damaged text, or a private code point
    HAN = np.uint8(64)
    WIDE = np.uint8(128)  # no blank stands beside it: Chinese characters, Chinese punctuation


class Alphabet(NamedTuple):
    """`target` (0x110000,): the code point that each becomes; `kind` (0x110000,): its `Kind`, before the change."""

    target: Points
    kind: npt.NDArray[np.uint8]


# OpenCC maps these, and must not. One list for all, with the reason of each.
KEPT_IN_TEXT = {
    "乾": "乾县 610424 and the reign 乾隆; the dry 乾 is rarer in registers than the county",
    "甯": "a surname of its own beside 宁 (通用规范汉字表 2013)",
    "吒": "a standard character (哪吒), 通用规范汉字表 2013",
    "薹": "a standard character, 通用规范汉字表 2013",
    "洩": "洩湖镇, 蓝田县, in the national list of divisions of 2023",
    "塚": "塔塚村, 马塚村, as above",
    "磑": "磑里村, as above",
    "迴": "迴龙寺村, as above",
    "闇": "闇门村, as above",
}
KEPT_IN_NAMES = {
    **KEPT_IN_TEXT,
    "於": "a surname of its own beside 于, 通用规范汉字表 2013",
    "徵": "given names (魏徵), 通用规范汉字表 2013",
    "昇": "given names and firm names, 通用规范汉字表 2013",
    "陞": "given names, 通用规范汉字表 2013",
    "氾": "a surname and place names, 通用规范汉字表 2013",
    "谿": "surnames and place names, 通用规范汉字表 2013",
}
# OpenCC's t2s leaves 陜 U+965C, with which a circulating copy of the 2017 measures writes 陕西.
ADDED = {"陜": "陕", "陝": "陕"}

CHINESE_PUNCTUATION = "，；：！？…"
DOTS = "•・･‧∙⋅．‣●"
SUSPECTS = "\ufffd□■▢〓?？"
INVISIBLE = "\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u2800"
SQUARE_BRACKETS = dict.fromkeys("〔【[［〖{｛﹝", "（") | dict.fromkeys("〕】]］〗}｝﹞", "）")

_CHECKED = (range(0x0, 0x3400), range(0xA000, 0xAC00), range(0xD7B0, 0xD800), range(0xF900, 0x20000),
            range(0x2F800, 0x2FA20))  # fmt: skip
_HAN = ((0x3005, 0x3008), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
_WIDE = (
    *_HAN,
    (0x3001, 0x3020),
    (0xFF01, 0xFF02),
    (0xFF08, 0xFF0A),
    (0xFF0C, 0xFF0D),
    (0xFF1A, 0xFF1C),
    (0xFF1F, 0xFF20),
)
_PRIVATE = ((0xE000, 0xF900), (0xF0000, 0x110000))


@lru_cache(maxsize=1)
def text_alphabet() -> Alphabet:
    """For running text: Chinese punctuation stays as typed."""
    return _finished(_simplified(_base(), KEPT_IN_TEXT))


@lru_cache(maxsize=1)
def name_alphabet() -> Alphabet:
    """For names of persons: characters that names keep; a full stop between Chinese characters is a middle dot."""
    alphabet = _simplified(_base(), KEPT_IN_NAMES)
    alphabet.kind[ord(".")] |= Kind.DOT
    return _finished(alphabet)


@lru_cache(maxsize=1)
def organisation_alphabet() -> Alphabet:
    """For names of organisations: as for persons, and every bracket is the round full-width one."""
    alphabet = _simplified(_base(), KEPT_IN_NAMES)
    _map(alphabet, SQUARE_BRACKETS)
    return _finished(alphabet)


@lru_cache(maxsize=1)
def address_alphabet() -> Alphabet:
    """For addresses: as organisations, and punctuation is half-width (DB37/T 4364)."""
    alphabet = _simplified(_base(), KEPT_IN_NAMES)
    _map(alphabet, SQUARE_BRACKETS | {mark: unicodedata.normalize("NFKC", mark) for mark in "，；：！？"})
    return _finished(alphabet)


def _map(alphabet: Alphabet, pairs: dict[str, str]) -> None:
    for source, target in pairs.items():
        alphabet.target[ord(source)] = ord(target)


def _base() -> Alphabet:
    target, kind = _compatibility()
    return Alphabet(target.copy(), kind.copy())


@lru_cache(maxsize=1)
def _compatibility() -> Alphabet:
    """NFKC by code point, and what to drop; the part that all alphabets have in common."""
    target = np.arange(CODE_POINTS, dtype=np.uint32)
    kind = np.zeros(CODE_POINTS, dtype=np.uint8)
    alphabet = Alphabet(target, kind)
    for block in _CHECKED:
        for point in block:
            _classify(point, target, kind)
    kind[0xE0000:0xE1000] |= Kind.DROPPED
    _map(alphabet, {mark: mark for mark in CHINESE_PUNCTUATION + DOTS})
    for mark in CHINESE_PUNCTUATION + DOTS:
        kind[ord(mark)] &= ~Kind.SEVERAL
    _map(
        alphabet,
        {
            "(": "（",
            ")": "）",
            "（": "（",
            "）": "）",
            "﹙": "（",
            "﹚": "）",
            "⁽": "（",
            "⁾": "）",
            "₍": "（",
            "₎": "）",
        },
    )
    kind[[ord(mark) for mark in DOTS]] |= Kind.DOT
    kind[[ord(mark) for mark in INVISIBLE]] = Kind.DROPPED
    kind[[ord(mark) for mark in SUSPECTS]] |= Kind.SUSPECT
    for bit, spans in ((Kind.HAN, _HAN), (Kind.WIDE, _WIDE), (Kind.SUSPECT, _PRIVATE)):
        for first, end in spans:
            kind[first:end] |= bit
    return alphabet


def _classify(point: int, target: Points, kind: npt.NDArray[np.uint8]) -> None:
    character = chr(point)
    category = unicodedata.category(character)
    if category == "Cn":
        return
    if character.isspace():
        kind[point], target[point] = Kind.BLANK, BLANK_POINT
    elif category in ("Cc", "Cf") or 0xFE00 <= point <= 0xFE0F:
        kind[point] = Kind.DROPPED
    elif category[0] == "M" or 0x1100 <= point < 0x1200 or 0xD7B0 <= point < 0xD800:
        kind[point] = Kind.SEVERAL
    elif not unicodedata.is_normalized("NFKC", character):
        plain = unicodedata.normalize("NFKC", character)
        if len(plain) == 1:
            target[point] = ord(plain)
        else:
            kind[point] = Kind.SEVERAL | (Kind.SUSPECT if "?" in plain else np.uint8(0))


def _simplified(alphabet: Alphabet, kept: dict[str, str]) -> Alphabet:
    """Traditional to simplified, by OpenCC's reading of each single code point, after NFKC."""
    points = np.concatenate([np.arange(first, end, dtype=np.uint32) for first, end in _HAN])
    plain = alphabet.target[points]
    lines = plain.tobytes().decode("utf-32-le")
    simple = opencc.OpenCC("t2s").convert("\n".join(lines)).split("\n")
    becomes = {line: text for line, text in zip(lines, simple, strict=True) if len(text) == 1 and line != text}
    becomes = {line: text for line, text in becomes.items() if line not in kept} | ADDED
    table = np.arange(CODE_POINTS, dtype=np.uint32)
    table[[ord(line) for line in becomes]] = [ord(text) for text in becomes.values()]
    return Alphabet(table[alphabet.target], alphabet.kind)


def _finished(alphabet: Alphabet) -> Alphabet:
    """With `CHANGES` set for whatever is not itself afterwards, and targets' own traits on their sources."""
    target, kind = alphabet
    target[:] = target[target]  # ︵ becomes ( and that （; so that conforming twice is conforming once
    own = np.arange(CODE_POINTS, dtype=np.uint32)
    rewritten = Kind.DROPPED | Kind.BLANK | Kind.SEVERAL | Kind.DOT
    kind |= kind[target] & Kind.SUSPECT
    kind[(target != own) | ((kind & rewritten) != 0)] |= Kind.CHANGES
    return alphabet
