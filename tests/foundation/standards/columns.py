"""Helpers of the standards' tests: conform a few texts, and texts of every kind for properties."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from foundation.standards.conformed import Setting, Standard

MESSY = (
    "张王陜陝劉乾於昇甯·•．・.()（）【】〔〕[] \t\n\u3000\u200b\ufeff?？\ufffd□"
    "ａＺ１９㎡①⁇ﬁ½é\u0301\ue000𠮷-/_0198年月日万元"
)
texts = st.one_of(
    st.none(),
    st.text(alphabet=st.sampled_from(MESSY), max_size=12),
    st.text(max_size=12),
)
columns = st.lists(texts, max_size=8)


def conformed(
    standard: Standard, texts: list[str | None], setting: Setting | None = None
) -> list[tuple[Any, str | None]]:
    """(value, issue) of each text; checks what holds for every standard."""
    value, issue = standard.conform(pa.array(texts, pa.string()), setting or Setting())
    assert value.type == standard.type
    assert issue.type == pa.string()
    assert len(value) == len(issue) == len(texts)
    assert set(issue.drop_null().to_pylist()) <= {rule.code for rule in standard.rules}
    return list(zip(value.to_pylist(), issue.to_pylist(), strict=True))


def one(standard: Standard, text: str | None, setting: Setting | None = None) -> tuple[Any, str | None]:
    """Value and issue of one text, found the same alone and within a sliced batch."""
    alone = conformed(standard, [text], setting)[0]
    batch = pa.array(["前", None, text, "后"], pa.string()).slice(2, 1)
    value, issue = standard.conform(batch, setting or Setting())
    assert (value[0].as_py(), issue[0].as_py()) == alone
    return alone


def values(standard: Standard, texts: list[str | None], setting: Setting | None = None) -> list[Any]:
    return [value for value, _ in conformed(standard, texts, setting)]
