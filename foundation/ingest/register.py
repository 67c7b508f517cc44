"""`ingest.delivery` and `ingest.rejected_row`: every delivery and every row that was not taken, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb

from foundation.catalogue.catalogue import split_name
from foundation.sql import listed, text

DELIVERY_COLUMNS = {
    "delivery_id": "VARCHAR",
    "department": "VARCHAR",
    "dataset": "VARCHAR",
    "business_date": "DATE",
    "mode": "VARCHAR",
    "uri": "VARCHAR",
    "sha256": "VARCHAR",
    "rows": "BIGINT",
    "accepted_rows": "BIGINT",
    "rejected_rows": "BIGINT",
    "status": "VARCHAR",
    "rule": "VARCHAR",
    "reason": "VARCHAR",
    "received_at": "TIMESTAMP",
    "size": "BIGINT",
    "modified_ns": "BIGINT",
}
REJECTED_COLUMNS = {
    "delivery_id": "VARCHAR",
    "department": "VARCHAR",
    "dataset": "VARCHAR",
    "row_number": "BIGINT",
    "record_key": "VARCHAR",
    "rule": "VARCHAR",
    "item": "VARCHAR",
    "reason": "VARCHAR",
    "seen_on": "DATE",
}

Status = Literal["accepted", "rejected", "duplicate", "superseded"]
Mode = Literal["full", "delta"]


@dataclass(frozen=True)
class Arrival:
    """A delivery that has arrived: where it lies and what is known of it before it is read."""

    dataset: str
    business_date: date
    uri: str
    mode: Mode = "full"
    sha256: str = ""
    size: int = 0
    modified_ns: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery; `rule` and `reason` (Chinese) say why it was refused."""

    arrival: Arrival
    delivery_id: str
    status: Status
    rows: int = 0
    accepted_rows: int = 0
    rejected_rows: int = 0
    changed: int = 0
    withdrawn: int = 0
    rule: str = ""
    reason: str = ""


def register(con: duckdb.DuckDBPyConnection, outcome: Outcome, *, supersedes: bool = False) -> None:
    """Enter a delivery's outcome; `supersedes`: in the place of what was taken for the same business date."""
    arrival = outcome.arrival
    department, dataset = split_name(arrival.dataset)
    if supersedes:
        con.execute(
            """UPDATE ingest.delivery SET status = 'superseded'
            WHERE department = ? AND dataset = ? AND business_date = ? AND status IN ('accepted', 'duplicate')""",
            [department, dataset, arrival.business_date],
        )
    values = {
        "delivery_id": outcome.delivery_id,
        "department": department,
        "dataset": dataset,
        "business_date": arrival.business_date,
        "mode": arrival.mode,
        "uri": arrival.uri,
        "sha256": arrival.sha256,
        "rows": outcome.rows,
        "accepted_rows": outcome.accepted_rows,
        "rejected_rows": outcome.rejected_rows,
        "status": outcome.status,
        "rule": outcome.rule or None,
        "reason": outcome.reason or None,
        "size": arrival.size,
        "modified_ns": arrival.modified_ns,
    }
    marks = ", ".join("?" * len(values))
    con.execute(
        f"INSERT INTO ingest.delivery ({listed(values)}, received_at) VALUES ({marks}, now() AT TIME ZONE 'UTC')",
        list(values.values()),
    )


def register_again(con: duckdb.DuckDBPyConnection, delivery_id: str, arrival: Arrival) -> None:
    """Note that the file of a registered delivery was touched, not changed: as it is now it is known."""
    con.execute(
        "UPDATE ingest.delivery SET size = ?, modified_ns = ? WHERE delivery_id = ?",
        [arrival.size, arrival.modified_ns, delivery_id],
    )


def register_rejected(con: duckdb.DuckDBPyConnection, dataset_name: str, delivery_id: str, seen_on: date) -> None:
    """Enter the rows of the temporary table `refused_row`."""
    department, dataset = split_name(dataset_name)
    con.execute(
        f"""INSERT INTO ingest.rejected_row BY NAME SELECT {text(delivery_id)} AS delivery_id,
        {text(department)} AS department, {text(dataset)} AS dataset, row_number, record_key, rule, item, reason,
        {text(str(seen_on))}::DATE AS seen_on FROM refused_row"""
    )


@dataclass(frozen=True)
class Registered:
    """What the register knows of an earlier delivery."""

    delivery_id: str
    business_date: date
    uri: str
    sha256: str
    mode: str
    rows: int
    accepted_rows: int
    rejected_rows: int
    status: str
    size: int
    modified_ns: int


def registered(con: duckdb.DuckDBPyConnection, dataset_name: str) -> list[Registered]:
    """All earlier deliveries of a dataset, in the order in which they came."""
    department, dataset = split_name(dataset_name)
    columns = listed(Registered.__dataclass_fields__)
    rows = con.execute(
        f"SELECT {columns} FROM ingest.delivery WHERE department = ? AND dataset = ? ORDER BY received_at, delivery_id",
        [department, dataset],
    ).fetchall()
    return [Registered(*row) for row in rows]
