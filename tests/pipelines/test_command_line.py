"""The command line as its users meet it, each command in a process of its own."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tests.homes import Home, Server, new_home

TABLES = ("person", "legal_entity", "admin_division", "place_name", "address", "real_estate_unit", "license")
DAY = "2026-11-01"


def share(home: Home) -> dict[str, list[str]]:
    """Every published table's rows, and the published CSV, as one would compare them."""
    return {
        table: [
            *(str(row) for row in home.shared(f"SELECT * FROM share.{table} ORDER BY 1")),
            (home.folder / "published" / table / DAY / f"{table}.csv").read_text(encoding="utf-8"),
        ]
        for table in TABLES
    }


def test_demo_publishes_all_seven_tables_and_says_where_to_look(demo: Home) -> None:
    assert all(rows for rows in share(demo).values())
    assert "onesource sql" in demo.said and "published" in demo.said


def test_rows_delivered_are_accepted_plus_rejected(demo: Home) -> None:
    wrong = demo.rows("FROM ingest.delivery WHERE rows <> accepted_rows + rejected_rows OR status <> 'accepted'")
    assert wrong == []
    delivered = demo.value("SELECT count(DISTINCT (department, dataset)) FROM ingest.delivery")
    assert delivered == len(demo.installation.catalogue.datasets)


def test_running_again_changes_nothing(demo: Home) -> None:
    before = share(demo)
    result = demo.onesource("run", "--date", DAY)

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


def test_a_delivery_that_lies_where_none_is_looked_for_is_told(demo: Home) -> None:
    misplaced = demo.settings.deliveries_folder / "education" / "students"
    misplaced.mkdir()
    (misplaced / "2026-11-01.csv").write_text("学籍号\n", encoding="utf-8")
    try:
        said = demo.onesource("status").stdout
    finally:
        shutil.rmtree(misplaced)
    assert [line for line in said.splitlines() if line.startswith("not read:") and str(misplaced) in line]
    assert "not read:" not in demo.said


def test_sql_reads_and_does_nothing_else(demo: Home) -> None:
    read = demo.onesource("sql", "SELECT count(*) AS n FROM library.person", "--format", "json")
    assert read.returncode == 0 and json.loads(read.stdout)[0]["n"] > 0
    assert demo.onesource("sql", "DELETE FROM library.person").returncode == 2
    assert demo.onesource("sql", "SELECT 1; SELECT 2").returncode == 2
    assert demo.onesource("sql", "SELECT * FROM read_csv('/etc/passwd')").returncode == 1


def test_wrong_usage_and_strictness_have_their_exit_codes(demo: Home) -> None:
    """A file that lacks its header is refused, and what stands in the header's place is not repeated."""
    assert demo.onesource("run", "--date", "yesterday").returncode == 2
    bad = demo.settings.deliveries_folder / "education" / "student" / "2026-11-02.csv"
    bad.write_bytes("G1,欧阳建国,男,20100101,61010220100101001X,欧阳建国,七年级,在读\r\n".encode("gb18030"))
    result = demo.onesource("run", "--date", "2026-11-02", "--strict")
    assert result.returncode == 1
    assert "2026-11-02.csv" in result.stdout
    assert not [value for value in ("欧阳建国", "61010220100101001X") if value in result.stdout + result.stderr]
