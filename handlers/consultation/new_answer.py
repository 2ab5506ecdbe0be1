"""Offer staff to keep the answer that they gave to a question as a new row of the table."""

from dataclasses import replace
from datetime import timedelta

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.disclosure.masks import shielded
from handlers.notifications import ticket_text
from handlers.tickets.access import reached, tickets
from handlers.town.limits import local_day
from models.faq_answer import AnswerRow, answers_changed
from models.ticket import Source, Ticket

router = Router("new row")
_LONGEST = 60
_YEAR = timedelta(days=365)


def offered(context: Context, ticket: Ticket, reply: Reply) -> Reply:
    """The reply, with the question whether to keep the answer, if the ticket is a question from the chat."""
    asks = ticket.category == "consult" and ticket.source == Source.CHAT and len(ticket.text) <= _LONGEST
    if not asks or reply.state or not ticket.answer or context.town.answers.by_id.get(_key(ticket)):
        return reply
    values = {"question": shielded(ticket.text), "answer": ticket.answer}
    text = f"{reply.text}\n\n{context.say('consultation.keep', **values)}"
    return replace(reply, text=text, state=Asks.NEW_ANSWER, slots={"ticket": ticket.id})


@router.on(in_state(Asks.NEW_ANSWER))
def kept(context: Context) -> Reply | None:
    """1 keeps the answer for a year, for the ticket's community; its source is the team that answered."""
    if context.number is None:
        return None
    mine = reached(context.person) & (Ticket.id == context.slots["ticket"])
    ticket = context.session.scalar(tickets(mine))
    if context.number == 1 or ticket is None:
        return Reply(context.say("consultation.not_kept"))
    context.session.merge(
        AnswerRow(
            id=_key(ticket),
            question=shielded(ticket.text),
            also="",
            answer=ticket.answer,
            source=ticket_text.team_name(context.town, ticket.team),
            valid_until=local_day(context.now) + _YEAR,
            area=ticket.community,
            contact="",
            from_file=False,
        )
    )
    answers_changed(context.session)
    return Reply(context.say("consultation.kept"))


def _key(ticket: Ticket) -> str:
    return f"t{ticket.id}"
