"""Settings: from the environment and `$ONESOURCE_HOME/onesource.env`; all have defaults."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
PREFIX = "ONESOURCE_"
DATABASE_PREFIX = f"{PREFIX}DATABASE_"


class InstallationError(Exception):
    """The installation can't be used as it is; the message says why and what to do."""


class Settings(BaseSettings):
    """What an installation may choose; docs/settings.md says more."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    home: Path = Field(PROJECT / ".onesource", description="everything that the project writes")
    deliveries: Path | None = Field(None, description="where departments deliver; default `$ONESOURCE_HOME/deliveries`")
    postgres_url: str | None = Field(None, description="the PostgreSQL server; default an embedded one", repr=False)
    lake: str | None = Field(None, description="folder or `s3://` address of the lake; default `$ONESOURCE_HOME/lake`")
    s3_url_style: Literal["vhost", "path"] = Field(
        "vhost", description="how an S3 store's buckets are addressed: `vhost` as bucket.host, `path` as host/bucket"
    )
    catalog: Path = Field(PROJECT / "catalog", description="the catalogue of information resources")
    memory: str | None = Field(
        None,
        pattern=r"^\d+(\.\d+)? ?[KMGTkmgt](i?[Bb])?$",
        description="bound on the engine's memory, e.g. `8GB`; default 60 % of the machine's",
    )
    threads: int = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)),
        ge=1,
        description="threads to work with; default all cores",
    )
    steps_at_once: int = Field(
        2, ge=1, description="assets that a run works on side by side; they share memory and threads"
    )
    nightly_at: str = Field(
        "02:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="when the nightly job starts, province time"
    )
    quick_check_days: int = Field(5, ge=1, description="working days in which a department answers a quick check")
    published_keep_days: int = Field(
        30, ge=1, description="batch files older than this are removed, the last one never"
    )
    failing_records: int = Field(100_000, ge=0, description="failing records kept per rule; the count is always exact")
    failing_keep_days: int = Field(7, ge=1, description="failing records of older measurements are removed")
    reports_keep_days: int = Field(100, ge=1, description="quality reports older than this are removed")

    keep_days: int = Field(
        90, ge=1, description="earlier states of the lake and Dagster's runs stay readable for so many days"
    )

    @field_validator("home", "deliveries", "catalog")
    @classmethod
    def absolute(cls, path: Path | None) -> Path | None:
        return path if path is None else path.expanduser().absolute()

    @field_validator("lake")
    @classmethod
    def folder_or_s3(cls, lake: str | None) -> str | None:
        if not lake or lake.startswith("s3://"):
            return lake
        if "://" in lake:
            raise ValueError("a lake is a folder or an s3:// address")
        return str(Path(lake).expanduser().absolute())

    @property
    def deliveries_folder(self) -> Path:
        return self.deliveries or self.home / "deliveries"

    @property
    def lake_path(self) -> str:
        return self.lake or str(self.home / "lake")

    @property
    def memory_limit(self) -> str:
        if self.memory:
            return self.memory
        bytes_of_machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return f"{int(bytes_of_machine * 0.6) // 2**20}MiB"

    def database_url(self, department: str) -> str | None:
        """SQLAlchemy URL of a department's own database, or None where it has not been given."""
        return os.environ.get(DATABASE_PREFIX + department.upper()) or None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InstallationError(f"{file} is not UTF-8. Save it as UTF-8.") from None


def settings() -> Settings:
    """The settings in force; variables in `$ONESOURCE_HOME/onesource.env` hold where the environment says nothing.

    Raises InstallationError, a line for each setting that is wrong.
    """
    file = Path(os.environ.get("ONESOURCE_HOME") or PROJECT / ".onesource").expanduser() / "onesource.env"
    if file.exists():
        for line in _text(file).splitlines():
            name, separator, value = line.partition("=")
            if separator and not name.startswith("#"):
                os.environ.setdefault(name.strip(), value.strip())
    try:
        return Settings()
    except ValidationError as error:
        wrong = [(str(one["loc"][0]), one["input"], one["msg"]) for one in error.errors()]
        lines = [
            f"{PREFIX}{name.upper()}={given}: {problem}. It says: {Settings.model_fields[name].description}."
            for name, given, problem in wrong
        ]
        raise InstallationError("\n".join(lines)) from None
