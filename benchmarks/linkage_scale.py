"""Linking persons at scale: seconds and memory of this project's link stage, beside plain Splink over the same records.

`python -m benchmarks.linkage_scale --persons 600000` makes the sample, ingests and conforms what speaks of persons, and
links it within `--memory`; then plain Splink gets the same records in a process and with a memory of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks import linkage_splink
from benchmarks.night import FIRST, Memory, make
from foundation.catalogue.catalogue import table_name
from foundation.conforming.stage import conform_changes
from foundation.linkage.identifier import datasets_by_rank
from foundation.linkage.stage import conformed_sources, resolve
from foundation.linkage.tables import RECORD_KEY, identity_tables
from foundation.sql import listed, text
from pipelines.demo import load_databases
from resources.installation import Installation, open_installation
from resources.settings import settings

TABLE = "person"


def told(title: str, records: int, started: float, memory: Memory) -> None:
    seconds = time.time() - started
    peak = memory.peak(started, time.time()) / 2**30
    print(
        f"{title}: {records:,} records in {seconds:.1f} s, {records / seconds:,.0f} records/s, {peak:.2f} GiB resident",
        flush=True,
    )


def conform(installation: Installation) -> None:
    """Bring all that speaks of persons into the lake, conformed."""
    catalogue, lake = installation.catalogue, installation.lake
    for name in datasets_by_rank(catalogue, catalogue.tables[TABLE]):
        installation.deliveries.ingest(lake, name, FIRST)
        with lake.consuming(f"conformed/{name}", [f"ingest.{table_name(name)}"]) as changes:
            conform_changes(changes, catalogue, name, installation.settings.threads)


def this_project(memory: Memory, rows: Path) -> None:
    """Link the sample's persons; their records go to a Parquet file for plain Splink."""
    with open_installation(settings()) as installation:
        conform(installation)
        tables = identity_tables(TABLE, installation.catalogue.tables[TABLE])
        sources = conformed_sources(installation.catalogue, TABLE)
        started = time.time()
        with installation.lake.consuming(f"resolved/{TABLE}_link", sources) as changes:
            resolve(changes, installation.catalogue, TABLE, FIRST)
        told("this project", installation.lake.rows(tables.link), started, memory)
        installation.lake.con.execute(
            f"""COPY (SELECT row_number() OVER (ORDER BY {listed(RECORD_KEY)}) AS unique_id, name, birth_date, sex_code,
                claimed, phone, address FROM {tables.record}) TO {text(str(rows))} (FORMAT parquet)"""
        )


def plain_splink(rows: Path, within: str) -> None:
    memory, table = Memory(), pq.read_table(rows)
    started = time.time()
    found = linkage_splink.persons(
        table, within, lambda: told("plain Splink, trained after", table.num_rows, started, memory)
    )
    told("plain Splink, training and linking", found.num_rows, started, memory)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=600_000)
    parser.add_argument("--memory", default="5GB", help="bound on the engine's memory, for both")
    parser.add_argument("--home", type=Path, default=Path("/tmp/onesource-linkage-scale"), help="emptied first")
    parser.add_argument("--plain", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain:
        plain_splink(options.plain, options.memory)
        return
    shutil.rmtree(options.home, ignore_errors=True)
    os.environ["ONESOURCE_HOME"] = str(options.home)
    os.environ["ONESOURCE_MEMORY"] = options.memory
    load_databases(settings(), make(options.persons))
    rows = options.home / "records.parquet"
    this_project(Memory(), rows)
    subprocess.run(
        [sys.executable, "-m", "benchmarks.linkage_scale", "--plain", str(rows), "--memory", options.memory], check=True
    )


if __name__ == "__main__":
    main()
