"""One run at a time, and a run whose process was killed is told from one that works."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus

from pipelines.definitions import installation
from pipelines.launcher import Launcher
from resources.installation import RUN
from resources.settings import PROJECT
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
