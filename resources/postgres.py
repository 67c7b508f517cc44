"""The one PostgreSQL server: Dagster's storage, the lake's catalogue, the operations tables and `share`, a schema each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from resources.embedded import embedded_server
from resources.settings import InstallationError, Settings

DAGSTER, LAKE, OPERATIONS, SHARE = "dagster", "lake", "operations", "share"
EMBEDDED_FOLDER = "postgres"


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
        words |= {name: value for name, value in self.url.query.items() if name != "host"}  # sslmode and the like
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
        key = {"key": _lock_key(name)}
        with self._without_transaction() as connection:
            connection.execute(sa.text("SELECT pg_advisory_lock(20170816, :key)"), key)
            try:
                yield
            finally:
                connection.execute(sa.text("SELECT pg_advisory_unlock(20170816, :key)"), key)

    def _without_transaction(self) -> sa.Connection:
        """A connection that may idle for as long as it likes: servers end transactions that do nothing for long."""
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def is_locked(self, name: str) -> bool:
        """Whether anybody holds a lock at this moment; one that was killed holds none."""
        key = {"key": _lock_key(name)}
        with self._without_transaction() as connection:
            is_free = connection.execute(sa.text("SELECT pg_try_advisory_lock(20170816, :key)"), key).scalar_one()
            if is_free:
                connection.execute(sa.text("SELECT pg_advisory_unlock(20170816, :key)"), key)
        return not is_free


def open_postgres(settings: Settings) -> Postgres:
    """Reach the server (starting the embedded one where no URL is given) and bring its schemas up to date.

    Raises InstallationError where the server does not answer or was written by a newer version.
    """
    url = _server_url(settings)
    engine = sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)  # which hold keys of records
    try:
        with engine.begin() as connection:
            for schema in (DAGSTER, LAKE, OPERATIONS, SHARE):
                connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    except sa.exc.OperationalError as error:
        raise InstallationError(
            f"PostgreSQL at {url.render_as_string(hide_password=True)} does not answer "
            f"({str(error.orig).strip().splitlines()[0]}). Check ONESOURCE_POSTGRES_URL and that the server is up."
        ) from None
    except sa.exc.ProgrammingError as error:
        raise InstallationError(
            f"PostgreSQL at {url.render_as_string(hide_password=True)} refuses to make our schemas "
            f"({str(error.orig).strip().splitlines()[0]}). Let the user of ONESOURCE_POSTGRES_URL own the database."
        ) from None
    postgres = Postgres(url, engine)
    _migrate(postgres)
    return postgres


def _server_url(settings: Settings) -> sa.URL:
    if settings.postgres_url:
        return _given_url(settings.postgres_url)
    return embedded_server(settings.home / EMBEDDED_FOLDER)


def _given_url(address: str) -> sa.URL:
    """The address as SQLAlchemy takes it; it holds a password, so it is not repeated where it is wrong."""
    try:
        url = sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in ("postgresql", "postgres"):
        raise InstallationError(
            "ONESOURCE_POSTGRES_URL is no address of a PostgreSQL database. Write "
            "postgresql+psycopg2://user:password@host:5432/database, special characters of the password as %40 for @."
        )
    return url.set(drivername="postgresql+psycopg2")


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


def _lock_key(name: str) -> int:
    return crc32(name.encode()) - 2**31


def _libpq_value(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
