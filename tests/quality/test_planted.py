"""One violation of each kind of rule: in `quality.result`, in the check of its table, on the page, and nowhere a name."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import dagster as dg
import pytest

from assets.checks import quality_check
from assets.night import Night
from quality.findings import KINDS, check_of
from quality.measuring import Quality
from quality.reports.write import Written, write_reports
from tests.homes import Home
from tests.quality import planted

ON = date.fromisoformat(planted.LATER)
NOT_BREAKABLE = {"published_rows"}  # it counts, and can't fail


@pytest.fixture(scope="module")
def spoiled(module_home: Home) -> Home:
    planted.deliver(module_home)
    module_home.night(planted.DAY)
    planted.spoil(module_home)
    return module_home


@pytest.fixture(scope="module")
def written(spoiled: Home) -> Written:
    return write_reports(spoiled.installation, ON)


@pytest.fixture(scope="module")
def evaluations(spoiled: Home, written: Written) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
    """The evaluations of all checks, by table and check."""
    quality = Quality(spoiled.installation)
    definitions = dg.Definitions(
        asset_checks=[quality_check(suite) for suite in quality.suites.values()],
        jobs=[dg.define_asset_job("checks", dg.AssetSelection.all_asset_checks())],
        resources={"installation": spoiled.installation, "night": Night(business_date=planted.LATER)},
        executor=dg.in_process_executor,
    )
    result = definitions.resolve_job_def("checks").execute_in_process(instance=dg.DagsterInstance.ephemeral())
    spoiled.folder.joinpath("events.txt").write_text("\n".join(map(str, result.all_events)), encoding="utf-8")
    return {(one.asset_key.to_user_string(), one.check_name): one for one in result.get_asset_check_evaluations()}


PLANTED = [
    ("conformed.public_security__resident", "name", "mandatory"),
    ("conformed.public_security__resident", "citizen_id", "citizen_id.check_character"),
    ("conformed.public_security__resident", "citizen_id", "number_tells_birth_date"),
    ("conformed.public_security__resident", "household_division_code", "household_division_known"),
    ("conformed.public_security__resident", "", "accepted_rows"),
    ("conformed.public_security__resident", "", "freshness"),
    ("conformed.public_security__resident", "", "reconciliation"),
    ("conformed.civil_affairs__cremation", "", "accepted_deliveries"),
    ("conformed.civil_affairs__cremation", "", "volume"),
    ("conformed.human_resources__social_insurance", "citizen_id", "one_record_each"),
    ("conformed.statistics__basic_unit", "employees", "employees_sensible"),
    ("library.person", "person_id", "key_filled"),
    ("library.person", "person_id", "key_unique"),
    ("library.person", "citizen_id", "identifier_unique"),
    ("library.person", "citizen_id", "identifier_filled"),
    ("library.person", "name", "length"),
    ("library.person", "name", "filled"),
    ("library.person", "", "undisputed"),
    ("library.legal_entity", "", "registered"),
    ("library.address", "", "volume_fall"),
    ("library.real_estate_unit", "", "not_empty"),
]


@pytest.mark.parametrize(("table", "item", "rule"), PLANTED, ids=[f"{t}.{i}.{r}" for t, i, r in PLANTED])
def test_a_planted_violation_is_seen_everywhere(
    spoiled: Home,
    written: Written,
    evaluations: dict[tuple[str, str], dg.AssetCheckEvaluation],
    table: str,
    item: str,
    rule: str,
) -> None:
    where = f"measured_on = '{planted.LATER}' AND table_name = '{table}' AND item = '{item}' AND rule = '{rule}'"
    result = spoiled.row(f"FROM quality.result WHERE {where}")
    assert result["error"] is None
    assert result["conforming"] < result["elements"]
    assert not result["passed"]

    check = evaluations[(table.replace(".", "/").replace("__", "/"), check_of(result["severity"], result["kind"]))]
    assert not check.passed
    assert result["title"] in str(check.metadata["明细"].value)

    suite = Quality(spoiled.installation).suites[table]
    page = written.index.parent / (f"library_{suite.library}.html" if suite.is_library else f"{suite.department}.html")
    assert result["title"] in page.read_text(encoding="utf-8")


def test_every_kind_of_rule_was_planted(spoiled: Home, written: Written) -> None:
    failed = spoiled.rows(
        f"SELECT DISTINCT kind FROM quality.result WHERE measured_on = '{planted.LATER}' AND NOT passed"
    )
    kinds = {row["kind"] for row in failed}
    rules = {rule.kind for suite in Quality(spoiled.installation).suites.values() for rule in suite.rules}
    assert rules - kinds == NOT_BREAKABLE
    checks = {
        check_of(rule.severity, rule.kind)
        for suite in Quality(spoiled.installation).suites.values()
        for rule in suite.rules
    }
    assert checks <= set(KINDS)


def test_failing_records_are_there_by_key(spoiled: Home, written: Written) -> None:
    found = spoiled.rows(
        f"""SELECT record_key, role FROM quality.failing_record WHERE measured_on = '{planted.LATER}'
        AND department = 'public_security' AND dataset = 'resident' AND rule = 'citizen_id.check_character'"""
    )
    assert found == [{"record_key": planted.WRONG, "role": ""}]
    doubled = spoiled.rows(
        f"FROM quality.failing_record WHERE rule = 'one_record_each' AND measured_on = '{planted.LATER}'"
    )
    assert sorted(row["record_key"] for row in doubled) == ["1", "2"]


def test_counts_are_exact_beyond_the_bound_of_failing_records(spoiled: Home, written: Written) -> None:
    from dataclasses import replace

    settings = spoiled.installation.settings.model_copy(update={"failing_records": 1})
    bounded = replace(spoiled.installation, settings=settings)
    later = date(2026, 11, 6)
    spoiled.installation.lake.con.execute("UPDATE conformed.human_resources__social_insurance SET phone = phone")
    Quality(bounded).measured("conformed.human_resources__social_insurance", later)
    where = f"rule = 'one_record_each' AND measured_on = '{later}'"
    assert spoiled.row(f"SELECT elements, conforming FROM quality.result WHERE {where}") == {
        "elements": 2,
        "conforming": 0,
    }
    assert spoiled.value(f"SELECT count(*) FROM quality.failing_record WHERE {where}") == 1


def test_scores_fall_with_what_is_wrong(spoiled: Home, written: Written) -> None:
    score = "SELECT score FROM quality.score WHERE measured_on = '2026-11-05' AND level"
    assert 0 < spoiled.value(f"{score} = 'department' AND department = 'public_security'") < 100
    assert spoiled.value(f"{score} = 'dimension' AND table_name = 'library.person' AND dimension = '准确性'") < 100
    levels = {row["level"] for row in spoiled.rows("SELECT DISTINCT level FROM quality.score")}
    assert {"indicator", "dimension", "table", "department", "library", "province"} <= levels


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".html":
            yield file.name, file.read_text(encoding="utf-8")
        elif file.suffix == ".xlsx":
            with ZipFile(file) as archive:
                yield file.name, "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_no_planted_name_or_number_in_full_anywhere(
    spoiled: Home,
    written: Written,
    evaluations: dict[tuple[str, str], dg.AssetCheckEvaluation],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    spoiled.installation.lake.con.execute("UPDATE conformed.public_security__resident SET name = name")
    Quality(spoiled.installation).measured("conformed.public_security__resident", date(2026, 11, 6))
    said = capfd.readouterr()
    shown = {name: text for name, text in texts(written.index.parent.parent)}
    shown["checks"] = str(evaluations)
    shown["events"] = spoiled.folder.joinpath("events.txt").read_text(encoding="utf-8")
    shown["log"] = caplog.text + said.out + said.err
    assert len(shown) > 30
    for name, text in shown.items():
        for secret in planted.SECRETS:
            assert secret not in text, name
    assert "***" in shown["public_security.html"]  # there are examples, and they are masked
