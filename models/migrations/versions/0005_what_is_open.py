"""Staff find what is their team's, supervisors count in a narrower index; what is finished is in no index of the outbox."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AREA = ["street", "community", "grid", "county"]
_CLOCKS = ["accept_by", "handle_by", "stopped_at"]
_OF_LIMIT = ["category", "ended_at", "id", "status", "stopped_at", "accept_by", "handle_by"]
_LIMIT = (
    "(CASE WHEN stopped_at IS NULL THEN CASE WHEN status IN ('pending', 'received', 'dispatched') THEN accept_by "
    "WHEN status = 'working' THEN handle_by END END)"
)
_OPEN, _DUE = "ended_at IS NULL", "due_at IS NOT NULL"
_OUTBOX = {
    "ix_pushes_due_at": ("pushes", ["due_at"], _DUE),
    "ix_pushes_person_id_due_at": ("pushes", ["person_id", "due_at"], _DUE),
    "ix_pushes_msgid": ("pushes", ["msgid"], "msgid > ''"),
    "ix_timers_due_at": ("timers", ["due_at"], _DUE),
}


def upgrade() -> None:
    op.drop_index("ix_tickets_open", table_name="tickets")
    _part("ix_tickets_open", "tickets", ["status", *_AREA, "category", "team", "ended_at", "id"], _OPEN)
    _part("ix_tickets_open_team", "tickets", ["team", "status", "urgent", *_CLOCKS, "ended_at", "id"], _OPEN)
    op.execute("DROP INDEX IF EXISTS ix_tickets_limit")  # over an expression: lost where a table was copied
    _part("ix_tickets_limit", "tickets", [sa.text(_LIMIT), *_AREA, *_OF_LIMIT, "urgent"], _OPEN)
    _part("ix_tickets_red", "tickets", ["created_at", *_AREA, "red_flag"], "red_flag > ''")
    op.drop_index("ix_ticket_support_open", table_name="ticket_support")
    _part("ix_ticket_support_open", "ticket_support", ["team", "ground", "ticket_id"], _OPEN)
    for name, (table, columns, where) in _OUTBOX.items():
        op.drop_index(name, table_name=table)
        _part(name, table, columns, where)
    _keys_anew("kind || ':' || ticket_id", "ticket_id || ':' || kind")


def downgrade() -> None:
    _keys_anew("ticket_id || ':' || kind", "kind || ':' || ticket_id")
    for name, (table, columns, _where) in _OUTBOX.items():
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)
    op.drop_index("ix_ticket_support_open", table_name="ticket_support")
    _part("ix_ticket_support_open", "ticket_support", ["ground", "team", "ticket_id"], _OPEN)
    op.drop_index("ix_tickets_red", table_name="tickets")
    op.execute("DROP INDEX IF EXISTS ix_tickets_limit")
    _part("ix_tickets_limit", "tickets", [sa.text(_LIMIT), *_AREA, *_OF_LIMIT], _OPEN)
    op.drop_index("ix_tickets_open_team", table_name="tickets")
    op.drop_index("ix_tickets_open", table_name="tickets")
    _part(
        "ix_tickets_open",
        "tickets",
        ["status", *_CLOCKS, *_AREA, "category", "team", "urgent", "ended_at", "id"],
        _OPEN,
    )


def _keys_anew(before: str, after: str) -> None:
    """Keys of what is to be looked at begin with the ticket: a ringing timer is recognized by its key."""
    op.execute(
        f"UPDATE timers SET key = {after} || substr(key, length({before}) + 1) "  # noqa: S608  (our own words)
        f"WHERE ticket_id IS NOT NULL AND substr(key, 1, length({before}) + 1) = {before} || ':'"
    )


def _part(name: str, table: str, columns: list[Any], where: str) -> None:
    part = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=part, postgresql_where=part)
