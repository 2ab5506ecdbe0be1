"""A ticket says whose people may not learn what it tells, and what they are asked instead."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SAID = sa.text("shut_out > ''")


def upgrade() -> None:
    op.add_column("tickets", sa.Column("shut_out", sa.String(), nullable=True))
    op.add_column("tickets", sa.Column("errand", sa.String(), server_default="", nullable=False))
    op.create_index("ix_tickets_shut_out", "tickets", ["shut_out", "id"], sqlite_where=_SAID, postgresql_where=_SAID)


def downgrade() -> None:
    op.drop_index("ix_tickets_shut_out", table_name="tickets")
    op.drop_column("tickets", "errand")
    op.drop_column("tickets", "shut_out")
