"""Dagster's run launcher, which also knows whether a run is still at work; `dagster.yaml` names it."""

from __future__ import annotations

from typing import Any

from dagster import DagsterRun, DefaultRunLauncher
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

from resources.installation import RUN
from resources.postgres import open_postgres
from resources.settings import settings


class Launcher(DefaultRunLauncher):
    """A run holds a lock while it works, which ends with its process.

    Dagster by itself takes a run whose process or machine was killed for one that still works, and starts no other.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._silent: set[str] = set()

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Failed where nobody works at two checks one after the other: a run that begins or ends has not the lock either."""
        postgres = open_postgres(settings())
        is_working = postgres.is_locked(RUN)
        postgres.engine.dispose()
        if is_working:
            self._silent.clear()
        elif run.run_id in self._silent:
            return CheckRunHealthResult(WorkerStatus.FAILED, "the process of this run has ended")
        else:
            self._silent.add(run.run_id)
        return CheckRunHealthResult(WorkerStatus.RUNNING)
