"""Dagster's own work per asset: a run of assets that do nothing, by the nightly job's executor."""

import time

import dagster as dg

from pipelines.executor import thread_executor
from pipelines.instance import dagster_instance
from resources.settings import settings

ASSETS = 100


def idle() -> dg.JobDefinition:
    assets = [_asset(number) for number in range(ASSETS)]
    jobs = [dg.define_asset_job("idle", executor_def=thread_executor)]
    return dg.Definitions(assets=assets, jobs=jobs).resolve_job_def("idle")


def _asset(number: int) -> dg.AssetsDefinition:
    @dg.asset(key=[f"stage_{number % 4}", f"asset_{number}"])
    def nothing() -> None:
        return

    return nothing


def seconds_per_asset() -> float:
    """Seconds of the run, start and end included, by asset."""
    with dagster_instance(settings()) as instance:
        start = time.monotonic()
        quiet = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
        dg.execute_job(dg.reconstructable(idle), instance=instance, run_config=quiet)
        return (time.monotonic() - start) / ASSETS
