from __future__ import annotations

import pytest
from hypothesis import given

from foundation.catalogue.catalogue import Codes
from foundation.standards.codes import CODE, WORD
from foundation.standards.conformed import Setting
from tests.foundation.standards.columns import columns, conformed, one

SEX = Setting(
    codes=Codes(
        "性别代码",
        "GB/T 2261.1-2003",
        {"0": "未知的性别", "1": "男性", "2": "女性", "9": "未说明的性别"},
        {"未知": "0", "M": "1", "F": "2", "不详": "9"},
        {},
    )
)
ETHNICITY = Setting(
    codes=Codes(
        "民族",
        "GB/T 3304-1991",
        {"01": "汉族", "02": "蒙古族", "15": "土家族", "36": "毛南族", "97": "其他"},
        {"毛难": "36"},
        {"57": "58", "58": "97"},
    )
)
RELATION = Setting(codes=Codes("关系", "GB/T 4761", {"1": "配偶", "10": "配偶", "01": "本人"}, {}, {}))
STATUS = Setting(values={"0": "有效", "1": "注销", "8": "迁出", "9": "死亡"})


@pytest.mark.parametrize(
    ("delivered", "setting", "value"),
    [
        ("1", SEX, "1"),
        ("１", SEX, "1"),
        ("01", SEX, "1"),
        ("男", SEX, "1"),
        ("男性", SEX, "1"),
        ("Ｍ", SEX, "1"),
        ("f", SEX, "2"),
        ("未知", SEX, "0"),
        ("不详", SEX, "9"),
        ("1-男", SEX, "1"),
        ("2女性", SEX, "2"),
        ("", SEX, None),
        (None, SEX, None),
        ("NULL", SEX, None),
        ("无", SEX, None),
        ("1", ETHNICITY, "01"),
        ("汉", ETHNICITY, "01"),
        ("漢族", ETHNICITY, "01"),
        ("土家", ETHNICITY, "15"),
        ("毛难族", ETHNICITY, None),
        ("毛难", ETHNICITY, "36"),
        ("57", ETHNICITY, "97"),
        ("01汉族", ETHNICITY, "01"),
        ("1", RELATION, "1"),
        ("01", RELATION, "01"),
    ],
)
def test_a_code_is_found_by_code_name_or_alias(delivered: str | None, setting: Setting, value: str | None) -> None:
    found, issue = one(CODE, delivered, setting)
    assert found == value
    assert issue == ("code.unknown" if delivered == "毛难族" else None)


@pytest.mark.parametrize(("delivered", "setting"), [("3", SEX), ("2-男", SEX), ("001", RELATION), ("汉语", ETHNICITY)])
def test_what_no_table_knows_is_not_guessed(delivered: str, setting: Setting) -> None:
    assert one(CODE, delivered, setting) == (None, "code.unknown")


def test_the_dataset_s_own_values_come_first() -> None:
    setting = Setting(codes=SEX.codes, values={"男": "1", "女": "2", "1": "2"})
    assert one(CODE, "1", setting) == ("2", None)
    assert one(CODE, "9", setting) == ("9", None)


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("0", ("有效", None)),
        ("有效", ("有效", None)),
        (" 註銷 ", ("注销", None)),
        ("-", (None, None)),
        ("冻结", ("冻结", "word.unknown")),
    ],
)
def test_words(delivered: str, expected: tuple[str | None, str | None]) -> None:
    assert one(WORD, delivered, STATUS) == expected


def test_a_listed_word_is_no_placeholder() -> None:
    setting = Setting(values={"无": "无", "未知": "未知", "0000": "零"})
    assert [one(WORD, text, setting)[0] for text in ("无", "未知", "0000", "-")] == ["无", "未知", "零", None]


@given(texts=columns)
def test_codes_never_fail(texts: list[str | None]) -> None:
    once = conformed(CODE, texts, SEX)
    assert {value for value, _ in once} <= {None, "0", "1", "2", "9"}
    values = [value for value, _ in conformed(WORD, texts, STATUS)]
    assert [value for value, _ in conformed(WORD, values, STATUS)] == values
