"""How Alembic runs the steps: on the connection, and within the transaction, that database.py gives it."""

from alembic import context

from snntrainer3d.runs.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
