"""Which photos those took who work on a ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_OF_WORK = """
    UPDATE attachments SET of_work = TRUE
    WHERE ticket_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM followers
        WHERE followers.ticket_id = attachments.ticket_id AND followers.person_id = attachments.person_id
    )
"""


def upgrade() -> None:
    op.add_column("attachments", sa.Column("of_work", sa.Boolean(), server_default=sa.false(), nullable=False))
    # until now they were told apart by who sent them: who reported the ticket or waits for it, or who works on it
    op.execute(_OF_WORK)


def downgrade() -> None:
    op.drop_column("attachments", "of_work")
