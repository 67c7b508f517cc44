"""A theme in the nightly job: it waits for the gates of the tables under it and for steps that failed, and says so."""

from __future__ import annotations

import io
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
import pytest

import assets.conformed
import pipelines.definitions
from foundation.catalogue.load import load
from pipelines.definitions import NIGHTLY, defs, night_config
from pipelines.summary import show_status
from quality.gates import override
from tests.golden import theme_province as province
from tests.homes import Home

FIRST, BETWEEN, HELD, FAILED = "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"
DATASETS = ["market_regulation/enterprise", "ecology/discharge_permit", "ecology/emission_monitoring"]
THEME, SHARED = dg.AssetKey(["theme", "ecology"]), dg.AssetKey(["share", "theme_ecology"])
WATCHED = [dg.AssetKey([layer, "ecology", "emission_monitoring"]) for layer in ("ingest", "conformed")]
ALL = [
    *(dg.AssetKey([layer, *name.split("/")]) for name in DATASETS for layer in ("ingest", "conformed")),
    *(dg.AssetKey([layer, "legal_entity"]) for layer in ("library", "share")),
    dg.AssetKey(["resolved", "organization_link"]),
]
BOTH = {province.DIRTY["企业名称"], province.CLEAN["企业名称"]}
DIRTY = {province.DIRTY["企业名称"]}


@dataclass
class Seen:
    """A run of the job; what the theme, its published table and `onesource status` say afterwards; files of its date."""

    run: dg.ExecuteInProcessResult
    theme: set[str]
    shared: set[str]
    status: str
    files: bool

    @property
    def written(self) -> set[dg.AssetKey]:
        return {event.asset_key for event in self.run.get_asset_materialization_events() if event.asset_key}

    @property
    def observed(self) -> dict[str, Any]:
        """What the theme's asset says instead of being materialized."""
        events = [one.asset_observation_data.asset_observation for one in self.run.get_asset_observation_events()]
        (said,) = [one.metadata for one in events if one.asset_key == THEME]
        return {name: value.value for name, value in said.items()}


def night(home: Home, on: str, steps: list[dg.AssetKey]) -> Seen:
    run = defs.resolve_job_def(NIGHTLY).execute_in_process(
        asset_selection=[*steps, THEME, SHARED],
        run_config=night_config(on),
        raise_on_error=False,
    )
    with redirect_stdout(io.StringIO()) as said:
        show_status(home.installation)
    exceeds = "WHERE exceeds ORDER BY name"
    theme = {row["name"] for row in home.rows(f"FROM theme.ecology {exceeds}")}
    shared = {row["name"] for row in home.shared(f"SELECT name FROM share.theme_ecology {exceeds}")}
    files = (home.folder / "published" / "theme_ecology" / on).exists()
    return Seen(run, theme, shared, said.getvalue(), files)


@pytest.fixture(scope="module")
def nights(module_home: Home) -> dict[str, Seen]:
    """Until the second night most companies leave the register; somebody lets that pass; on the third a step fails."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.definitions, "open_installation", lambda _: nullcontext(module_home.installation))
        return _nights(module_home)


def _nights(home: Home) -> dict[str, Seen]:
    seen = {}
    home.deliver("market_regulation/enterprise", FIRST, province.COMPANIES)
    home.deliver("ecology/discharge_permit", FIRST, province.permits())
    home.deliver("ecology/emission_monitoring", FIRST, province.emissions(clean=50))
    seen["first"] = night(home, FIRST, ALL)

    few = [province.DIRTY, province.CLEAN, province.NOODLES, province.BAKERY]
    home.deliver("market_regulation/enterprise", BETWEEN, [*few, *province.COMPANIES[4:8]])
    home.deliver("market_regulation/enterprise", HELD, few)
    home.deliver("ecology/emission_monitoring", HELD, province.emissions(clean=150))
    seen["held"] = night(home, HELD, ALL)
    installation = home.installation
    override(
        installation.postgres, installation.catalogue, "legal_entity", date.fromisoformat(HELD), "某处长", "已核实"
    )
    seen["let pass"] = night(home, HELD, [])

    home.deliver("ecology/emission_monitoring", FAILED, province.emissions(clean=60))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assets.conformed, "conform_changes", _fail)
        seen["failed"] = night(home, FAILED, WATCHED)
    return seen


def _fail(*_: Any) -> None:
    raise MemoryError("not enough memory")


def test_the_first_night_is_taken_up(nights: dict[str, Seen]) -> None:
    assert nights["first"].run.success
    assert nights["first"].theme == nights["first"].shared == DIRTY


def test_a_gate_under_a_theme_keeps_its_last_state_and_it_says_why(nights: dict[str, Seen]) -> None:
    seen = nights["held"]
    assert seen.theme == seen.shared == DIRTY
    assert not {THEME, SHARED} & seen.written
    assert nights["first"].files and not seen.files
    title = load().tables["legal_entity"].title
    why = f"{title}暂缓发布（“可发布的记录比上次减少不超过 50%（10 条以内不计）”不符合 1 / 1）"
    assert seen.observed["保留上次结果"] == why
    assert f"| ecology/emission_monitoring | {HELD} |" in seen.observed["数据截至"]
    assert f"held back: theme.ecology of {HELD}: {why}" in seen.status
    assert "ecology: conformed.ecology__emission_monitoring 有更新，本主题还是上次的结果" in seen.status


def test_a_theme_takes_up_what_a_named_person_let_pass(nights: dict[str, Seen]) -> None:
    seen = nights["let pass"]
    assert seen.theme == seen.shared == BOTH
    assert {THEME, SHARED} <= seen.written
    assert "held back" not in seen.status and "有更新" not in seen.status


def test_a_failed_step_leaves_the_last_state_and_the_status_says_so(nights: dict[str, Seen]) -> None:
    seen = nights["failed"]
    assert not seen.run.success
    assert seen.theme == seen.shared == BOTH
    assert "theme ecology: ingest.ecology__emission_monitoring 有更新，本主题还是上次的结果" in seen.status
