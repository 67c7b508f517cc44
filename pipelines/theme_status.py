"""How the themes stand: rows, when they last changed, and why one still shows an earlier state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from rich.console import Console
from rich.table import Table

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.library.stage import consumed_tables as library_sources
from foundation.linkage.stage import conformed_sources
from foundation.linkage.tables import identity_tables
from foundation.themes.affected import consumed_tables
from foundation.themes.query import ThemeQuery, table_of
from foundation.themes.standing import delivered, late
from quality.gates import Decision
from resources.installation import Installation
from resources.lake import READ_UNTIL, Feed, Lake


@dataclass(frozen=True)
class ThemeStatus:
    """A theme; `notes` say what it still lacks, in the words of the departments."""

    name: str
    title: str
    rows: int
    changed_on: date | None
    notes: list[str]


def theme_statuses(installation: Installation) -> list[ThemeStatus]:
    pending = Pending(installation.lake, stages(installation.catalogue))
    return [_status(installation, name, pending) for name in installation.catalogue.themes]


def _status(installation: Installation, name: str, pending: Pending) -> ThemeStatus:
    con, query = installation.lake.con, ThemeQuery(installation.catalogue, name, date.min)
    rows, changed_on = con.execute(f"SELECT count(*), max(updated_at)::DATE FROM {table_of(name)}").fetchone()  # type: ignore[misc]
    waiting = [f"{source} 有更新，本主题还是上次的结果" for source in pending.behind(f"theme/{name}")]
    refused = [f"{one.dataset}：{late(one)}" for one in delivered(con, query) if late(one)]
    return ThemeStatus(name, installation.catalogue.themes[name].title, rows, changed_on, [*waiting, *refused])


def stages(catalogue: Catalogue) -> dict[str, list[str]]:
    """Each consumer of the lake by its name, with the tables that it reads."""
    found = {f"conformed/{name}": [f"ingest.{table_name(name)}"] for name in catalogue.datasets}
    for name, table in catalogue.tables.items():
        if table.identity is not None:
            found[identity_tables(name, table).link.replace(".", "/")] = conformed_sources(catalogue, name)
        found[f"library/{name}"] = library_sources(catalogue, name)
    for name in catalogue.themes:
        found[f"theme/{name}"] = consumed_tables(ThemeQuery(catalogue, name, date.min))
    return found


@dataclass
class Pending:
    """Changes that a stage, or one before it, has not taken up: an asset failed, or a rule held it."""

    lake: Lake
    stages: dict[str, list[str]]
    _known: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def feeds(self) -> dict[str, Feed]:
        """What each consumer has not read yet, by its name; none for one that never ran."""
        read: dict[str, dict[str, int]] = {}
        for consumer, source, snapshot in self.lake.con.execute(f"FROM {READ_UNTIL}").fetchall():
            read.setdefault(consumer, {})[source] = snapshot
        now = self.lake.snapshot()
        return {consumer: Feed(self.lake, consumer, now, marks) for consumer, marks in read.items()}

    def behind(self, consumer: str) -> list[str]:
        """The tables whose changes are not in what a consumer wrote."""
        if consumer not in self._known:
            self._known[consumer] = []
            self._known[consumer] = list(dict.fromkeys(self._find(consumer)))
        return self._known[consumer]

    def _find(self, consumer: str) -> Iterator[str]:
        feed = self.feeds.get(consumer)
        for source in self.stages[consumer]:
            if feed is not None and not feed.is_first(source) and feed.is_changed(source):
                yield source
            producer = _producer(source)
            if producer in self.stages:
                yield from self.behind(producer)


def _producer(table: str) -> str:
    """The consumer that writes a lake table."""
    schema, _, name = table.partition(".")
    return f"{'library' if schema == 'stored' else schema}/{name.replace('__', '/')}"


def show_themes(console: Console, installation: Installation, decisions: Iterable[Decision]) -> None:
    """A table of the themes, and below it what each still lacks."""
    statuses = theme_statuses(installation)
    if not statuses:
        return
    held = {one.theme for one in decisions if one.is_held}
    themes = Table("theme", "title", "rows", "last change", "state", title="Themes")
    for one in statuses:
        state = "held back" if one.name in held else "kept, see below" if one.notes else "current"
        themes.add_row(one.name, one.title, f"{one.rows:,}", str(one.changed_on or "-"), state)
    console.print(themes)
    for one in statuses:
        for note in one.notes:
            console.print(f"theme {one.name}: {note}", markup=False, highlight=False, soft_wrap=True)
