"""How well and how fast records are linked: the sample province against its planted truth, and public data sets.

`python -m benchmarks.linkage --persons 200000` makes the sample, runs a first night and a second one, and compares what the
link assets wrote with the truth, by kind of error; beside it plain Splink and identifiers alone on the same records. Then
FEBRL 1 to 4 and fake_1000. The models' parameters are those of the project, trained on another sample.
"""

from __future__ import annotations

import argparse
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks import linkage_splink
from benchmarks.linkage_measures import Measures, measures
from benchmarks.linkage_public import PublicData, by_identifier, by_plain_splink, by_this_project, public_data
from benchmarks.night import FIRST, Memory, Stage, measured_night
from foundation.linkage.tables import RECORD_KEY, IdentityTables, identity_tables
from foundation.sample import make_sample, next_day
from foundation.sql import listed, text
from pipelines.demo import load_databases
from resources.installation import open_installation
from resources.settings import settings

SUBJECTS = {"person": "persons", "legal_entity": "organisations"}
HEAD = "precision | recall | F1 | exact clusters |\n"
MOST_FOR_SPLINK = 200_000


@contextmanager
def linked(table: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, IdentityTables]]:
    """A connection with `grouped`: records with entity, unit, method, truth and errors."""
    with open_installation(settings()) as installation:
        tables = identity_tables(table, installation.catalogue.tables[table])
        truth = settings().home / "sample" / f"{'person' if table == 'person' else 'organization'}_record.parquet"
        con = installation.lake.con
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE grouped AS SELECT link.*, {tables.key} AS cluster, truth_id AS truth, errors
            FROM {tables.link} AS link JOIN (
                SELECT DISTINCT ON ({listed(RECORD_KEY)}) * FROM read_parquet({text(str(truth))})) AS planted
            USING ({listed(RECORD_KEY)})"""
        )
        yield con, tables


def sample_report(table: str) -> None:
    """Measures of one subject over all records, those without an identifier, and by kind of error."""
    with linked(table) as (con, tables):
        records = con.execute("SELECT count(*) FROM grouped").fetchone()[0]  # type: ignore[index]
        print(f"\n## {SUBJECTS[table].capitalize()} of the sample: {records:,} records\n")
        print(f"| records | linked by | {HEAD}| --- | --- | ---: | ---: | ---: | ---: |")
        all_of = "SELECT * FROM grouped"
        print(measures(con, all_of).row("all", "this project"))
        print(measures(con, "SELECT unit AS cluster, truth, method FROM grouped").row("all", "identifier only"))
        without = "method <> 'identifier'"
        print(measures(con, all_of, without).row("not decided by an identifier", "this project"))
        if table == "person" and records < 6 * MOST_FOR_SPLINK:
            _plain_splink(con, tables)
        kinds = con.execute(
            "SELECT kind, count(*) FROM (SELECT unnest(errors) AS kind FROM grouped) GROUP BY kind ORDER BY kind"
        ).fetchall()
        print(f"\n| kind of error | records | {HEAD}| --- | ---: | ---: | ---: | ---: | ---: |")
        for kind, number in kinds:
            print(measures(con, all_of, f"list_contains(errors, {text(kind)})").row(kind, number))


def _plain_splink(con: duckdb.DuckDBPyConnection, tables: IdentityTables) -> None:
    rows = con.execute(
        f"""SELECT row_number() OVER (ORDER BY {listed(RECORD_KEY)}) AS unique_id, name, birth_date, sex_code, claimed, phone,
            address, truth, method FROM {tables.record} JOIN grouped USING ({listed(RECORD_KEY)})"""
    ).to_arrow_table()
    memory = Memory()
    started, begin = time.monotonic(), time.time()
    found = linkage_splink.persons(rows.drop_columns(["truth", "method"]))
    seconds = time.monotonic() - started
    peak = memory.peak(begin, time.time()) / 2**30
    with duckdb.connect() as own:
        own.register("found", found)
        own.register("given", rows)
        both = "SELECT cluster_id AS cluster, truth, method FROM found JOIN given USING (unique_id)"
        print(measures(own, both).row("all", "plain Splink"))
        print(measures(own, both, "method <> 'identifier'").row("not decided by an identifier", "plain Splink"))
    print(f"\nplain Splink: {seconds:.1f} s, {rows.num_rows / seconds:,.0f} records/s, {peak:.2f} GiB")


def speed(night: dict[str, Stage], records: int, title: str) -> None:
    stage = night["resolved"]
    print(
        f"{title}: {records:,} records in {stage.seconds:.1f} s, {records / max(stage.seconds, 0.01):,.0f} records/s, "
        f"{stage.peak / 2**30:.2f} GiB resident; longest {stage.longest} {stage.longest_seconds:.1f} s"
    )


def unchanged_identifiers(before: dict[str, pa.Table]) -> None:
    """How many entities whose records did not change kept their identifier over the second night."""
    for table, earlier in before.items():
        with linked(table) as (con, tables):
            con.register("earlier", earlier)
            members = f"list_sort(list(concat_ws('|', {listed(RECORD_KEY)})))"
            row = con.execute(
                f"""SELECT count(*), count(*) FILTER (a.entity = b.entity) FROM
                (SELECT {tables.key} AS entity, {members} AS members FROM earlier GROUP BY ALL) AS a JOIN
                (SELECT {tables.key} AS entity, {members} AS members FROM {tables.link} GROUP BY ALL) AS b USING (members)"""
            ).fetchone()
            con.unregister("earlier")
        assert row is not None
        print(
            f"{SUBJECTS[table]}: {row[0]:,} entities with the same records as before, {row[1]:,} of them "
            f"({row[1] / max(row[0], 1):.2%}) with the same identifier"
        )


def links_of(table: str) -> pa.Table:
    with linked(table) as (con, tables):
        return con.execute(f"SELECT {listed(RECORD_KEY)}, {tables.key} FROM {tables.link}").to_arrow_table()


def sample(persons: int, seed: int, changed: float) -> None:
    memory = Memory()
    deliveries, truth = settings().deliveries_folder, settings().home / "sample"
    made = make_sample(deliveries, persons=persons, seed=seed, business_date=FIRST, truth=truth)
    load_databases(settings(), made)
    _, first = measured_night(FIRST, memory)
    before = {table: links_of(table) for table in SUBJECTS}
    records = sum(rows.num_rows for rows in before.values())
    for table in SUBJECTS:
        sample_report(table)
    load_databases(settings(), next_day(made, business_date=FIRST + timedelta(days=1), changed=changed))
    _, second = measured_night(FIRST + timedelta(days=1), memory)
    print("\n## Speed of the link stage\n")
    speed(first, records, "first night")
    speed(second, records, f"second night, {changed:.1%} changed")
    unchanged_identifiers(before)


def public(folder: Path) -> None:
    print(f"\n## Public data\n\n| data | linked by | {HEAD}| --- | --- | ---: | ---: | ---: | ---: |")
    ways: dict[str, Callable[[PublicData], Measures]] = {
        "this project": by_this_project,
        "plain Splink": by_plain_splink,
        "identifier only": by_identifier,
    }
    for data in public_data(folder):
        for title, way in ways.items():
            print(way(data).row(data.name, title), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=200_000, help="0 leaves the sample out")
    parser.add_argument("--seed", type=int, default=2, help="another one than that of the training sample")
    parser.add_argument(
        "--changed", type=float, default=0.005, help="share of records that change for the second night"
    )
    parser.add_argument(
        "--public", type=Path, help="folder of FEBRL 1 to 4 and fake_1000; left out where it is not there"
    )
    parser.add_argument("--home", type=Path, default=Path("/tmp/onesource-linkage"), help="emptied first")
    options = parser.parse_args()
    shutil.rmtree(options.home, ignore_errors=True)
    os.environ["ONESOURCE_HOME"] = str(options.home)
    if options.persons:
        sample(options.persons, options.seed, options.changed)
    if options.public and options.public.exists():
        public(options.public)


if __name__ == "__main__":
    main()
