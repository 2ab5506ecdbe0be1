"""Answers to what is asked again and again, with the wordings learned; teams' telephones; points of parts of places."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("also", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("from_file", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["area"], ["grids.code"], name=op.f("fk_answers_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_table(
        "answer_wordings",
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer"], ["answers.id"], name=op.f("fk_answer_wordings_answer"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer", "text", name=op.f("pk_answer_wordings")),
    )
    op.add_column("teams", sa.Column("phone", sa.String(), nullable=False, server_default=""))
    op.add_column("place_ranges", sa.Column("lat", sa.Double(), nullable=True))
    op.add_column("place_ranges", sa.Column("lng", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("place_ranges", "lng")
    op.drop_column("place_ranges", "lat")
    op.drop_column("teams", "phone")
    op.drop_table("answer_wordings")
    op.drop_table("answers")
