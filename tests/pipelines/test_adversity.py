"""What an operator meets when something around the program is broken: one clear line, and the last good state stays."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from foundation.catalogue.load import CatalogueError, load
from foundation.delivery import Retry, open_database
from foundation.delivery.refusal import DeliveryRefused
from pipelines.night import with_remedy
from resources.installation import open_installation
from resources.settings import PROJECT, InstallationError
from tests.golden.test_population import marriages
from tests.homes import Home, Server
from tests.toy import citizen_id

RESIDENT, MARRIAGE = "public_security/resident", "civil_affairs/marriage"
ON, NEXT = "2026-11-24", "2026-11-25"
HIM, HER = citizen_id("610102", "19800101", 1), citizen_id("610102", "19810101", 2)
VARIABLE = "ONESOURCE_DATABASE_CIVIL_AFFAIRS"


def people(count: int, division: str = "610102") -> list[dict[str, Any]]:
    return [{"公民身份号码": citizen_id(division, "19800101", number), "姓名": "张伟"} for number in range(count)]


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Writing more fails in this process as on a full disk; the server, another process, has room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_database_that_does_not_answer_is_tried_again_and_then_reported(home: Home) -> None:
    """Nobody listens on the port; the waits are short so that the test is."""
    dataset = home.installation.catalogue.datasets[MARRIAGE]
    start = time.monotonic()
    with pytest.raises(DeliveryRefused) as refused:
        open_database(
            dataset,
            "postgresql+psycopg2://reader:secret@127.0.0.1:1/marriage",
            retry=Retry(attempts=3, first_wait=0.05),
        )

    assert time.monotonic() - start >= 0.05 + 0.1, "each wait is twice as long as the one before"
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
    result = home.onesource("status", ONESOURCE_POSTGRES_URL="postgresql://who:secret@127.0.0.1:1/none")

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
    home.deliver(RESIDENT, NEXT, people(950) + people(850, "610103"))
    with files_no_larger_than(64 * 1024), pytest.raises(duckdb.IOException, match="Could not write file") as error:
        home.night(NEXT)

    line = with_remedy(str(error.value), home.settings)
    assert str(home.folder) in line and "Free space" in line and "\n" not in line
    assert home.shared("SELECT count(*) AS n FROM share.person") == [{"n": 3}]

    home.night(NEXT)
    assert home.shared("SELECT count(*) AS n FROM share.person") == [{"n": 1800}]


def test_dagster_takes_the_definitions(home: Home) -> None:
    """As somebody runs it who cloned the project, with nothing but the settings."""
    result = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "--workspace", str(PROJECT / "workspace.yaml")],
        env=home.environment(), capture_output=True, text=True, timeout=300, cwd=PROJECT,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_mistake_in_the_catalogue_stops_before_anything_is_written(home: Home, tmp_path: Path) -> None:
    copied = shutil.copytree(home.settings.catalog, tmp_path / "catalog")
    file = copied / "datasets" / "education" / "student.yaml"
    lines = file.read_text("utf-8").splitlines()
    wrong = next(number for number, line in enumerate(lines, start=1) if "item: grade" in line)
    file.write_text("\n".join(lines).replace("item: grade", "item: grad"), "utf-8")
    snapshot = home.installation.lake.snapshot()

    result = home.onesource("run", "--date", ON, ONESOURCE_CATALOG=str(copied))

    assert result.returncode == 1
    first, *others = result.stderr.strip().splitlines()
    assert f"student.yaml:{wrong}:" in first and "grade" in first
    assert all(re.match(r"catalog/\S+\.yaml:\d+: .+。$", line) for line in [first, *others])
    assert home.installation.lake.snapshot() == snapshot


def test_a_catalogue_file_that_is_no_yaml_is_one_line(home: Home, tmp_path: Path) -> None:
    copied = shutil.copytree(home.settings.catalog, tmp_path / "catalog")
    file = copied / "datasets" / "education" / "student.yaml"
    file.write_text(file.read_text("utf-8") + "\nsharing: {type: [\n", "utf-8")

    with pytest.raises(CatalogueError) as error:
        load(copied)

    assert re.search(r"student\.yaml:\d+: ", str(error.value)) and "\n" not in str(error.value)
