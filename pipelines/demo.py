"""The sample province as departments would deliver it: files in the delivery folder, marriages in a database of their own."""

from __future__ import annotations

import os
from datetime import date

import sqlalchemy as sa
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from foundation.sample import Sample, load_marriage, make_sample
from resources.postgres import InstallationError, open_postgres
from resources.settings import DATABASE_PREFIX, Settings, settings

DATABASE = "civil_affairs"


def make_demo(persons: int, seed: int, on: date) -> Sample:
    """Write the sample deliveries of a day and load the marriages; the database's address is kept in onesource.env."""
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
    load_marriages(current, sample)
    return sample


def load_marriages(current: Settings, sample: Sample) -> None:
    """Put the sample's marriages into the civil affairs database, as that department would hold them."""
    variable = DATABASE_PREFIX + DATABASE.upper()
    if variable not in os.environ:
        url = _database(current).render_as_string(hide_password=False)
        os.environ[variable] = url
        kept = current.home / "onesource.env"
        kept.write_text(f"# The sample's marriage register.\n{variable}={url}\n", encoding="utf-8")
        kept.chmod(0o600)
    load_marriage(sample.marriage, os.environ[variable])


def _database(current: Settings) -> sa.URL:
    """A database beside our own on the same server."""
    postgres = open_postgres(current)
    try:
        with postgres.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            known = connection.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": DATABASE})
            if known.one_or_none() is None:
                connection.execute(sa.text(f"CREATE DATABASE {DATABASE}"))
    except sa.exc.ProgrammingError as error:
        raise InstallationError(
            f"The sample's marriage register needs a database of its own ({str(error.orig).strip()}). "
            f"Allow the user to create databases, or set {DATABASE_PREFIX}{DATABASE.upper()} to an empty one."
        ) from None
    finally:
        postgres.engine.dispose()
    return postgres.url.set(database=DATABASE)
