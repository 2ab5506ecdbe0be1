"""Points of patrols, and check-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "patrol_points",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("grid", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("times", sa.String(), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["grid"], ["grids.code"], name=op.f("fk_patrol_points_grid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_points")),
        sa.UniqueConstraint("code", name=op.f("uq_patrol_points_code")),
    )
    op.create_index("ix_patrol_points_grid", "patrol_points", ["grid"])
    op.create_table(
        "check_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_pin", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["patrol_points.id"], name=op.f("fk_check_ins_point_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_check_ins_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    op.create_index("ix_check_ins_point_id_at", "check_ins", ["point_id", "at"])
    op.create_index("ix_check_ins_person_id", "check_ins", ["person_id"])


def downgrade() -> None:
    op.drop_table("check_ins")
    op.drop_table("patrol_points")
