"""Learn wordings: when a resident chooses among near answers, their text is stored as a wording of that question."""

import re

from sqlalchemy import delete

from handlers.dialogue.context import Context
from models.bulk_insert import insert_into
from models.deferred_inserts import dialect_of
from models.faq_answer import AnswerWording, answers_changed
from nlp.faq.answers import Answer

_LONGEST = 40
_PERSONAL = re.compile(r"\d{4}|[\da-zA-Z]{6}|我叫|我姓|名叫")
"""Signs of personal data (numbers, accounts, names); such texts are not learned"""


def learn(context: Context, row: Answer, text: str) -> None:
    """Store the text as a wording of the answer, if it is short and without personal data."""
    if len(text) > _LONGEST or _PERSONAL.search(text) or text in {row.question, *row.also, *row.learned}:
        return
    values = {"answer": row.id, "text": text, "at": context.now}
    line = insert_into(AnswerWording, dialect_of(context.session)).values(**values).on_conflict_do_nothing()
    context.session.connection().execute(line)
    answers_changed(context.session)


def unlearn(context: Context, answer: str, text: str) -> None:
    """Delete a learned wording, because the answer did not help."""
    row = context.town.answers.by_id.get(answer)
    if row and text in row.learned:
        mine = (AnswerWording.answer == answer) & (AnswerWording.text == text)
        context.session.execute(delete(AnswerWording).where(mine))
        answers_changed(context.session)
