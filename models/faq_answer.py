"""常见问答: frequent questions with their answers, and other wordings of them that residents used."""

from datetime import date, datetime
from secrets import token_hex

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.bulk_insert import insert_into
from models.deferred_inserts import dialect_of
from models.grid import Fact

ANSWERS_VERSION = "answers_version"


class AnswerRow(Base):
    """One question with its answer. `from_file`: it comes from the clerk's table; else it was added in the chat."""

    __tablename__ = "answers"

    id: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    also: Mapped[str] = mapped_column(default="")
    """Other wordings, joined by `;`"""
    answer: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    valid_until: Mapped[date | None]
    area: Mapped[str | None] = mapped_column(ForeignKey("grids.code"))
    contact: Mapped[str] = mapped_column(default="")
    from_file: Mapped[bool] = mapped_column(default=True)


class AnswerWording(Base):
    """A question after which somebody chose this answer: the same wording then gets it at once."""

    __tablename__ = "answer_wordings"

    answer: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


def answers_changed(session: Session) -> None:
    """Make every process read the answers again."""
    row = insert_into(Fact, dialect_of(session)).values(name=ANSWERS_VERSION, value=token_hex(8))
    fresh = row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value})
    session.connection().execute(fresh)
