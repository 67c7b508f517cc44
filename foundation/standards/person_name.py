"""Standards "person_name" and "newborn_name": names of persons, GB 18030 characters, middle dots of ethnic names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.alphabet import name_alphabet
from foundation.standards.codepoints import Mask, any_in_each, as_strings, issues, nulled, to_points, truth
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.pinyin import toneless_pinyin
from foundation.standards.rewriting import rewrite
from foundation.standards.text import RULES as TEXT_RULES
from foundation.standards.text import judged

DIGITS = Rule("person_name.digits", "姓名中含有数字", Severity.WARNING)
TEST_WORD = Rule("person_name.test_word", "疑似测试数据", Severity.WARNING)
UNNAMED = Rule("newborn_name.unnamed", "新生儿尚未取名", Severity.WARNING)
RULES = (DIGITS, TEST_WORD, *TEXT_RULES)

_NO_NAME = ("佚名", "无名氏", "无名", "未取名", "未命名", "不知名", "待取名", "某某", "某某某")
_TEST_WORD = r"(?i)测试|^test|demo$"
_UNNAMED = r".之(?:[长次大小双]?[子女]|[男女]?婴|[男女]孩)\d?$"
_TEST_LETTERS = frozenset("测试tTdD")

__all__ = ["NEWBORN", "STANDARD", "STANDARDS", "conform_person_name", "toneless_pinyin"]


def conform_person_name(array: pa.Array, setting: Setting) -> Conformed:
    rewritten = rewrite(array, name_alphabet())
    value, damaged = judged(rewritten, setting)
    value = nulled(value, truth(pc.is_in(value, pa.array(_NO_NAME, pa.string()))))
    digits, tests = _oddities(value)
    own = issues(len(value), (DIGITS.code, digits), (TEST_WORD.code, tests))
    return Conformed(value, pc.coalesce(damaged, own))


def _oddities(value: pa.StringArray) -> tuple[Mask, Mask]:
    """Where a name holds digits, and where it holds a word for a test."""
    run = to_points(value)
    digits = any_in_each((run.points >= 0x30) & (run.points <= 0x39), run.offsets)
    letters = np.isin(run.points, [ord(letter) for letter in _TEST_LETTERS])
    candidates = any_in_each(letters, run.offsets)
    tests = np.zeros(len(value), dtype=np.bool_)
    if candidates.any():
        tests[candidates] = truth(pc.match_substring_regex(value.filter(pa.array(candidates)), _TEST_WORD))
    return digits, tests


def conform_newborn_name(array: pa.Array, setting: Setting) -> Conformed:
    """As a person's name; nothing, or 某某之子 / 某某之女, is a child without a name yet."""
    value, issue = conform_person_name(as_strings(array), setting)
    unnamed = truth(pc.or_kleene(pc.is_null(value), pc.match_substring_regex(value, _UNNAMED)))
    return Conformed(nulled(value, unnamed), pc.if_else(pa.array(unnamed), UNNAMED.code, issue))


STANDARD = Standard("person_name", pa.string(), conform_person_name, RULES)
NEWBORN = Standard("newborn_name", pa.string(), conform_newborn_name, (UNNAMED, *RULES))
STANDARDS = (STANDARD, NEWBORN)
