"""Running the nightly job once in this process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.instance import dagster_instance
from resources.settings import Settings

DISK_FULL = ("No space left on device", "File too large", "Disk quota exceeded")


@dataclass(frozen=True)
class NightResult:
    """How a run of the nightly job ended: the assets that failed with the first line of their error."""

    run_id: str
    failures: dict[str, str]


def run_night(settings: Settings, business_date: date) -> NightResult:
    """Run all assets in the order of their dependencies; an asset that fails stops only those that need it."""
    with dagster_instance(settings) as instance:
        from pipelines.definitions import NIGHTLY, defs, night_config

        job = defs.resolve_job_def(NIGHTLY)
        total = len(job.graph.node_defs)
        progress = {"loggers": {"progress": {"config": {"total": total}}}}
        result = job.execute_in_process(
            instance=instance,
            run_config={**night_config(business_date.isoformat()), **progress},
            raise_on_error=False,
        )
        failures = {
            event.step_key or "": with_remedy(_first_line(event.step_failure_data.error), settings)
            for event in result.get_step_failure_events()
        }
        if not result.success and not failures:
            failures = {NIGHTLY: "the run failed before its first step; see the run in `onesource dev`"}
        return NightResult(result.run_id, failures)


def with_remedy(problem: str, settings: Settings) -> str:
    """The line with what to do about it where the disk is full (or a quota is reached); other lines as they are."""
    if not any(sign in problem for sign in DISK_FULL):
        return problem
    places = f"{settings.home}, the lake {settings.lake_path} and PostgreSQL"
    return f"{problem}. Free space for {places}, then run again: until then the last good state stays."


def _first_line(error: object) -> str:
    """The innermost cause, in one line."""
    while getattr(error, "cause", None) is not None:
        error = error.cause  # type: ignore[attr-defined]
    message = str(getattr(error, "message", error)).strip()
    return message.splitlines()[0] if message else "unknown error"
