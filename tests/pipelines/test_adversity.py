"""What an operator meets when something around the program is broken: one clear line, and the last good state stays."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from foundation.delivery import Retry, open_database
from foundation.delivery.refusal import DeliveryRefused
from resources.installation import open_installation
from resources.postgres import InstallationError
from tests.golden.test_population import marriages
from tests.homes import Home, Server
from tests.toy import citizen_id

RESIDENT, MARRIAGE = "public_security/resident", "civil_affairs/marriage"
ON, NEXT = "2026-11-24", "2026-11-25"
HIM, HER = citizen_id("610102", "19800101", 1), citizen_id("610102", "19810101", 2)
VARIABLE = "ONESOURCE_DATABASE_CIVIL_AFFAIRS"


def people(count: int) -> list[dict[str, Any]]:
    return [{"公民身份号码": citizen_id("610102", "19800101", number), "姓名": "张伟"} for number in range(count)]


def onesource(
    home: Home, *words: str, limit: Callable[[], None] | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines", *words], env=home.environment() | more, capture_output=True, text=True,
        timeout=300, preexec_fn=limit,
    )  # fmt: skip


def last_line(text: str) -> str:
    return text.strip().splitlines()[-1]


def test_a_database_that_does_not_answer_is_tried_again_and_then_reported(home: Home) -> None:
    """Nobody listens on the port; the waits are short so that the test is."""
    dataset = home.installation.catalogue.datasets[MARRIAGE]
    with pytest.raises(DeliveryRefused) as refused:
        open_database(
            dataset,
            "postgresql+psycopg2://reader:secret@127.0.0.1:1/marriage",
            retry=Retry(attempts=3, first_wait=0.05),
        )

    assert refused.value.rule == "database_unreachable"
    assert "3 次" in refused.value.reason and "127.0.0.1:1" in refused.value.reason
    assert "secret" not in refused.value.reason and "reader" not in refused.value.reason


def test_the_last_good_state_stays_while_a_department_s_database_is_down(
    home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.create()
    monkeypatch.setenv(VARIABLE, url.render_as_string(hide_password=False))
    marriages(home, url, [("M1", "结婚", "张伟", HIM, "李敏", HER, "2010-05-01")])
    home.deliver(RESIDENT, ON, [{"公民身份号码": HIM, "姓名": "张伟"}, {"公民身份号码": HER, "姓名": "李敏"}])
    home.night(ON)
    server.drop(url)
    home.deliver(RESIDENT, NEXT, [{"公民身份号码": HIM, "姓名": "张炜"}, {"公民身份号码": HER, "姓名": "李敏"}])

    home.night(NEXT)

    assert home.delivery(MARRIAGE, NEXT)["rule"] == "database_unreachable"
    him = home.row(f"SELECT name, marital_status_code FROM library.person WHERE citizen_id = '{HIM}'")
    assert him == {"name": "张炜", "marital_status_code": "20"}


def test_a_table_that_the_database_lacks_is_refused(home: Home, server: Server) -> None:
    url = server.create()
    dataset = home.installation.catalogue.datasets[MARRIAGE]
    with pytest.raises(DeliveryRefused) as refused:
        open_database(dataset, url.render_as_string(hide_password=False))
    assert refused.value.rule == "table_missing"
    server.drop(url)


def test_postgresql_that_is_down_is_one_line(home: Home) -> None:
    result = onesource(home, "status", ONESOURCE_POSTGRES_URL="postgresql://who:secret@127.0.0.1:1/none")

    assert result.returncode == 1
    assert "does not answer" in result.stderr and "ONESOURCE_POSTGRES_URL" in result.stderr
    assert "Traceback" not in result.stderr and "secret" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_newer_versions_database_is_one_line_and_is_left_alone(home: Home) -> None:
    engine = sa.create_engine(home.url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE operations.alembic_version SET version_num = '9999'"))

    with (
        pytest.raises(InstallationError, match="newer version of onesource") as error,
        open_installation(home.settings),
    ):
        pass

    assert "\n" not in str(error.value)
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM operations.alembic_version")).scalar_one() == "9999"
    engine.dispose()


def test_a_newer_versions_lake_is_one_line(home: Home) -> None:
    engine = sa.create_engine(home.url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE lake.ducklake_metadata SET value = '99.0' WHERE key = 'version'"))
    engine.dispose()

    with pytest.raises(InstallationError, match="newer version of DuckLake") as error, open_installation(home.settings):
        pass

    assert "\n" not in str(error.value)


def test_a_lake_that_was_moved_away_is_one_line(home: Home, tmp_path: Path) -> None:
    moved = home.settings.model_copy(update={"lake": str(tmp_path / "elsewhere")})
    with pytest.raises(InstallationError, match="ONESOURCE_LAKE") as error, open_installation(moved):
        pass
    assert "\n" not in str(error.value)


def test_a_full_disk_is_one_line_and_the_last_good_state_stays(home: Home) -> None:
    """No file of more than 64 KiB can be written, as if the disk were full."""
    home.deliver(RESIDENT, ON, people(3))
    home.night(ON)
    home.close()
    home.deliver(
        RESIDENT,
        NEXT,
        people(900) + [{"公民身份号码": citizen_id("610103", "19700101", n), "姓名": "王磊"} for n in range(900)],
    )
    full = 64 * 1024

    result = onesource(
        home, "run", "--date", NEXT, limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))
    )

    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert (
        any("FAILED" in line for line in (result.stdout + result.stderr).splitlines())
        or len(result.stderr.splitlines()) == 1
    )
    assert home.shared("SELECT count(*) AS n FROM share.person") == [{"n": 3}]
    home.close()

    again = onesource(home, "run", "--date", NEXT)
    assert again.returncode == 0, again.stderr
    assert home.shared("SELECT count(*) AS n FROM share.person") == [{"n": 1800}]


def test_dagster_takes_the_definitions(home: Home) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-m", "pipelines.definitions"],
        env=home.environment(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
