"""The command line as its users meet it, each command in a process of its own."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import Home, Server, new_home

TABLES = ("person", "legal_entity", "admin_division", "place_name", "address", "real_estate_unit", "license")
DAY = "2026-11-01"
PERSONS = "1000"


def onesource(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines", *words]
    return subprocess.run(command, env=home.environment(), capture_output=True, text=True, timeout=600)


def share(home: Home) -> dict[str, list[str]]:
    """Every published table's rows, and the published CSV, as one would compare them."""
    return {
        table: [
            *(str(row) for row in home.shared(f"SELECT * FROM share.{table} ORDER BY 1")),
            (home.folder / "published" / table / DAY / f"{table}.csv").read_text(encoding="utf-8"),
        ]
        for table in TABLES
    }


@pytest.fixture(scope="module")
def demo(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """An installation that `onesource demo` filled."""
    with new_home(server, tmp_path_factory.mktemp("demo")) as home:
        result = onesource(home, "demo", "--persons", PERSONS, "--date", DAY)
        assert result.returncode == 0, result.stderr
        home.summary = result.stdout  # type: ignore[attr-defined]
        yield home


def test_demo_publishes_all_seven_tables_and_says_where_to_look(demo: Home) -> None:
    assert all(rows for rows in share(demo).values())
    assert "onesource sql" in demo.summary and "published" in demo.summary  # type: ignore[attr-defined]


def test_rows_delivered_are_accepted_plus_rejected(demo: Home) -> None:
    wrong = demo.rows("FROM ingest.delivery WHERE rows <> accepted_rows + rejected_rows OR status <> 'accepted'")
    assert wrong == []
    delivered = demo.value("SELECT count(DISTINCT (department, dataset)) FROM ingest.delivery")
    assert delivered == len(demo.installation.catalogue.datasets)


def test_running_again_changes_nothing(demo: Home) -> None:
    before = share(demo)
    result = onesource(demo, "run", "--date", DAY)

    assert result.returncode == 0, result.stderr
    assert share(demo) == before


def test_a_job_that_was_killed_ten_times_comes_to_the_same(demo: Home, server: Server, tmp_path: Path) -> None:
    moments = random.Random(20170816)
    with new_home(server, tmp_path) as killed:
        environment = {
            **killed.environment(),
            "ONESOURCE_DELIVERIES": str(demo.settings.deliveries_folder),
            "ONESOURCE_DATABASE_CIVIL_AFFAIRS": server.url.set(database="civil_affairs").render_as_string(False),
        }
        run = [sys.executable, "-m", "pipelines", "run", "--date", DAY]
        for _ in range(10):
            process = subprocess.Popen(run, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=moments.uniform(4, 16))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
        last = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=600)

        assert last.returncode == 0, last.stderr
        assert share(killed) == share(demo)


def test_sql_reads_and_does_nothing_else(demo: Home) -> None:
    read = onesource(demo, "sql", "SELECT count(*) AS n FROM library.person", "--format", "json")
    assert read.returncode == 0 and json.loads(read.stdout)[0]["n"] > 0
    assert onesource(demo, "sql", "DELETE FROM library.person").returncode == 2
    assert onesource(demo, "sql", "SELECT 1; SELECT 2").returncode == 2
    assert onesource(demo, "sql", "SELECT * FROM read_csv('/etc/passwd')").returncode == 1


def test_wrong_usage_and_strictness_have_their_exit_codes(demo: Home) -> None:
    assert onesource(demo, "run", "--date", "yesterday").returncode == 2
    bad = demo.settings.deliveries_folder / "education" / "student" / "2026-11-02.csv"
    bad.write_bytes(b"")
    result = onesource(demo, "run", "--date", "2026-11-02", "--strict")
    assert result.returncode == 1
    assert "2026-11-02.csv" in result.stdout


def test_no_personal_value_in_what_operators_see(demo: Home) -> None:
    people = demo.rows("SELECT citizen_id, name FROM library.person WHERE citizen_id IS NOT NULL AND length(name) > 2")
    events = demo.shared("SELECT event FROM dagster.event_logs")
    reasons = demo.rows("SELECT reason FROM ingest.rejected_row UNION ALL SELECT reason FROM ingest.delivery")
    seen = "".join(str(row) for row in [*events, *reasons]) + demo.summary  # type: ignore[attr-defined]
    logs = [path.read_text(errors="replace") for path in (demo.folder / "dagster").rglob("*") if path.is_file()]
    seen += "".join(logs)
    assert not [1 for row in people if row["citizen_id"] in seen]
    assert not [1 for row in people if row["name"] in seen]


def test_a_wrong_catalogue_stops_every_command_with_file_and_line(demo: Home, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(demo.settings.catalog, tmp_path / "catalog")
    file = tmp_path / "catalog" / "datasets" / "education" / "student.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("item: grade", "item: grad"), encoding="utf-8")
    environment = {**demo.environment(), "ONESOURCE_CATALOG": str(tmp_path / "catalog")}
    result = subprocess.run(
        [sys.executable, "-m", "pipelines", "status"], env=environment, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 1
    assert "student.yaml:" in result.stderr and "Traceback" not in result.stderr
