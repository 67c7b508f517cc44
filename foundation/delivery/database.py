"""A dataset read from its department's own database: one consistent, read-only snapshot, streamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchTableError,
    OperationalError,
    SQLAlchemyError,
)
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from foundation.catalogue.model import Dataset
from foundation.delivery.delivery import Delivery
from foundation.delivery.header import Mode, expected_columns, match_header
from foundation.delivery.refusal import DeliveryRefused, Rejections
from foundation.delivery.rows import numbered, row_numbers, without_nul
from foundation.delivery.typed import as_text

ROWS_AT_ONCE = 50_000
_UNREACHABLE = (OperationalError, InterfaceError)
_DRIVERS = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
_READ_ONLY = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}


@dataclass(frozen=True)
class Retry:
    """How often a connection is tried, and the seconds waited after the first failure, doubled each time."""

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 8.0
    connect_timeout: int = 10


def open_database(dataset: Dataset, url: str, *, mode: Mode = "full", retry: Retry | None = None) -> Delivery:
    """Open the dataset's table at a SQLAlchemy URL of PostgreSQL or MySQL; our driver where it names none.

    Raises DeliveryRefused: database_url, database_unreachable after the last try, table_missing, and for the columns as for a header.
    """
    source = DatabaseTable(dataset, _address(dataset, url), mode, retry or Retry())
    return Delivery(dataset, source.address, mode, source)


def _address(dataset: Dataset, url: str) -> sa.URL:
    """The URL with a driver that is installed; DeliveryRefused (database_url), which does not repeat it, if it is none."""
    try:
        made = sa.make_url(url)
        made = made.set(drivername=_DRIVERS.get(made.drivername, made.drivername))
        made.get_dialect().import_dbapi()
    except (ArgumentError, ImportError, ValueError):
        what = "数据库地址不是可用的 SQLAlchemy URL，或没有安装其驱动"
        remedy = "请在环境变量 ONESOURCE_DATABASE_<部门> 中写成 postgresql://… 或 mysql://…。"
        raise DeliveryRefused("database_url", dataset.format.table or "", what, remedy) from None
    return made


class DatabaseTable:
    """A table in a department's database; `address` names both without user name and password."""

    def __init__(self, dataset: Dataset, url: sa.URL, mode: Mode, retry: Retry) -> None:
        self.dataset, self.retry = dataset, retry
        self.columns = expected_columns(dataset, mode)
        schema, _, self.table = (dataset.format.table or "").rpartition(".")
        self.schema = schema or None
        self.address = f"{url.host or ''}:{url.port or ''}/{url.database or ''} {dataset.format.table}"
        timeout = {"connect_timeout": retry.connect_timeout} if url.get_backend_name() in _READ_ONLY else {}
        self.engine = sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True, connect_args=timeout)
        names = self._table_columns()
        self.names = dict(zip(match_header(dataset, mode, names, self.address), names, strict=True))

    def batches(self, rejections: Rejections) -> Iterator[pa.RecordBatch]:
        """Batches of row numbers, in the order in which the database gives rows, and the expected columns as text."""
        first = 1
        with self._connected() as connection:
            result = connection.execute(self._query())
            for rows in result.partitions(ROWS_AT_ONCE):
                texts = [_texts(values) for values in zip(*rows, strict=True)]
                batch = numbered(row_numbers(first, len(rows)), self.columns, texts)
                first += len(rows)
                yield without_nul(batch, rejections, self.dataset.record_key)

    def _query(self) -> sa.Select[tuple[object, ...]]:
        table = sa.table(self.table, *[sa.column(self.names[name]) for name in self.columns], schema=self.schema)
        return sa.select(*[table.c[self.names[name]] for name in self.columns])

    def _table_columns(self) -> list[str]:
        try:
            with self._connected() as connection:
                return [str(column["name"]) for column in sa.inspect(connection).get_columns(self.table, self.schema)]
        except NoSuchTableError:
            remedy = "请核对目录中登记的表名和账号的查询权限。"
            raise DeliveryRefused("table_missing", self.address, "数据库中没有该表", remedy) from None

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        """A connection with a read-only transaction; failures while it is used refuse the delivery."""
        try:
            with self._connect() as connection:
                statement = _READ_ONLY.get(connection.dialect.name)
                if statement:
                    connection.exec_driver_sql(statement)
                yield connection.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE)
        except _UNREACHABLE:
            raise self._unreachable(f"连接 {self.retry.attempts} 次未成功或读取中断") from None
        except NoSuchTableError:
            raise
        except (DBAPIError, SQLAlchemyError) as error:
            what = f"数据库拒绝查询（{type(error).__name__}）"
            raise DeliveryRefused("database_query", self.address, what, "请核对账号的查询权限和表结构。") from None

    def _connect(self) -> sa.Connection:
        engine = self.engine
        if engine.dialect.name in _READ_ONLY:
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        tries = Retrying(
            stop=stop_after_attempt(self.retry.attempts),
            wait=wait_exponential(multiplier=self.retry.first_wait, max=self.retry.longest_wait),
            retry=retry_if_exception_type(_UNREACHABLE),
            reraise=True,
        )
        return tries(engine.connect)

    def _unreachable(self, what: str) -> DeliveryRefused:
        remedy = "请检查数据库是否运行、网络和账号；上次入库的数据保持不变。"
        return DeliveryRefused("database_unreachable", self.address, what, remedy)


def _texts(values: Sequence[object]) -> pa.Array:
    """Values of a column as text; types that Arrow does not infer together are told one by one."""
    try:
        return as_text(pa.array(values))
    except (pa.ArrowException, OverflowError):
        return pa.array([_text(value) for value in values], pa.string())


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else f"{value:f}" if isinstance(value, Decimal) else str(value)
