"""Values compared a minute, and what is found of the planted errors: `python -m benchmarks.crosscheck` on a filled lake.

Everything is compared as on the first night (watermark at zero), in a transaction that is rolled back. The rates are
those of the discrepancies that the lake holds, against the truth of the sample that filled it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from benchmarks import discrepancies
from foundation.crosscheck.compare import Comparer, make_found
from foundation.crosscheck.records import AFFECTED
from foundation.crosscheck.stage import cross_check
from foundation.sql import quoted
from resources.installation import Installation, open_installation
from resources.lake import Feed, Lake
from resources.settings import settings

TABLES = ("person", "legal_entity")
WORKING_DAYS = 5


class _Undone(Exception):
    """Nothing that a benchmark writes stays."""


@contextmanager
def undone(lake: Lake) -> Iterator[None]:
    try:
        with lake.transaction():
            yield
            raise _Undone
    except _Undone:
        pass


def compare(installation: Installation, table: str) -> None:
    """Print the speed of the comparison alone."""
    lake, catalogue = installation.lake, installation.catalogue
    with undone(lake):
        key = quoted(catalogue.tables[table].key)
        lake.con.execute(f"CREATE TEMP TABLE {AFFECTED} AS SELECT {key} AS entity_id FROM stored.{table}")
        make_found(lake.con)
        clock = _Clock()
        clock.report(f"{table}, comparison", Comparer(catalogue, table, only=False).run(lake.con))


def check(installation: Installation, table: str, on: date) -> None:
    """Print the speed of the whole stage: comparison, kinds, lifecycle, rates."""
    lake = installation.lake
    with undone(lake):
        for name in ("discrepancy", "outcome", "agreement"):
            lake.con.execute(f"DELETE FROM crosscheck.{name}")
        clock = _Clock()
        feed = Feed(lake, "benchmark", lake.snapshot(), {})
        checked = cross_check(feed, installation.catalogue, table, on, WORKING_DAYS)
        clock.report(f"{table}, whole stage, {checked.entities:,} entities", checked.values)


class _Clock:
    """Time on the wall, and of the processor: other work on the machine adds little to the latter."""

    def __init__(self) -> None:
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def report(self, what: str, values: int) -> None:
        wall, processor = time.perf_counter() - self.wall, time.process_time() - self.processor
        print(
            f"{what}: {values:,} values in {wall:.1f} s ({values / wall * 60:,.0f} a minute), "
            f"{processor:.1f} s of processor time ({values / processor * 60:,.0f} a minute and core)"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, default=date.today())
    given = parser.parse_args()
    with open_installation(settings()) as opened:
        for one in TABLES:
            compare(opened, one)
            check(opened, one, given.date)
        discrepancies.report(discrepancies.measure(opened))
