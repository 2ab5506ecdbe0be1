"""Volunteers, what they are called to, and their hours."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "volunteers",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("since", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_volunteers_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_volunteers_place_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_volunteers")),
    )
    op.create_index("ix_volunteers_place_id", "volunteers", ["place_id"])
    op.create_table(
        "volunteer_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("called_by", sa.Integer(), nullable=False),
        sa.Column("called_at", _WHEN, nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("starts_at", _WHEN, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("done_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["place_id"], ["places.id"], name=op.f("fk_volunteer_calls_place_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["called_by"], ["people.id"], name=op.f("fk_volunteer_calls_called_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_calls")),
    )
    op.create_index("ix_volunteer_calls_place_id", "volunteer_calls", ["place_id"])
    op.create_table(
        "volunteer_parts",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", _WHEN, nullable=False),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["volunteer_calls.id"], name=op.f("fk_volunteer_parts_call_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_volunteer_parts_person_id")),
        sa.PrimaryKeyConstraint("call_id", "person_id", name=op.f("pk_volunteer_parts")),
    )
    op.create_index("ix_volunteer_parts_person_id", "volunteer_parts", ["person_id"])


def downgrade() -> None:
    for table in ("volunteer_parts", "volunteer_calls", "volunteers"):
        op.drop_table(table)
