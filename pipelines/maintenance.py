"""The maintenance job: what every night leaves behind and nobody needs any more is removed, once a week."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from assets.night import PROVINCE
from resources.installation import Installation
from resources.maintenance import Maintained, maintain_lake
from resources.settings import settings

ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
RUNS_AT_ONCE = 100


@dg.op(description="合并小文件，清理超过保留期的数据湖历史状态。")
def lake_maintenance(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    done = maintain_lake(installation)
    for warning in warnings(done):
        context.log.warning(warning)
    context.log.info(summary(done))


@dg.op(ins={"after": dg.In(dg.Nothing)}, description="清理超过保留期的运行记录、事件和日志。")
def run_maintenance(context: dg.OpExecutionContext) -> None:
    context.log.info(f"{remove_runs(context.instance, settings().keep_days)} runs removed with their events and logs")


@dg.job(executor_def=dg.in_process_executor, description="每周：清理数据湖历史状态、小文件和旧的运行记录。")
def maintenance() -> None:
    run_maintenance(after=lake_maintenance())


@dg.schedule(
    job=maintenance,
    cron_schedule="0 12 * * 0",
    execution_timezone=PROVINCE.key,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def every_week(_: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """The maintenance job on Sundays at noon, far from the night."""
    return dg.RunRequest()


def warnings(done: Maintained) -> list[str]:
    return [f"{one} has not read its sources for longer than ONESOURCE_KEEP_DAYS: run it" for one in done.held_back_by]


def summary(done: Maintained) -> str:
    return f"{done.snapshots} states of the lake forgotten, {done.files} files removed"


def remove_runs(instance: dg.DagsterInstance, keep_days: int) -> int:
    """Remove the ended runs older than that; deleting a run is the one way to purge its events."""
    filters = dg.RunsFilter(statuses=ENDED, created_before=datetime.now(UTC) - timedelta(days=keep_days))
    removed = 0
    while runs := instance.get_run_records(filters, limit=RUNS_AT_ONCE):
        for record in runs:
            run_id = record.dagster_run.run_id
            instance.compute_log_manager.delete_logs(prefix=[run_id])
            instance.delete_run(run_id)
        removed += len(runs)
    return removed
