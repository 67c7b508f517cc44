"""Measuring a table's rules once per state and business date: what changed is measured again, the rest carried over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import RLock
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from quality.expectations import measure
from quality.results import (
    Result,
    carry_failing,
    last_results,
    remove_results,
    result_of,
    write_failing,
    write_results,
)
from quality.rules import Rule, Suite, suites
from quality.rules.rule import Moment
from resources.installation import Installation
from resources.lake import Lake
from resources.operations import publication


@dataclass(frozen=True)
class _Known:
    """Results, and the state of the lake of which they tell."""

    snapshot: int
    results: list[Result]


# One at a time measures: all write the same tables.
WRITING = RLock()
# A table's check, the gates that rest on it and the reports ask for the same results in one process.
KNOWN: WeakKeyDictionary[Lake, dict[tuple[str, date], _Known]] = WeakKeyDictionary()


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
        """The results of a table for a business date; a rule is measured where what it reads has changed since the last time."""
        known = self._known(table, on)
        if known is not None:
            return known
        with WRITING:
            return self._known(table, on) or self._measured_now(table, on)

    def _known(self, table: str, on: date) -> list[Result] | None:
        """The results of before, where nothing that the rules read was written since."""
        known = KNOWN.setdefault(self.lake, {}).get((table, on))
        if known is None or not self.lake.touched(known.snapshot).keys().isdisjoint(self.suites[table].sources):
            return None
        return known.results

    def _measured_now(self, table: str, on: date) -> list[Result]:
        suite, lake = self.suites[table], self.lake
        with lake.consuming(f"quality.{table}", suite.sources) as feed:
            before = last_results(lake.con, table, on)
            changed = {source for source in suite.sources if feed.is_changed(source, suite.part_of(source))}
            kept = _kept(suite, before, changed, on)
            if len(kept) == len(before) == len(suite.rules) and all(one.measured_on == on for one in kept):
                feed.changed.clear()  # nothing is written, not even how far was read
                return self._remembered(table, on, feed.snapshot, before)
            moment = Moment(on, self._published(suite))
            fresh = self._measure(suite, moment, {one.key for one in kept})
            self._write(suite, moment, fresh, kept, again=any(one.measured_on == on for one in before))
        results = sorted(
            [*fresh, *(replace(one, measured_on=on) for one in kept)], key=lambda one: (one.item, one.rule)
        )
        return self._remembered(table, on, feed.snapshot, results)

    def _remembered(self, table: str, on: date, snapshot: int, results: list[Result]) -> list[Result]:
        KNOWN[self.lake][table, on] = _Known(snapshot, results)
        return results

    def _measure(self, suite: Suite, moment: Moment, kept: set[str]) -> list[Result]:
        rules = [rule for rule in suite.rules if rule.key not in kept]
        return [result_of(suite, one, moment.on) for one in measure(self.lake.reading, suite, rules, moment)]

    def _write(self, suite: Suite, moment: Moment, fresh: list[Result], kept: list[Result], *, again: bool) -> None:
        con, settings = self.lake.con, self.installation.settings
        if again:
            remove_results(con, suite, moment.on, but=[one.key for one in kept])
        write_results(con, [*fresh, *(replace(one, measured_on=moment.on) for one in kept if not again)])
        failing = {result.key: result.failing for result in fresh if result.failing}
        rules = [rule for rule in suite.rules if rule.key in failing and rule.is_over_rows]
        write_failing(con, suite, rules, moment, settings.failing_records, max(failing.values(), default=0))
        if not again:
            carry_failing(con, suite, kept, moment.on)

    def _published(self, suite: Suite) -> int:
        """Rows of a library table that were published last."""
        if not suite.is_library:
            return 0
        statement = sa.select(publication.c.rows).where(publication.c.table_name == suite.name)
        with self.lake.postgres.engine.connect() as connection:
            return connection.execute(statement).scalar() or 0


def _kept(suite: Suite, before: Sequence[Result], changed: set[str], on: date) -> list[Result]:
    """Results that still hold: of the same rule, nothing that it reads has changed, and the day does not matter to it."""
    rules = {rule.key: rule for rule in suite.rules}
    return [one for one in before if one.key in rules and _holds(one, rules[one.key], changed, on)]


def _holds(result: Result, rule: Rule, changed: set[str], on: date) -> bool:
    if result.fingerprint != rule.fingerprint or changed.intersection(rule.sources):
        return False
    return result.measured_on == on or (rule.is_lasting and result.error is None)
