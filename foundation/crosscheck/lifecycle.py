"""A discrepancy's life: opened, seen again, changed, closed when the values agree, reopened as the same; all in its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.crosscheck.compare import FOUND
from foundation.crosscheck.records import AFFECTED
from foundation.crosscheck.tables import ANSWER, CORRECTION, DISCREPANCY, DISCREPANCY_COLUMNS, HISTORY, SECRET
from foundation.sql import count, listed, quoted, text
from foundation.standards.working_day import Deadline

ID_KEY = "discrepancy_id"


@dataclass(frozen=True)
class Lived:
    """How many discrepancies were opened, reopened, changed and closed."""

    opened: int
    reopened: int
    changed: int
    closed: int


def discrepancy_id() -> str:
    """SQL for a discrepancy's identifier: keyed with the installation's secret, so that no record can be guessed from it."""
    parts = "library, entity_id, item, kind, other_dataset, other_record_key, other_role"
    secret = f"(SELECT value FROM {SECRET} WHERE name = 'discrepancy')"
    return f"'D' || upper(left(sha256(concat_ws('|', {secret}, {parts})), 24))"


def live(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, name: str, on: date, due: Deadline, opened_by: str = "系统"
) -> Lived:
    """Bring the discrepancies of the affected entities to what was found; nothing is written where nothing is new."""
    _seen(con, catalogue, name)
    con.execute(
        f"CREATE TEMP TABLE known AS FROM {DISCREPANCY} SEMI JOIN {AFFECTED} USING (entity_id) WHERE library_table = {text(name)}"
    )
    con.execute(f"CREATE TEMP TABLE next_state AS {_next(on, due)}")
    con.execute(
        f"""INSERT INTO {HISTORY} BY NAME SELECT discrepancy_id, coalesce(closed_on, last_seen) AS happened_on, event,
            authority_value, other_value, {text(opened_by)} AS by_whom
        FROM next_state WHERE event <> 'seen' ORDER BY discrepancy_id"""
    )
    if count(con, "known"):
        con.execute(
            f"DELETE FROM {DISCREPANCY} WHERE {ID_KEY} IN (SELECT {ID_KEY} FROM next_state SEMI JOIN known USING ({ID_KEY}))"
        )
    con.execute(f"INSERT INTO {DISCREPANCY} BY NAME SELECT {listed(DISCREPANCY_COLUMNS)} FROM next_state")
    events = dict(con.execute("SELECT event, count(*) FROM next_state GROUP BY event").fetchall())
    return Lived(*(int(events.get(event, 0)) for event in ("opened", "reopened", "changed", "closed")))


def _seen(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, name: str) -> None:
    """`seen`: what was found, in the columns of a discrepancy."""
    library = catalogue.library_of[name]
    lead = catalogue.libraries[library].lead
    department = f"coalesce(split_part(authority_dataset, '/', 1), {text(lead)})"
    con.execute(
        f"""CREATE TEMP TABLE seen AS SELECT {discrepancy_id()} AS discrepancy_id, * REPLACE (
                split_part(authority_dataset, '/', 2) AS authority_dataset, split_part(other_dataset, '/', 2) AS other_dataset),
            {department} AS authority_department, split_part(other_dataset, '/', 1) AS other_department,
            CASE WHEN is_for_authority THEN {department} ELSE split_part(other_dataset, '/', 1) END AS responsible_department
        FROM (SELECT *, {text(library)} AS library, {text(name)} AS library_table FROM {FOUND})
        QUALIFY row_number() OVER (PARTITION BY discrepancy_id ORDER BY authority_record_key, authority_value) = 1"""
    )


def _next(on: date, due: Deadline) -> str:
    """SQL: the new state of every discrepancy that was opened, seen, changed or closed, with the event."""
    content = ("authority_department", "authority_dataset", "authority_record_key", "authority_value", "other_value", "severity",
               "is_majority_against_authority")  # fmt: skip
    same = " AND ".join(f"seen.{name} IS NOT DISTINCT FROM known.{name}" for name in content)
    event = f"""CASE WHEN known.{ID_KEY} IS NULL THEN 'opened' WHEN known.status = 'closed' THEN 'reopened'
        WHEN {same} THEN 'seen' ELSE 'changed' END"""
    is_new = "known.status IS DISTINCT FROM 'open'"
    taken = [quoted(name) for name in DISCREPANCY_COLUMNS if name not in _OWN]
    # a night that is run again for an earlier date knows what later ones brought: its days follow theirs
    day = f"greatest({_day(on)}, known.last_seen, known.closed_on)"
    return f"""SELECT seen.discrepancy_id, {", ".join("seen." + name for name in taken)},
            CASE WHEN known.status = 'open' AND seen.{ID_KEY} IN (SELECT {ID_KEY} FROM {ANSWER})
                THEN known.responsible_department ELSE seen.responsible_department END AS responsible_department,
            coalesce(known.first_seen, {_day(on)}) AS first_seen, {day} AS last_seen,
            CASE WHEN {is_new} THEN {_day(due.day)} ELSE known.due_on END AS due_on,
            CASE WHEN {is_new} THEN {due.is_provisional} ELSE known.due_is_provisional END AS due_is_provisional,
            'open' AS status, NULL::DATE AS closed_on, {event} AS event
        FROM seen LEFT JOIN known USING ({ID_KEY})
        UNION ALL BY NAME
        SELECT known.* REPLACE ('closed' AS status, {day} AS closed_on), 'closed' AS event
        FROM known ANTI JOIN seen USING ({ID_KEY})
        ANTI JOIN (SELECT {ID_KEY} FROM {CORRECTION} WHERE status = 'active') USING ({ID_KEY}) WHERE status = 'open'"""


_OWN = {
    "discrepancy_id",
    "responsible_department",
    "first_seen",
    "last_seen",
    "due_on",
    "due_is_provisional",
    "status",
    "closed_on",
}


def _day(day: date) -> str:
    return f"DATE '{day}'"
