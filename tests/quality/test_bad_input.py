"""What goes wrong while rules run: a rule in error, an empty table, a missing column, columns that hold nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from foundation.catalogue.quality import RuleSeverity
from quality.expectations import measure, telling_text
from quality.measuring import Quality
from quality.rules import Rule, Suite
from quality.rules.rule import Moment
from tests.homes import Home

ON = Moment(date(2026, 11, 1))


def rule(name: str, applies: str, fails: str) -> Rule:
    return Rule(
        table="quality.probe",
        name=name,
        kind="condition",
        title=name,
        item="",
        role="",
        indicator="0301",
        severity=RuleSeverity.ERROR,
        at_least=1.0,
        responsible="health",
        applies=applies,
        fails=fails,
    )


SOUND = rule("sound", "true", "number < 0")
FILLED = rule("filled", "true", "nothing IS NULL")
NOT_BOUND = rule("not_bound", "true", "missing_column > 1")
AT_RUN_TIME = rule("at_run_time", "true", "text::INTEGER > 1")


def suite(*rules: Rule) -> Suite:
    return Suite("quality.probe", "number", "health", None, "population", "probe", rules)


@pytest.fixture
def probe(home: Home) -> Home:
    home.installation.lake.con.execute("CREATE TABLE quality.probe (number BIGINT, text VARCHAR, nothing VARCHAR)")
    return home


def measured(home: Home, *rules: Rule) -> dict[str, object]:
    results = measure(home.installation.lake.reading, suite(*rules), rules, ON)
    return {one.rule.name: one for one in results}


def test_a_rule_in_error_fails_with_the_error_and_stops_no_other(probe: Home) -> None:
    probe.installation.lake.con.execute("INSERT INTO quality.probe VALUES (1, '秘密：六一〇一', NULL), (-1, '2', NULL)")
    results = measured(probe, SOUND, NOT_BOUND, FILLED, AT_RUN_TIME)
    assert (results["sound"].elements, results["sound"].failing, results["sound"].error) == (2, 1, None)
    assert (results["filled"].elements, results["filled"].failing) == (2, 2)  # a column of nulls
    assert "missing_column" in results["not_bound"].error
    assert results["at_run_time"].error and "秘密" not in results["at_run_time"].error
    assert not results["not_bound"].passed and not results["at_run_time"].passed


def test_an_empty_table_has_nothing_to_look_at(probe: Home) -> None:
    results = measured(probe, SOUND, FILLED)
    assert [one.elements for one in results.values()] == [0, 0]
    assert all(one.passed and one.share is None for one in results.values())


def test_a_table_that_is_not_there_fails_every_rule(home: Home) -> None:
    results = measured(home, SOUND, FILLED)
    assert all(not one.passed and one.error for one in results.values())


def test_where_the_lake_does_not_answer_nothing_is_said_of_any_rule(probe: Home) -> None:
    """And no rule is tried alone: over a store that is down each would wait in vain."""
    probe.installation.lake.con.execute("INSERT INTO quality.probe VALUES (1, '2', NULL)")
    for file in Path(probe.settings.lake_path, "quality", "probe").glob("*.parquet"):
        file.unlink()
    with pytest.raises(duckdb.IOException, match="quality/probe"):
        measured(probe, SOUND, FILLED)


def test_a_table_that_lacks_a_column_fails_only_the_rules_that_need_it(home: Home) -> None:
    home.installation.lake.con.execute("ALTER TABLE conformed.education__student DROP COLUMN grade")
    results = Quality(home.installation).measured("conformed.education__student", ON.on)
    broken = {one.key for one in results if one.error}
    assert broken and all(key.startswith("grade.") for key in broken)
    assert all(not one.passed for one in results if one.error)


def test_errors_are_told_without_values() -> None:
    assert "610102" not in telling_text("(_duckdb.ConversionException) Could not convert string '610102198001010016'")
    told = telling_text('(_duckdb.BinderException) Binder Error: Referenced column "grade" not found\n[SQL: ...]')
    assert told.startswith("Binder Error") and "grade" in told
