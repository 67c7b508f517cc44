"""The embedded server: wherever its folder lies, after a crash, and with nothing of a person in its log."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from resources.settings import PROJECT

WRITE_TWICE = """
import sys
from pathlib import Path
import sqlalchemy as sa
from resources.embedded import embedded_server

engine = sa.create_engine(embedded_server(Path(sys.argv[1])))
with engine.begin() as connection:
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS lately (number text PRIMARY KEY)"))
    connection.execute(sa.text("INSERT INTO lately VALUES ('610102198001010011') ON CONFLICT DO NOTHING"))
try:
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO lately VALUES ('610102198001010011')"))
except sa.exc.IntegrityError:
    print("refused")
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a blank and Chinese characters; not in pytest's folder, which root's server, another user, may not enter."""
    place = Path(mkdtemp(prefix="onesource-"))
    place.chmod(0o755)
    yield place / "省 中心" / "postgres"
    rmtree(place)


def write_twice(folder: Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own, with which the server stops."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONESOURCE_")}
    environment = kept | {"PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", WRITE_TWICE, str(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def test_it_starts_under_any_path_and_its_log_holds_no_values(folder: Path) -> None:
    result = write_twice(folder)
    assert (result.stdout, result.stderr) == ("refused\n", "")
    log = (folder / "log").read_text("utf-8")
    assert "duplicate key value" in log and "610102198001010011" not in log


def test_the_note_of_a_server_that_crashed_stands_in_nobody_s_way(folder: Path) -> None:
    """The note names a process that runs and is no server, as after a restart of the machine."""
    assert write_twice(folder).returncode == 0
    note = f"{os.getpid()}\n{folder}\n1764370000\n5432\n/tmp\n\n        1         1\nready\n"
    (folder / "postmaster.pid").write_text(note, "utf-8")
    result = write_twice(folder)
    assert (result.stdout, result.stderr) == ("refused\n", "")


def test_it_stops_although_a_command_that_used_it_was_killed(folder: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", f"{WRITE_TWICE}\nimport os\nos.kill(os.getpid(), 9)", str(folder)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        timeout=120,
    )
    assert killed.returncode == -9 and (folder / "postmaster.pid").exists()
    assert write_twice(folder).returncode == 0
    assert not (folder / "postmaster.pid").exists()


def test_a_server_that_does_not_start_is_one_line(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "something").write_text("of somebody else's")
    command = [sys.executable, "-m", "pipelines", "status"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "ONESOURCE_HOME": str(folder.parent)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert "does not start" in line and str(folder) in line
