"""Runs a job's steps in threads of one process, a few side by side.

Reading a file, computing in the engine and loading PostgreSQL wait for each other; another step uses what one leaves. Each
thread has its own connection to the lake (`Lake.con`), so steps know nothing of each other.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from queue import Empty, SimpleQueue

import dagster as dg
from dagster._core.execution.api import ExecuteRunWithPlanIterable
from dagster._core.execution.context.system import PlanExecutionContext, PlanOrchestrationContext
from dagster._core.execution.context_creation_job import PlanExecutionContextManager
from dagster._core.execution.plan.active import ActiveExecution
from dagster._core.execution.plan.execute_plan import dagster_event_sequence_for_step
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.state import KnownExecutionState
from dagster._core.execution.plan.step import ExecutionStep
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.base import Executor

from resources.settings import settings

INTERRUPTS_SECONDS = 0.5  # how often an interrupt is looked for while steps run
# Libraries that steps of several stages load when they need them: half loaded by one thread, another may trip over them.
# SQLAlchemy looks into its ORM with every value as soon as somebody began to load it.
SHARED_LIBRARIES = (
    "sqlalchemy.orm",
    "altair",
    "jinja2",
    "openpyxl",
    "pyogrio",
    "pyproj",
    "shapely",
    "splink",
    "xlsxwriter",
)

WRITING_APART = ("ingest", "conformed", "resolved", "library", "crosscheck", "theme", "share")


def stage_of(step_key: str) -> str:
    """Steps of a stage write tables in common, so they run one after the other; checks and reports are one stage.

    Gates before a theme or a publication measure too: who measures waits for the other (`quality.measuring.WRITING`).
    """
    layer = step_key.partition("__")[0]
    return layer if layer in WRITING_APART else "quality"


@dataclass
class Crew:
    """The steps that may start, those that run, and what they tell."""

    at_once: int
    rank: dict[str, int]
    ready: list[ExecutionStep] = field(default_factory=list)
    running: dict[str, str] = field(default_factory=dict)  # step -> stage
    news: SimpleQueue[tuple[str, dg.DagsterEvent | BaseException | None]] = field(default_factory=SimpleQueue)

    def next(self) -> Iterator[ExecutionStep]:
        """Take ready steps whose stage is at rest, by their rank, as many as there are threads free."""
        self.ready.sort(key=lambda step: self.rank[step.key])
        for step in list(self.ready):
            if len(self.running) < self.at_once and stage_of(step.key) not in self.running.values():
                self.ready.remove(step)
                self.running[step.key] = stage_of(step.key)
                yield step

    def work(self, job_context: PlanExecutionContext, step: ExecutionStep, state: KnownExecutionState) -> None:
        """Run a step in this thread; what happens is told, at last that it ended."""
        try:
            for event in dagster_event_sequence_for_step(job_context.for_step(step, state)):
                self.news.put((step.key, event))
        except BaseException as failure:
            self.news.put((step.key, failure))
        self.news.put((step.key, None))


def ranks(plan: ExecutionPlan) -> dict[str, int]:
    """The steps' turns: first those for which the longest chain waits, of equals those that need fewer before them.

    So reports come last.
    """
    waiting = {step.key: 0 for step in plan.get_steps_to_execute_in_topo_order()}
    needed = plan.get_executable_step_deps()
    for key in reversed(list(waiting)):
        for other in needed[key] & waiting.keys():
            waiting[other] = max(waiting[other], waiting[key] + 1)
    in_turn = sorted(waiting, key=lambda key: -waiting[key])
    return {key: turn for turn, key in enumerate(in_turn)}


class ThreadExecutor(Executor):
    """Steps in threads of this process. An interrupt lets the steps that run come to their end and starts no other."""

    @property
    def retries(self) -> RetryMode:
        return RetryMode.DISABLED

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        yield from ExecuteRunWithPlanIterable(
            execution_plan=execution_plan,
            iterator=_run,
            execution_context_manager=PlanExecutionContextManager(
                job=plan_context.job,
                retry_mode=plan_context.retry_mode,
                execution_plan=execution_plan,
                run_config=plan_context.run_config,
                dagster_run=plan_context.dagster_run,
                instance=plan_context.instance,
                raise_on_error=plan_context.raise_on_error,
                output_capture=plan_context.output_capture,
            ),
        )


def _run(job_context: PlanExecutionContext, execution_plan: ExecutionPlan) -> Iterator[dg.DagsterEvent]:
    for library in SHARED_LIBRARIES:
        import_module(library)
    crew = Crew(settings().steps_at_once, ranks(execution_plan))
    with (
        execution_plan.start(retry_mode=RetryMode.DISABLED) as active,
        ThreadPoolExecutor(crew.at_once, "step") as pool,
    ):
        is_stopping = False
        while not active.is_complete and (crew.running or not is_stopping):
            if active.check_for_interrupts():
                active.mark_interrupted()
                is_stopping = True
            if not is_stopping:
                crew.ready += active.get_steps_to_execute()
                for step in crew.next():
                    pool.submit(crew.work, job_context, step, active.get_known_state())
                yield from active.plan_events_iterator(job_context)
            yield from _told(job_context, active, crew)


def _told(job_context: PlanExecutionContext, active: ActiveExecution, crew: Crew) -> Iterator[dg.DagsterEvent]:
    """What a step tells next, where one runs; raises what broke a step other than its own code."""
    if not crew.running:
        return
    try:
        step_key, news = crew.news.get(timeout=INTERRUPTS_SECONDS)
    except Empty:
        return
    if isinstance(news, BaseException):
        raise news
    if news is not None:
        yield news
        active.handle_event(news)
        return
    del crew.running[step_key]
    active.verify_complete(job_context, step_key)


@dg.executor(name="threads")
def thread_executor(_: dg.InitExecutorContext) -> Executor:
    """Steps in threads of the run's process, `ONESOURCE_STEPS_AT_ONCE` side by side."""
    return ThreadExecutor()
