"""The lake: DuckLake tables (Parquet files, catalogue in PostgreSQL), read and written set by set, consumed by change.

A consumer remembers the snapshot that it last consumed of each table; what it writes and what it remembers are committed
together, so a run that was killed anywhere is simply run again.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import local

import duckdb
import sqlalchemy as sa

from foundation.sql import count, quoted, text
from resources.postgres import LAKE, Postgres
from resources.settings import InstallationError, Settings

SCHEMAS = ("ingest", "conformed", "resolved", "crosscheck", "library", "stored", "theme", "quality", "state")
EXTENSIONS = ("ducklake", "postgres_scanner", "spatial")
# From the tables of the DuckLake specification: https://ducklake.select/docs/stable/specification/tables/overview
TOUCHED = f"""
    SELECT schema_name || '.' || table_name, max(snapshot_id) FROM (
        SELECT snapshot_id, (regexp_matches(changes_made,
            '(inserted_into_table|deleted_from_table|inlined_insert|inlined_delete):(\\d+)', 'g'))[2]::bigint AS table_id
        FROM {LAKE}.ducklake_snapshot_changes WHERE snapshot_id > :since) AS written
    JOIN {LAKE}.ducklake_table USING (table_id) JOIN {LAKE}.ducklake_schema USING (schema_id) GROUP BY 1"""

HOLDING = f"""
    SELECT EXISTS (SELECT 1 FROM {LAKE}.ducklake_data_file AS file JOIN {LAKE}.ducklake_table AS of_table USING (table_id)
    JOIN {LAKE}.ducklake_schema AS of_schema USING (schema_id) WHERE file.end_snapshot IS NULL
    AND of_table.end_snapshot IS NULL AND schema_name || '.' || table_name = :table)"""

# What these errors say may name a value, or the statement that DuckLake sent to PostgreSQL.
OF_VALUES = (duckdb.DataError, duckdb.IntegrityError, duckdb.InvalidInputException, duckdb.TransactionException)
# A value in an error's words: in quotes, or what is no word of the engine's.
VALUES = re.compile(r"""'[^']*'|"[^"]*"|\d{4,}|[^\x00-\x7f]+""")

# Rows are only added to state.watermark, so that consumers that commit at the same time do not meet; the highest holds.
READ_UNTIL = "(SELECT consumer, source, max(snapshot) AS snapshot FROM state.watermark GROUP BY consumer, source)"


class _Thread(local):
    """What each thread has for itself."""

    con: duckdb.DuckDBPyConnection | None = None


@dataclass(eq=False)
class Lake:
    """The lake's engine; its SQL names tables as `schema.table`."""

    engine: duckdb.DuckDBPyConnection
    postgres: Postgres
    path: str
    _threads: _Thread = field(default_factory=_Thread)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """This thread's connection: its transaction and its temporary tables are its own."""
        if self._threads.con is None:
            self._threads.con = self.reading()
        return self._threads.con

    def exists(self, table: str) -> bool:
        schema, _, name = table.partition(".")
        found = self.con.execute(
            "SELECT 1 FROM duckdb_columns() WHERE database_name = 'lake' AND schema_name = ? AND table_name = ? LIMIT 1",
            [schema, name],
        ).fetchone()
        return found is not None

    def ensure(self, table: str, columns: Mapping[str, str]) -> None:
        """Create the table, or add the columns that it lacks; a column is never dropped."""
        if not self.exists(table):
            listed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in columns.items())
            self.con.execute(f"CREATE TABLE IF NOT EXISTS {table} ({listed})")
            return
        present = {row[0] for row in self.con.execute(f"DESCRIBE {table}").fetchall()}
        for name, type_ in columns.items():
            if name not in present:
                self.con.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(name)} {type_}")

    def snapshot(self) -> int:
        """The number of the newest state of the lake, inside a transaction the one that it reads."""
        return int(self.con.execute("FROM lake.current_snapshot()").fetchone()[0])  # type: ignore[index]

    def rows(self, table: str) -> int:
        return count(self.con, table)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, in a connection of its own: the temporary tables made inside end with it."""
        before, con = self._threads.con, self.reading()
        self._threads.con = con
        try:
            con.execute("BEGIN")
            yield
            con.execute("COMMIT")
        except BaseException as error:
            with suppress(duckdb.Error):
                con.execute("ROLLBACK")
            if isinstance(error, OF_VALUES) or type(error) is duckdb.Error:
                raise type(error)(_without_values(str(error))) from None
            raise
        finally:
            con.close()
            self._threads.con = before

    @contextmanager
    def consuming(self, consumer: str, sources: list[str]) -> Iterator[Feed]:
        """The changes of the source tables since this consumer last read them, in one transaction with what it writes."""
        with self.postgres.lock(consumer), self.transaction():
            feed = Feed(self, consumer, self.snapshot(), self._watermarks(consumer))
            yield feed
            feed.remember(sources)

    def _watermarks(self, consumer: str) -> dict[str, int]:
        rows = self.con.execute(f"SELECT source, snapshot FROM {READ_UNTIL} WHERE consumer = ?", [consumer])
        return dict(rows.fetchall())

    def remember(self, marks: Sequence[tuple[str, str, int]]) -> None:
        """Note until which state of the lake consumers have read their sources: in one statement, since each makes a file."""
        if marks:
            columns = [list(column) for column in zip(*marks, strict=True)]
            self.con.execute("INSERT INTO state.watermark SELECT unnest(?), unnest(?), unnest(?)", columns)

    def is_empty(self, table: str) -> bool:
        """Whether the newest state of the lake surely has no row in the table: told in a moment."""
        with self.postgres.engine.connect() as connection:
            return not connection.execute(sa.text(HOLDING), {"table": table}).scalar()

    def touched(self, since: int) -> dict[str, int]:
        """The tables that states of the lake after `since` wrote to, each with the newest of them: told in a moment."""
        with self.postgres.engine.connect() as connection:
            return {table: state for table, state in connection.execute(sa.text(TOUCHED), {"since": since})}

    def reading(self) -> duckdb.DuckDBPyConnection:
        """Another connection to the same engine, that sees what has been committed."""
        con = self.engine.cursor()
        con.execute("USE lake")
        return con

    def close(self) -> None:
        if self._threads.con is not None:
            self._threads.con.close()
        self.engine.close()


@dataclass
class Feed:
    """What changed in the sources since the consumer's watermark."""

    lake: Lake
    consumer: str
    snapshot: int
    watermarks: Mapping[str, int]
    changed: set[str] = field(default_factory=set)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        return self.lake.con

    def is_first(self, source: str) -> bool:
        return source not in self.watermarks

    def keys(self, source: str, columns: list[str], into: str) -> int:
        """Write the distinct values of the columns among rows inserted or deleted since the watermark; their number.

        At the first reading these are the values of all rows.
        """
        listed = ", ".join(quoted(column) for column in columns)
        changes = self._changes(source) or f"(FROM {source} LIMIT 0)"
        self.lake.con.execute(f"CREATE TEMP TABLE {into} AS SELECT DISTINCT {listed} FROM {changes}")
        rows = count(self.con, into)
        if rows or self.is_first(source):
            self.changed.add(source)
        return rows

    def whole(self, source: str) -> int:
        """Take note that a source is read as a whole, whatever changed in it; its number of rows."""
        self.changed.add(source)
        return self.lake.rows(source)

    def is_changed(self, source: str, rows: str = "true") -> bool:
        """Whether any of these rows was written or deleted since the watermark; a first reading counts as a change.

        Rows are looked at only where the table was touched at all, and where it matters which.
        """
        changes = self._changes(source)
        if changes is None:
            return False
        self.changed.add(source)
        query = f"SELECT 1 FROM {changes} WHERE {rows} LIMIT 1"
        return self.is_first(source) or rows == "true" or self.lake.con.execute(query).fetchone() is not None

    @cached_property
    def _touched(self) -> dict[str, int]:
        return self.lake.touched(min(self.watermarks.values()))

    def _changes(self, source: str) -> str | None:
        """SQL of the rows to read; None where no state since the watermark touched the source."""
        if self.is_first(source):
            return source
        since = self.watermarks[source]
        if since >= self.snapshot or self._touched.get(source, since) <= since:
            return None
        return changes_sql(source, since, self.snapshot)

    def remember(self, sources: list[str]) -> None:
        """Move the watermark of the sources that changed; one that did not change needs no new state of the lake."""
        self.lake.remember([(self.consumer, source, self.snapshot) for source in sources if source in self.changed])


def changes_sql(table: str, since: int, until: int) -> str:
    """SQL of a table's rows written or deleted after one state of the lake, up to another.

    `ducklake_table_changes` gives the same rows at twice the cost: it also finds out which of them are updates.
    """
    schema, _, name = table.partition(".")
    states = f"'lake', {text(schema)}, {text(name)}, {since + 1}, {until}"
    return f"(FROM ducklake_table_insertions({states}) UNION ALL BY NAME FROM ducklake_table_deletions({states}))"


def open_lake(settings: Settings, postgres: Postgres, *, read_only: bool = False) -> Lake:
    """Attach the lake, making it where it does not exist; memory and threads bounded, spilling under ONESOURCE_HOME."""
    con = connect(settings)
    if settings.lake_path.startswith("s3://"):
        load(con, "httpfs")
        con.execute(f"CREATE SECRET s3 (TYPE s3, PROVIDER config, URL_STYLE {text(settings.s3_url_style)})")
    elif not read_only:
        Path(settings.lake_path).mkdir(parents=True, exist_ok=True)
    options = [f"DATA_PATH {text(settings.lake_path)}", f"METADATA_SCHEMA {text(LAKE)}", "DATA_INLINING_ROW_LIMIT 0"]
    try:
        address = text(f"ducklake:postgres:{postgres.libpq()}")
        con.execute(f"ATTACH {address} AS lake ({', '.join(options + ['READ_ONLY'] * read_only)})")
    except duckdb.Error as error:
        raise InstallationError(_attach_problem(str(error), settings, postgres)) from None
    lake = Lake(con, postgres, settings.lake_path)
    if not read_only:
        _prepare(lake)
    return lake


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """An engine with the extensions that the lake needs, from the packages installed: nothing is downloaded."""
    spill = settings.home / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(
        config={
            "memory_limit": settings.memory_limit,
            "threads": settings.threads,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        }
    )
    con.execute("SET enable_progress_bar = false")  # it is drawn on standard output, amid the rows of a query
    for extension in EXTENSIONS:
        load(con, extension)
    return con


def load(con: duckdb.DuckDBPyConnection, extension: str) -> None:
    """Load an extension from the package that carries it."""
    package = importlib.resources.files(f"duckdb_extension_{extension}")
    file = package / "extensions" / f"v{duckdb.__version__}" / f"{extension}.duckdb_extension"
    con.execute(f"LOAD {text(str(file))}")


def _without_values(message: str) -> str:
    """What the engine says of a value that does not fit, without the value: errors are stored with the run."""
    return VALUES.sub("…", " ".join(message.partition("\nLINE ")[0].split()))[:300]


def _prepare(lake: Lake) -> None:
    present = {
        row[0]
        for row in lake.con.execute("SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'lake'").fetchall()
    }
    if set(SCHEMAS) <= present and lake.exists("state.watermark"):
        return
    with lake.postgres.lock("lake"):
        for schema in SCHEMAS:
            lake.con.execute(f"CREATE SCHEMA IF NOT EXISTS lake.{schema}")
        lake.ensure("state.watermark", {"consumer": "VARCHAR", "source": "VARCHAR", "snapshot": "BIGINT"})


def _attach_problem(message: str, settings: Settings, postgres: Postgres) -> str:
    address = postgres.url.render_as_string(hide_password=True)
    if "version" in message.lower():
        return (
            f"The lake at {settings.lake_path} was written by a newer version of DuckLake than this one reads. "
            f"Install the version of onesource that wrote it. ({message.splitlines()[0][:200]})"
        )
    return (
        f"The lake at {settings.lake_path} (catalogue in {address}) can't be opened: {message.splitlines()[0][:200]}. "
        "Check ONESOURCE_LAKE and ONESOURCE_POSTGRES_URL, and that both can be reached."
    )
