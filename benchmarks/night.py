"""The nightly job for a province of a given size: rows, seconds, rows per second and peak memory of each stage.

`python -m benchmarks.night --persons 100000` makes the sample, runs a first night, a second one in which a small share of
the records changed, and a plain copy of the same deliveries (read the file, write Parquet), all in one process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.overhead import seconds_per_asset
from foundation.catalogue.catalogue import split_name
from foundation.catalogue.load import load
from foundation.delivery import discover, open_delivery
from foundation.sample import Sample, make_sample, next_day
from pipelines.demo import load_databases
from pipelines.instance import dagster_instance
from pipelines.night import run_night
from resources.settings import settings

FIRST = date(2026, 11, 1)


class Memory:
    """Samples this process's resident memory."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.bytes: list[int] = []
        Thread(target=self._sample, daemon=True).start()

    def _sample(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while True:
            self.times.append(time.time())
            self.bytes.append(int(Path("/proc/self/statm").read_text().split()[1]) * page)
            time.sleep(0.02)

    def peak(self, start: float, end: float) -> int:
        return max(self.bytes[bisect_left(self.times, start) : bisect_right(self.times, end)], default=0)


@dataclass
class Stage:
    """Seconds and peak resident bytes of all steps of a stage; the longest step by itself."""

    steps: int = 0
    seconds: float = 0.0
    peak: int = 0
    longest: str = ""
    longest_seconds: float = 0.0


def measured_night(on: date, memory: Memory) -> tuple[float, dict[str, Stage]]:
    """Run the night; its seconds in all, and by stage as Dagster recorded them."""
    start = time.monotonic()
    result = run_night(settings(), on)
    seconds = time.monotonic() - start
    if result.failures:
        sys.exit(f"the night failed: {result.failures}")
    stages: dict[str, Stage] = defaultdict(Stage)
    with dagster_instance(settings()) as instance:
        for stats in instance.get_run_step_stats(result.run_id):
            begin, end = stats.start_time or 0.0, stats.end_time or 0.0
            stage = stages[stats.step_key.split("__")[0]]
            stage.steps += 1
            stage.seconds += end - begin
            stage.peak = max(stage.peak, memory.peak(begin, end))
            if end - begin > stage.longest_seconds:
                stage.longest, stage.longest_seconds = stats.step_key, end - begin
    return seconds, stages


def plain_copy(folder: Path, into: Path) -> float:
    """Seconds to read every delivered file and write it as Parquet."""
    catalogue = load()
    into.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    for name, dataset in catalogue.datasets.items():
        for found in discover(folder, *split_name(name), dataset)[-1:]:
            batches = open_delivery(dataset, found.path).batches()
            first = next(batches)
            with pq.ParquetWriter(
                into / f"{name.replace('/', '__')}.parquet", first.schema, compression="zstd"
            ) as writer:
                writer.write_batch(first)
                for batch in batches:
                    writer.write_table(pa.Table.from_batches([batch]))
    return time.monotonic() - start


def report(title: str, rows: int, seconds: float, stages: dict[str, Stage]) -> None:
    print(f"\n{title}: {rows:,} source rows in {seconds:.1f} s, {rows / seconds:,.0f} rows/s\n")
    print("| stage | steps | seconds | source rows/s | peak memory | longest step |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for name, stage in stages.items():
        print(
            f"| {name} | {stage.steps} | {stage.seconds:.1f} | {rows / max(stage.seconds, 0.01):,.0f} "
            f"| {stage.peak / 2**30:.2f} GiB | {stage.longest} {stage.longest_seconds:.1f} s |"
        )
    within = sum(stage.seconds for stage in stages.values())
    print(f"\nall steps together: {within:.1f} s, on average {within / seconds:.2f} side by side")


def make(persons: int) -> Sample:
    home = settings().home
    return make_sample(
        settings().deliveries_folder, persons=persons, seed=1, business_date=FIRST, truth=home / "sample"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument(
        "--changed", type=float, default=0.005, help="share of records that change for the second night"
    )
    parser.add_argument("--home", type=Path, default=Path("/tmp/onesource-benchmark"), help="emptied first")
    options = parser.parse_args()
    shutil.rmtree(options.home, ignore_errors=True)
    os.environ["ONESOURCE_HOME"] = str(options.home)
    memory = Memory()
    started = time.monotonic()
    sample = make(options.persons)
    load_databases(settings(), sample)
    print(f"sample of {options.persons:,} persons made in {time.monotonic() - started:.1f} s")
    rows = sum(sample.rows.values())
    first, stages = measured_night(FIRST, memory)
    report("First night", rows, first, stages)
    copied = plain_copy(settings().deliveries_folder, options.home / "copy")
    print(f"plain copy of the same files (read, write Parquet): {copied:.1f} s, {rows / copied:,.0f} rows/s")
    following = next_day(sample, business_date=FIRST + timedelta(days=1), changed=options.changed)
    load_databases(settings(), following)
    second, later = measured_night(FIRST + timedelta(days=1), memory)
    report(f"Second night, {options.changed:.1%} changed", rows, second, later)
    after = ("resolved", "library", "share")
    before, now = (sum(night[name].seconds for name in after) for night in (stages, later))
    print(f"second night / first: {second / first:.3f} in all, {now / before:.3f} in the stages after conforming")
    print(f"an asset that does nothing: {seconds_per_asset():.3f} s")


if __name__ == "__main__":
    main()
