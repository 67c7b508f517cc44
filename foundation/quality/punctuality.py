"""By when a dataset's next delivery is due, written once as SQL for rules, reports and the status."""

from __future__ import annotations

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import Cycle, Update
from foundation.sql import text

# Short cycles count from the last delivery. Longer ones go by the calendar: a delivery on the 1st and one on the 28th
# of the next month are one in each month.
NEXT = {
    Cycle.DAILY: "{last} + 1",
    Cycle.WEEKLY: "{last} + 7",
    Cycle.MONTHLY: "last_day(({last} + INTERVAL 1 MONTH)::DATE)",
    Cycle.QUARTERLY: "(date_trunc('quarter', {last}) + INTERVAL 6 MONTH - INTERVAL 1 DAY)::DATE",
    Cycle.YEARLY: "(date_trunc('year', {last}) + INTERVAL 2 YEAR - INTERVAL 1 DAY)::DATE",
}


def next_due_sql(update: Update, last: str) -> str | None:
    """SQL for the day of the next deadline, from SQL for the last delivery's business date; None without a fixed cycle."""
    following = NEXT.get(update.cycle)
    return None if following is None else f"({following.format(last=last)} + {update.grace_days})"


def due_by_dataset_sql(catalogue: Catalogue, name: str, last: str) -> str:
    """The same for whatever dataset `name` (department/dataset) stands in a row."""
    due = {key: next_due_sql(dataset.update, last) for key, dataset in catalogue.datasets.items()}
    whens = " ".join(f"WHEN {text(key)} THEN {sql}" for key, sql in due.items() if sql)
    return f"CASE {name} {whens} END"
