"""How the datasets and libraries stand: what `onesource status` and the summary after a run show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from foundation.catalogue.catalogue import table_name
from foundation.crosscheck.tables import DISCREPANCY
from foundation.quality.punctuality import due_by_dataset_sql
from resources.installation import Installation
from resources.operations import publication


@dataclass(frozen=True)
class DatasetStatus:
    """The last delivery of a dataset; `next_due` None for one that comes irregularly or never came."""

    dataset: str
    title: str
    last_delivery: date | None
    status: str
    rows: int
    rejected_rows: int
    held: int
    next_due: date | None
    reason: str


@dataclass(frozen=True)
class TableStatus:
    """A library table: its entities, and what was published last."""

    library: str
    table: str
    title: str
    entities: int
    published_rows: int | None
    published_on: date | None
    published_at: datetime | None
    open_discrepancies: int | None
    overdue_discrepancies: int | None


def dataset_statuses(installation: Installation) -> list[DatasetStatus]:
    latest = installation.lake.con.execute(
        f"""SELECT name, last, {due_by_dataset_sql(installation.catalogue, "name", "taken")} FROM (
            SELECT department || '/' || dataset AS name,
                arg_max((business_date, status, rows, rejected_rows, reason), received_at) AS last,
                max(business_date) FILTER (status IN ('accepted', 'duplicate')) AS taken
            FROM ingest.delivery WHERE status <> 'superseded' GROUP BY ALL)"""
    ).fetchall()
    by_name = {name: (last, due) for name, last, due in latest}
    return [
        _dataset_status(installation, name, *by_name.get(name, (None, None)))
        for name in installation.catalogue.datasets
    ]


def _dataset_status(installation: Installation, name: str, last: tuple | None, due: date | None) -> DatasetStatus:  # type: ignore[type-arg]
    dataset = installation.catalogue.datasets[name]
    held = installation.lake.rows(f"ingest.{table_name(name)}")
    if last is None:
        return DatasetStatus(name, dataset.title, None, "not delivered", 0, 0, held, None, "")
    business_date, status, rows, rejected, reason = last.values() if isinstance(last, dict) else last
    return DatasetStatus(name, dataset.title, business_date, status, rows, rejected, held, due, reason or "")


def table_statuses(installation: Installation) -> list[TableStatus]:
    with installation.postgres.engine.connect() as connection:
        published = {row.table_name: row for row in connection.execute(sa.select(publication))}
    cases = open_discrepancies(installation)
    statuses = []
    for name, table in installation.catalogue.tables.items():
        row = published.get(name)
        entities = installation.lake.rows(f"stored.{name}")
        statuses.append(
            TableStatus(
                installation.catalogue.library_of[name],
                name,
                table.title,
                entities,
                row.rows if row else None,
                row.business_date if row else None,
                row.published_at if row else None,
                *(cases.get(name, (0, 0)) if name in installation.catalogue.crosschecks else (None, None)),
            )
        )
    return statuses


def open_discrepancies(installation: Installation) -> dict[str, tuple[int, int]]:
    """Open and overdue discrepancies by library table."""
    rows = installation.lake.con.execute(
        f"""SELECT library_table, count(*), count(*) FILTER (due_on < (now() AT TIME ZONE 'Asia/Shanghai')::DATE)
        FROM {DISCREPANCY} WHERE status = 'open' GROUP BY ALL"""
    ).fetchall()
    return {table: (int(number), int(overdue)) for table, number, overdue in rows}


def refused_since(installation: Installation, start: datetime) -> list[tuple[str, str]]:
    """Deliveries refused since a moment (UTC): their id and the reason."""
    return installation.lake.con.execute(
        "SELECT delivery_id, reason FROM ingest.delivery WHERE status = 'rejected' AND received_at >= ? ORDER BY received_at",
        [start],
    ).fetchall()
