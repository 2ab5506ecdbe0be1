"""If a text may answer two open questions, ask which one."""

from handlers.dialogue.asked import Unclear
from handlers.dialogue.choices import numbered
from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.message import Reply
from handlers.dialogue.question_stack import lay_beneath
from handlers.dialogue.states import Asks
from models.ticket import Ticket

_NAMED = 40


def which_question(context: Context, unclear: Unclear) -> Reply:
    """Asks which of two questions the text answers."""
    named = numbered([_named(context, each) for each in unclear.questions])
    slots = {
        "keys": [each.key for each in unclear.questions],
        "numbers": [_ticket_of(context, each) for each in unclear.questions],
        "text": unclear.text,
        **lay_beneath(context),
    }
    return Reply(context.say("asked.which", said=unclear.text[:20], choices=named), Asks.WHICH_QUESTION, slots)


def _ticket_of(context: Context, question: OpenQuestion) -> str:
    ticket = context.session.get(Ticket, question.ticket_id) if question.ticket_id else None
    return (ticket and ticket.number) or ""


def _named(context: Context, question: OpenQuestion) -> str:
    """The question's first line, as the person saw it; else the name of its kind."""
    first = next((line[:_NAMED] for line in question.text.splitlines() if line.strip()), "")
    return first or context.say(f"asked.{question.state}")
