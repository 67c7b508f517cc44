"""Two small nights whose statements are recorded: `python -m tests.pipelines.recorded_night` prints JSON of what each step
read and wrote in the lake, and on which steps it rests."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date, timedelta
from threading import local
from typing import Any

from dagster._core.execution.plan.plan import ExecutionPlan

from foundation.sample import make_sample, next_day
from pipelines import executor
from pipelines.demo import load_databases
from pipelines.night import run_night
from resources.lake import Lake
from resources.settings import settings

PERSONS, FIRST = 600, date(2026, 11, 1)
SCHEMAS = "ingest|conformed|resolved|crosscheck|library|stored|theme|quality"
TABLE = re.compile(rf"\b(?:lake\.)?({SCHEMAS})\.([a-z_]\w*)")
CHANGED = re.compile(rf"'lake', '({SCHEMAS})', '(\w+)'")
WRITTEN = re.compile(rf"^\s*(?:INSERT INTO|UPDATE|DELETE FROM) (?:lake\.)?({SCHEMAS})\.(\w+)")

step = local()
read: dict[str, set[str]] = defaultdict(set)
written: dict[str, set[str]] = defaultdict(set)
rests_on: dict[str, set[str]] = {}


def note(statement: Any) -> None:
    """Enter a statement of this thread's step; a statement that writes a table may read it too, which is its own affair."""
    key = getattr(step, "key", None)
    if key is None:
        return
    target = WRITTEN.match(str(statement))
    own = f"{target[1]}.{target[2]}" if target else None
    if own:
        written[key].add(own)
    found = [*TABLE.findall(str(statement)), *CHANGED.findall(str(statement))]
    read[key] |= {f"{schema}.{table}" for schema, table in found} - {own}


class Recorded:
    """A connection to the lake that notes what it executes."""

    def __init__(self, con: Any) -> None:
        self.con = con

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)

    def execute(self, statement: Any, *more: Any) -> Recorded:
        note(statement)
        self.con.execute(statement, *more)
        return self

    def cursor(self) -> Recorded:
        return Recorded(self.con.cursor())

    def __enter__(self) -> Recorded:
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()


def record() -> None:
    reading, work, ranks = Lake.reading, executor.Crew.work, executor.ranks

    def working(self: Any, job_context: Any, one: Any, state: Any) -> None:
        step.key = one.key
        work(self, job_context, one, state)
        step.key = None

    def planned(plan: ExecutionPlan) -> dict[str, int]:
        rests_on.update(plan.get_executable_step_deps())
        return ranks(plan)

    Lake.reading = lambda self: Recorded(reading(self))  # type: ignore[assignment, return-value, method-assign]
    executor.Crew.work = working  # type: ignore[method-assign]
    executor.ranks = planned


def main() -> None:
    record()
    truth = settings().home / "sample"
    sample = make_sample(settings().deliveries_folder, persons=PERSONS, seed=1, business_date=FIRST, truth=truth)
    for day in (FIRST, FIRST + timedelta(days=1)):
        sample = sample if day == FIRST else next_day(sample, business_date=day, changed=0.02)
        load_databases(settings(), sample)
        failures = run_night(settings(), day).failures
        assert not failures, failures
    told = {"read": read, "written": written, "rests_on": rests_on}
    print(json.dumps({kind: {key: sorted(tables) for key, tables in one.items()} for kind, one in told.items()}))


if __name__ == "__main__":
    main()
