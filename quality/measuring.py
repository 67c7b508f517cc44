"""Measuring a table's rules once per state and business date: what changed is measured again, the rest carried over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from quality.expectations import measure
from quality.results import (
    Result,
    carry_failing,
    last_measured,
    result_of,
    results,
    write_failing,
    write_results,
)
from quality.rules import Suite, suites
from quality.rules.rule import Moment
from resources.installation import Installation
from resources.lake import Lake
from resources.operations import publication


@dataclass(frozen=True)
class Quality:
    """The quality of everything in an installation."""

    installation: Installation

    @property
    def lake(self) -> Lake:
        return self.installation.lake

    @property
    def suites(self) -> dict[str, Suite]:
        return suites(self.installation.catalogue)

    def measured(self, table: str, on: date) -> list[Result]:
        """The results of a table for a business date; measured now unless they are known for the table's present state."""
        suite, lake = self.suites[table], self.lake
        with lake.consuming(f"quality.{table}", suite.sources) as feed:
            changed = [source for source in suite.sources if feed.is_changed(source)]
            last = last_measured(lake.con, table, on)
            before = [] if last is None else results(lake.con, last, table)
            if last == on and not changed and _same_rules(suite, before):
                return before
            kept = [] if changed or last == on else _lasting(suite, before)
            fresh = self._measure(suite, Moment(on, self._published(suite)), [result.key for result in kept])
            kept = [replace(result, measured_on=on) for result in kept]
            self._write(suite, Moment(on, self._published(suite)), fresh, kept, last)
        return results(lake.con, on, table)

    def _measure(self, suite: Suite, moment: Moment, kept: Sequence[str]) -> list[Result]:
        rules = [rule for rule in suite.rules if rule.key not in set(kept)]
        return [result_of(suite, one, moment.on) for one in measure(self.lake.reading, suite, rules, moment)]

    def _write(self, suite: Suite, moment: Moment, fresh: list[Result], kept: list[Result], last: date | None) -> None:
        con, settings = self.lake.con, self.installation.settings
        write_results(con, suite, moment.on, [*fresh, *kept])
        failing = {result.key: result.failing for result in fresh if result.failing}
        rules = [rule for rule in suite.rules if rule.key in failing and rule.is_over_rows]
        most = max((failing[rule.key] for rule in rules), default=0)
        write_failing(con, suite, rules, moment, settings.failing_records, most)
        if last is not None:
            carry_failing(con, suite, kept, moment.on, last)
        oldest = moment.on - timedelta(days=settings.failing_keep_days)
        con.execute(
            "DELETE FROM quality.failing_record WHERE table_name = ? AND measured_on < ?", [suite.table, oldest]
        )

    def _published(self, suite: Suite) -> int:
        """Rows of a library table that were published last."""
        if not suite.is_library:
            return 0
        statement = sa.select(publication.c.rows).where(publication.c.table_name == suite.name)
        with self.lake.postgres.engine.connect() as connection:
            return connection.execute(statement).scalar() or 0


def _same_rules(suite: Suite, known: Sequence[Result]) -> bool:
    return {rule.key: rule.fingerprint for rule in suite.rules} == {one.key: one.fingerprint for one in known}


def _lasting(suite: Suite, known: Sequence[Result]) -> list[Result]:
    """Results that still hold while no table has changed: of the same rule, without error, whatever the day."""
    rules = {rule.key: rule for rule in suite.rules if rule.is_lasting}
    return [
        one for one in known if one.error is None and one.key in rules and rules[one.key].fingerprint == one.fingerprint
    ]
