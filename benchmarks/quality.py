"""All rules over a sample province: table by table, again the next day, rule by rule, and on pandas.

`python -m benchmarks.quality --persons 1000000 --home DIR` measures the installation under DIR and makes one of that size
where there is none. Seconds are those of the clock and, behind them, those of the processor in this process.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

DAY = date(2026, 11, 24)
PANDAS_ROWS = 1_000_000
PANDAS_TABLE = "conformed.public_security__resident"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--persons", type=int, default=100_000)
    arguments.add_argument("--home", type=Path, required=True)
    arguments.add_argument(
        "--rules", type=int, default=20, help="how many of the dearest rules to list; 0 measures none apart"
    )
    given = arguments.parse_args()
    os.environ["ONESOURCE_HOME"] = str(given.home)
    from resources.settings import settings

    if not (given.home / "lake").exists():
        _make(given.persons)
    from resources.installation import open_installation

    with open_installation(settings()) as installation:
        _warm_up(installation)
        _whole(installation, DAY, "every table changed", forget=True)
        _whole(installation, DAY + timedelta(days=1), "the next day, nothing changed", forget=False)
        _beside_pandas(installation)
        if given.rules:
            _by_rule(installation, given.rules)


def _make(persons: int) -> None:
    from pipelines.demo import make_demo
    from pipelines.night import run_night
    from resources.settings import settings

    make_demo(persons, 1, DAY)
    run_night(settings(), DAY)


def _warm_up(installation: Any) -> None:
    """Imports, which a night pays once."""
    from quality.measuring import Quality

    took = _timed(lambda: Quality(installation).measured("library.admin_division", DAY))
    print(f"first table, with imports: {took}")


def _timed(act: Callable[[], object]) -> _Took:
    clock, processor = time.perf_counter(), time.process_time()
    act()
    return _Took(time.perf_counter() - clock, time.process_time() - processor)


class _Took:
    """Seconds of the clock and of the processor."""

    def __init__(self, clock: float, processor: float) -> None:
        self.clock, self.processor = clock, processor

    def __str__(self) -> str:
        return f"{self.clock:7.2f} s ({self.processor:6.2f} s)"


def _whole(installation: Any, day: date, title: str, *, forget: bool) -> None:
    """Every table's suite through Great Expectations, results and failing records written."""
    from quality.measuring import KNOWN, Quality

    quality, lake = Quality(installation), installation.lake
    KNOWN.clear()
    print(f"\n{title}")
    clock = processor = 0.0
    rows = rules = 0
    for table, suite in quality.suites.items():
        if forget:
            lake.con.execute("DELETE FROM state.watermark WHERE consumer = ?", [f"quality.{table}"])
        took = _timed(lambda table=table: quality.measured(table, day))
        count = lake.rows(table)
        print(f"{table:45} {count:>10,} rows {len(suite.rules):>4} rules {took}", flush=True)
        clock, processor, rows, rules = (
            clock + took.clock,
            processor + took.processor,
            rows + count,
            rules + len(suite.rules),
        )
    print(f"all: {rows:,} rows, {rules:,} rules, {_Took(clock, processor)}, peak {_peak()}", flush=True)


def _peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB"


def _by_rule(installation: Any, most: int) -> None:
    """Each rule alone, straight on the engine; together they share one pass over their table."""
    from quality.rules import suites
    from quality.rules.rule import Moment

    con, costs = installation.lake.reading(), []
    for suite in suites(installation.catalogue).values():
        for rule in suite.rules:
            query = f"SELECT {rule.counts_sql(Moment(DAY))} FROM ({suite.batch})"
            costs.append((_timed(lambda query=query: con.execute(query).fetchall()).processor, rule.table, rule.key))
    costs.sort(reverse=True)
    print(f"\nrule by rule: {len(costs)} rules, {sum(cost for cost, _, _ in costs):.1f} s of the processor")
    for cost, table, key in costs[:most]:
        print(f"{cost:>8.3f} s  {table}  {key}")


def _beside_pandas(installation: Any) -> None:
    """The residents' rules that Great Expectations has an expectation for on pandas, and all of them on the engine."""
    from quality.expectations import measure
    from quality.measuring import Quality
    from quality.rules.rule import Moment

    lake = installation.lake
    suite = replace(Quality(installation).suites[PANDAS_TABLE], table=f"(FROM {PANDAS_TABLE} LIMIT {PANDAS_ROWS})")
    took = _timed(lambda: measure(lake.reading, suite, suite.rules, Moment(DAY)))
    rows = min(PANDAS_ROWS, lake.rows(PANDAS_TABLE))
    print(f"\non the engine: {rows:,} rows, {len(suite.rules)} rules, {took}")
    frame = lake.con.execute(f"SELECT * EXCLUDE (delivered, issues) FROM {suite.table}").df()
    batch, expectations = _pandas_suite(installation.catalogue, frame)
    took = _timed(lambda: batch.validate(expectations, result_format="BOOLEAN_ONLY"))
    print(f"on pandas: {len(frame):,} rows, {len(expectations.expectations)} expectations, {took}, peak {_peak()}")


def _pandas_suite(catalogue: Any, frame: Any) -> tuple[Any, Any]:
    """A batch of the frame, and expectations for mandatory items, lengths, code tables, the key and the number's form."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    expectations: list[Any] = [
        gxe.ExpectColumnValuesToNotBeNull(column=name)
        for name in catalogue.datasets["public_security/resident"].mandatory
    ]
    for column in catalogue.conformed_columns("public_security/resident"):
        if column.item.length:
            longest = column.item.length
            expectations.append(gxe.ExpectColumnValueLengthsToBeBetween(column=column.name, max_value=longest))
        if column.item.codes in catalogue.codes:
            known = list(catalogue.codes[column.item.codes].names)
            expectations.append(gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=known))
    expectations.append(gxe.ExpectColumnValuesToBeUnique(column="record_key"))
    expectations.append(gxe.ExpectColumnValuesToMatchRegex(column="citizen_id", regex=r"^\d{17}[\dX]$"))
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset("residents")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch(batch_parameters={"dataframe": frame})
    return batch, gx.ExpectationSuite(name="residents", expectations=expectations)


if __name__ == "__main__":
    main()
