"""The command line: `onesource demo | run | sql | dev | status`. Exit codes: 0 done, 1 failed, 2 wrong usage."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipelines import review
from pipelines.feedback import feedback_app
from pipelines.gate import gate
from pipelines.query import Format
from pipelines.reports import reports
from pipelines.train import train


class ClearErrors(TyperGroup):
    """What the operator can mend is one line on standard error and exit code 1, not a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            message = _remedy(error)
            if message is None:
                raise
        typer.echo(message, err=True)
        raise typer.Exit(1)


def _remedy(error: Exception) -> str | None:
    from foundation.catalogue.problem import CatalogueError
    from resources.settings import InstallationError

    if isinstance(error, CatalogueError | InstallationError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}. Check that the path and its permissions are as they should be."
    return None


app = typer.Typer(
    cls=ClearErrors,
    help="onesource (一数一源): from the departments' deliveries to the published base libraries.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(review.app, name="review")
app.add_typer(feedback_app, name="feedback")
app.add_typer(gate, name="gate")
app.add_typer(reports, name="reports")
Day = Annotated[str | None, typer.Option("--date", help="Business date, YYYY-MM-DD; today in the province by default.")]


def main() -> None:
    app()


def business_date(text: str | None) -> date:
    from assets.night import PROVINCE

    if text is None:
        return datetime.now(PROVINCE).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date of the form YYYY-MM-DD", param_hint="--date") from None


@app.command()
def run(
    deliveries: Annotated[Path | None, typer.Option(help="Folder where departments deliver.")] = None,
    day: Day = None,
    strict: Annotated[
        bool, typer.Option(help="Exit 1 when a delivery was refused or a publication held back.")
    ] = False,
) -> None:
    """Run the nightly job once: take in, conform, resolve, consolidate, publish."""
    if deliveries is not None:
        if not deliveries.is_dir():
            raise typer.BadParameter(f"{deliveries} is not a folder", param_hint="--deliveries")
        os.environ["ONESOURCE_DELIVERIES"] = str(deliveries.absolute())
    failed, wanting = _night(business_date(day))
    if failed or (strict and wanting):
        raise typer.Exit(1)


@app.command()
def demo(
    persons: Annotated[int, typer.Option(min=100, help="How many people the sample province has.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same province.")] = 1,
    day: Day = None,
) -> None:
    """Make sample deliveries, run the nightly job on them, and say where to look."""
    from pipelines.demo import make_demo

    on = business_date(day)
    make_demo(persons, seed, on)
    failed, _ = _night(on)
    if failed:
        raise typer.Exit(1)


@app.command()
def sql(
    statement: Annotated[str, typer.Argument(help="One SELECT over ingest, conformed, resolved, library, share, …")],
    form: Annotated[Format, typer.Option("--format", help="How to print the rows.")] = "table",
) -> None:
    """Run one read-only query over the lake."""
    import duckdb

    from pipelines.query import QueryRefused, query, show
    from resources.settings import settings

    try:
        show(*query(settings(), statement), form)
    except QueryRefused as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except duckdb.Error as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


app.command()(train)


@app.command()
def status() -> None:
    """Show each dataset's last delivery and when the next is due, and each library's entities and last publication."""
    from pipelines.summary import show_status
    from resources.installation import open_installation
    from resources.settings import settings

    with open_installation(settings()) as installation:
        show_status(installation)


@app.command()
def maintain() -> None:
    """Merge the lake's small files, and forget its states and Dagster's runs that are older than ONESOURCE_KEEP_DAYS."""
    from pipelines.instance import dagster_instance
    from pipelines.maintenance import remove_runs, summary, warnings
    from resources.installation import RUN, open_installation
    from resources.maintenance import maintain_lake
    from resources.settings import settings

    with open_installation(settings()) as installation, installation.postgres.lock(RUN):
        done = maintain_lake(installation)
    typer.echo(summary(done))
    for warning in warnings(done):
        typer.echo(warning, err=True)
    with dagster_instance(settings()) as instance:
        typer.echo(f"{remove_runs(instance, settings().keep_days)} of Dagster's runs removed")


@app.command()
def dev(port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 3000) -> None:
    """Serve the Dagster UI and run its daemon on 127.0.0.1, with the same storage as every other command."""
    from foundation.catalogue.load import load
    from pipelines.instance import prepare_environment
    from resources.settings import PROJECT, settings

    _check_free(port)
    load(settings().catalog)
    home = prepare_environment(settings())
    command = ["dagster", "dev", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workspace", str(PROJECT / "workspace.yaml")]
    # A shell that starts it in the background lets it ignore Ctrl+C, and Dagster would then take no SIGTERM either.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen([sys.executable, "-W", "ignore", "-m", *command], cwd=home) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        raise typer.Exit(process.wait())


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise typer.BadParameter(f"{port} is in use; choose another", param_hint="--port")


def _night(on: date) -> tuple[bool, bool]:
    """Run the nightly job and print its summary; whether an asset failed, and whether a delivery was refused or a table held."""
    from foundation.catalogue.load import load
    from pipelines.night import run_night
    from pipelines.summary import show_night
    from resources.installation import open_installation
    from resources.settings import settings

    load(settings().catalog)
    start = datetime.now(UTC).replace(tzinfo=None)
    result = run_night(settings(), on)
    with open_installation(settings()) as installation:
        wanting = show_night(installation, result, on, start)
    return bool(result.failures), wanting
