"""Load the town's answers from the database for the retrieval."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.faq_answer import AnswerRow, AnswerWording
from nlp.faq.answers import Answer


def load_answers(session: Session) -> tuple[Answer, ...]:
    """All answers, also expired ones, so that a search can tell that there was one."""
    learned: dict[str, list[str]] = defaultdict(list)
    for answer, words in session.execute(select(AnswerWording.answer, AnswerWording.text)):
        learned[answer].append(words)
    return tuple(
        Answer(
            row.id,
            row.question,
            row.answer,
            tuple(filter(None, row.also.split(";"))),
            row.source,
            row.valid_until,
            row.area or "",
            row.contact,
            tuple(learned[row.id]),
        )
        for row in session.scalars(select(AnswerRow).order_by(AnswerRow.id))
    )
