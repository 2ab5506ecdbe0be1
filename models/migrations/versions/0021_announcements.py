"""What residents are told ahead, and who asked about it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_WORDS = ("text", "where", "building", "category", "item")
_MOMENTS = {"starts_at": False, "ends_at": False, "send_at": False}
_MOMENTS |= {"confirmed_at": True, "sent_at": True, "cancelled_at": True}


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", _WHEN, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _WORDS),
        sa.Column("places", sa.JSON(), nullable=False),
        *(sa.Column(name, _WHEN, nullable=nullable) for name, nullable in _MOMENTS.items()),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["written_by"], ["people.id"], name=op.f("fk_announcements_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_index("ix_announcements_ends_at", "announcements", ["ends_at"])
    op.create_table(
        "announcement_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_announcement_answers_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_announcement_answers_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_answers")),
    )
    op.create_index("ix_announcement_answers_announcement_id", "announcement_answers", ["announcement_id"])


def downgrade() -> None:
    op.drop_table("announcement_answers")
    op.drop_table("announcements")
