"""`onesource gate`: the gates before publication."""

from __future__ import annotations

from typing import Annotated

import typer

gate = typer.Typer(help="Gates before publication.", no_args_is_help=True)


@gate.callback()
def _gates() -> None:
    """Gates before publication."""


@gate.command()
def override(
    table: Annotated[str, typer.Argument(help="Library table, e.g. person.")],
    by: Annotated[str, typer.Option(help="Who takes the responsibility: name and post.")],
    reason: Annotated[str, typer.Option(help="Why the table is published all the same.")],
    day: Annotated[str | None, typer.Option("--date", help="The one business date for which it holds.")] = None,
) -> None:
    """Let a table that its gate holds back be published for one business date; who and why is recorded."""
    from foundation.catalogue.load import load
    from pipelines.cli import business_date
    from quality.gates import UnknownTable
    from quality.gates import override as record
    from resources.postgres import open_postgres
    from resources.settings import settings

    on = business_date(day)

    try:
        record(open_postgres(settings()), load(settings().catalog), table, on, by, reason)
    except (UnknownTable, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(f"Recorded: {by} lets {table} pass on {on}. Run `onesource run --date {on}` to publish it.")
