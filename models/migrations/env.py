"""Alembic's entry: migrates the connection that it is given (`models.migrating`)."""

from typing import Any, Literal

from alembic import context

import models  # noqa: F401  (registers every table)
from models.base import Base, UtcDateTime
from models.encrypted_columns import Sealed


def _render(kind: str, thing: Any, _context: object) -> str | Literal[False]:
    """Write database types into migrations, which must not change when our own types do."""
    if kind != "type":
        return False
    return next((written for ours, written in _OURS.items() if isinstance(thing, ours)), False)


_OURS = {UtcDateTime: "sa.DateTime(timezone=True)", Sealed: "sa.String()"}


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite can't alter a table, so it is copied
    compare_type=True,
    compare_server_default=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
