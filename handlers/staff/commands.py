"""What every command of staff goes through: which ticket, whose it is while a whistle is on, how it stands."""

from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import held, signed
from handlers.dialogue.message import Reply
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import no_longer, pick_any, which
from handlers.notifications import ticket_text
from handlers.tickets.access import called, tickets, worked
from handlers.tickets.scope import Reach
from handlers.whistle import calls
from models.moves import Status
from models.person import Person
from models.ticket import Ticket

HELD = (Status.DISPATCHED, Status.WORKING)
"""A team has it, signed for or not"""


def reach(context: Context) -> Reach:
    """What this person may move: their team's tickets, and those to which a whistle called it."""
    return worked(context.person) | called(context.person)


def pick_or_ask(context: Context, statuses: tuple[Status, ...], word: str) -> tuple[Ticket, str] | Reply:
    """`pick_any`, but whoever says a command twice gets the ticket again, so that the caller tells how it stands."""
    picked = pick_any(context, reach(context), statuses, word)
    if not isinstance(picked, Reply) or context.rest or picked.text != context.say("picking.none", word=word):
        return picked
    ticket = held(context, reach(context), ())
    return (ticket, "") if ticket else picked


def meant_by(context: Context, command: str) -> str | Reply | None:
    """The command with the number of the ticket that somebody means who says it in plain words; None: they have none.

    To close the wrong one is worst: who works on several is asked which.
    """
    word, words = command[0], command[1:].strip()
    if word == "结" and len(mine := signed(context)) > 1:
        return which(context, mine, words, word)
    ticket = held(context, reach(context), (*HELD, Status.RESOLVED) if word == "结" else HELD)
    if ticket is None:
        return None
    if word == "到":
        return command
    return f"{word} {ticket.number} {words}".strip()


def by_whistle(context: Context, ticket: Ticket, word: str, words: str = "") -> Reply | None:
    """What a command means while a whistle is on: a called team moves its own share alone, and the rest waits for it.

    None: the command is the ordinary one.
    """
    call = calls.open_call(context.person, ticket)
    if word == "备注" or not any(each.is_call for each in ticket.support):
        return None
    if call is None and _is_theirs(context, ticket):
        return calls.refuse_resolving(context, ticket) if word == "结" else None
    if call and word == "到":
        return calls.report_in(context, ticket, call)
    if call and word == "结" and words:
        return calls.finish(context, ticket, call, words)
    if call and word == "结":
        return ask_words(context.say("whistle.finish_how", number=ticket.number), word, ticket)
    team = ticket_text.team_name(context.town, ticket.team)
    return Reply(context.say("whistle.not_in_charge", number=ticket.number, team=team), keep=True)


def _is_theirs(context: Context, ticket: Ticket) -> bool:
    return context.session.scalar(tickets(worked(context.person) & (Ticket.id == ticket.id))) is not None


def ask_words(question: str, word: str, ticket: Ticket) -> Reply:
    """Asks for the words that a command needs; whatever comes next is taken for them."""
    return Reply(question, Asks.WORK_WORDS, {"word": word, "ticket": ticket.id})


def already(context: Context, ticket: Ticket) -> Reply:
    """The command was right once, but the ticket has moved on: say how it stands."""
    line = ticket_text.line(context.town, ticket, context.now)
    if ticket.assignee_id == context.person.id:
        return Reply(context.say("working.already_mine", line=line))
    assignee = context.session.get(Person, ticket.assignee_id) if ticket.assignee_id else None
    if assignee and ticket.status == Status.WORKING and assignee.team == context.person.team:
        return Reply(context.say("working.already_colleague", name=assignee.name, line=line))
    return no_longer(context, ticket)
