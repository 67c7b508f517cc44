from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given

from foundation.standards.address import STANDARD as ADDRESS
from foundation.standards.conformed import Setting, Standard
from foundation.standards.organisation_name import STANDARD as ORGANISATION_NAME
from foundation.standards.person_name import STANDARD as PERSON_NAME
from foundation.standards.text import STANDARD as TEXT
from foundation.standards.text import placeholders
from tests.foundation.standards.columns import columns, conformed, one, values


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("陜西省", "陕西省"),  # U+965C, which OpenCC leaves as it is
        ("陝西省", "陕西省"),  # U+965D
        ("西安市長安區", "西安市长安区"),
        ("乾县", "乾县"),  # OpenCC would write 干县
        ("甯静", "甯静"),
        ("洩湖镇", "洩湖镇"),
        ("ＡＢＣ１２３", "ABC123"),
        ("  西安 　市\u00a0", "西安市"),
        ("ABC  Ltd", "ABC Ltd"),
        ("西安 ABC 公司", "西安ABC公司"),
        ("西\u200b安\ufeff市\x00", "西安市"),
        ("第一行\r\n第二行", "第一行第二行"),
        ("西安(高新)", "西安（高新）"),
        ("西安﹙高新）", "西安（高新）"),
        (
            "餐饮服务，零售；批发：烟酒。",
            "餐饮服务，零售；批发：烟酒。",
        ),  # Chinese punctuation is no compatibility form
        ("陕〔2017〕34号", "陕〔2017〕34号"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提 ‧ 艾力", "买买提·艾力"),
        ("１．５", "1.5"),
        ("①㎡", "1m2"),
        ("e\u0301", "é"),
        ("𠮷野", "𠮷野"),  # a four-byte character of GB 18030
        ("空军路", "空军路"),
        ("无锡路", "无锡路"),
        ("0", "0"),
        ("000", "000"),
    ],
)
def test_text_is_brought_to_one_form(delivered: str, expected: str) -> None:
    assert one(TEXT, delivered) == (expected, None)


@pytest.mark.parametrize(
    "delivered",
    [
        None,
        "",
        "  ",
        "\u3000",
        "无",
        "無",
        "不详",
        "不詳",
        "未知",
        "-",
        "--",
        "—",
        "－",
        "/",
        "／",
        "\\",
        ".",
        "***",
        "NULL",
        "null",
        "Ｎｕｌｌ",
        "(null)",
        "N/A",
        "Ｎ／Ａ",
        "None",
        "none",
        "nan",
        "空",
        "（空）",
        "暂无",
        "0000",
        "00000000",
        "0000-00-00",
        "\u200b",
    ],
)
def test_a_placeholder_is_null_without_an_issue(delivered: str | None) -> None:
    assert one(TEXT, delivered) == (None, None)


def test_unknown_is_a_value_of_coded_items_only() -> None:
    array = pa.array(["未知", "无", None, "男"])
    assert placeholders(array).tolist() == [True, True, True, False]
    assert placeholders(array, coded=True).tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("delivered", "issue"),
    [
        ("交換和共享??h級不建共享平台", "text.byte_shift"),
        ("實現無條件共享?;A信息資源", "text.byte_shift"),
        ("共享？？h级", "text.byte_shift"),
        ("建设??梢平台", "text.byte_shift"),
        ("王\ufffd", "text.unreadable_character"),
        ("王□", "text.unreadable_character"),
        ("王?", "text.unreadable_character"),
        ("王\ue863", "text.unreadable_character"),
        ("???", "text.unreadable_character"),
        ("去哪里？西安", None),
        ("http://a.cn/?b=1", None),
    ],
)
def test_damaged_text_is_kept_and_reported(delivered: str, issue: str | None) -> None:
    value, found = one(TEXT, delivered)
    assert found == issue
    assert value is not None


def test_the_byte_shift_of_the_circulating_copy_is_the_damage_that_is_looked_for() -> None:
    damaged = "。縣".encode("gbk")[1:].decode("gbk")
    assert damaged == "？h"
    assert one(TEXT, f"共享{damaged}級") == ("共享？h级", "text.byte_shift")


def test_an_overlong_value_is_kept_whole_and_reported() -> None:
    setting = Setting(length=4)
    assert one(TEXT, "西安市区", setting) == ("西安市区", None)
    assert one(TEXT, "西安市城区", setting) == ("西安市城区", "text.too_long")


def test_only_one_opencc_is_installed_and_it_is_the_compiled_one() -> None:
    import opencc

    assert opencc.OpenCC("t2s").convert("漢") == "汉"
    assert hasattr(opencc, "opencc_clib")


@pytest.mark.parametrize(
    ("standard", "delivered", "expected"),
    [
        (ORGANISATION_NAME, "西安【高新】科技 有限公司", "西安（高新）科技有限公司"),
        (ORGANISATION_NAME, "西安昇辉〔集团〕公司", "西安昇辉（集团）公司"),
        (ADDRESS, "陜西省西安市雁塔區小寨東路１２３號，【甲】二十號", "陕西省西安市雁塔区小寨东路123号,（甲）二十号"),
        (ADDRESS, "咸陽市乾縣 城關鎮", "咸阳市乾县城关镇"),
    ],
)
def test_names_and_addresses(standard: Standard, delivered: str, expected: str) -> None:
    assert one(standard, delivered) == (expected, None)


@pytest.mark.parametrize(
    "standard", [TEXT, PERSON_NAME, ORGANISATION_NAME, ADDRESS], ids=lambda standard: standard.name
)
@given(texts=columns)
@example(
    texts=[
        "e\u200b\u0301",
        "Ｚ\u0301",
        "，\u0301",
        "劉\u0301",
        "⁇",
        "張⑴・王",
        "﹖",
        "｟",
        " \u0301",
        "가\u11a8",
        "\u1100\u1161",
        "．．",
        "a．張",
    ]
)
def test_conforming_twice_is_conforming_once(standard: Standard, texts: list[str | None]) -> None:
    once = conformed(standard, texts)
    twice = conformed(standard, [value for value, _ in once])
    assert [value for value, _ in twice] == [value for value, _ in once]
    assert twice == once


@pytest.mark.parametrize(
    "standard", [TEXT, PERSON_NAME, ORGANISATION_NAME, ADDRESS], ids=lambda standard: standard.name
)
def test_every_character_has_one_form(standard: Standard) -> None:
    points = [point for point in range(0x30000) if not 0xD800 <= point < 0xE000]
    once = standard.conform(pa.array([f"张{chr(point)}王" for point in points]), Setting()).value
    assert standard.conform(once, Setting()).value.equals(once)


@given(texts=columns)
def test_a_value_does_not_depend_on_its_neighbours(texts: list[str | None]) -> None:
    assert values(TEXT, texts) == [values(TEXT, [text])[0] for text in texts]


def test_all_null_and_empty_batches() -> None:
    assert conformed(TEXT, []) == []
    assert conformed(TEXT, [None, None]) == [(None, None), (None, None)]
    assert TEXT.conform(pa.nulls(2), Setting()).value.to_pylist() == [None, None]
    assert TEXT.conform(pa.array(["陝西"], pa.large_string()), Setting()).value.to_pylist() == ["陕西"]
