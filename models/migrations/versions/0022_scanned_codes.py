"""Codes that were made at the platform, and the one that a person scanned last."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scene_codes",
        sa.Column("scene", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("scene", name=op.f("pk_scene_codes")),
    )
    op.add_column("people", sa.Column("scanned", sa.String(), server_default="", nullable=False))
    op.add_column("people", sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("people", "scanned_at")
    op.drop_column("people", "scanned")
    op.drop_table("scene_codes")
