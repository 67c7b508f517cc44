"""Handing Arrow batches that Python makes to the engine.

The engine pulls from threads of its own, which Python does not know: libraries that keep something per thread (PROJ
does) crash there. So batches are made in a Python thread and only handed over; at most `AHEAD` wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from queue import Full, Queue
from threading import Event, Thread

import duckdb
import pyarrow as pa

from foundation.sql import execute_count

AHEAD = 2


class Pump:
    """Makes batches in a thread of its own; `failure` keeps what went wrong there, which the engine turns into text."""

    def __init__(self, schema: pa.Schema, batches: Callable[[], Iterable[pa.RecordBatch]]) -> None:
        self.schema = schema
        self.failure: BaseException | None = None
        self._queue: Queue[pa.RecordBatch | None] = Queue(AHEAD)
        self._stopped = Event()
        self._thread = Thread(target=self._make, args=(batches,), daemon=True)

    def _make(self, batches: Callable[[], Iterable[pa.RecordBatch]]) -> None:
        try:
            for batch in batches():
                if not self._put(batch):
                    return
        except BaseException as failure:
            self.failure = failure
        self._put(None)

    def _put(self, batch: pa.RecordBatch | None) -> bool:
        while not self._stopped.is_set():
            with suppress(Full):
                self._queue.put(batch, timeout=0.2)
                return True
        return False

    def _taken(self) -> Iterator[pa.RecordBatch]:
        while (batch := self._queue.get()) is not None:
            yield batch
        if self.failure is not None:
            raise RuntimeError("the stream of batches failed")

    def reader(self) -> pa.RecordBatchReader:
        self._thread.start()
        return pa.RecordBatchReader.from_batches(self.schema, self._taken())

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()


def execute_over(
    con: duckdb.DuckDBPyConnection, schema: pa.Schema, batches: Callable[[], Iterable[pa.RecordBatch]], statement: str
) -> int:
    """Run a statement that writes what it makes of the table `batches`; the rows written. Raises what making them raised."""
    pump = Pump(schema, batches)
    con.register("batches", pump.reader())
    try:
        return execute_count(con, statement)
    except duckdb.Error:
        if pump.failure is not None:
            raise pump.failure from None
        raise
    finally:
        con.unregister("batches")
        pump.stop()
