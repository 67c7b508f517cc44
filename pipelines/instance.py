"""Dagster's instance: its storage in our PostgreSQL, its files under ONESOURCE_HOME."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from resources.postgres import open_postgres
from resources.settings import PREFIX, PROJECT, Settings


@contextmanager
def dagster_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance for this process; the environment is set so that processes started from it use the same."""
    prepare_environment(settings)
    with dg.DagsterInstance.get() as instance:
        yield instance


def prepare_environment(settings: Settings) -> Path:
    """Start PostgreSQL where it is ours, and tell Dagster's processes where everything is; Dagster's folder."""
    postgres = open_postgres(settings)
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", home / "dagster.yaml")
    for name in ("home", "deliveries", "lake", "catalog"):
        if getattr(settings, name):  # absolute, for those processes start in another folder
            os.environ[PREFIX + name.upper()] = str(getattr(settings, name))
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["ONESOURCE_POSTGRES_URL"] = postgres.url.render_as_string(hide_password=False)
    postgres.engine.dispose()
    return home
