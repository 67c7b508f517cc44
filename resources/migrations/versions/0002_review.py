"""Cases for people to decide, and the ledger of their judgements."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

RECORD = [
    sa.Column(f"{side}_{name}", sa.Text, nullable=False)
    for side in ("left", "right")
    for name in ("department", "dataset", "record_key", "role")
]


def upgrade() -> None:
    op.create_table(
        "review_case",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("library_table", sa.Text, nullable=False),
        *[column.copy() for column in RECORD],
        sa.Column("match_weight", sa.Double, nullable=False),
        sa.Column("match_probability", sa.Double, nullable=False),
        sa.Column("weights", sa.JSON, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("first_seen", sa.Date, nullable=False),
        sa.Column("last_seen", sa.Date, nullable=False),
        schema="operations",
    )
    op.create_table(
        "judgement",
        sa.Column("judgement_id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("library_table", sa.Text, nullable=False),
        *[column.copy() for column in RECORD],
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("judged_by", sa.Text, nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint("verdict IN ('same', 'different', 'unsure')", name="judgement_verdict"),
        schema="operations",
    )


def downgrade() -> None:
    op.drop_table("judgement", schema="operations")
    op.drop_table("review_case", schema="operations")
