"""Reception days: series, sessions, demands; promises of all practices; residents by their home."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_STANDS = sa.text("cancelled_at IS NULL")
_AT_HOME = sa.text("home_place_id IS NOT NULL")


def upgrade() -> None:
    _promises()
    _series()
    _sessions()
    _demands()
    op.create_index(
        "ix_people_home_place_id", "people", ["home_place_id"], sqlite_where=_AT_HOME, postgresql_where=_AT_HOME
    )


def _promises() -> None:
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practice", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("promised_by", sa.Integer(), nullable=True),
        sa.Column("promiser", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("until", _WHEN, nullable=False),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_promises_ticket_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_promises_place_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["promised_by"], ["people.id"], name=op.f("fk_promises_promised_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index("ix_promises_ticket_id", "promises", ["ticket_id"])
    op.create_index("ix_promises_place_id_until", "promises", ["place_id", "until"])
    op.create_index("ix_promises_practice_subject_id", "promises", ["practice", "subject_id"])


def _series() -> None:
    op.create_table(
        "reception_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("month_days", sa.String(), nullable=False),
        sa.Column("weekdays", sa.String(), nullable=False),
        sa.Column("begins", sa.String(), nullable=False),
        sa.Column("ends", sa.String(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["place_id"], ["places.id"], name=op.f("fk_reception_series_place_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["receiver_id"], ["people.id"], name=op.f("fk_reception_series_receiver_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_reception_series_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reception_series")),
    )
    op.create_index("ix_reception_series_place_id", "reception_series", ["place_id"])


def _sessions() -> None:
    op.create_table(
        "receptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", _WHEN, nullable=False),
        sa.Column("ends_at", _WHEN, nullable=False),
        sa.Column("cancelled_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["series_id"], ["reception_series.id"], name=op.f("fk_receptions_series_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_receptions_place_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["receiver_id"], ["people.id"], name=op.f("fk_receptions_receiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receptions")),
    )
    op.create_index(
        "ix_receptions_place_id_starts_at",
        "receptions",
        ["place_id", "starts_at"],
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )
    op.create_index(
        "ix_receptions_receiver_id_starts_at",
        "receptions",
        ["receiver_id", "starts_at"],
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )
    op.create_index("ix_receptions_series_id", "receptions", ["series_id", "starts_at"])
    op.create_index("ix_receptions_starts_at", "receptions", ["starts_at"])


def _demands() -> None:
    op.create_table(
        "reception_demands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reception_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("comes_at", _WHEN, nullable=True),
        sa.Column("booked_at", _WHEN, nullable=True),
        sa.Column("settled", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("entered_at", _WHEN, nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reception_id"], ["receptions.id"], name=op.f("fk_reception_demands_reception_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reception_demands_person_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_reception_demands_entered_by")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_reception_demands_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reception_demands")),
        sa.UniqueConstraint("reception_id", "number", name=op.f("uq_reception_demands_reception_id_number")),
    )
    op.create_index("ix_reception_demands_person_id", "reception_demands", ["person_id"])
    op.create_index("ix_reception_demands_ticket_id", "reception_demands", ["ticket_id"])


def downgrade() -> None:
    op.drop_index("ix_people_home_place_id", "people")
    for table in ("reception_demands", "receptions", "reception_series", "promises"):
        op.drop_table(table)
