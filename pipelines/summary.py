"""What a run and the status look like on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from rich.console import Console
from rich.table import Table

from pipelines.night import NightResult
from pipelines.status import DatasetStatus, dataset_statuses, refused_since, table_statuses
from pipelines.theme_status import show_themes
from quality.gates import Decision, last_decisions
from resources.installation import Installation


def show_night(installation: Installation, result: NightResult, on: date, start: datetime) -> bool:
    """Print what a run came to and where to look; whether a delivery was refused or a publication held back."""
    console = _console()
    refused = refused_since(installation, start)
    _show_tables(console, installation, dataset_statuses(installation))
    for delivery_id, reason in refused:
        _say(console, f"refused: {delivery_id}: {reason}")
    _show_unread(console, installation)
    decided = [one for one in last_decisions(installation.postgres, on).values() if one.business_date == on]
    held = [one for one in decided if one.is_held]
    _show_gates(console, decided)
    for asset, error in result.failures.items():
        _say(console, f"FAILED: {asset}: {error}")
    home = installation.settings.home
    console.print(
        f"Night of {on}: {'failed' if result.failures else 'done'}, deliveries refused: {len(refused)}, "
        f"publications held back: {len(held)}."
    )
    console.print("Where to look:", markup=False)
    console.print('  onesource sql "SELECT * FROM share.person LIMIT 5"   the published rows', markup=False)
    console.print(
        '  onesource sql "SELECT * FROM ingest.rejected_row LIMIT 5"   rows that could not be taken', markup=False
    )
    console.print(f"  {home / 'reports' / str(on) / 'index.html'}   the quality reports", markup=False)
    console.print(f"  {home / 'published'}   the published files", markup=False)
    console.print("  onesource dev   the Dagster UI on http://127.0.0.1:3000", markup=False)
    return bool(refused or held)


def show_status(installation: Installation) -> None:
    """Print how datasets and libraries stand, and why a dataset's last delivery was refused."""
    console, statuses = _console(), dataset_statuses(installation)
    _show_tables(console, installation, statuses)
    for one in statuses:
        if one.status == "rejected":
            _say(console, f"refused: {one.dataset} of {one.last_delivery}: {one.reason}")
    _show_unread(console, installation)
    _show_gates(console, last_decisions(installation.postgres).values())


def _show_tables(console: Console, installation: Installation, statuses: list[DatasetStatus]) -> None:
    datasets = Table(
        "dataset", "title", "last delivery", "status", "rows", "rejected", "held", "next due", title="Datasets"
    )
    for one in statuses:
        datasets.add_row(
            one.dataset,
            one.title,
            str(one.last_delivery or "-"),
            one.status,
            f"{one.rows:,}",
            f"{one.rejected_rows:,}",
            f"{one.held:,}",
            str(one.next_due or "-"),
        )
    console.print(datasets)
    tables = Table(
        "library",
        "table",
        "title",
        "entities",
        "discrepancies",
        "overdue",
        "published",
        "last publication",
        "gate",
        title="Libraries",
    )
    decisions = last_decisions(installation.postgres)
    for table in table_statuses(installation):
        published = "-" if table.published_rows is None else f"{table.published_rows:,}"
        cases = [
            "-" if number is None else f"{number:,}"
            for number in (table.open_discrepancies, table.overdue_discrepancies)
        ]
        tables.add_row(
            table.library,
            table.table,
            table.title,
            f"{table.entities:,}",
            *cases,
            published,
            str(table.published_on or "-"),
            _gate(decisions.get(table.table)),
        )
    console.print(tables)
    show_themes(console, installation, decisions.values())


def _gate(decision: Decision | None) -> str:
    if decision is None:
        return "-"
    if not decision.reason:
        return "open"
    return "held back" if decision.is_held else "let pass"


def _show_gates(console: Console, decisions: Iterable[Decision]) -> None:
    """Why tables and themes are held back, and who let others pass."""
    for one in decisions:
        if one.is_held:
            _say(console, f"held back: {one.place} of {one.business_date}: {one.reason}")
        elif one.overridden_by:
            _say(console, f"let pass by {one.overridden_by}: {one.place} of {one.business_date}: {one.reason}")


def _show_unread(console: Console, installation: Installation) -> None:
    """Deliveries that lie where none is looked for."""
    for folder in installation.deliveries.unread():
        _say(
            console,
            f"not read: {folder}: no dataset is delivered there. Move its files to <department>/<dataset> as the catalogue "
            "names it, or declare the dataset.",
        )


def _say(console: Console, line: str) -> None:
    """One line, however long."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=160)
