"""The few open tickets have an index of their own, and figures are counted in indexes alone."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AREA = ["street", "community", "grid", "county"]
_FORMER = (
    "assignee_id",
    "closing_ended_at",
    "community_status",
    "created_at_category",
    "grid_status",
    "proposed_id_id",
    "status_accept_by",
    "status_handle_by",
    "street",
    "team_status",
)


def upgrade() -> None:
    for name in _FORMER:
        op.drop_index(f"ix_tickets_{name}", table_name="tickets")
    op.create_index("ix_tickets_created_at", "tickets", ["created_at", "category", *_AREA, "red_flag"])
    clocks = ["accept_by", "handle_by", "stopped_at"]
    _part("open", ["status", *clocks, *_AREA, "category", "team", "ended_at"], "ended_at IS NULL")
    _part("ended", ["closing", "ended_at", *_AREA, "category", "status"], "ended_at IS NOT NULL")
    _part("proposed", ["proposed_id", "id"], "proposed_id IS NOT NULL")
    _part("assigned", ["assignee_id"], "assignee_id IS NOT NULL")


def _part(name: str, columns: list[str], where: str) -> None:
    part = sa.text(where)
    op.create_index(f"ix_tickets_{name}", "tickets", columns, sqlite_where=part, postgresql_where=part)
