from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.standards.mask import RULES, mask, mask_value
from tests.foundation.standards.columns import columns


@pytest.mark.parametrize(
    ("rule", "text", "shown"),
    [
        ("person_name", "张伟", "张*"),
        ("person_name", "欧阳娜娜", "欧阳**"),
        ("person_name", "欧阳", "欧*"),
        ("person_name", "张", "*"),
        ("person_name", "阿依古丽·买买提", "阿依古丽·***"),
        ("citizen_id", "610102198001010015", "610***********0015"),
        ("citizen_id", "440524880101001", "440*********001"),
        ("citizen_id", "1234567", "*******"),
        ("phone", "13812341234", "138****1234"),
        ("phone", "029-88881212", "029-******12"),
        ("phone", "0911-2345612", "0911-*****12"),
        ("address", "陕西省西安市雁塔区小寨东路1号", "陕西省西安市雁塔区****"),
        ("address", "小寨东路1号", "****"),
        ("license_number", "AB1234EF", "AB****EF"),
        ("coordinate", "108.939812", "108.94"),
        ("coordinate", "x", "*"),
        ("household_number", "61010001", "******01"),
        ("a rule that nobody wrote", "secret", "******"),
        ("person_name", None, None),
    ],
)
def test_masks(rule: str, text: str | None, shown: str | None) -> None:
    assert mask_value(rule, text) == shown


@given(birth=st.from_regex(r"\A[1-9][0-9]{5}(19|20)[0-9]{9}[0-9X]\Z"))
def test_no_birth_date_is_shown(birth: str) -> None:
    shown = mask_value("citizen_id", birth)
    assert shown is not None
    assert set(shown[6:14]) == {"*"}


@pytest.mark.parametrize("rule", [*RULES, "unknown"])
@given(texts=columns)
def test_a_mask_never_fails_and_keeps_nulls(rule: str, texts: list[str | None]) -> None:
    shown = mask(rule, pa.array(texts, pa.string()))
    assert len(shown) == len(texts)
    assert [text is None for text in shown.to_pylist()] == [text is None for text in texts]
