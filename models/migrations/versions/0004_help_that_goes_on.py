"""What a team helps with now, and the calls among all help, are found without the past; indexes say all that is asked."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AREA = ["street", "community", "grid", "county"]
_CLOCKS = ["accept_by", "handle_by", "stopped_at"]
_OPEN = ["status", *_CLOCKS, *_AREA, "category", "team"]
_FILED = ["created_at", "category", *_AREA, "red_flag"]
_LIMIT = (
    "(CASE WHEN stopped_at IS NULL THEN CASE WHEN status IN ('pending', 'received', 'dispatched') THEN accept_by "
    "WHEN status = 'working' THEN handle_by END END)"
)
_OF_LIMIT = ["category", "ended_at", "id", "status", "stopped_at", "accept_by", "handle_by"]


def upgrade() -> None:
    op.add_column("ticket_support", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE ticket_support SET ended_at = (SELECT ended_at FROM tickets WHERE tickets.id = ticket_support.ticket_id)"
    )
    op.drop_index("ix_ticket_support_team_called_at", table_name="ticket_support")
    _part("ix_ticket_support_open", "ticket_support", ["ground", "team", "ticket_id"], "ended_at IS NULL")
    _part("ix_ticket_support_calls", "ticket_support", ["called_at", "ticket_id"], "ground > ''")
    op.drop_index("ix_tickets_open", table_name="tickets")
    _part("ix_tickets_open", "tickets", [*_OPEN, "urgent", "ended_at", "id"], "ended_at IS NULL")
    _part("ix_tickets_limit", "tickets", [sa.text(_LIMIT), *_AREA, *_OF_LIMIT], "ended_at IS NULL")
    op.drop_index("ix_tickets_created_at", table_name="tickets")
    op.create_index("ix_tickets_created_at", "tickets", [*_FILED, "place_id"])


def downgrade() -> None:
    op.drop_index("ix_tickets_created_at", table_name="tickets")
    op.create_index("ix_tickets_created_at", "tickets", _FILED)
    op.drop_index("ix_tickets_limit", table_name="tickets")
    op.drop_index("ix_tickets_open", table_name="tickets")
    _part("ix_tickets_open", "tickets", [*_OPEN, "ended_at"], "ended_at IS NULL")
    op.drop_index("ix_ticket_support_calls", table_name="ticket_support")
    op.drop_index("ix_ticket_support_open", table_name="ticket_support")
    op.create_index("ix_ticket_support_team_called_at", "ticket_support", ["team", "called_at"])
    op.drop_column("ticket_support", "ended_at")


def _part(name: str, table: str, columns: list[Any], where: str) -> None:
    part = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=part, postgresql_where=part)
