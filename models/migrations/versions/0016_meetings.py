"""Meetings of a community, and the matters on their agenda."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("opened_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["community"], ["grids.code"], name=op.f("fk_meetings_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("community", "month", name=op.f("uq_meetings_community_month")),
    )
    op.create_table(
        "matters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_matters_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_matters_ticket_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_matters_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_matters_meeting_id_number")),
        sa.UniqueConstraint("meeting_id", "ticket_id", name=op.f("uq_matters_meeting_id_ticket_id")),
    )
    op.create_index("ix_matters_ticket_id", "matters", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("matters")
    op.drop_table("meetings")
