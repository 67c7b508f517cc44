"""The lake's tables of the themes: `theme.<name>` is a view over what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from foundation.catalogue.catalogue import Catalogue
from foundation.library.states import columns_of
from foundation.publication.rows import published_sql
from foundation.publication.tables import PREFIX
from foundation.sql import quoted
from foundation.themes.query import AFFECTED, HIDDEN, ThemeQuery, table_of
from foundation.themes.sharing import ThemeSharing
from resources.lake import Lake
from resources.operations import publication
from resources.postgres import SHARE


def theme_part(catalogue: Catalogue, name: str) -> list[str]:
    """What a theme's rows and what is shared of them follow from."""
    is_shared = bool(ThemeSharing(catalogue, catalogue.themes[name]).shared)
    return [ThemeQuery(catalogue, name, date.min).sql(), published_sql(catalogue, PREFIX + name) if is_shared else ""]


def ensure_themes(lake: Lake, catalogue: Catalogue, names: Iterable[str]) -> None:
    """Make the tables and views of themes that are new or declared otherwise than before.

    A table whose columns are others is made anew, for a theme can be worked out again. What was shared is withdrawn
    until the theme is published as it is declared now: an item that may no longer be shared must not stay.
    """
    for name in names:
        query = ThemeQuery(catalogue, name, date.min)
        lake.con.execute(f"CREATE OR REPLACE TEMP TABLE {AFFECTED} ({quoted(query.key)} VARCHAR)")
        wanted = {**columns_of(lake.con, query.sql()), "updated_at": "TIMESTAMP"}
        table = table_of(name)
        if lake.exists(table) and columns_of(lake.con, f"FROM {table}") != wanted:
            lake.con.execute(f"DROP VIEW IF EXISTS theme.{name}")
            lake.con.execute(f"DROP TABLE {table}")
        lake.ensure(table, wanted)
        shown = ", ".join(quoted(column) for column in wanted if column not in HIDDEN)
        lake.con.execute(f"CREATE OR REPLACE VIEW theme.{name} AS SELECT {shown} FROM lake.{table}")
        _withdraw(lake, PREFIX + name)


def _withdraw(lake: Lake, name: str) -> None:
    with lake.postgres.engine.begin() as connection:
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {SHARE}.{quoted(name)}"))
        connection.execute(sa.delete(publication).where(publication.c.table_name == name))
