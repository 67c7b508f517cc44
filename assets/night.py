"""The business date that a run speaks for."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg

PROVINCE = ZoneInfo("Asia/Shanghai")


class Night(dg.ConfigurableResource):
    """The run's business date (YYYY-MM-DD); without one, today in the province."""

    business_date: str = ""

    @property
    def date(self) -> date:
        return date.fromisoformat(self.business_date) if self.business_date else datetime.now(PROVINCE).date()
