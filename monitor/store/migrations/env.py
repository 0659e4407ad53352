"""Alembic's entry: run the migrations on the connection, and in the transaction, that we hand in."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
