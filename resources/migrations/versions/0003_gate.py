"""Gates of publication: what was decided, and who let a held table pass for a day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "gate_decision",
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("business_date", sa.Date, primary_key=True),
        sa.Column("is_held", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("overridden_by", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema="operations",
    )
    op.create_table(
        "gate_override",
        sa.Column("override_id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("business_date", sa.Date, nullable=False),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema="operations",
    )


def downgrade() -> None:
    op.drop_table("gate_override", schema="operations")
    op.drop_table("gate_decision", schema="operations")
