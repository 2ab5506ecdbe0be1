"""Sums of each day and area, for the board."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_sums",
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("shut_out", sa.String(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("area", "day", "shut_out", name=op.f("pk_day_sums")),
    )
    op.create_index("ix_day_sums_day", "day_sums", ["day"])


def downgrade() -> None:
    op.drop_table("day_sums")
