"""How current a theme is: what was last taken from each dataset under it, and what was refused since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.sql import texts
from foundation.themes.names import dataset_of
from foundation.themes.query import ThemeQuery


@dataclass(frozen=True)
class DatasetStanding:
    """The business dates of a dataset's last delivery that was taken and of a later one that was refused."""

    dataset: str
    accepted_on: date | None
    refused_on: date | None


def delivered(con: duckdb.DuckDBPyConnection, query: ThemeQuery) -> list[DatasetStanding]:
    """How the datasets that a theme names stand, in their order."""
    names = list(dict.fromkeys(dataset_of(one)[0] for one in query.theme.sources.values() if one.dataset))
    if not names:
        return []
    rows = con.execute(
        f"""SELECT department || '/' || dataset,
            max(business_date) FILTER (status IN ('accepted', 'duplicate')),
            CASE WHEN arg_max(status, received_at) = 'rejected' THEN max(business_date) FILTER (status = 'rejected') END
        FROM ingest.delivery WHERE department || '/' || dataset IN ({texts(names)}) AND status <> 'superseded' GROUP BY ALL"""
    ).fetchall()
    known = {name: DatasetStanding(name, accepted, refused) for name, accepted, refused in rows}
    return [known.get(name, DatasetStanding(name, None, None)) for name in names]


def late(one: DatasetStanding) -> str:
    """What is to be said of a dataset; nothing where its last delivery was taken."""
    if one.refused_on is not None:
        return f"{one.refused_on} 的报送被拒收，沿用上次数据"
    return "" if one.accepted_on else "本主题暂缺这部分数据"
