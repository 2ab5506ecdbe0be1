"""How many messages the platform still takes for a person, what they agreed to be told, by which way a push went out."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_UNUSED = sa.text("used_at IS NULL")


def upgrade() -> None:
    for name in ("wrote_at", "tapped_at"):
        op.add_column("people", sa.Column(name, _WHEN, nullable=True))
    for name in ("told_since_wrote", "told_since_tapped"):
        op.add_column("people", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE people SET wrote_at = last_inbound_at")
    op.add_column("pushes", sa.Column("way", sa.String(), server_default="", nullable=False))
    op.create_table(
        "acceptances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.String(), nullable=False),
        sa.Column("accepted_at", _WHEN, nullable=False),
        sa.Column("used_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_acceptances_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptances")),
    )
    op.create_index(
        "ix_acceptances_unused",
        "acceptances",
        ["person_id", "template_id"],
        sqlite_where=_UNUSED,
        postgresql_where=_UNUSED,
    )


def downgrade() -> None:
    op.drop_table("acceptances")
    op.drop_column("pushes", "way")
    for name in ("wrote_at", "tapped_at", "told_since_wrote", "told_since_tapped"):
        op.drop_column("people", name)
