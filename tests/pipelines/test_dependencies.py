"""Steps run side by side, so each must rest on all whose tables it reads: told by the statements of two small nights."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

from foundation.catalogue.load import load
from foundation.themes.affected import libraries_under
from foundation.themes.query import ThemeQuery
from quality.rules import suites
from tests.homes import Home

# Many steps write these, each the rows of its own dataset, table or library, and read only such of steps that they rest on.
IN_COMMON = {
    "ingest.delivery",
    "ingest.rejected_row",
    "quality.result",
    "quality.failing_record",
    "crosscheck.agreement",
    "crosscheck.discrepancy",
    "crosscheck.discrepancy_history",
    "crosscheck.outcome",
    "resolved.identity_event",
}


def stored(table: str) -> str:
    """The table that a view shows."""
    schema, _, name = table.partition(".")
    return {"library": f"stored.{name}", "theme": f"stored.theme_{name}"}.get(schema, table)


def above(step: str, rests_on: dict[str, list[str]]) -> set[str]:
    """All steps that a step waits for."""
    found: set[str] = set()
    waiting = [step]
    while waiting:
        new = set(rests_on.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found


def looked_at_by_gates(step: str) -> set[str]:
    """What the gates before a theme or a publication measure but do not go by; when it changes it is measured again."""
    catalogue = load()
    layer, _, name = step.partition("__")
    if layer == "theme":
        gates = libraries_under(ThemeQuery(catalogue, name, date.min))
    else:
        gates = [name] if layer == "share" and name in catalogue.tables else []
    library = [suites(catalogue)[f"library.{table}"] for table in gates]
    for suite in library:
        deciding = {source for rule in suite.rules if rule.severity.value == "blocking" for source in rule.sources}
        assert deciding == {f"stored.{suite.name}"}
    return {source for suite in library for source in suite.sources}


def test_a_step_rests_on_all_whose_tables_it_reads(home: Home) -> None:
    command = [sys.executable, "-m", "tests.pipelines.recorded_night"]
    made = subprocess.run(command, env=home.environment(), capture_output=True, text=True, timeout=900)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    writers: dict[str, set[str]] = {}
    for step, tables in told["written"].items():
        for table in tables:
            writers.setdefault(table, set()).add(step)
    assert {table for table, steps in writers.items() if len(steps) > 1} <= IN_COMMON
    assert len(writers) > 100 and len(told["read"]) > 100
    missing = []
    for step, tables in told["read"].items():
        for table in {stored(table) for table in tables} - IN_COMMON - looked_at_by_gates(step):
            late = writers.get(table, set()) - above(step, told["rests_on"]) - {step}
            missing += [f"{step} reads {table}, which {writer} writes" for writer in sorted(late)]
    assert not missing
