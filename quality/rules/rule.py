"""A rule as it is measured: two conditions over the rows of a table, or a statement over several tables."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from foundation.catalogue.quality import RuleSeverity, dimension
from foundation.sql import text

TODAY = re.compile(r"\btoday\(\)")
PUBLISHED = "published_before()"


@dataclass(frozen=True)
class Moment:
    """When rules are measured, and how many rows of the table were published last."""

    on: date
    published: int = 0

    def fill(self, sql: str) -> str:
        """SQL with the business date and the published rows in their places."""
        return TODAY.sub(f"DATE {text(str(self.on))}", sql).replace(PUBLISHED, str(self.published))


@dataclass(frozen=True)
class Rule:
    """One rule of one table, which it names once by item and name.

    `applies` and `fails` are SQL over a row; for a rule over the table as a whole `counts` is SQL for a list of two
    numbers, the elements looked at and those that fail. `today()` stands for the business date, `published_before()` for
    the number of rows that were published last. `elements` is a cheaper aggregate that counts the rows of `applies`.
    `reads` are the tables that it reads beside its own; for a rule over the table as a whole all of them.
    """

    table: str
    name: str
    kind: str
    title: str
    item: str
    role: str
    indicator: str
    severity: RuleSeverity
    at_least: float
    responsible: str
    applies: str = ""
    fails: str = ""
    counts: str = ""
    elements: str = ""
    reads: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The rule's name within its table."""
        return f"{self.item}.{self.name}" if self.item else self.name

    @property
    def check_name(self) -> str:
        """The name of the rule's check, in the letters that a check's name may have."""
        return re.sub(r"[^A-Za-z0-9_]", "_", f"{self.item}__{self.name}" if self.item else self.name)

    @property
    def dimension(self) -> str:
        return dimension(self.indicator)

    @property
    def is_over_rows(self) -> bool:
        return not self.counts

    @property
    def sources(self) -> list[str]:
        """The tables on which the result depends, a library's under the names by which they are stored."""
        read = (self.table, *self.reads) if self.is_over_rows else self.reads
        return list(dict.fromkeys(table.replace("library.", "stored.") for table in read))

    @property
    def is_lasting(self) -> bool:
        """Whether the result stays the same as long as the tables that it reads do."""
        said = self.applies + self.fails + self.counts
        return not TODAY.search(said) and PUBLISHED not in said

    @property
    def fingerprint(self) -> str:
        """What the rule says, so that a result is not carried over to another rule of the same name."""
        parts = (self.applies, self.fails, self.counts, self.title, self.indicator, self.severity, str(self.at_least))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def counts_sql(self, moment: Moment) -> str:
        """SQL for [elements, failing] over the rows of the batch."""
        if self.counts:
            return moment.fill(f"CASE WHEN count(*) >= 0 THEN {self.counts} END")  # one row, over an empty table too
        applies, fails = moment.fill(self.applies), moment.fill(self.fails)
        elements = self.elements or ("count(*)" if applies == "true" else count_if(applies))
        return f"[{elements}, {count_if(f'({applies}) AND ({fails})')}]"

    def failing_sql(self, moment: Moment) -> str:
        """SQL that is true for a row that the rule looks at and that does not conform."""
        return moment.fill(f"({self.applies}) AND ({self.fails})")


@dataclass(frozen=True)
class Suite:
    """All rules of a table of the lake; `key` is the column by which its rows are named."""

    table: str
    key: str
    department: str
    dataset: str | None
    library: str
    title: str
    rules: tuple[Rule, ...]

    @property
    def name(self) -> str:
        """The table's name without its schema."""
        return self.table.partition(".")[2]

    @property
    def is_library(self) -> bool:
        return self.dataset is None

    @property
    def sources(self) -> list[str]:
        """The tables on which the results depend."""
        return list(dict.fromkeys(table for rule in self.rules for table in rule.sources))

    def part_of(self, source: str) -> str:
        """Which rows of a source concern this table: of the register of deliveries those of its dataset."""
        if source != "ingest.delivery":
            return "true"
        return f"department = {text(self.department)} AND dataset = {text(self.dataset or '')}"

    @property
    def batch(self) -> str:
        """The query over which the rules are measured; the codes of broken standards as `item:rule`."""
        if self.is_library:
            return f"SELECT * FROM {self.table}"
        codes = "list_transform(issues, lambda issue: issue.item || ':' || issue.rule)"
        return f"SELECT *, CASE WHEN issues IS NOT NULL THEN {codes} END AS broken FROM {self.table}"


def count_if(condition: str) -> str:
    """SQL for the number of rows for which a condition is true; the engine's own function is null over no rows.

    Half as dear as count(*) FILTER (...) where there are dozens of them.
    """
    return f"coalesce(count_if({condition}), 0)"
