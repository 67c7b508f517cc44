"""A gate holds a publication back, the last one stays; a named person lets it pass for a day, and that is recorded."""

from __future__ import annotations

from datetime import date, datetime

import dagster as dg
import pytest
from typer.testing import CliRunner

from assets.conformed import conformed_asset
from assets.ingest import ingest_asset
from assets.library import library_asset
from assets.night import Night
from assets.resolved import resolved_asset
from assets.share import share_asset
from pipelines.cli import app
from pipelines.night import NightResult
from pipelines.summary import show_night
from quality.gates import UnknownTable, decide, last_decisions, override
from quality.measuring import Quality
from quality.reports.write import write_reports
from tests.homes import Home
from tests.quality import planted

FIRST, SECOND, THIRD = "2026-11-01", "2026-11-02", "2026-11-03"


def deliver(home: Home, on: str, people: list[dict[str, str]]) -> None:
    home.deliver(planted.RESIDENT, on, people)


def night(home: Home, on: str) -> None:
    """What becomes of the residents, up to the publication of persons."""
    catalogue = home.installation.catalogue
    layers = [
        ingest_asset(catalogue, planted.RESIDENT),
        conformed_asset(catalogue, planted.RESIDENT),
        resolved_asset(catalogue, "person"),
        library_asset(catalogue, "person"),
        share_asset(catalogue, "person"),
    ]
    home.night(on, layers)


def published(home: Home) -> set[str]:
    return {row["citizen_id"] for row in home.shared("SELECT citizen_id FROM share.person")}


WANG = planted.resident(planted.WANG, planted.NAMES[0], "19800101")
LI = planted.resident(planted.LI, planted.NAMES[1], "19900202")
CHEN = planted.resident(planted.CHEN, planted.NAMES[2], "19550303")


@pytest.fixture(scope="module")
def held(module_home: Home) -> Home:
    """A home whose third night is held back: two persons have the same valid identity number."""
    home = module_home
    deliver(home, FIRST, [WANG])
    night(home, FIRST)
    deliver(home, SECOND, [WANG, CHEN])
    night(home, SECOND)
    assert published(home) == {planted.WANG, planted.CHEN}
    deliver(home, THIRD, [WANG])
    con = home.installation.lake.con
    con.execute(
        f"""INSERT INTO stored.person SELECT * REPLACE ('P-DOUBLE' AS person_id)
        FROM stored.person WHERE citizen_id = '{planted.WANG}'"""
    )
    night(home, THIRD)
    return home


def test_what_is_held_back_leaves_the_last_publication(held: Home) -> None:
    assert published(held) == {planted.WANG, planted.CHEN}
    decision = last_decisions(held.installation.postgres)["person"]
    assert decision.is_held
    assert decision.business_date == date.fromisoformat(THIRD)
    assert "公民身份号码" in decision.reason
    assert not (held.folder / "published" / "person" / THIRD).exists()


def test_the_reason_is_on_the_asset_in_the_report_and_in_the_status(
    held: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = last_decisions(held.installation.postgres)["person"].reason
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [share_asset(held.installation.catalogue, "person")],
            instance=instance,
            resources={"installation": held.installation, "night": Night(business_date=THIRD)},
            selection=dg.AssetSelection.assets(dg.AssetKey(["share", "person"])),
        )
        assert result.success
        assert not result.get_asset_materialization_events()
        (observed,) = result.get_asset_observation_events()
    assert reason in str(observed.asset_observation_data.asset_observation.metadata)
    write_reports(held.installation, date.fromisoformat(THIRD))
    for page in ("library_population.html", "public_security.html", "index.html"):
        text = (held.folder / "reports" / THIRD / page).read_text(encoding="utf-8")
        assert "暂缓发布" in text and reason in text
    capsys.readouterr()
    assert show_night(held.installation, NightResult("", {}), date.fromisoformat(THIRD), datetime.now())
    assert "publications held back: 1" in capsys.readouterr().out  # what --strict exits 1 for
    environment = held.environment()
    held.close()
    shown = CliRunner().invoke(app, ["status"], env=environment)
    assert "held back: share.person of 2026-11-03" in shown.output and reason in shown.output


def test_a_named_person_lets_it_pass_for_a_day(held: Home) -> None:
    environment = held.environment()
    held.close()
    command = [
        "gate",
        "override",
        "person",
        "--by",
        "测试处 负责人",
        "--reason",
        "已核实，重号另行处理",
        "--date",
        THIRD,
    ]
    done = CliRunner().invoke(app, command, env=environment)
    assert done.exit_code == 0, done.output
    night(held, THIRD)
    assert published(held) == {planted.WANG}
    (recorded,) = held.shared("SELECT * FROM operations.gate_override")
    assert recorded["given_by"] == "测试处 负责人"
    assert recorded["reason"] == "已核实，重号另行处理"
    assert recorded["business_date"] == date.fromisoformat(THIRD)
    decision = last_decisions(held.installation.postgres)["person"]
    assert not decision.is_held and decision.overridden_by == "测试处 负责人"
    next_day = decide(Quality(held.installation), "person", date(2026, 11, 4))
    assert next_day.is_held  # for that day only


def test_an_override_needs_a_known_table_a_person_and_a_reason(home: Home) -> None:
    postgres, catalogue = home.installation.postgres, home.installation.catalogue
    with pytest.raises(UnknownTable, match="person"):
        override(postgres, catalogue, "persons", date(2026, 11, 1), "甲", "乙")
    with pytest.raises(ValueError, match="放行人"):
        override(postgres, catalogue, "person", date(2026, 11, 1), " ", "乙")
    assert home.shared("SELECT * FROM operations.gate_override") == []


def test_an_empty_library_is_never_published_over_a_filled_one(home: Home) -> None:
    deliver(home, FIRST, [WANG, CHEN])
    night(home, FIRST)
    con = home.installation.lake.con
    con.execute("DELETE FROM stored.person")
    assert decide(Quality(home.installation), "person", date(2026, 11, 2)).is_held


def test_a_handful_of_records_may_fall_by_more_than_half(home: Home) -> None:
    """Deliveries may; what was taken in must not wait for somebody to let it pass."""
    deliver(home, FIRST, [WANG, CHEN, LI])
    night(home, FIRST)
    deliver(home, SECOND, [CHEN])
    night(home, SECOND)
    assert published(home) == {planted.CHEN}
