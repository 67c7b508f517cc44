"""What happened to deliveries, rows and cases: read from the registers of the lake."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import duckdb

from foundation.catalogue.catalogue import Catalogue, split_name, table_name
from foundation.catalogue.model import Dataset
from quality.reports.examples import safe
from quality.reports.facts import Disputes, Punctuality, Rejected
from quality.rules.datasets import CYCLE_DAYS
from resources.lake import Lake

PROVINCE, UTC = ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC")
STATES = {"accepted": "已接收", "duplicate": "内容无变化", "superseded": "已由后来的报送取代", "rejected": "整批退回"}


def deliveries(lake: Lake, catalogue: Catalogue, names: list[str], on: date) -> list[Punctuality]:
    """The last delivery of each dataset against its deadline."""
    rows = lake.con.execute(
        """SELECT department || '/' || dataset, max_by({'business_date': business_date, 'received_at': received_at,
            'rows': rows, 'rejected_rows': rejected_rows, 'status': status, 'reason': reason}, received_at),
            max(business_date) FILTER (status IN ('accepted', 'duplicate'))
        FROM ingest.delivery WHERE business_date <= ? AND status <> 'superseded' GROUP BY ALL""",
        [on],
    ).fetchall()
    known = {name: (last, taken) for name, last, taken in rows}
    return [_punctuality(lake, name, catalogue.datasets[name], *known.get(name, (None, None)), on) for name in names]


def _punctuality(
    lake: Lake, name: str, dataset: Dataset, last: dict | None, taken: date | None, on: date
) -> Punctuality:  # type: ignore[type-arg]
    held = lake.rows(f"ingest.{table_name(name)}")
    cycle = dataset.update.cycle
    days = CYCLE_DAYS.get(cycle)
    allowed = timedelta(days=(days or 0) + dataset.update.grace_days)
    if last is None:
        return Punctuality(
            name, dataset.title, cycle.value, "—", "—", "—", f"{on:%m-%d} {dataset.update.due}", 0, 0, held,
            "从未报送", True, "",
        )  # fmt: skip
    received = last["received_at"].replace(tzinfo=UTC).astimezone(PROVINCE)
    deadline = _deadline(last["business_date"], dataset)
    is_overdue = days is not None and taken is not None and taken + allowed <= on
    is_late = last["status"] == "rejected" or is_overdue or taken is None
    state = STATES[last["status"]]
    if is_overdue:
        state = f"逾期未报（应于 {taken + allowed:%Y-%m-%d} {dataset.update.due} 前报送）"  # type: ignore[operator]
    elif not is_late and received > deadline:
        state += "（晚于期限）"
    due = f"{taken + allowed:%Y-%m-%d} {dataset.update.due}" if taken and days else "—"
    return Punctuality(
        name, dataset.title, cycle.value, f"{last['business_date']:%Y-%m-%d}", f"{received:%Y-%m-%d %H:%M}",
        f"{deadline:%Y-%m-%d %H:%M}", due, last["rows"], last["rejected_rows"], held, state, is_late,
        safe(last["reason"] or ""),
    )  # fmt: skip


def _deadline(business_date: date, dataset: Dataset) -> datetime:
    """When a delivery for a business date had to be there."""
    day = business_date + timedelta(days=dataset.update.grace_days)
    return datetime.combine(day, time.fromisoformat(dataset.update.due), PROVINCE)


def disputes(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, level: str, of: str, on: date) -> list[Disputes]:
    """Open discrepancies for which a department answers, or of a library, by item, age and deadline."""
    column = "responsible_department" if level == "department" else "library"
    rows = con.execute(
        f"""SELECT library_table, item, count(*) FILTER (age <= 7), count(*) FILTER (age BETWEEN 8 AND 30),
            count(*) FILTER (age BETWEEN 31 AND 90), count(*) FILTER (age > 90), min(first_seen),
            count(*) FILTER (due_on < $on), min(due_on) FILTER (due_on >= $on)
        FROM (SELECT *, date_diff('day', first_seen, $on) AS age FROM crosscheck.discrepancy
            WHERE status = 'open' AND {column} = $of AND first_seen <= $on) GROUP BY ALL ORDER BY count(*) DESC""",
        {"on": on, "of": of},
    ).fetchall()
    return [
        Disputes(
            _title(catalogue, table, item), *ages, f"{oldest:%Y-%m-%d}", overdue, f"{due:%Y-%m-%d}" if due else "—"
        )
        for table, item, *ages, oldest, overdue, due in rows
    ]


def _title(catalogue: Catalogue, table: str | None, item: str) -> str:
    if table in catalogue.tables:
        items = catalogue.items[catalogue.tables[table].subject]
        if item in items:
            return f"{catalogue.tables[table].title}·{items[item].title}"
    return item


def rejected(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, names: list[str], on: date) -> list[Rejected]:
    """Rows of each dataset's last delivery that could not be taken, by reason, with their numbers."""
    found = []
    for name in names:
        department, short = split_name(name)
        rows = con.execute(
            """SELECT regexp_replace(reason, '第 ?\\d+ ?行', '另一行', 'g') AS reason, count(*),
                array_to_string(list_slice(list_sort(list(row_number)), 1, 5), '、')
            FROM ingest.rejected_row WHERE department = $d AND dataset = $s AND delivery_id = (
                SELECT max_by(delivery_id, received_at) FROM ingest.delivery
                WHERE department = $d AND dataset = $s AND business_date <= $on AND status IN ('accepted', 'superseded'))
            GROUP BY 1 ORDER BY 2 DESC""",
            {"d": department, "s": short, "on": on},
        ).fetchall()
        found += [Rejected(catalogue.datasets[name].title, safe(r), n, f"第 {e} 行") for r, n, e in rows]
    return found
