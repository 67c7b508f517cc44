"""A home of an installation for a test: a database of its own on the session's server, a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy as sa

from foundation.ingest.register import Outcome
from resources.installation import Installation, open_installation
from resources.settings import Settings
from tests.toy import ToyProvince

THREADS = 2
MEMORY = "2GB"


@dataclass
class Server:
    """The session's PostgreSQL server; `template` is a database and a lake folder that were prepared once."""

    url: sa.URL
    template: Path
    admin: sa.Engine = field(init=False)

    def __post_init__(self) -> None:
        self.admin = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")

    def create(self, *, like: str | None = None) -> sa.URL:
        """A new database, a copy of another one where one is named."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        template = f" TEMPLATE {like}" if like else ""
        with self.admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}{template}"))
        return self.url.set(database=name)

    def drop(self, url: sa.URL) -> None:
        with self.admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)"))


@dataclass
class Home:
    """An installation under a folder; `installation` is open while a test uses it; `said`: what the command that filled it wrote."""

    settings: Settings
    url: sa.URL
    toy: ToyProvince
    said: str = ""
    _opened: ExitStack = field(default_factory=ExitStack)
    _installation: Installation | None = None

    @property
    def folder(self) -> Path:
        return self.settings.home

    @property
    def installation(self) -> Installation:
        if self._installation is None:
            self._installation = self._opened.enter_context(open_installation(self.settings))
        return self._installation

    def close(self) -> None:
        self._installation = None
        self._opened.close()
        self._opened = ExitStack()

    def night(self, on: str, assets: Sequence[dg.AssetsDefinition] = (), *, themes: bool = False) -> None:
        """Run every asset's function in the order of dependencies, without Dagster's machinery; the first error is raised.

        Checks and reports, which change nothing that others read, are left to their own tests. With `themes` these are made
        and what they do not rest on is left out: cross-check and publication. `assets` are some alone.
        """
        from assets.night import Night

        resources = {"installation": self.installation, "night": Night(business_date=on)}
        without = ("crosscheck_", "share_") if themes else ("theme",)
        needed = [one for one in self._needed_assets() if not group_of(one).startswith(without)]
        for asset in assets or needed:
            wanted = {name: resources[name] for name in asset.required_resource_keys if name in resources}
            with dg.build_asset_context(resources=wanted, instance=_instance()) as context:
                outcome = asset(context)
                if isinstance(outcome, Iterator):
                    list(outcome)

    def ingest(self, name: str, on: str) -> list[Outcome]:
        """Take what has arrived of one dataset, nothing more."""
        return self.installation.deliveries.ingest(self.installation.lake, name, date.fromisoformat(on))

    def deliver(self, name: str, on: str, rows: list[dict[str, Any]], **form: Any) -> Path:
        return self.toy.deliver(name, on, rows, **form)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query over the lake."""
        result = self.installation.lake.con.execute(sql)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def row(self, sql: str) -> dict[str, Any]:
        """The only row of a query."""
        (row,) = self.rows(sql)
        return row

    def value(self, sql: str) -> Any:
        return next(iter(self.row(sql).values()))

    def shared(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query in PostgreSQL."""
        with self.installation.postgres.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(sql)).mappings()]

    def delivery(self, name: str, on: str) -> dict[str, Any]:
        """What became of the last delivery of a dataset for a business date."""
        department, _, dataset = name.partition("/")
        return self.rows(
            f"""FROM ingest.delivery WHERE department = '{department}' AND dataset = '{dataset}'
            AND business_date = '{on}' ORDER BY received_at DESC, delivery_id DESC"""
        )[0]

    def environment(self) -> dict[str, str]:
        """The environment for a command of this home in a process of its own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ONESOURCE_", "DAGSTER_"))}
        return kept | {
            "ONESOURCE_HOME": str(self.folder),
            "ONESOURCE_POSTGRES_URL": self.url.render_as_string(hide_password=False),
            "ONESOURCE_THREADS": str(THREADS),
            "ONESOURCE_MEMORY": MEMORY,
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        }

    def onesource(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A command of the program in a process of its own; `more` is environment."""
        command = [sys.executable, "-m", "pipelines", *words]
        return subprocess.run(command, env=self.environment() | more, capture_output=True, text=True, timeout=600)

    def _needed_assets(self) -> list[dg.AssetsDefinition]:
        """All assets that rest on a dataset that has been delivered here at least once: the others have nothing to do."""
        delivered = {name for name in self.installation.catalogue.datasets if self._is_delivered(name)}
        needed = [asset for asset in ordered_assets() if group_of(asset) != "reports"]
        return [asset for asset in needed if any(datasets_under(key) & delivered for key in asset.keys)]

    def _is_delivered(self, name: str) -> bool:
        department, _, dataset = name.partition("/")
        if self.installation.catalogue.datasets[name].format.kind == "database":
            return self.settings.database_url(department) is not None
        return (self.settings.deliveries_folder / department / dataset).is_dir()


@cache
def ordered_assets() -> list[dg.AssetsDefinition]:
    """The assets that the definitions list, each after those that it depends on."""
    from pipelines.definitions import defs

    by_key = {key: one for one in defs.assets or [] if isinstance(one, dg.AssetsDefinition) for key in one.keys}
    ordered = defs.resolve_asset_graph().toposorted_asset_keys
    return list(dict.fromkeys(by_key[key] for key in ordered if key in by_key))


def group_of(asset: dg.AssetsDefinition) -> str:
    return next(iter(asset.group_names_by_key.values()))


@cache
def datasets_under(key: dg.AssetKey) -> frozenset[str]:
    """The datasets that an asset is made from."""
    from pipelines.definitions import defs

    graph = defs.resolve_asset_graph()
    return frozenset("/".join(one.path[1:]) for one in _above(graph, key) if one.path[0] == "deliveries")


def _above(graph: Any, key: dg.AssetKey) -> set[dg.AssetKey]:
    found, waiting = {key}, [key]
    while waiting:
        new = graph.get(waiting.pop()).parent_keys - found
        found |= new
        waiting += new
    return found


@cache
def _instance() -> dg.DagsterInstance:
    return dg.DagsterInstance.ephemeral()


@contextmanager
def new_home(server: Server, folder: Path) -> Iterator[Home]:
    """A fresh home with the lake's tables made, from the session's template."""
    url = server.create(like="template_home")
    shutil.copytree(server.template / "lake", folder / "lake")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE lake.ducklake_metadata SET value = :path WHERE key = 'data_path'"),
            {"path": f"{folder / 'lake'}/"},
        )
    engine.dispose()
    home = Home(settings_of(folder, url), url, ToyProvince.at(folder / "deliveries"))
    home.toy.folder.mkdir(parents=True, exist_ok=True)
    try:
        yield home
    finally:
        home.close()
        server.drop(url)


def settings_of(folder: Path, url: sa.URL) -> Settings:
    return Settings(home=folder, postgres_url=url.render_as_string(hide_password=False), memory=MEMORY, threads=THREADS)
