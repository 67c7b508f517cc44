"""The schema `share` in PostgreSQL: published base items, brought up to date by what changed, a transaction a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects.postgresql import insert

from foundation.catalogue.catalogue import Catalogue
from foundation.library.states import columns_of
from foundation.publication.rows import ordered_sql, published_columns, published_sql
from foundation.publication.tables import published_table
from foundation.sql import listed, quoted, text
from resources.lake import Feed, Lake
from resources.operations import publication
from resources.postgres import SHARE
from resources.settings import Settings

TYPES: dict[str, sa.types.TypeEngine] = {
    "VARCHAR": sa.Text(),
    "DATE": sa.Date(),
    "TIMESTAMP": sa.DateTime(),
    "DOUBLE": sa.Double(),
    "BIGINT": sa.BigInteger(),
    "BOOLEAN": sa.Boolean(),
}


@dataclass(frozen=True)
class Published:
    """What a publication changed, the rows that `share` holds now, and the lake's snapshot that it shows.

    `csv`: where all rows lie in the key's order, when all were written; the caller moves or removes it.
    """

    written: int
    withdrawn: int
    rows: int
    snapshot: int
    csv: Path | None = None


@dataclass(frozen=True)
class Share:
    """Publishes library tables to PostgreSQL."""

    settings: Settings
    catalogue: Catalogue
    lake: Lake

    def table(self, name: str) -> sa.Table:
        """The published table as the catalogue declares it."""
        types = columns_of(self.lake.con, published_sql(self.catalogue, name))
        declared = published_table(self.catalogue, name)
        columns = [
            sa.Column(
                column,
                _type(types[column]),
                primary_key=column == declared.key,
                comment=declared.titles.get(column),
            )
            for column in published_columns(self.catalogue, name)
        ]
        return sa.Table(name, sa.MetaData(schema=SHARE), *columns, comment=declared.title)

    def publish(self, name: str, on: date) -> Published:
        """Bring `share.<name>` to the library's state; PostgreSQL's readers see the old rows until all are written."""
        postgres, lake = self.lake.postgres, self.lake
        with postgres.lock(f"share.{name}"), lake.transaction(), postgres.engine.begin() as connection:
            table = self.table(name)
            _ensure(connection, table)
            watermark = self._watermark(connection, table)
            declared = published_table(self.catalogue, name)
            source = declared.stored
            feed = Feed(lake, f"share.{name}", lake.snapshot(), {} if watermark is None else {source: watermark})
            if watermark is not None and not feed.keys(source, [declared.key], "changed_entity"):
                return Published(0, 0, _rows(connection, table), watermark)
            if watermark is None:
                (written, csv), withdrawn = self._replace(connection, table), 0
            else:
                (written, withdrawn), csv = self._update(connection, table), None
            rows = _rows(connection, table)
            _remember(connection, name, on, feed.snapshot, rows)
            return Published(written, withdrawn, rows, feed.snapshot, csv)

    def _watermark(self, connection: sa.Connection, table: sa.Table) -> int | None:
        """The snapshot last published; None where the table does not hold what was published then."""
        row = connection.execute(
            sa.select(publication.c.snapshot, publication.c.rows).where(publication.c.table_name == table.name)
        ).one_or_none()
        return row.snapshot if row is not None and row.rows == _rows(connection, table) else None

    def _replace(self, connection: sa.Connection, table: sa.Table) -> tuple[int, Path]:
        """Write all rows; their number, and the file from which they were read."""
        connection.execute(sa.delete(table))
        # In the key's order its index is filled from one end, which halves the time.
        file = self._written(f"{SHARE}.{table.name}", ordered_sql(self.catalogue, table.name))
        try:
            return _copy_file(connection, f"{SHARE}.{table.name}", file), file
        except BaseException:
            file.unlink()
            raise

    def _update(self, connection: sa.Connection, table: sa.Table) -> tuple[int, int]:
        """Write the rows of `changed_entity`; the numbers of those written and of those withdrawn."""
        key = published_table(self.catalogue, table.name).key
        query = published_sql(self.catalogue, table.name, keys="changed_entity")
        self.lake.con.execute(f"CREATE TEMP TABLE published AS {query}")
        connection.execute(sa.text(f"CREATE TEMP TABLE incoming (LIKE {SHARE}.{table.name}) ON COMMIT DROP"))
        connection.execute(sa.text(f"CREATE TEMP TABLE gone ({quoted(key)} text) ON COMMIT DROP"))
        written = self._copy(connection, "incoming", "FROM published")
        self._copy(
            connection, "gone", f"SELECT {quoted(key)} FROM changed_entity ANTI JOIN published USING ({quoted(key)})"
        )
        withdrawn = connection.execute(
            sa.text(f"DELETE FROM {SHARE}.{table.name} WHERE {quoted(key)} IN (SELECT {quoted(key)} FROM gone)")
        ).rowcount
        connection.execute(self._upsert(table, key))
        return written, withdrawn

    def _upsert(self, table: sa.Table, key: str) -> sa.Executable:
        incoming = sa.table("incoming", *[sa.column(column.name) for column in table.columns])
        statement = insert(table).from_select([column.name for column in table.columns], sa.select(incoming))
        others = {column.name: statement.excluded[column.name] for column in table.columns if column.name != key}
        return statement.on_conflict_do_update(index_elements=[key], set_=others)

    def _copy(self, connection: sa.Connection, into: str, query: str) -> int:
        """COPY rows of the engine into a PostgreSQL table, through a file so that memory stays bounded; their number."""
        file = self._written(into, query)
        try:
            return _copy_file(connection, into, file)
        finally:
            file.unlink(missing_ok=True)

    def _written(self, name: str, query: str) -> Path:
        """Rows of the engine as a CSV file on the way to PostgreSQL."""
        file = self.settings.home / "spill" / f"copy-{name}.csv"
        self.lake.con.execute(f"COPY ({query}) TO {text(str(file))} (FORMAT csv, HEADER)")
        return file


def _copy_file(connection: sa.Connection, into: str, file: Path) -> int:
    with file.open("rb") as stream:
        names = listed(stream.readline().decode().rstrip("\n").split(","))
        cursor = connection.connection.cursor()
        cursor.copy_expert(f"COPY {into} ({names}) FROM STDIN (FORMAT csv)", stream)
        return int(cursor.rowcount)


def _ensure(connection: sa.Connection, table: sa.Table) -> None:
    """Make the table, or add the columns that it lacks."""
    table.create(connection, checkfirst=True)
    present = {column["name"] for column in sa.inspect(connection).get_columns(table.name, schema=SHARE)}
    operations = Operations(MigrationContext.configure(connection))
    for column in table.columns:
        if column.name not in present:
            operations.add_column(table.name, sa.Column(column.name, column.type, comment=column.comment), schema=SHARE)


def _rows(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _remember(connection: sa.Connection, name: str, on: date, snapshot: int, rows: int) -> None:
    values = {
        "table_name": name,
        "business_date": on,
        "snapshot": snapshot,
        "rows": rows,
        "published_at": sa.func.now(),
    }
    statement = insert(publication).values(values)
    newest = sa.func.greatest(publication.c.business_date, on)  # an earlier night may be run again
    connection.execute(
        statement.on_conflict_do_update(index_elements=["table_name"], set_={**values, "business_date": newest})
    )


def _type(engine_type: str) -> sa.types.TypeEngine:
    if engine_type.startswith("DECIMAL"):
        precision, scale = engine_type[8:-1].split(",")
        return sa.Numeric(int(precision), int(scale))
    return TYPES[engine_type]
