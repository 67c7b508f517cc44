"""The sample province as departments would deliver it: files in the delivery folder, two in departments' databases."""

from __future__ import annotations

import os
from datetime import date

import sqlalchemy as sa
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from foundation.sample import Sample, load_table, make_sample
from resources.postgres import open_postgres
from resources.settings import DATABASE_PREFIX, InstallationError, Settings, settings

TABLES = {"civil_affairs": "marriage_registration", "housing_construction": "construction_project"}


def make_demo(persons: int, seed: int, on: date) -> Sample:
    """Write the sample deliveries of a day and load the databases; their addresses are kept in onesource.env."""
    current = settings()
    current.deliveries_folder.mkdir(parents=True, exist_ok=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not Console(stderr=True).is_terminal) as progress:
        task = progress.add_task("sample deliveries")
        sample = make_sample(
            current.deliveries_folder,
            persons=persons,
            seed=seed,
            business_date=on,
            truth=current.home / "sample",
            report=lambda dataset, rows: progress.update(task, description=f"{dataset}: {rows:,} rows"),
        )
    load_databases(current, sample)
    return sample


def load_databases(current: Settings, sample: Sample) -> None:
    """Put the sample's marriages and building projects into databases, as those departments would hold them."""
    for (department, table), path in zip(TABLES.items(), (sample.marriage, sample.project), strict=True):
        variable = DATABASE_PREFIX + department.upper()
        if not os.environ.get(variable):
            os.environ[variable] = _database(current, department).render_as_string(hide_password=False)
            _keep(current, variable)
        load_table(path, os.environ[variable], table)


def _keep(current: Settings, variable: str) -> None:
    """Write the database's address into onesource.env, for later commands."""
    kept = current.home / "onesource.env"
    before = kept.read_text(encoding="utf-8") if kept.exists() else "# The sample's databases."
    kept.touch(mode=0o600)
    kept.write_text(f"{before.rstrip()}\n{variable}={os.environ[variable]}\n", encoding="utf-8")
    kept.chmod(0o600)


def _database(current: Settings, name: str) -> sa.URL:
    """A database beside our own on the same server."""
    postgres = open_postgres(current)
    try:
        with postgres.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            known = connection.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
            if known.one_or_none() is None:
                connection.execute(sa.text(f"CREATE DATABASE {name}"))
    except sa.exc.ProgrammingError as error:
        raise InstallationError(
            f"The sample's {name} needs a database of its own ({str(error.orig).strip()}). "
            f"Allow the user to create databases, or set {DATABASE_PREFIX}{name.upper()} to an empty one."
        ) from None
    finally:
        postgres.engine.dispose()
    return postgres.url.set(database=name)
