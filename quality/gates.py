"""Gates before publication: a library table whose blocking rules fail is not published, unless a named person lets it.

A theme waits for the tables under it, and for its own blocking rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.problem import choose
from foundation.themes.affected import libraries_under
from foundation.themes.query import ThemeQuery
from quality.measuring import Quality
from quality.results import Result
from resources.operations import gate_decision, gate_override
from resources.postgres import Postgres

THEME = "theme."


class UnknownTable(Exception):
    """There is no such library table; the message names the nearest."""


@dataclass(frozen=True)
class Decision:
    """Whether a library table may be published, or a theme brought up to date, on a business date, and why not."""

    table_name: str
    business_date: date
    is_held: bool
    reason: str
    overridden_by: str | None

    @property
    def theme(self) -> str | None:
        """The theme decided on; None for a library table."""
        return self.table_name.removeprefix(THEME) if self.table_name.startswith(THEME) else None

    @property
    def place(self) -> str:
        """Where readers find what was decided on."""
        return self.table_name if self.theme else f"share.{self.table_name}"


def decide(quality: Quality, name: str, on: date) -> Decision:
    """Measure a library table, decide on its publication, and record the decision."""
    reason = reason_to_hold(quality.measured(f"library.{name}", on))
    by = _overridden_by(quality.lake.postgres, name, on) if reason else None
    return _record(quality.lake.postgres, Decision(name, on, bool(reason) and by is None, reason, by))


def decide_on_theme(quality: Quality, query: ThemeQuery) -> Decision:
    """Whether the library tables that a theme is made from may be published; the reason names those that may not."""
    decisions = [decide(quality, name, query.on) for name in libraries_under(query)]
    titles = quality.installation.catalogue.tables
    held = [f"{titles[one.table_name].title}暂缓发布（{one.reason}）" for one in decisions if one.is_held]
    return record_on_theme(quality, query, "；".join(held))


def record_on_theme(quality: Quality, query: ThemeQuery, reason: str) -> Decision:
    """Record that a theme may be brought up to date, or why it keeps its last state."""
    return _record(quality.lake.postgres, Decision(f"{THEME}{query.name}", query.on, bool(reason), reason, None))


def _record(postgres: Postgres, decision: Decision) -> Decision:
    values = {**decision.__dict__, "decided_at": sa.func.now()}
    statement = insert(gate_decision).values(values)
    with postgres.engine.begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["table_name", "business_date"], set_=values))
    return decision


def reason_to_hold(results: list[Result]) -> str:
    """The blocking rules that failed, in one line; empty where none did."""
    return "；".join(_reason(one) for one in results if one.is_blocking and not one.passed)


def _reason(result: Result) -> str:
    if result.error is not None:
        return f"“{result.title}”不能检查（{result.error}）"
    return f"“{result.title}”不符合 {result.failing:,} / {result.elements:,}"


def override(postgres: Postgres, catalogue: Catalogue, name: str, on: date, by: str, reason: str) -> None:
    """Let a table be published on one business date whatever its blocking rules say; who and why is recorded.

    Raises UnknownTable for a name that is no library table, ValueError for an empty person or reason.
    """
    name = name.removeprefix("library.").removeprefix("share.")
    if name not in catalogue.tables:
        raise UnknownTable(f"没有名为“{name}”的基础库表，{choose(name, catalogue.tables)}")
    if not by.strip() or not reason.strip():
        raise ValueError("请写明放行人和理由")
    values = {"table_name": name, "business_date": on, "given_by": by.strip(), "reason": reason.strip()}
    with postgres.engine.begin() as connection:
        connection.execute(sa.insert(gate_override).values(values))


def _overridden_by(postgres: Postgres, name: str, on: date) -> str | None:
    """Who last let a table pass on a business date."""
    statement = (
        sa.select(gate_override.c.given_by)
        .where(gate_override.c.table_name == name, gate_override.c.business_date == on)
        .order_by(gate_override.c.override_id.desc())
        .limit(1)
    )
    with postgres.engine.connect() as connection:
        return connection.execute(statement).scalar()


def last_decisions(postgres: Postgres, until: date | None = None) -> dict[str, Decision]:
    """The newest decision on each library table and theme, not after a business date."""
    columns = [gate_decision.c[name] for name in Decision.__dataclass_fields__]
    statement = sa.select(*columns).order_by(gate_decision.c.business_date)
    if until is not None:
        statement = statement.where(gate_decision.c.business_date <= until)
    with postgres.engine.connect() as connection:
        return {row.table_name: Decision(*row) for row in connection.execute(statement)}
