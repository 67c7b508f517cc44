"""Dagster's storage in our PostgreSQL, found in the same way as by every command of ours; `dagster.yaml` names it."""

from __future__ import annotations

from typing import Any

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage

from resources.postgres import open_postgres
from resources.settings import settings

RECYCLED_AFTER = 3600  # seconds
OVERFLOW = 20  # connections beside the one that is held


class Storage(DagsterPostgresStorage):
    """Dagster's own commands need nothing but the settings (a server, or the embedded one that is started here).

    Connections are held open, as the web server does: a night stores a thousand events, and every one would open three.
    """

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: dict[str, Any]) -> Storage:
        postgres = open_postgres(settings())
        postgres.engine.dispose()
        storage = cls(postgres.dagster_url(), inst_data=inst_data)
        for part in (storage.event_log_storage, storage.run_storage, storage.schedule_storage):
            part.optimize_for_webserver(statement_timeout=0, pool_recycle=RECYCLED_AFTER, max_overflow=OVERFLOW)
        return storage
