"""Settings from the environment and onesource.env."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from resources.settings import Settings, settings


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


@pytest.mark.parametrize(("name", "value"), [("nightly_at", "2 am"), ("threads", 0), ("published_keep_days", 0)])
def test_a_wrong_setting_is_refused(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({"home": tmp_path, name: value})
