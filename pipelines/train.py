"""`onesource train`: the parameters of a linkage model from the records at hand."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Model(StrEnum):
    PERSON = "person"
    ORGANIZATION = "organization"


def train(
    model: Annotated[Model, typer.Argument(help="Which model.")],
    into: Annotated[
        Path | None, typer.Option(help="Folder for the parameters; $ONESOURCE_HOME/models by default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed draws the same sample.")] = 1,
) -> None:
    """Train a linkage model on the records taken in so far; the next night links all again with it."""
    from foundation.linkage.models import MODELS
    from foundation.linkage.stage import division_names
    from foundation.linkage.tables import identity_tables
    from foundation.linkage.training import train as trained_on
    from resources.installation import open_installation
    from resources.settings import settings

    with open_installation(settings()) as installation:
        table, chosen = next((name, one) for name, one in MODELS.items() if one.name == model.value)
        tables = identity_tables(table, installation.catalogue.tables[table])
        if not installation.lake.rows(tables.record):
            typer.echo("There are no records yet: run the night first (`onesource run`).", err=True)
            raise typer.Exit(1)
        folder = into or installation.models_folder
        folder.mkdir(parents=True, exist_ok=True)
        with installation.lake.transaction():
            places = frozenset(division_names(installation.catalogue))
            parameters = trained_on(installation.lake.con, chosen, tables, places, seed)
        parameters.write(folder / f"{model.value}.json")
    typer.echo(f"{folder / f'{model.value}.json'}: the next run of the night links all records again with it.")
