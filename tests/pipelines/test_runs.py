"""One run at a time, and a run whose process was killed is told from one that works."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus
from typer.testing import CliRunner

from pipelines import demo
from pipelines.cli import app
from pipelines.definitions import installation
from pipelines.instance import prepare_environment
from pipelines.launcher import Launcher
from resources.deliveries import Deliveries
from resources.installation import RUN
from resources.settings import PROJECT, InstallationError, Settings, settings
from tests.homes import Home

RUNNING, FAILED = WorkerStatus.RUNNING, WorkerStatus.FAILED
KILLED = dg.DagsterRun(job_name="nightly", run_id="1")


@pytest.fixture
def here(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name, value in home.environment().items():
        if name.startswith("ONESOURCE_"):
            monkeypatch.setenv(name, value)
    return home


def test_a_run_keeps_others_waiting_while_it_works(here: Home) -> None:
    with dg.build_resources({"installation": installation}) as resources:
        assert resources.installation.postgres.is_locked(RUN)
    assert not here.installation.postgres.is_locked(RUN)


def test_a_run_at_which_nobody_works_has_failed_at_the_second_look(here: Home) -> None:
    launcher = Launcher()
    with here.installation.postgres.lock(RUN):
        assert [launcher.check_run_worker_health(KILLED).status for _ in range(3)] == [RUNNING] * 3
    assert [launcher.check_run_worker_health(KILLED).status for _ in range(2)] == [RUNNING, FAILED]


def test_dagster_asks_the_launcher(here: Home) -> None:
    """Without that a run that was killed would stand in the way of every later one."""
    with dg.DagsterInstance.from_config(str(PROJECT), "dagster.yaml") as instance:
        assert isinstance(instance.run_launcher, Launcher) and instance.run_monitoring_enabled


def test_processes_that_start_elsewhere_find_the_same_folders(
    here: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`onesource dev` starts Dagster's processes in a folder of Dagster's."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONESOURCE_DELIVERIES", "in")
    prepare_environment(settings())
    monkeypatch.chdir("/")
    assert settings().deliveries_folder == tmp_path / "in"
    assert Path(os.environ["DAGSTER_HOME"]) == here.folder / "dagster"


def test_a_delivery_folder_that_is_not_mounted_fails_the_run(home: Home, tmp_path: Path) -> None:
    """Nothing delivered and nothing there to deliver into look alike otherwise."""
    away = home.settings.model_copy(update={"deliveries": tmp_path / "away"})
    deliveries = Deliveries(away, home.installation.catalogue)
    with pytest.raises(InstallationError, match="ONESOURCE_DELIVERIES"):
        deliveries.ingest(home.installation.lake, "public_security/resident", date(2026, 11, 1))


def test_the_sample_s_database_is_kept_on_a_line_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "onesource.env").write_text("ONESOURCE_MEMORY=2GB", encoding="utf-8")
    monkeypatch.setenv("ONESOURCE_DATABASE_CIVIL_AFFAIRS", "postgresql://host/db")
    demo._keep(Settings(home=tmp_path), "ONESOURCE_DATABASE_CIVIL_AFFAIRS")
    assert (tmp_path / "onesource.env").read_text("utf-8").splitlines() == [
        "ONESOURCE_MEMORY=2GB", "ONESOURCE_DATABASE_CIVIL_AFFAIRS=postgresql://host/db",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        ["review", "list"],
        ["reports", "serve"],
        ["feedback", "export"],
        ["gate", "override", "person", "--by", "甲", "--reason", "乙"],
    ],
)
def test_every_command_says_in_a_line_what_is_wrong(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONESOURCE_THREADS", "many")
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    assert result.output.startswith("ONESOURCE_THREADS=many: ") and len(result.output.splitlines()) == 1
