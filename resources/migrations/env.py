"""Alembic runs here with the connection that resources/postgres.py opened."""

from alembic import context

from resources.operations import metadata
from resources.postgres import OPERATIONS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=OPERATIONS,
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
