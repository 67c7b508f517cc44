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

gate_decision = sa.Table(
    "gate_decision",
    metadata,
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("business_date", sa.Date, primary_key=True),
    sa.Column("is_held", sa.Boolean, nullable=False, comment="whether the publication was held back"),
    sa.Column("reason", sa.Text, nullable=False, comment="the blocking rules that failed; empty where none did"),
    sa.Column("overridden_by", sa.Text, comment="who let it pass"),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)

gate_override = sa.Table(
    "gate_override",
    metadata,
    sa.Column("override_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("business_date", sa.Date, nullable=False, comment="the one day for which it holds"),
    sa.Column("given_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("given_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
