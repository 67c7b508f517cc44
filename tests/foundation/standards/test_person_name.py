from __future__ import annotations

import pyarrow as pa
import pytest

from foundation.standards.organisation_name import comparison_form
from foundation.standards.person_name import NEWBORN, STANDARD, toneless_pinyin
from tests.foundation.standards.columns import one


@pytest.mark.parametrize(
    ("delivered", "value", "issue"),
    [
        ("王 伟", "王伟", None),
        ("王　伟", "王伟", None),
        ("劉德華", "刘德华", None),
        ("於洋", "於洋", None),  # a surname of its own, not 于
        ("魏徵", "魏徵", None),
        ("李昇", "李昇", None),
        ("阿依古丽.买买提", "阿依古丽·买买提", None),
        ("阿依古丽 • 买买提", "阿依古丽·买买提", None),
        ("John  Smith", "John Smith", None),
        ("无名氏", None, None),
        ("无", None, None),
        ("吴无", "吴无", None),
        ("张三1", "张三1", "person_name.digits"),
        ("测试", "测试", "person_name.test_word"),
        ("test", "test", "person_name.test_word"),
        ("王?", "王?", "text.unreadable_character"),
        ("王ZHE", "王ZHE", None),
    ],
)
def test_person_name(delivered: str, value: str | None, issue: str | None) -> None:
    assert one(STANDARD, delivered) == (value, issue)


@pytest.mark.parametrize("delivered", [None, "", "无", "王丽之子", "王丽之女", "王丽之长子", "王 丽 之 女", "李之女婴"])
def test_a_child_without_a_name(delivered: str | None) -> None:
    assert one(NEWBORN, delivered) == (None, "newborn_name.unnamed")


@pytest.mark.parametrize("delivered", ["王之涣", "张之", "李羡之", "王子女"])
def test_a_child_with_a_name(delivered: str) -> None:
    assert one(NEWBORN, delivered) == (delivered, None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("单雄信", "shan xiong xin"),
        ("解晓东", "xie xiao dong"),
        ("仇英", "qiu ying"),
        ("区大伟", "ou da wei"),
        ("查良镛", "zha liang yong"),
        ("曾国藩", "zeng guo fan"),
        ("任长霞", "ren zhang xia"),
        ("华国锋", "hua guo feng"),
        ("王单", "wang dan"),  # the surname's reading only in front
        ("尉迟恭", "yu chi gong"),
        ("尉健行", "wei jian xing"),
        ("单于夫", "chan yu fu"),
        ("吕布", "lv bu"),
        ("王ZHE", "wang zhe"),
        ("John Smith", "john smith"),
        ("阿依古丽·买买提", "a yi gu li mai mai ti"),
        ("", ""),
        (None, None),
    ],
)
def test_pinyin_reads_surnames_as_surnames(name: str | None, expected: str | None) -> None:
    assert toneless_pinyin(pa.array([None, name, "王伟"], pa.string())).to_pylist() == [None, expected, "wang wei"]


@pytest.mark.parametrize(
    ("one_name", "other"),
    [
        ("陕西省西安（高新）科技有限责任公司", "西安高新科技有限公司"),
        ("陕西 大唐商贸有限公司", "大唐商贸有限公司"),
        ("陜西省人民政府", "省人民政府"),
        ("西安ABC公司", "西安ａｂｃ公司"),
    ],
)
def test_organisation_names_compared(one_name: str, other: str) -> None:
    left, right = comparison_form(pa.array([one_name, other])).to_pylist()
    assert left == right


def test_a_name_is_not_compared_away() -> None:
    assert comparison_form(pa.array(["陕西省", "延安市", None])).to_pylist() == ["陕西省", "延安市", None]
