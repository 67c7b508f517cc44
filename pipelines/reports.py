"""`onesource reports`: the quality reports."""

from __future__ import annotations

from typing import Annotated

import typer

reports = typer.Typer(help="The quality reports.", no_args_is_help=True)


@reports.callback()
def _reports() -> None:
    """The quality reports."""


@reports.command()
def serve(port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1.")] = 3001) -> None:
    """Serve the reports on 127.0.0.1 until interrupted."""
    from quality.reports.serve import server
    from resources.settings import settings

    home = settings().home
    if not (home / "reports").is_dir():
        typer.echo("There are no reports yet: run `onesource run` first.", err=True)
        raise typer.Exit(1)
    try:
        serving = server(home, port)
    except OSError as error:
        raise typer.BadParameter(f"{port}: {error.strerror}; choose another", param_hint="--port") from None
    with serving:
        typer.echo(f"Quality reports on http://127.0.0.1:{serving.server_address[1]}/ (Ctrl+C to stop)")
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            typer.echo("")
