"""`onesource feedback export | import`: the quick check's work lists and the departments' answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

feedback_app = typer.Typer(help="快速校核: work lists for the departments, and their answers.", no_args_is_help=True)
Day = Annotated[str | None, typer.Option("--date", help="Business date, YYYY-MM-DD; today in the province by default.")]


@feedback_app.command("export")
def export(
    folder: Annotated[Path | None, typer.Option(help="Where to write; $ONESOURCE_HOME/quick_check by default.")] = None,
    day: Day = None,
) -> None:
    """Write each department's open cases as an Excel workbook to be filled in."""
    from pipelines.cli import business_date
    from resources.installation import open_installation
    from resources.settings import settings

    with open_installation(settings()) as installation:
        written = installation.quick_check.export(business_date(day), folder)
    for department, (path, cases) in written.items():
        typer.echo(f"{department}: {cases} cases: {path}")
    if not written:
        typer.echo("No open cases.")


@feedback_app.command("import")
def take(
    file: Annotated[Path, typer.Argument(help="A workbook that a department filled in.", exists=True, dir_okay=False)],
    day: Day = None,
) -> None:
    """Take a filled workbook over; the corrections hold from the next nightly run. Exit 1 where anything was refused."""
    from pipelines.cli import business_date
    from resources.installation import open_installation
    from resources.settings import settings

    with open_installation(settings()) as installation:
        taken = installation.quick_check.take(file, None, business_date(day))
    if taken is None:
        typer.echo("This workbook was taken over before.")
        return
    if taken.status == "rejected":
        typer.echo(f"refused: {taken.reason}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{taken.department}: {taken.accepted} answers taken over, {len(taken.rejected)} rows refused.")
    for row in taken.rejected:
        typer.echo(f"row {row.row_number}: {row.reason}", err=True)
    if taken.rejected:
        raise typer.Exit(1)
