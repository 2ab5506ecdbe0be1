"""A patrol point has a day from which its rounds are due; those of before stay without one."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patrol_points", sa.Column("since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("patrol_points", "since")
