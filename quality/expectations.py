"""Great Expectations on the lake's own engine: the one module that touches its API.

A table's suite is one expectation per rule; their counts are bundled by Great Expectations into one query over the table,
which the engine runs in place. What comes back is counts: no value of any row leaves the engine.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import duckdb

from quality.rules.rule import Moment, Rule, Suite

METRIC = "onesource.rule_counts"
# The engine's own words name tables and columns in these errors; in others they may hold a value.
TELLING = ("BinderException", "CatalogException", "ParserException", "SyntaxException")


@dataclass(frozen=True)
class Measured:
    """What a rule came to: elements looked at, those that conform, or why it could not be measured."""

    rule: Rule
    elements: int
    conforming: int
    error: str | None = None

    @property
    def failing(self) -> int:
        return self.elements - self.conforming

    @property
    def share(self) -> float | None:
        """Conforming share, None where there was nothing to look at."""
        return self.conforming / self.elements if self.elements else None

    @property
    def passed(self) -> bool:
        if self.error is not None:
            return False
        return self.elements == 0 or self.conforming >= self.rule.at_least * self.elements


def measure(
    open_connection: Callable[[], duckdb.DuckDBPyConnection], suite: Suite, rules: Sequence[Rule], moment: Moment
) -> list[Measured]:
    """Measure rules of a suite in one pass over its table; one that can't be measured has its error and stops no other.

    Raises duckdb.IOException where the table's files can't be read: then nothing is known of any rule.
    """
    if not rules:
        return []
    try:
        open_connection().execute(f"DESCRIBE {suite.batch}")
    except duckdb.IOException:
        raise
    except duckdb.Error as error:
        return [Measured(rule, 0, 0, telling(error)) for rule in rules]
    lost: list[duckdb.IOException] = []
    engine = _engine(open_connection, lost)
    try:
        found = _validate(engine, suite, rules, moment)
        if not lost and any(one.error for one in found):
            unbound = _unbound(open_connection(), suite, rules, moment)
            bound = [rule for rule in rules if rule.key not in unbound]
            measured = {one.rule.key: one for one in _measure_apart(engine, suite, bound, moment)} if bound else {}
            found = [measured.get(rule.key) or Measured(rule, 0, 0, unbound[rule.key]) for rule in rules]
    finally:
        engine.dispose()
    if lost:
        raise lost[0]
    return found


def _unbound(con: duckdb.DuckDBPyConnection, suite: Suite, rules: Sequence[Rule], moment: Moment) -> dict[str, str]:
    """Rules that name what the table does not have, with the engine's error: all together, else each half."""
    counts = ", ".join(rule.counts_sql(moment) for rule in rules)
    try:
        con.execute(f"DESCRIBE SELECT {counts} FROM ({suite.batch})")
    except duckdb.Error as error:
        if len(rules) == 1:
            return {rules[0].key: telling(error)}
        half = len(rules) // 2
        return _unbound(con, suite, rules[:half], moment) | _unbound(con, suite, rules[half:], moment)
    return {}


def _measure_apart(engine: Any, suite: Suite, rules: Sequence[Rule], moment: Moment) -> list[Measured]:
    """All rules together; where that fails, each half of them, down to the ones that are at fault."""
    results = _validate(engine, suite, rules, moment)
    if len(rules) == 1 or all(one.error is None for one in results):
        return results
    half = len(rules) // 2
    return [*_measure_apart(engine, suite, rules[:half], moment), *_measure_apart(engine, suite, rules[half:], moment)]


def _validate(engine: Any, suite: Suite, rules: Sequence[Rule], moment: Moment) -> list[Measured]:
    gx = _great_expectations()
    execution = gx.Engine(engine=engine)
    data = gx.BatchData(execution_engine=execution, query=suite.batch, create_temp_table=False)
    validator = gx.Validator(execution_engine=execution, batches=[gx.Batch(data=data)])
    validator.metrics_calculator.show_progress_bars = False
    expectations = [gx.Expectation(rule=r.key, counts=r.counts_sql(moment), at_least=r.at_least) for r in rules]
    outcome = validator.validate(
        gx.Suite(name=suite.table, expectations=expectations), result_format="BASIC", only_return_failures=False
    )
    found = {result.expectation_config.kwargs["rule"]: result for result in outcome.results}
    return [_measured(rule, found[rule.key]) for rule in rules]


def _measured(rule: Rule, result: Any) -> Measured:
    counts = result.result.get("observed_value")
    if counts is None:
        return Measured(rule, 0, 0, _exception_of(result.exception_info))
    elements, failing = counts
    return Measured(rule, elements, elements - failing)


def _exception_of(info: dict[str, Any]) -> str:
    """The engine's error out of what Great Expectations noted of it."""
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("exception_message"):
            return telling_text(str(entry["exception_message"]))
    return "不能计算"


def telling(error: BaseException) -> str:
    """An error in one line without any value of a row."""
    return telling_text(f"(_duckdb.{type(error).__name__}) {error}")


def telling_text(message: str) -> str:
    """The first line of the engine's error where it speaks of tables and columns, else only its kind."""
    found = re.search(r"\(?_?duckdb\.(\w+)\)?:?\s*(.*)", message)
    kind, words = (found[1], found[2]) if found else ("", message)
    words = " ".join(words.split("[SQL:")[0].split("\n")[0].split())
    if kind in TELLING or re.match(r"(Binder|Catalog|Parser) Error", words):
        return re.sub(r"\d{6,}", "***", words)[:300]
    return f"计算时出错（{kind or 'Exception'}）"


@cache
def _great_expectations() -> SimpleNamespace:
    """What is used of the library, and the expectation that a rule holds for the needed share of its elements."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations
    import sqlalchemy as sa
    from great_expectations.core import ExpectationSuite
    from great_expectations.core.batch import Batch
    from great_expectations.core.metric_domain_types import MetricDomainTypes
    from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.metrics.metric_provider import metric_partial
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
    from great_expectations.validator.validator import Validator

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # its log repeats statements and values
    great_expectations.get_context(mode="ephemeral")

    class RuleCounts(TableMetricProvider):
        """[elements, failing] of a rule: an aggregate, so that all rules of a table are computed together."""

        metric_name = METRIC
        value_keys = ("counts",)

        @metric_partial(
            engine=SqlAlchemyExecutionEngine,
            partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
            domain_type=MetricDomainTypes.TABLE,
        )
        def _sqlalchemy(
            cls, execution_engine, metric_domain_kwargs, metric_value_kwargs, metrics, runtime_configuration
        ):  # type: ignore[no-untyped-def]
            return sa.literal_column(metric_value_kwargs["counts"]), metric_domain_kwargs, {}

    class ExpectRuleToHold(BatchExpectation):
        """Expect the conforming share of the elements that a rule looks at to be at least `at_least`."""

        rule: str
        counts: str
        at_least: float
        metric_dependencies = (METRIC,)
        success_keys = ("rule", "counts", "at_least")
        args_keys = ("rule", "counts", "at_least")

        def _validate(self, metrics, runtime_configuration=None, execution_engine=None):  # type: ignore[no-untyped-def]
            elements, failing = metrics[METRIC]
            holds = elements - failing >= self.at_least * elements
            return {"success": holds, "result": {"observed_value": [int(elements), int(failing)]}}

    return SimpleNamespace(
        Batch=Batch,
        BatchData=SqlAlchemyBatchData,
        Engine=SqlAlchemyExecutionEngine,
        Expectation=ExpectRuleToHold,
        Suite=ExpectationSuite,
        Validator=Validator,
    )


def _engine(open_connection: Callable[[], duckdb.DuckDBPyConnection], lost: list[duckdb.IOException]) -> Any:
    """An SQLAlchemy engine over connections of the lake's engine.

    Great Expectations reads a result after it has handed its connection back, so the result is buffered before. It tries
    again what failed, dozens of times; where files can't be read (then `lost` says so) each would only wait for them anew.
    """
    import sqlalchemy as sa
    from duckdb_sqlalchemy import ConnectionWrapper, DuckDBExecutionContext
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    class Buffered(DuckDBExecutionContext):
        def post_exec(self) -> None:
            super().post_exec()
            if self.cursor.description:
                rows = self.cursor.fetchall()
                self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(self.cursor, initial_buffer=rows)

    engine = sa.create_engine(
        "duckdb:///:memory:", creator=lambda: ConnectionWrapper(open_connection()), poolclass=sa.NullPool
    )
    engine.dialect.execution_ctx_cls = Buffered

    @sa.event.listens_for(engine, "handle_error")
    def note(context: Any) -> None:
        if isinstance(context.original_exception, duckdb.IOException):
            lost.append(context.original_exception)

    @sa.event.listens_for(engine, "before_cursor_execute")
    def stop(*_: object) -> None:
        if lost:
            raise lost[0]

    return engine
