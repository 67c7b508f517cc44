from __future__ import annotations

import re
import subprocess
import sys

import pyarrow as pa
import pytest

from foundation.standards.conformed import Setting
from foundation.standards.registry import MODULES, RULES, STANDARDS


@pytest.mark.parametrize("name", list(STANDARDS))
def test_every_standard_is_found_under_its_own_name(name: str) -> None:
    standard = STANDARDS[name]
    assert standard.name == name
    assert len({rule.code for rule in standard.rules}) == len(standard.rules)


@pytest.mark.parametrize("name", [name for name in STANDARDS if name != "geometry"])
def test_every_standard_takes_an_empty_and_a_null_column(name: str) -> None:
    standard = STANDARDS[name]
    for column in (pa.array([], pa.string()), pa.nulls(3, pa.string())):
        value, issue = standard.conform(column, Setting())
        assert value.type == standard.type
        assert issue.type == pa.string()
        assert len(value) == len(issue) == len(column)


def test_every_rule_has_a_code_of_its_own_and_a_chinese_title() -> None:
    titles: dict[str, str] = {}
    for standard in STANDARDS.values():
        for rule in standard.rules:
            assert re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", rule.code)
            assert re.search(r"[\u4e00-\u9fff]", rule.title)
            assert titles.setdefault(rule.code, rule.title) == rule.title
    assert set(RULES) == set(titles)


def test_an_unknown_standard_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="citizen"):
        STANDARDS["citizen"]


def test_knowing_the_names_imports_no_standard() -> None:
    program = (
        "import sys; from foundation.standards.registry import STANDARDS, MODULES; list(STANDARDS);"
        "'date' in STANDARDS; print([m for m in MODULES if f'foundation.standards.{m}' in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
    assert sum(len(names) for names in MODULES.values()) == len(STANDARDS)
