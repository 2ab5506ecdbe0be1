"""Orders of the hotline."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "hotline_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("handler_id", sa.Integer(), nullable=False),
        sa.Column("deadline", _WHEN, nullable=False),
        sa.Column("taken_at", _WHEN, nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("truth", sa.String(), nullable=False),
        sa.Column("returned_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_hotline_orders_ticket_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["people.id"], name=op.f("fk_hotline_orders_handler_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotline_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_hotline_orders_number")),
    )
    op.create_index("ix_hotline_orders_ticket_id", "hotline_orders", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("hotline_orders")
