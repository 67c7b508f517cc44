"""Loads what the sample's departments hold in databases of their own."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq


def load_table(path: Path, sqlalchemy_url: str, name: str) -> int:
    """Replaces the content of a table by a Parquet file's, in one transaction; returns its rows.

    PostgreSQL takes it by COPY, other databases by batches of inserts. The table is made where it is missing;
    readers see the earlier content until the transaction ends.
    """
    import sqlalchemy as sa

    file = pq.ParquetFile(path)
    columns = [sa.Column(name, sa.Text, primary_key=place == 0) for place, name in enumerate(file.schema_arrow.names)]
    if not sqlalchemy_url.startswith("postgresql"):
        columns = [sa.Column(column.name, sa.String(255), primary_key=column.primary_key) for column in columns]
    table = sa.Table(name, sa.MetaData(), *columns)
    engine = sa.create_engine(sqlalchemy_url)
    try:
        with engine.begin() as connection:
            table.create(connection, checkfirst=True)
            connection.execute(table.delete())
            for batch in file.iter_batches(batch_size=100_000):
                if engine.dialect.name == "postgresql":
                    _copy(connection, name, pa.Table.from_batches([batch]))
                else:
                    connection.execute(table.insert(), batch.to_pylist())
    finally:
        engine.dispose()
    return int(file.metadata.num_rows)


def _copy(connection: object, name: str, table: pa.Table) -> None:
    """COPY through psycopg2, as CSV in which an unquoted empty field is null."""
    text = io.BytesIO()
    pacsv.write_csv(table, text, pacsv.WriteOptions(include_header=False, quoting_style="needed"))
    text.seek(0)
    names = ", ".join(f'"{name}"' for name in table.column_names)
    with connection.connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.copy_expert(f"COPY {name} ({names}) FROM STDIN WITH (FORMAT csv)", text)
