"""Steps side by side: stages one at a time, independent steps together, failures that stop only what needs them."""

from __future__ import annotations

import signal
import sys
import threading
import time

import dagster as dg
import pytest

from pipelines import executor
from pipelines.executor import stage_of, thread_executor

MEETING = threading.Barrier(2, timeout=20)
SEEN: list[str] = []


def made(*path: str, deps: tuple[str, ...] = (), does: object = None) -> dg.AssetsDefinition:
    @dg.asset(key=dg.AssetKey(list(path)), deps=[dg.AssetKey(dep.split("/")) for dep in deps])
    def asset() -> None:
        SEEN.append("/".join(path))
        if callable(does):
            does()

    return asset


def broken() -> None:
    raise ValueError("no such thing")


def meeting() -> dg.JobDefinition:
    """Two steps of different stages that can only end together."""
    return job([made("ingest", "a", does=MEETING.wait), made("conformed", "b", does=MEETING.wait)])


def failing() -> dg.JobDefinition:
    return job(
        [
            made("ingest", "a", does=broken),
            made("conformed", "needs_a", deps=("ingest/a",)),
            made("conformed", "b"),
            made("library", "needs_b", deps=("conformed/b",)),
        ]
    )


def interrupted() -> dg.JobDefinition:
    def interrupt() -> None:
        signal.raise_signal(signal.SIGINT)
        time.sleep(1.5)

    return job([made("ingest", "a", does=interrupt), made("conformed", "later", deps=("ingest/a",))])


def looking() -> dg.JobDefinition:
    return job([made("ingest", "a", does=lambda: SEEN.append(f"colorsys loaded: {'colorsys' in sys.modules}"))])


def chain() -> dg.JobDefinition:
    """`a_leaf` comes first by name, but two steps wait for `z_root`."""
    return job(
        [
            made("ingest", "a_leaf"),
            made("ingest", "z_root"),
            made("conformed", "middle", deps=("ingest/z_root",)),
            made("library", "end", deps=("conformed/middle",)),
        ]
    )


def job(assets: list[dg.AssetsDefinition]) -> dg.JobDefinition:
    SEEN.clear()
    return dg.Definitions(
        assets=assets, jobs=[dg.define_asset_job("all", executor_def=thread_executor)]
    ).resolve_job_def("all")


def run(made_job: object) -> dg.JobExecutionResult:
    with dg.instance_for_test() as instance:
        return dg.execute_job(dg.reconstructable(made_job), instance=instance)  # type: ignore[arg-type]


def test_steps_of_different_stages_run_side_by_side() -> None:
    assert run(meeting).success


def test_libraries_that_steps_share_are_loaded_before_threads_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "SHARED_LIBRARIES", ("colorsys",))
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    assert run(looking).success
    assert "colorsys loaded: True" in SEEN


def test_steps_that_write_the_same_tables_take_turns() -> None:
    assert {stage_of(step) for step in ("quality__library__person", "reports__quality")} == {"quality"}
    assert len({stage_of(step) for step in ("share__person", "theme__ecology", "quality__library__person")}) == 3
    assert stage_of("ingest__health__birth_certificate") == "ingest" != stage_of("conformed__health__birth_certificate")


def test_a_failure_stops_only_what_needs_it() -> None:
    result = run(failing)
    assert not result.success
    assert set(SEEN) == {"ingest/a", "conformed/b", "library/needs_b"}
    (failed,) = result.get_step_failure_events()
    assert failed.step_key == "ingest__a"


def test_the_longest_chain_goes_first() -> None:
    run(chain)
    assert SEEN[0] == "ingest/z_root"


def test_an_interrupt_lets_running_steps_end_and_starts_no_other() -> None:
    assert not run(interrupted).success
    assert SEEN == ["ingest/a"]
