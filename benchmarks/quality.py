"""All rules over a sample province: the whole of it, table by table, rule by rule, and the same rules on pandas.

`python -m benchmarks.quality --persons 1000000` needs an installation of that size: it makes one under --home where
there is none. The rule-by-rule figures measure each rule alone; together they share one pass over the table.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2026, 11, 24)
PANDAS_ROWS = 1_000_000
PANDAS_TABLE = "conformed.public_security__resident"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--persons", type=int, default=100_000)
    arguments.add_argument("--home", type=Path, required=True)
    arguments.add_argument("--rules", type=int, default=20, help="how many of the dearest rules to list")
    arguments.add_argument("--pandas", action="store_true", help="also run the rules of residents on pandas")
    given = arguments.parse_args()
    os.environ["ONESOURCE_HOME"] = str(given.home)
    from resources.settings import settings

    if not (given.home / "lake").exists():
        _make(given.persons)
    from resources.installation import open_installation

    with open_installation(settings()) as installation:
        _whole(installation)
        _by_rule(installation, given.rules)
        if given.pandas:
            _on_pandas(installation)


def _make(persons: int) -> None:
    from pipelines.demo import make_demo
    from pipelines.night import run_night
    from resources.settings import settings

    make_demo(persons, 1, DAY)
    run_night(settings(), DAY)


def _whole(installation: Any) -> None:
    """Every table's suite through Great Expectations, results and failing records written."""
    from quality.measuring import Quality
    from quality.rules.rule import Moment

    quality = Quality(installation)
    total = rows = rules = 0.0
    quality._measure(quality.suites["library.admin_division"], Moment(DAY), [])  # imports
    for table, suite in quality.suites.items():
        installation.lake.con.execute("DELETE FROM state.watermark WHERE consumer = ?", [f"quality.{table}"])
        start = time.perf_counter()
        quality.measured(table, DAY)
        seconds = time.perf_counter() - start
        count = installation.lake.rows(table)
        print(f"{table:45} {count:>10,} rows {len(suite.rules):>4} rules {seconds:>7.2f} s", flush=True)
        total, rows, rules = total + seconds, rows + count, rules + len(suite.rules)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"all: {rows:,.0f} rows, {rules:,.0f} rules, {total:.1f} s, peak {peak:.1f} GiB", flush=True)


def _by_rule(installation: Any, most: int) -> None:
    """Each rule alone, straight on the engine."""
    from quality.rules import suites
    from quality.rules.rule import Moment

    con, costs = installation.lake.reading(), []
    for suite in suites(installation.catalogue).values():
        for rule in suite.rules:
            start = time.perf_counter()
            con.execute(f"SELECT {rule.counts_sql(Moment(DAY))} FROM ({suite.batch})").fetchall()
            costs.append((time.perf_counter() - start, rule.table, rule.key))
    costs.sort(reverse=True)
    print(f"\nrule by rule: {len(costs)} rules, {sum(cost for cost, _, _ in costs):.1f} s one after another")
    for cost, table, key in costs[:most]:
        print(f"{cost:>8.3f} s  {table}  {key}")


def _on_pandas(installation: Any) -> None:
    """The residents' rules that Great Expectations has expectations for on pandas, at one million rows."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    frame = installation.lake.con.execute(f"SELECT * EXCLUDE (delivered, issues) FROM {PANDAS_TABLE}").df()
    repeats = -(-PANDAS_ROWS // len(frame))
    import pandas as pd

    frame = pd.concat([frame] * repeats, ignore_index=True).head(PANDAS_ROWS)
    dataset = installation.catalogue.datasets["public_security/resident"]
    columns = installation.catalogue.conformed_columns("public_security/resident")
    expectations: list[Any] = [gxe.ExpectColumnValuesToNotBeNull(column=name) for name in dataset.mandatory]
    for column in columns:
        if column.item.length:
            expectations.append(
                gxe.ExpectColumnValueLengthsToBeBetween(column=column.name, max_value=column.item.length)
            )
        if column.item.codes in installation.catalogue.codes:
            known = list(installation.catalogue.codes[column.item.codes].names)
            expectations.append(gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=known))
    expectations.append(gxe.ExpectColumnValuesToMatchRegex(column="citizen_id", regex=r"^\d{17}[\dX]$"))
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("residents")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(batch_parameters={"dataframe": frame})
    suite = gx.ExpectationSuite(name="residents", expectations=expectations)
    start = time.perf_counter()
    batch.validate(suite, result_format="BOOLEAN_ONLY")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\npandas: {len(frame):,} rows, {len(expectations)} expectations, {seconds:.1f} s, peak {peak:.1f} GiB")


if __name__ == "__main__":
    main()
