"""The server that is given by its address: what it says is used as it is, and nothing of it is told."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa

from resources.operations import review_case
from resources.postgres import Postgres, open_postgres
from resources.settings import InstallationError, Settings
from tests.homes import Home, Server

PASSWORD = "p @s's\"w:o/r\\d%&#?"


def test_what_the_address_asks_of_the_connection_holds_for_the_lake_too() -> None:
    url = sa.make_url("postgresql://reader:secret@db.example:5433/onesource?sslmode=verify-full&application_name=one")
    words = psycopg2.extensions.parse_dsn(Postgres(url, sa.create_engine("sqlite://")).libpq())
    assert words == {
        "host": "db.example", "port": "5433", "user": "reader", "password": "secret", "dbname": "onesource",
        "sslmode": "verify-full", "application_name": "one",
    }  # fmt: skip


def test_a_password_may_hold_any_character() -> None:
    url = sa.URL.create("postgresql+psycopg2", "reader", PASSWORD, "db.example", 5433, "onesource")
    assert psycopg2.extensions.parse_dsn(Postgres(url, sa.create_engine("sqlite://")).libpq())["password"] == PASSWORD


@pytest.mark.parametrize(
    "address", ["secret", "mysql+pymysql://who:secret@host/db", "postgresql://who:secret@host:x/db"]
)
def test_an_address_that_is_none_is_one_line_without_it(tmp_path: Path, address: str) -> None:
    with pytest.raises(InstallationError, match="ONESOURCE_POSTGRES_URL") as error:
        open_postgres(Settings(home=tmp_path, postgres_url=address))
    assert "secret" not in str(error.value) and "\n" not in str(error.value)


def test_a_user_who_may_not_make_schemas_is_one_line(server: Server, tmp_path: Path) -> None:
    url = server.create()
    with server.admin.connect() as connection:
        connection.execute(sa.text("CREATE ROLE only_reads LOGIN"))
    try:
        with pytest.raises(InstallationError, match="permission denied") as error:
            address = url.set(username="only_reads").render_as_string(hide_password=False)
            open_postgres(Settings(home=tmp_path, postgres_url=address))
        assert "\n" not in str(error.value)
    finally:
        server.drop(url)
        with server.admin.connect() as connection:
            connection.execute(sa.text("DROP ROLE only_reads"))


def test_a_lock_is_held_for_as_long_as_it_takes(home: Home) -> None:
    """A server that ends transactions in which nothing happens must not end the lock of a long stage."""
    impatient = sa.create_engine(home.url, connect_args={"options": "-c idle_in_transaction_session_timeout=200"})
    postgres = replace(home.installation.postgres, engine=impatient)
    with postgres.lock("night"):
        time.sleep(0.5)
        assert home.installation.postgres.is_locked("night")
    assert not home.installation.postgres.is_locked("night")
    impatient.dispose()


def test_an_error_does_not_repeat_what_was_to_be_written(home: Home) -> None:
    """The keys of records are often identity numbers, and errors are stored with the run."""
    with home.installation.postgres.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as error:
        connection.execute(sa.insert(review_case).values(case_id="1", left_record_key="610102198001010011"))
    assert "610102198001010011" not in str(error.value).partition("[SQL")[2]
