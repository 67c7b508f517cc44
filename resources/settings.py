"""Settings: from the environment and `$ONESOURCE_HOME/onesource.env`; all have defaults."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
DATABASE_PREFIX = "ONESOURCE_DATABASE_"


class Settings(BaseSettings):
    """What an installation may choose; docs/settings.md says more."""

    model_config = SettingsConfigDict(env_prefix="ONESOURCE_", extra="ignore")

    home: Path = Field(PROJECT / ".onesource", description="everything that the project writes")
    deliveries: Path | None = Field(None, description="where departments deliver; default `$ONESOURCE_HOME/deliveries`")
    postgres_url: str | None = Field(None, description="the PostgreSQL server; default an embedded one", repr=False)
    lake: str | None = Field(None, description="folder or `s3://` address of the lake; default `$ONESOURCE_HOME/lake`")
    catalog: Path = Field(PROJECT / "catalog", description="the catalogue of information resources")
    memory: str | None = Field(
        None, description="bound on the engine's memory, e.g. `8GB`; default 60 % of the machine's"
    )
    threads: int = Field(
        default_factory=lambda: len(os.sched_getaffinity(0)),
        ge=1,
        description="threads to work with; default all cores",
    )
    nightly_at: str = Field("02:00", pattern=r"^\d{2}:\d{2}$", description="when the nightly job starts, province time")
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

    @property
    def deliveries_folder(self) -> Path:
        return self.deliveries or self.home / "deliveries"

    @property
    def lake_path(self) -> str:
        path = self.lake or str(self.home / "lake")
        return path if "://" in path else str(Path(path).expanduser().absolute())

    @property
    def memory_limit(self) -> str:
        if self.memory:
            return self.memory
        bytes_of_machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return f"{int(bytes_of_machine * 0.6) // 2**20}MiB"

    def database_url(self, department: str) -> str | None:
        """SQLAlchemy URL of a department's own database, or None where it has not been given."""
        return os.environ.get(DATABASE_PREFIX + department.upper()) or None


def settings() -> Settings:
    """The settings in force; variables in `$ONESOURCE_HOME/onesource.env` hold where the environment says nothing."""
    file = Path(os.environ.get("ONESOURCE_HOME", PROJECT / ".onesource")).expanduser() / "onesource.env"
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            name, separator, value = line.partition("=")
            if separator and not name.startswith("#"):
                os.environ.setdefault(name.strip(), value.strip())
    return Settings()
