"""The table of publications."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("business_date", sa.Date, nullable=False),
        sa.Column("snapshot", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema="operations",
    )


def downgrade() -> None:
    op.drop_table("publication", schema="operations")
