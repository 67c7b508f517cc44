"""Standards "capital_yuan" and "capital_text": registered capital as registrars type it, in yuan."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.standards.codepoints import by_distinct, nulled, replaced, truth
from foundation.standards.conformed import Conformed, Rule, Setting, Severity, Standard
from foundation.standards.numerals import NUMERAL_CHARACTERS, chinese_number
from foundation.standards.text import RULES as TEXT_RULES
from foundation.standards.text import conform_text, placeholders, plain

FOREIGN = Rule("capital.foreign_currency", "外币金额，不作折算", Severity.WARNING)
UNIT_ASSUMED = Rule("capital.unit_assumed", "未注明单位，按万元计", Severity.WARNING)
YUAN_ASSUMED = Rule("capital.yuan_assumed", "未注明单位，按元计", Severity.WARNING)
FORMAT = Rule("capital.format", "金额无法识别", Severity.ERROR)

# The registrars' forms have the field in 万元, so a bare number means 万元: 500 is five million yuan. From one million
# on that would be ten billion yuan and more, which hardly any organisation has: such a number was typed in yuan.
BARE_YUAN_FROM = Decimal(1_000_000)
_MYRIADS = r"^(?P<whole>\d{1,12})(?:\.(?P<part>\d{1,6}))?(?:万|（万）)(?:元?(?:人民币)?|元整)$"
_LARGEST = Decimal(10) ** 17
_TYPE = pa.decimal128(20, 2)

_FOREIGN = re.compile(
    r"美元|美金|港元|港币|欧元|日元|日圆|英镑|澳元|澳大利亚元|加元|加拿大元|新加坡元|新元|韩元|韩币|瑞士法郎|法郎|新台币|台币|澳门元"
    r"|卢布|马克|泰铢|林吉特|USD|HKD|EUR|JPY|GBP|AUD|CAD|SGD|KRW|CHF|TWD|US\$|HK\$|[$€£]",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"人民币|RMB|CNY|(?<=\d),(?=\d{3}(?!\d))|[¥￥\s（）:：]|注册资[本金]|开办资金|整$|正$|大写|圆整", re.IGNORECASE
)
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_NUMERAL = re.compile(
    rf"^([{NUMERAL_CHARACTERS}]+)([元圆块])?(?:([{NUMERAL_CHARACTERS}])角)?(?:零?([{NUMERAL_CHARACTERS}])分)?$"
)
_FIGURE = re.compile(r"^(\d+(?:\.\d*)?|\.\d+)([十百千]?[万亿]{0,2})([元圆块])?$")


def yuan(text: str) -> tuple[Decimal | None, str | None]:
    """The amount in yuan of one text in normal form, and the rule that it broke."""
    if _FOREIGN.search(text):
        return None, FOREIGN.code
    bare = _NOISE.sub("", text)
    for read in (_from_figure, _from_numeral):
        amount, issue = read(bare)
        if amount is not None:
            rounded = amount.quantize(Decimal("0.01")) if amount < _LARGEST else None
            return rounded, issue if rounded is not None else FORMAT.code
    return None, FORMAT.code


def _from_figure(text: str) -> tuple[Decimal | None, str | None]:
    """500万, 1000万元, 1.5亿, 2千万, 300."""
    match = _FIGURE.match(text)
    if match is None or len(match[1]) > 30:
        return None, None
    amount = Decimal(match[1])
    for scale in match[2]:
        amount *= _SCALES[scale]
    if match[2] or match[3] or not amount:
        return amount, None
    if amount < BARE_YUAN_FROM:
        return amount * 10_000, UNIT_ASSUMED.code
    return amount, YUAN_ASSUMED.code


def _from_numeral(text: str) -> tuple[Decimal | None, str | None]:
    """壹佰万元, 十亿, 三千五百元伍角. Without 元 or 万 the unit is assumed as for figures."""
    match = _NUMERAL.match(text)
    if match is None:
        return None, None
    amount = chinese_number(match[1])
    if amount is None:
        return None, None
    cents = sum(
        (chinese_number(part) or 0) * unit
        for part, unit in ((match[3], Decimal("0.1")), (match[4], Decimal("0.01")))
        if part
    )
    if match[2] or cents or not set(match[1]).isdisjoint("万亿"):
        return amount + cents, None
    return amount * 10_000, UNIT_ASSUMED.code


def conform_capital_yuan(array: pa.Array, setting: Setting) -> Conformed:
    """decimal128(20, 2) in yuan; no rate of exchange is invented for another currency."""
    encoded = nulled(text := plain(array), placeholders(text)).dictionary_encode()
    distinct = encoded.dictionary
    fields = pc.extract_regex(distinct, _MYRIADS)
    common = truth(pc.is_valid(fields))
    value, issue = by_distinct(nulled(distinct, common), lambda one: (None, None) if one is None else yuan(one), _TYPE)
    value = replaced(value, common, _from_myriads(fields.filter(pa.array(common))))
    return Conformed(value.take(encoded.indices), issue.take(encoded.indices))


def _from_myriads(fields: pa.StructArray) -> pa.Array:
    """The usual way, 500.5万元, for whole columns: with six decimals a number of 万 is a whole number of fen."""
    part = pc.utf8_rpad(pc.struct_field(fields, "part"), 6, "0")
    fen = pc.binary_join_element_wise(pc.struct_field(fields, "whole"), part, "").cast(pa.int64()).to_numpy()
    words = np.zeros((len(fen), 2), dtype=np.int64)  # 128 bits, little-endian, none negative
    words[:, 0] = fen
    return pa.Array.from_buffers(_TYPE, len(fen), [None, pa.py_buffer(words.tobytes())])


STANDARD = Standard("capital_yuan", _TYPE, conform_capital_yuan, (FOREIGN, UNIT_ASSUMED, YUAN_ASSUMED, FORMAT))
TEXT = Standard("capital_text", pa.string(), conform_text, TEXT_RULES)
STANDARDS = (STANDARD, TEXT)
