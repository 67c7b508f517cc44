"""The operations tables: what has been published when, from which state of the lake; review cases and judgements."""

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


def _records() -> list[sa.Column[str]]:
    """The two records that a case or a judgement is about."""
    return [
        sa.Column(f"{side}_{name}", sa.Text, nullable=False)
        for side in ("left", "right")
        for name in ("department", "dataset", "record_key", "role")
    ]


review_case = sa.Table(
    "review_case",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("library_table", sa.Text, nullable=False),
    *_records(),
    sa.Column("match_weight", sa.Double, nullable=False),
    sa.Column("match_probability", sa.Double, nullable=False),
    sa.Column("weights", sa.JSON, nullable=False, comment="bits that each item speaks for (+) or against (-)"),
    sa.Column("state", sa.Text, nullable=False, comment="open, judged or closed (the records say otherwise now)"),
    sa.Column("first_seen", sa.Date, nullable=False),
    sa.Column("last_seen", sa.Date, nullable=False),
)

# Rows are only ever added; of several judgements on the same two records the last one holds.
judgement = sa.Table(
    "judgement",
    metadata,
    sa.Column("judgement_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("library_table", sa.Text, nullable=False),
    *_records(),
    sa.Column("verdict", sa.Text, nullable=False, comment="same, different or unsure"),
    sa.Column("judged_by", sa.Text, nullable=False),
    sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("reason", sa.Text),
    sa.CheckConstraint("verdict IN ('same', 'different', 'unsure')", name="judgement_verdict"),
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
