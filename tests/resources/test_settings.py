"""Settings from the environment and onesource.env."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from resources.settings import InstallationError, Settings, settings


def test_everything_lies_under_home_unless_said_otherwise(tmp_path: Path) -> None:
    chosen = Settings(home=tmp_path)
    assert chosen.deliveries_folder == tmp_path / "deliveries"
    assert chosen.lake_path == str(tmp_path / "lake")
    assert Settings(home=tmp_path, lake="s3://bucket/lake").lake_path == "s3://bucket/lake"


def test_the_environment_is_before_onesource_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONESOURCE_HOME", str(tmp_path))
    monkeypatch.setenv("ONESOURCE_THREADS", "3")
    for name in ("ONESOURCE_MEMORY", "ONESOURCE_DATABASE_HEALTH"):  # absent now, and again after the test
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    (tmp_path / "onesource.env").write_text(
        "# a comment\nONESOURCE_THREADS=1\nONESOURCE_MEMORY=3GB\nONESOURCE_DATABASE_HEALTH=mysql+pymysql://host/health?x=1\n",
        encoding="utf-8",
    )

    chosen = settings()

    assert (chosen.threads, chosen.memory_limit) == (3, "3GB")
    assert chosen.database_url("health") == "mysql+pymysql://host/health?x=1"
    assert chosen.database_url("education") is None


def test_a_password_is_not_shown_with_the_settings(tmp_path: Path) -> None:
    assert "secret" not in repr(Settings(home=tmp_path, postgres_url="postgresql://user:secret@host/db"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nightly_at", "2 am"), ("nightly_at", "24:00"), ("threads", 0), ("published_keep_days", 0),
        ("memory", "8"), ("memory", "plenty"), ("lake", "gs://bucket/lake"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({"home": tmp_path, name: value})


@pytest.mark.parametrize("memory", ["8GB", "8GiB", "512 MB", "1.5g"])
def test_memory_is_a_number_with_its_unit(tmp_path: Path, memory: str) -> None:
    assert Settings(home=tmp_path, memory=memory).memory_limit == memory


def test_what_is_wrong_is_a_line_for_each_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONESOURCE_HOME", str(tmp_path))
    monkeypatch.setenv("ONESOURCE_THREADS", "many")
    monkeypatch.setenv("ONESOURCE_NIGHTLY_AT", "24:00")

    with pytest.raises(InstallationError) as error:
        settings()

    threads, nightly_at = str(error.value).splitlines()
    assert threads.startswith("ONESOURCE_THREADS=many: ") and nightly_at.startswith("ONESOURCE_NIGHTLY_AT=24:00: ")


def test_an_empty_variable_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `ONESOURCE_DELIVERIES=` in a service's environment: not the folder in which the command happens to start."""
    monkeypatch.setenv("ONESOURCE_HOME", str(tmp_path))
    for name in ("DELIVERIES", "CATALOG", "THREADS", "LAKE", "MEMORY"):
        monkeypatch.setenv(f"ONESOURCE_{name}", "")

    assert settings() == Settings(home=tmp_path)


def test_relative_folders_are_those_of_where_the_command_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    chosen = Settings.model_validate({"home": "home", "deliveries": "in", "lake": "lake", "catalog": "catalog"})
    assert chosen.deliveries_folder == tmp_path / "in" and chosen.lake_path == str(tmp_path / "lake")
    assert (chosen.home, chosen.catalog) == (tmp_path / "home", tmp_path / "catalog")


def test_onesource_env_of_a_spreadsheet_maker_s_editor_is_read_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONESOURCE_HOME", str(tmp_path))
    monkeypatch.setenv("ONESOURCE_THREADS", "")
    monkeypatch.delenv("ONESOURCE_THREADS")
    (tmp_path / "onesource.env").write_text("ONESOURCE_THREADS=1\n", encoding="utf-8-sig")
    assert settings().threads == 1
    (tmp_path / "onesource.env").write_text("# 线程\nONESOURCE_THREADS=1\n", encoding="gb18030")
    with pytest.raises(InstallationError, match="UTF-8"):
        settings()
