"""Conforming the records of one dataset that changed since they were last conformed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import duckdb
import pyarrow as pa

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.changes import Changes
from foundation.conform import Conformer
from foundation.sql import execute_count, listed
from foundation.streams import execute_over

BATCH_ROWS = 122_880
HEAD = ("record_key", "delivery_id", "row_number", "business_date")


@dataclass(frozen=True)
class ConformedRecords:
    """How many records were conformed anew, and how many were withdrawn."""

    conformed: int
    withdrawn: int


def conform_changes(changes: Changes, catalogue: Catalogue, dataset: str, threads: int = 1) -> ConformedRecords:
    """Bring `conformed.<department>__<dataset>` up to date with what the department holds."""
    con = changes.con
    held, conformed = f"ingest.{table_name(dataset)}", f"conformed.{table_name(dataset)}"
    removed = 0
    if changes.is_first(held):
        changed = changes.whole(held)
        # read from the beginning, so that what is gone since goes too
        removed = execute_count(con, f"DELETE FROM {conformed}")
    elif changed := changes.keys(held, ["record_key"], "changed_key"):
        removed = execute_count(con, f"DELETE FROM {conformed} WHERE record_key IN (FROM changed_key)")
    if not changed:
        return ConformedRecords(0, removed)
    conformer = Conformer(catalogue, dataset)
    with con.cursor() as reading:
        query = f"SELECT {listed([*HEAD, *catalogue.datasets[dataset].columns])} FROM lake.{held}"
        if not changes.is_first(held):
            reading.register("changed_key", con.table("temp.changed_key").to_arrow_table())
            query += " SEMI JOIN changed_key USING (record_key)"
        written = execute_over(
            con,
            conformer.schema,
            lambda: in_threads(conformer.conform, reading.execute(query).to_arrow_reader(BATCH_ROWS), threads),
            f"INSERT INTO {conformed} BY NAME FROM batches",
        )
    return ConformedRecords(written, changed - written)


def in_threads(
    function: Callable[[pa.RecordBatch], pa.RecordBatch], batches: Iterable[pa.RecordBatch], threads: int
) -> Iterator[pa.RecordBatch]:
    """The function of each batch, in order, with at most one batch more than threads in the air."""
    waiting: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for batch in batches:
            waiting.append(pool.submit(function, batch))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def sql_columns(schema: pa.Schema) -> dict[str, str]:
    """The engine's column types for an Arrow schema."""
    return {field.name: _sql_type(field.type) for field in schema}


@cache
def _sql_type(type_: pa.DataType) -> str:
    with duckdb.connect() as con:
        con.register("typed", pa.schema([("one", type_)]).empty_table())
        row = con.execute("DESCRIBE FROM typed").fetchone()
    assert row is not None
    return str(row[1])
