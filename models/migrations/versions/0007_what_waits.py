"""Pushes have a rank, may be laid aside until a person writes or a way works again; ways that are shut are known."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)
_DUE, _LAID_ASIDE = sa.text("due_at IS NOT NULL"), sa.text("outcome IN ('held', 'kept')")


def upgrade() -> None:
    op.create_table(
        "breakers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", _WHEN, nullable=True),
        sa.Column("probe_at", _WHEN, nullable=True),
        sa.Column("told_at", _WHEN, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_breakers")),
    )
    op.add_column("pushes", sa.Column("rank", sa.Integer(), server_default="3", nullable=False))
    op.add_column("pushes", sa.Column("unreached_at", _WHEN, nullable=True))
    op.execute("UPDATE pushes SET rank = 0 WHERE event = 'red_flag' AND due_at IS NOT NULL")
    _part("ix_pushes_due", ["rank", "due_at", "id"], _DUE)
    _part("ix_pushes_laid_aside", ["outcome", "person_id"], _LAID_ASIDE)


def downgrade() -> None:
    op.execute("UPDATE pushes SET due_at = created_at, outcome = '' WHERE outcome IN ('held', 'kept')")
    op.drop_index("ix_pushes_laid_aside", table_name="pushes")
    op.drop_index("ix_pushes_due", table_name="pushes")
    op.drop_column("pushes", "unreached_at")
    op.drop_column("pushes", "rank")
    op.drop_table("breakers")


def _part(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "pushes", columns, sqlite_where=where, postgresql_where=where)
