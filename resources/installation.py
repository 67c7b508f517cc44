"""An installation opened for work: settings, catalogue, PostgreSQL and the lake, prepared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.load import load
from resources.deliveries import Deliveries
from resources.lake import Lake, open_lake
from resources.postgres import Postgres, open_postgres
from resources.preparation import prepare
from resources.published import PublishedFiles
from resources.quick_check import QuickCheck
from resources.review import Review
from resources.settings import InstallationError, Settings
from resources.share import Share

RUN = "run"
"""The lock that a run holds while it works."""


@dataclass(frozen=True)
class Installation:
    """Everything that a stage needs; its parts say what they do."""

    settings: Settings
    catalogue: Catalogue
    postgres: Postgres
    lake: Lake

    @property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.settings, self.catalogue)

    @property
    def share(self) -> Share:
        return Share(self.settings, self.catalogue, self.lake)

    @property
    def models_folder(self) -> Path:
        """Where parameters trained in this installation lie."""
        return self.settings.home / "models"

    @property
    def review(self) -> Review:
        return Review(self.catalogue, self.lake)

    @property
    def quick_check(self) -> QuickCheck:
        return QuickCheck(self.settings, self.catalogue, self.lake)

    @property
    def published(self) -> PublishedFiles:
        return PublishedFiles(self.settings, self.catalogue, self.lake)


@contextmanager
def open_installation(settings: Settings) -> Iterator[Installation]:
    """Open, prepare and at the end close; InstallationError or CatalogueError says what has to be mended."""
    catalogue = load(settings.catalog)
    postgres = open_postgres(settings)
    lake = open_lake(settings, postgres)
    try:
        _prepare(lake, catalogue)
        yield Installation(settings, catalogue, postgres, lake)
    finally:
        lake.close()
        postgres.engine.dispose()


def _prepare(lake: Lake, catalogue: Catalogue) -> None:
    try:
        prepare(lake, catalogue)
    except duckdb.IOException as error:  # it names the file or the address, and nothing of what stands there
        raise InstallationError(
            f"The lake at {lake.path} can't be used: {str(error).splitlines()[0][:300]}. Check that the folder or the store "
            "answers, that all of it is there, and, for a store, its address and keys (docs/settings.md)."
        ) from None
