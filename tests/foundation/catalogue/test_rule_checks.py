"""Quality rules that officers write: a wrong one is refused at start with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from foundation.catalogue.load import FOLDER, load
from foundation.catalogue.problem import CatalogueError
from quality.rules import suites

STUDENT = "datasets/education/student.yaml"
PERSON = "rules/person.yaml"
POPULATION = "libraries/population.yaml"
RULE = """
  own_rule:
    title: 年级应写明
    kind: condition
    holds: "{grade} LIKE '%年级'"
    indicator: "0302"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "catalog"))


def edit(folder: Path, file: str, old: str, new: str) -> int:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def add(folder: Path, rule: str) -> None:
    edit(folder, STUDENT, "\nrules:", "\nrules:" + rule.rstrip("\n"))


def line_of(folder: Path, file: str, words: str) -> int:
    text = (folder / file).read_text(encoding="utf-8")
    return text[: text.index(words)].count("\n") + 1


def test_an_officer_adds_a_rule_in_yaml_alone(folder: Path) -> None:
    add(folder, RULE)
    rules = {rule.key: rule for rule in suites(load(folder))["conformed.education__student"].rules}
    assert rules["grade.own_rule"].fails == "(\"grade\" LIKE '%年级') IS NOT TRUE"
    assert rules["grade.own_rule"].responsible == "education"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("LIKE '%年级'", "LIKE '%年级", ["SQL 条件不能执行"]),
        ("{grade} LIKE '%年级'", "{grade} + 1", ["SQL 条件不能执行"]),
        ("{grade} LIKE '%年级'", "{grade} = read_text('/etc/passwd')", ["SQL 条件不能执行"]),
        ("{grade} LIKE", "{grad} LIKE", ["没有名为“grad”的信息项", "是否应为“grade”"]),
        ("kind: condition", "kind: conditon", ["“kind”不能是“conditon”", "condition"]),
        ("kind: condition", "kind: mandatory", ["mandatory 规则不用“holds”"]),
        ('indicator: "0302"', 'indicator: "0306"', ["没有名为“0306”的GB/T 36344 指标"]),
        ('indicator: "0302"', "indicator: 0302", ["应为文字", '写成 "0302"']),
        ('indicator: "0302"', 'indicator: "0302"\n    department: educatoin', ["没有名为“educatoin”的部门"]),
        ('indicator: "0302"', 'indicator: "0302"\n    severity: fatal', ["“severity”不能是“fatal”"]),
        ('indicator: "0302"', 'indicator: "0302"\n    at_least: 95', ["at_least"]),
        ("    title: 年级应写明\n", "", ["缺少“title”"]),
    ],
)
def test_a_wrong_rule_is_refused_with_file_and_line(folder: Path, old: str, new: str, words: list[str]) -> None:
    assert old in RULE
    add(folder, RULE.replace(old, new))
    with pytest.raises(CatalogueError) as caught:
        load(folder)
    (mine,) = [line for line in caught.value.lines if all(word in line for word in words)][:1] or [caught.value.lines]
    assert isinstance(mine, str), mine
    file, number, _ = mine.split(":", 2)
    assert file == f"catalog/{STUDENT}"
    first = line_of(folder, STUDENT, "own_rule")
    assert first <= int(number) <= first + 6


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (PERSON, "table: legal_entity", "table: legal_entitys", ["没有名为“legal_entitys”的表"]),
        (PERSON, "matching: uscc", "matching: usccc", ["没有名为“usccc”的legal_entity 信息项"]),
        (PERSON, "items: [employer_uscc]", "items: [employer]", ["没有名为“employer”的信息项"]),
        (STUDENT, "mandatory: [record_number", "mandatory: [record_numbr", ["没有名为“record_numbr”"]),
    ],
)
def test_names_in_rules_are_known(folder: Path, file: str, old: str, new: str, words: list[str]) -> None:
    line = edit(folder, file, old, new)
    with pytest.raises(CatalogueError) as caught:
        load(folder)
    assert any(
        text.startswith(f"catalog/{file}:{line}:") and all(word in text for word in words)
        for text in caught.value.lines
    ), caught.value.lines
