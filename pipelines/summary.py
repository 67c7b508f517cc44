"""What a run and the status look like on a terminal."""

from __future__ import annotations

from datetime import date, datetime

from rich.console import Console
from rich.table import Table

from pipelines.night import NightResult
from pipelines.status import DatasetStatus, dataset_statuses, refused_since, table_statuses
from pipelines.theme_status import show_themes
from resources.installation import Installation


def show_night(installation: Installation, result: NightResult, on: date, start: datetime) -> bool:
    """Print what a run of the nightly job came to and where to look; whether a delivery was refused in it."""
    console = _console()
    refused = refused_since(installation, start)
    _show_tables(console, installation, dataset_statuses(installation))
    for delivery_id, reason in refused:
        _say(console, f"refused: {delivery_id}: {reason}")
    for asset, error in result.failures.items():
        _say(console, f"FAILED: {asset}: {error}")
    home = installation.settings.home
    console.print(f"Night of {on}: {'failed' if result.failures else 'done'}, deliveries refused: {len(refused)}.")
    console.print("Where to look:", markup=False)
    console.print('  onesource sql "SELECT * FROM share.person LIMIT 5"   the published rows', markup=False)
    console.print(
        '  onesource sql "SELECT * FROM ingest.rejected_row LIMIT 5"   rows that could not be taken', markup=False
    )
    console.print(f"  {home / 'published'}   the published files", markup=False)
    console.print("  onesource dev   the Dagster UI on http://127.0.0.1:3000", markup=False)
    return bool(refused)


def show_status(installation: Installation) -> None:
    """Print how datasets and libraries stand, and why a dataset's last delivery was refused."""
    console, statuses = _console(), dataset_statuses(installation)
    _show_tables(console, installation, statuses)
    for one in statuses:
        if one.status == "rejected":
            _say(console, f"refused: {one.dataset} of {one.last_delivery}: {one.reason}")


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
    tables = Table("library", "table", "title", "entities", "published", "last publication", title="Libraries")
    for table in table_statuses(installation):
        published = "-" if table.published_rows is None else f"{table.published_rows:,}"
        tables.add_row(
            table.library, table.table, table.title, f"{table.entities:,}", published, str(table.published_on or "-")
        )
    console.print(tables)
    show_themes(console, installation)


def _say(console: Console, line: str) -> None:
    """One line, however long."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=160)
