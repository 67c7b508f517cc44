"""The operations tables: what has been published when, from which state of the lake."""

from __future__ import annotations

import sqlalchemy as sa

from resources.postgres import OPERATIONS

metadata = sa.MetaData(schema=OPERATIONS)

publication = sa.Table(
    "publication",
    metadata,
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("business_date", sa.Date, nullable=False),
    sa.Column("snapshot", sa.BigInteger, nullable=False, comment="the lake's snapshot that share has taken over"),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
