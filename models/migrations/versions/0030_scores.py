"""Contested points, companies' ratings of their community, residents' thanks."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_contests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_score_contests_ticket_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_score_contests_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_score_contests_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_contests")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_score_contests_ticket_id")),
    )
    op.create_table(
        "community_ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["teams.code"], name=op.f("fk_community_ratings_team")),
        sa.ForeignKeyConstraint(["community"], ["grids.code"], name=op.f("fk_community_ratings_community")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_community_ratings_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_ratings")),
        sa.UniqueConstraint("team", "community", "quarter", name=op.f("uq_community_ratings_team_community_quarter")),
    )
    op.create_index("ix_community_ratings_community", "community_ratings", ["community"])
    op.create_table(
        "thanks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_thanks_ticket_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_thanks_person_id")),
        sa.ForeignKeyConstraint(["to_id"], ["people.id"], name=op.f("fk_thanks_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thanks")),
        sa.UniqueConstraint("ticket_id", "person_id", name=op.f("uq_thanks_ticket_id_person_id")),
    )
    op.create_index("ix_thanks_person_id", "thanks", ["person_id"])
    op.create_index("ix_thanks_to_id", "thanks", ["to_id"])
    op.create_index("ix_thanks_at", "thanks", ["at"])


def downgrade() -> None:
    for table in ("thanks", "community_ratings", "score_contests"):
        op.drop_table(table)
