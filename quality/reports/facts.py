"""What a page says, gathered from the lake: figures and masked examples, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from quality.results import Result
from quality.scores import Score, grade


@dataclass(frozen=True)
class Punctuality:
    """A dataset's last delivery against its deadline, times of the province."""

    dataset: str
    title: str
    cycle: str
    business_date: str
    received_at: str
    deadline: str
    next_due: str
    rows: int
    rejected_rows: int
    held: int
    state: str
    tone: str
    reason: str
    is_rejected: bool = False


@dataclass(frozen=True)
class Example:
    """A record that does not conform: its masked key, where it stood in the delivery, and the masked value."""

    record: str
    place: str
    value: str


@dataclass(frozen=True)
class RuleLine:
    """A rule on a page: its result, how many failed the last time, and examples."""

    result: Result
    before: int | None
    examples: list[Example] = field(default_factory=list)

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.result.failing - self.before


@dataclass(frozen=True)
class TableSection:
    """A table on a page: its score and its rules, those that found something first."""

    table: str
    title: str
    score: float | None
    found: list[RuleLine]
    sound: list[RuleLine]


@dataclass(frozen=True)
class Disputes:
    """Open discrepancies of one item for which a department answers, by age in days, and how far they are answered."""

    department: str
    library: str
    item: str
    total: int
    answered: int
    week: int
    month: int
    quarter: int
    older: int
    overdue: int
    oldest: str
    next_due: date | None


@dataclass(frozen=True)
class Rejected:
    """Rows of the last deliveries that could not be taken, by reason."""

    dataset: str
    reason: str
    rows: int
    examples: str


@dataclass(frozen=True)
class Task:
    """What to do about what, the most urgent first; `count` of records or cases, None where it is one thing."""

    urgency: str
    action: str
    what: str
    where: str
    count: int | None = None


@dataclass(frozen=True)
class Page:
    """One report: of a department on its datasets, or for a lead department on a library."""

    name: str
    title: str
    subtitle: str
    on: date
    score: Score | None
    before: Score | None
    trend: list[tuple[date, float]]
    dimensions: list[Score]
    tables: list[TableSection]
    deliveries: list[Punctuality]
    disputes: list[Disputes]
    rejected: list[Rejected]
    gates: list[tuple[str, str]]
    tasks: list[Task]
    is_library: bool

    @property
    def grade(self) -> str:
        return grade(self.score.score) if self.score else "—"

    @property
    def change(self) -> float | None:
        return self.score.score - self.before.score if self.score and self.before else None

    @property
    def rules(self) -> int:
        return sum(len(table.found) + len(table.sound) for table in self.tables)

    @property
    def failed(self) -> int:
        return sum(not line.result.passed for table in self.tables for line in table.found)

    @property
    def failing(self) -> int:
        return sum(line.result.failing for table in self.tables for line in table.found)
