"""How a run looks on a terminal: one line or bar step per asset; Dagster's own log goes to its storage."""

from __future__ import annotations

import logging
import sys
import time

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class _Handler(logging.Handler):
    """Turns Dagster's step events into progress."""

    def __init__(self, total: int) -> None:
        super().__init__(logging.DEBUG)
        self.total = total
        self.done = 0
        self.started: dict[str, float] = {}
        self.bar: Progress | None = None
        if sys.stderr.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task("", total=total)

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        kind = event.event_type_value if event is not None else None
        step = meta.get("step_key") or ""
        if kind == "STEP_START":
            self._start(step)
        elif kind in ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED"):
            self._finish(step, kind)
        elif event is None and record.levelno >= logging.WARNING:
            self._say(f"{step or 'run'}: {meta.get('orig_message', record.getMessage())}")
        elif kind in ("PIPELINE_SUCCESS", "PIPELINE_FAILURE") and self.bar:
            self.bar.stop()

    def _start(self, step: str) -> None:
        self.started[step] = time.monotonic()
        if self.bar:
            self.bar.start()
            self.bar.update(self.task, description=step)

    def _finish(self, step: str, kind: str) -> None:
        self.done += 1
        seconds = time.monotonic() - self.started.get(step, time.monotonic())
        if self.bar:
            self.bar.update(self.task, completed=self.done)
        word = {"STEP_SUCCESS": "done", "STEP_FAILURE": "FAILED", "STEP_SKIPPED": "skipped"}[kind]
        if not self.bar or kind != "STEP_SUCCESS":
            self._say(f"[{self.done}/{self.total}] {step} {word} {seconds:.1f} s")

    def _say(self, line: str) -> None:
        if self.bar:
            self.bar.console.print(line, markup=False, highlight=False)
        else:
            print(line, file=sys.stderr, flush=True)


@dg.logger({"total": dg.Field(int, default_value=0), "name": dg.Field(str, default_value="onesource")})
def progress_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """A logger that shows progress instead of Dagster's log lines."""
    logger = logging.getLogger(context.logger_config["name"])
    logger.handlers.clear()
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(_Handler(context.logger_config["total"]))
    return logger
