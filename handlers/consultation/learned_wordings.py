"""How residents put a question: somebody who picks an answer out of those that came near teaches the town a wording."""

import re

from sqlalchemy import delete

from handlers.dialogue.context import Context
from models.appending import dialect_of
from models.bulk import insert_into
from models.faq_answer import AnswerWording, answers_changed
from nlp.faq.answers import Answer

_LONGEST = 40
_PERSONAL = re.compile(r"\d{4}|[\da-zA-Z]{6}|我叫|我姓|名叫")
"""A number, an account or a name: what they wrote stays theirs"""


def learn(context: Context, row: Answer, text: str) -> None:
    """Only what may be anybody's words, and only for one of the answers that were offered."""
    if len(text) > _LONGEST or _PERSONAL.search(text) or text in {row.question, *row.also, *row.learned}:
        return
    values = {"answer": row.id, "text": text, "at": context.now}
    line = insert_into(AnswerWording, dialect_of(context.session)).values(**values).on_conflict_do_nothing()
    context.session.connection().execute(line)
    answers_changed(context.session)


def unlearn(context: Context, answer: str, text: str) -> None:
    """It was not what they meant after all."""
    row = context.town.answers.by_id.get(answer)
    if row and text in row.learned:
        mine = (AnswerWording.answer == answer) & (AnswerWording.text == text)
        context.session.execute(delete(AnswerWording).where(mine))
        answers_changed(context.session)
