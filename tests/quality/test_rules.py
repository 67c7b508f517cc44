"""The rules of the project's own catalogue."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.load import load
from foundation.catalogue.quality import DIMENSIONS, INDICATORS
from quality.rules import Rule, suites
from quality.rules.rule import Moment


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def rules(catalogue: Catalogue) -> list[Rule]:
    return [rule for suite in suites(catalogue).values() for rule in suite.rules]


def test_there_are_rules_for_every_table(catalogue: Catalogue, rules: list[Rule]) -> None:
    assert len(rules) >= 150
    tables = {f"conformed.{name.replace('/', '__')}" for name in catalogue.datasets}
    assert {rule.table for rule in rules} == tables | {f"library.{name}" for name in catalogue.tables}


def test_every_rule_names_indicator_severity_and_department(catalogue: Catalogue, rules: list[Rule]) -> None:
    for rule in rules:
        assert rule.indicator in INDICATORS
        assert rule.responsible in catalogue.departments
        assert 0 <= rule.at_least <= 1
        assert rule.title
    assert {rule.dimension for rule in rules} == set(DIMENSIONS.values())


def test_none_is_written_twice(catalogue: Catalogue, rules: list[Rule]) -> None:
    assert max(Counter((rule.table, rule.key) for rule in rules).values()) == 1
    said = Counter(
        (rule.table, rule.role, rule.counts_sql(Moment(date(2026, 1, 1)))) for rule in rules if rule.is_over_rows
    )
    assert [sql for sql, times in said.items() if times > 1] == []
    declared = Counter(
        (rule.holds or "", rule.when or "", tuple(rule.items), rule.kind, subject)
        for subject, named in catalogue.rules.items()
        for rule in named.values()
    )
    assert max(declared.values()) == 1


def test_no_placeholder_is_left(rules: list[Rule]) -> None:
    moment = Moment(date(2026, 1, 1), 7)
    for rule in rules:
        sql = rule.counts_sql(moment)
        assert "today()" not in sql and "published_before()" not in sql
        assert "{" not in sql.replace("{'rows'", "")


def test_only_library_tables_hold_back_a_publication(rules: list[Rule]) -> None:
    assert all(rule.table.startswith("library.") for rule in rules if rule.severity == "blocking")
