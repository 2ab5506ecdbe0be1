"""The private list of those who are looked after, visits to them, and who looked at it."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cared_for",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("grid", sa.String(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=True),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["grid"], ["grids.code"], name=op.f("fk_cared_for_grid")),
        sa.ForeignKeyConstraint(["visitor_id"], ["people.id"], name=op.f("fk_cared_for_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cared_for")),
    )
    op.create_index("ix_cared_for_grid", "cared_for", ["grid"])
    op.create_index("ix_cared_for_visitor_id", "cared_for", ["visitor_id"])
    op.create_table(
        "care_visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cared_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["cared_id"], ["cared_for.id"], name=op.f("fk_care_visits_cared_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_care_visits_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_visits")),
    )
    op.create_index("ix_care_visits_cared_id", "care_visits", ["cared_id"])
    op.create_index("ix_care_visits_at", "care_visits", ["at"])
    op.create_table(
        "care_missed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cared_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["cared_id"], ["cared_for.id"], name=op.f("fk_care_missed_cared_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_missed")),
        sa.UniqueConstraint("cared_id", "due_on", name=op.f("uq_care_missed_cared_id_due_on")),
    )
    op.create_index("ix_care_missed_due_on", "care_missed", ["due_on"])
    op.create_table(
        "care_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("cared_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_care_looks_person_id")),
        sa.ForeignKeyConstraint(["cared_id"], ["cared_for.id"], name=op.f("fk_care_looks_cared_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_looks")),
    )
    op.create_index("ix_care_looks_cared_id", "care_looks", ["cared_id"])


def downgrade() -> None:
    for table in ("care_looks", "care_missed", "care_visits", "cared_for"):
        op.drop_table(table)
