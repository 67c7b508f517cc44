"""How many values the cross-check compares a minute: `python -m benchmarks.crosscheck` on a lake that has been filled.

Everything is compared as on the first night (watermark at zero), in a transaction that is rolled back.
"""

from __future__ import annotations

import argparse
import time
from datetime import date

from foundation.crosscheck.compare import Comparer, make_found
from foundation.crosscheck.records import AFFECTED
from foundation.crosscheck.stage import cross_check
from foundation.sql import quoted
from resources.installation import open_installation
from resources.lake import Feed
from resources.settings import settings


class _Undone(Exception):
    """Nothing that a benchmark writes stays."""


def measure(table: str, on: date) -> None:
    """Print entities, values, seconds and values a minute: of the comparison alone, and of the whole stage."""
    with open_installation(settings()) as installation:
        lake, catalogue = installation.lake, installation.catalogue
        try:
            with lake.transaction():
                key = quoted(catalogue.tables[table].key)
                lake.con.execute(f"CREATE TEMP TABLE {AFFECTED} AS SELECT {key} AS entity_id FROM library.{table}")
                make_found(lake.con)
                start = time.perf_counter()
                values = Comparer(catalogue, table).run(lake.con)
                _report(f"{table}: comparison", values, time.perf_counter() - start)
                raise _Undone
        except _Undone:
            pass
        try:
            with lake.transaction():
                for name in ("discrepancy", "outcome", "agreement"):
                    lake.con.execute(f"DELETE FROM crosscheck.{name}")
                start = time.perf_counter()
                checked = cross_check(Feed(lake, "benchmark", lake.snapshot(), {}), catalogue, table, on, 5)
                _report(
                    f"{table}: whole stage, {checked.entities:,} entities", checked.values, time.perf_counter() - start
                )
                raise _Undone
        except _Undone:
            pass


def _report(what: str, values: int, seconds: float) -> None:
    print(f"{what}: {values:,} values in {seconds:.1f} s, {values / seconds * 60:,.0f} a minute")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, default=date.today())
    given = parser.parse_args()
    for one in ("person", "legal_entity"):
        measure(one, given.date)
