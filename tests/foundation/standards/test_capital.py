from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.standards.capital import STANDARD, TEXT
from foundation.standards.numerals import chinese_number
from tests.foundation.standards.columns import columns, conformed, one


@pytest.mark.parametrize(
    ("delivered", "yuan"),
    [
        ("500(万)", "5000000"),
        ("500（万）", "5000000"),
        ("13万人民币", "130000"),
        ("100万元人民币", "1000000"),
        ("1,000万元", "10000000"),
        ("１，０００万元", "10000000"),
        ("500万", "5000000"),
        ("500 万元", "5000000"),
        ("500万元整", "5000000"),
        ("人民币500万元", "5000000"),
        ("RMB 500万元", "5000000"),
        ("￥500,000.00元", "500000"),
        ("3000元", "3000"),
        ("1.5亿元", "150000000"),
        ("2千万", "20000000"),
        ("100.5万", "1005000"),
        ("100.000000万人民币", "1000000"),
        ("500萬元", "5000000"),
        ("1万亿元", "1000000000000"),
        ("壹佰万元", "1000000"),
        ("壹佰万圆整", "1000000"),
        ("伍佰萬元", "5000000"),
        ("十亿", "1000000000"),
        ("十五万", "150000"),
        ("一亿二千万", "120000000"),
        ("壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元整", "12345678"),
        ("叁元伍角", "3.50"),
        ("叁元伍角贰分", "3.52"),
        ("0", "0"),
        ("0.00万元", "0"),
        ("零万元", "0"),
        ("伍佰零伍万零佰元整", "5050000"),
        ("12,345,678.90元", "12345678.90"),
    ],
)
def test_the_ways_to_type_an_amount(delivered: str, yuan: str) -> None:
    assert one(STANDARD, delivered) == (Decimal(yuan), None)


@pytest.mark.parametrize(
    ("delivered", "yuan", "issue"),
    [
        ("500", "5000000", "capital.unit_assumed"),  # the registrars' field is in 万元
        ("0.5", "5000", "capital.unit_assumed"),
        ("1000000", "1000000", "capital.yuan_assumed"),
        ("50万美元", None, "capital.foreign_currency"),
        ("USD 500,000", None, "capital.foreign_currency"),
        ("100万港币", None, "capital.foreign_currency"),
        ("很多", None, "capital.format"),
        ("1.2.3万", None, "capital.format"),
        ("-5万", None, "capital.format"),
        ("9" * 29, None, "capital.format"),
        ("万元", None, "capital.format"),  # printed on the form, nothing written before it
        ("亿元整", None, "capital.format"),
        ("伍佰零拾零万零仟零佰零拾零元整", None, "capital.format"),
        ("1,5万", None, "capital.format"),
        ("N/A", None, None),
        ("无", None, None),
    ],
)
def test_amounts_with_a_doubt(delivered: str, yuan: str | None, issue: str | None) -> None:
    assert one(STANDARD, delivered) == (None if yuan is None else Decimal(yuan), issue)


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("十", 10),
        ("二十三", 23),
        ("一百零五", 105),
        ("一千零一十", 1010),
        ("一万亿", 10**12),
        ("三亿零五十万", 300_500_000),
        ("千万", 10_000_000),
        ("零仟五百", 500),
        ("零拾", None),
        ("万", None),
        ("一百二", None),
        ("三千五万", None),
        ("一万二", None),
        ("一亿二千万", 120_000_000),
        ("一百零二万", 1_020_000),
        ("二〇一七", 2017),
        ("元", None),
        ("", None),
    ],
)
def test_chinese_numerals(numeral: str, number: int | None) -> None:
    assert chinese_number(numeral) == number


@given(texts=columns, amounts=st.lists(st.text(alphabet="0123456789.,万亿千元壹佰拾零整（）美角分", max_size=12)))
def test_nothing_makes_it_fail(texts: list[str | None], amounts: list[str]) -> None:
    conformed(STANDARD, [*texts, *amounts])
    conformed(TEXT, [*texts, *amounts])
