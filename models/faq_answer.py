"""常见问答: what residents ask again and again, and what they are told; with the wordings that the town has learned."""

from datetime import date, datetime
from secrets import token_hex

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.appending import dialect_of
from models.base import Base
from models.bulk import insert_into
from models.grid import Fact

ANSWERS_VERSION = "answers_version"


class AnswerRow(Base):
    """One question with its answer. `from_file`: the clerk's table has it; else it was taken over in the chat."""

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
    """How somebody put a question who then chose this answer: the next one who puts it so is told it at once."""

    __tablename__ = "answer_wordings"

    answer: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


def answers_changed(session: Session) -> None:
    """Tells every process to read them again."""
    row = insert_into(Fact, dialect_of(session)).values(name=ANSWERS_VERSION, value=token_hex(8))
    fresh = row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value})
    session.connection().execute(fresh)
