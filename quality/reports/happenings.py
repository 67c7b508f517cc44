"""What happened to deliveries, rows and cases: read from the registers of the lake, for all departments at once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.catalogue.model import Dataset
from foundation.crosscheck.tables import ANSWER, DISCREPANCY
from foundation.quality.punctuality import due_by_dataset_sql
from foundation.sql import text
from quality.reports.examples import safe
from quality.reports.facts import Disputes, Punctuality, Rejected

PROVINCE, UTC = ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC")
STATES = {"accepted": "已接收", "duplicate": "内容无变化", "superseded": "已由后来的报送取代", "rejected": "整批退回"}


def deliveries(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, on: date) -> dict[str, Punctuality]:
    """The last delivery of each dataset against its deadline."""
    rows = con.execute(
        f"""SELECT name, last, {due_by_dataset_sql(catalogue, "name", "taken")} FROM (
            SELECT department || '/' || dataset AS name, max_by({{'business_date': business_date,
                'received_at': received_at, 'rows': rows, 'rejected_rows': rejected_rows, 'status': status,
                'reason': reason}}, received_at) AS last,
                max(business_date) FILTER (status IN ('accepted', 'duplicate')) AS taken
            FROM ingest.delivery WHERE business_date <= ? AND status <> 'superseded' GROUP BY ALL)""",
        [on],
    ).fetchall()
    known = {name: (last, due) for name, last, due in rows}
    counts = " UNION ALL ".join(
        f"SELECT {text(name)}, count(*) FROM ingest.{table_name(name)}" for name in catalogue.datasets
    )
    held = dict(con.execute(counts).fetchall())
    return {
        name: _punctuality(name, dataset, held[name], *known.get(name, (None, None)), on)
        for name, dataset in catalogue.datasets.items()
    }


def _punctuality(
    name: str, dataset: Dataset, held: int, last: dict[str, Any] | None, due: date | None, on: date
) -> Punctuality:
    cycle, until = dataset.update.cycle.value, f"{due:%Y-%m-%d} {dataset.update.due}" if due else "—"
    if last is None:
        return Punctuality(name, dataset.title, cycle, "—", "—", "—", until, 0, 0, held, "从未报送", "bad", "")
    received = last["received_at"].replace(tzinfo=UTC).astimezone(PROVINCE)
    deadline = _deadline(last["business_date"], dataset)
    state, tone, reason = STATES[last["status"]], "good", safe(last["reason"] or "")
    is_rejected = last["status"] == "rejected"
    if is_rejected:
        tone = "bad"
    elif due is not None and due < on:
        state, tone, reason = "逾期未报", "bad", f"应于 {until} 前报送"
    elif received > deadline:
        state, tone = "已接收，偏晚", "warn"
    return Punctuality(
        name, dataset.title, cycle, f"{last['business_date']:%Y-%m-%d}", f"{received:%Y-%m-%d %H:%M}",
        f"{deadline:%Y-%m-%d %H:%M}", until, last["rows"], last["rejected_rows"], held, state, tone, reason,
        is_rejected,
    )  # fmt: skip


def _deadline(business_date: date, dataset: Dataset) -> datetime:
    """When a delivery for a business date had to be there."""
    day = business_date + timedelta(days=dataset.update.grace_days)
    return datetime.combine(day, time.fromisoformat(dataset.update.due), PROVINCE)


def disputes(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, on: date) -> list[Disputes]:
    """Open discrepancies and how far they are answered (快速校核), by library, department and item, age and deadline."""
    rows = con.execute(
        f"""SELECT responsible_department, library, library_table, item, count(*), count(*) FILTER (is_answered),
            count(*) FILTER (age <= 7), count(*) FILTER (age BETWEEN 8 AND 30), count(*) FILTER (age BETWEEN 31 AND 90),
            count(*) FILTER (age > 90), count(*) FILTER (due_on < $on AND NOT is_answered), min(first_seen),
            min(due_on) FILTER (due_on >= $on AND NOT is_answered)
        FROM (SELECT *, date_diff('day', first_seen, $on) AS age,
                discrepancy_id IN (SELECT discrepancy_id FROM {ANSWER} WHERE answered_on <= $on) AS is_answered
            FROM {DISCREPANCY} WHERE status = 'open' AND first_seen <= $on)
        GROUP BY ALL ORDER BY count(*) DESC, 1, 2, 3, 4""",
        {"on": on},
    ).fetchall()
    return [
        Disputes(department, library, _title(catalogue, table, item), *counts, f"{oldest:%Y-%m-%d}", due)
        for department, library, table, item, *counts, oldest, due in rows
    ]


def _title(catalogue: Catalogue, table: str | None, item: str) -> str:
    if table in catalogue.tables:
        items = catalogue.items[catalogue.tables[table].subject]
        if item in items:
            return f"{catalogue.tables[table].title}·{items[item].title}"
    return item


def rejected(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, on: date) -> dict[str, list[Rejected]]:
    """Rows of each dataset's last delivery that could not be taken, by reason, with a few of their numbers."""
    rows = con.execute(
        """SELECT department || '/' || dataset, regexp_replace(reason, '第 ?\\d+ ?行', '另一行', 'g') AS why, count(*),
            array_to_string(list_slice(list_sort(list(row_number)), 1, 5), '、')
        FROM ingest.rejected_row WHERE delivery_id IN (
            SELECT max_by(delivery_id, received_at) FROM ingest.delivery
            WHERE business_date <= ? AND status IN ('accepted', 'superseded') GROUP BY department, dataset)
        GROUP BY ALL ORDER BY 3 DESC, 2""",
        [on],
    ).fetchall()
    found: dict[str, list[Rejected]] = {}
    for name, why, number, places in rows:
        if name in catalogue.datasets:
            line = Rejected(catalogue.datasets[name].title, safe(why), number, f"第 {places} 行")
            found.setdefault(name, []).append(line)
    return found
