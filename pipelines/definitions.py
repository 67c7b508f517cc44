"""Everything that Dagster loads: the assets of all layers, the nightly job and its schedule."""

from collections.abc import Iterator

import dagster as dg

from assets.checks import quality_checks
from assets.conformed import conformed_assets
from assets.crosscheck import crosscheck_assets
from assets.deliveries import delivery_specs
from assets.feedback import feedback
from assets.ingest import ingest_assets
from assets.library import library_assets
from assets.night import PROVINCE, Night
from assets.reports import report_asset
from assets.resolved import resolved_assets
from assets.share import share_assets
from assets.theme import theme_assets
from foundation.catalogue.load import load
from pipelines.executor import thread_executor
from pipelines.maintenance import every_week, maintenance
from pipelines.progress import progress_logger
from resources.installation import RUN, Installation, open_installation
from resources.settings import settings

NIGHTLY = "nightly"


@dg.resource
def installation(context: dg.InitResourceContext) -> Iterator[Installation]:
    """The installation that the environment names, open while the run lasts; only one run works at a time."""
    with open_installation(settings()) as opened:
        if opened.postgres.is_locked(RUN) and context.log is not None:
            context.log.warning("another run is at work; this one goes on when it has ended")
        with opened.postgres.lock(RUN):
            yield opened


nightly = dg.define_asset_job(
    NIGHTLY,
    selection=dg.AssetSelection.all(),
    executor_def=thread_executor,
    description="每夜：接收各部门报送，标准化，识别主体，汇入基础库，发布。",
)


@dg.schedule(
    job=nightly,
    cron_schedule="{1} {0} * * *".format(*settings().nightly_at.split(":")),
    execution_timezone=PROVINCE.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def every_night(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """The nightly job for the business date on which it starts."""
    business_date = context.scheduled_execution_time.astimezone(PROVINCE).date().isoformat()
    return dg.RunRequest(run_key=business_date, run_config=night_config(business_date))


themes_when_changed = dg.AutomationConditionSensorDefinition(
    "themes_when_changed",
    target=dg.AssetSelection.groups("theme"),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="主题所依据的数据有更新并通过检查时，更新主题。",
)


def night_config(business_date: str) -> dict[str, object]:
    """Run configuration for a business date."""
    return {"resources": {"night": {"config": {"business_date": business_date}}}}


def nightly_job() -> dg.JobDefinition:
    return defs.resolve_job_def(NIGHTLY)


def _definitions() -> dg.Definitions:
    catalogue = load(settings().catalog)
    return dg.Definitions(
        assets=[
            *delivery_specs(catalogue),
            *ingest_assets(catalogue),
            *conformed_assets(catalogue),
            *resolved_assets(catalogue),
            *library_assets(catalogue),
            *crosscheck_assets(catalogue),
            *share_assets(catalogue),
            *theme_assets(catalogue),
            feedback,
            report_asset(catalogue),
        ],
        asset_checks=quality_checks(catalogue),
        jobs=[nightly, maintenance],
        schedules=[every_night, every_week],
        sensors=[themes_when_changed],
        resources={"installation": installation, "night": Night()},
        loggers={"progress": progress_logger},
        executor=thread_executor,
    )


defs = _definitions()
