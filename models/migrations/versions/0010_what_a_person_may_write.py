"""How much a person may still write."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("messages_left", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("people", "messages_left")
