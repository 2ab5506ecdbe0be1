"""The public notice: a month, its compounds' figures, its chained lines."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("cut_at", _WHEN, nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("issued_at", _WHEN, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("month", name=op.f("uq_notices_month")),
    )
    op.create_table(
        "notice_compounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("figures", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_compounds_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_compounds")),
        sa.UniqueConstraint("notice_id", "place_id", name=op.f("uq_notice_compounds_notice_id_place_id")),
    )
    op.create_index("ix_notice_compounds_place_id", "notice_compounds", ["place_id"])
    op.create_table(
        "notice_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("history", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_lines_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_lines")),
        sa.UniqueConstraint("notice_id", "position", name=op.f("uq_notice_lines_notice_id_position")),
    )
    op.create_index("ix_notice_lines_ticket_id", "notice_lines", ["ticket_id"])


def downgrade() -> None:
    for table in ("notice_lines", "notice_compounds", "notices"):
        op.drop_table(table)
