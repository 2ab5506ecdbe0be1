"""Staff write about their current ticket: 「师傅说明天来修」 is a note, not a report."""

import re
from dataclasses import replace

from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import at_work
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import is_small_talk
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import no_longer
from handlers.neighbours.votes import asked_about
from handlers.notifications import ticket_text
from handlers.residents.report import reported
from handlers.staff.work import tell_resident
from handlers.tickets.access import actor, has_own
from models.status_moves import INFORM, NOTE, OPEN, Status
from models.ticket import Ticket
from nlp.reading.understanding import Intent, Understanding

router = Router("aside")
_ABOUT_WORK = frozenset({Intent.REPORT, Intent.URGE, Intent.CONSULT, Intent.RATE, Intent.SUPPLEMENT, Intent.PROGRESS})
_TELL = 2
_HEARD = re.compile(r"(?:收到|好的?|行|知道了|明白了?|嗯+|ok|OK)(?:了|的|啦|吧|哈)*[。.！!～~\s]*")
_ASKS = re.compile(r"[吗呢没?？]+[。.！!～~\s]*$")
_NOT_OURS = re.compile(r"不(?:归|是|属于)(?:我们?|咱们?|物业|网格|社区)")


@router.on(lambda context: context if context.person.is_staff and context.is_free else None)
def said_in_between(context: Context) -> Reply | None:
    """Ask whether the text is a note on the current ticket or a new report."""
    ticket = _current(context, context.understanding) if context.text else None
    if ticket is None:
        return None
    values = {
        "number": ticket.number,
        "what": context.town.catalogue.name(ticket.category, ticket.item),
        "where": ticket_text.where_for(context.town, ticket, context.person),
    }
    if _HEARD.fullmatch(context.text):
        return Reply(context.say("aside.heard", **values), keep=True) if ticket.status == Status.DISPATCHED else None
    if _NOT_OURS.search(context.text):
        return Reply(context.say("aside.not_ours", **values), keep=True)
    if not _is_about_work(context):
        return None
    return Reply(context.say("aside.note_or_report", **values), Asks.ASIDE, {"ticket": ticket.id, "text": context.text})


@router.on(in_state(Asks.ASIDE))
def note_or_report(context: Context) -> Reply | None:
    """1 stores an internal note, 2 files their own report, 3 tells the residents."""
    number, words = context.number, str(context.slots["text"])
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if number is None or ticket is None:
        return None
    if number == 0:
        ticket.apply(NOTE, by=actor(context.person, ticket), at=context.now, note=words)
        return Reply(context.say("working.noted", number=ticket.number))
    if number == _TELL:
        return (
            tell_resident(context, ticket, words)
            if Status(ticket.status) in INFORM.sources
            else no_longer(context, ticket)
        )
    seen = context.town.reader.understand(words)
    return reported(
        replace(context, message=replace(context.message, text=words), understanding=seen, state="", slots={})
    )


def _is_about_work(context: Context) -> bool:
    """「等配件，下午能好」 is read as chat, but not surely."""
    seen = context.understanding
    return seen is not None and (
        seen.intent in _ABOUT_WORK or (seen.intent is Intent.CHITCHAT and not is_small_talk(context))
    )


def _current(context: Context, seen: Understanding | None) -> Ticket | None:
    """The current ticket that the text may be about; None if it is plainly about something else."""
    if (
        seen is None
        or seen.red_flag
        or seen.place is not None
        or context.staff_ask
        or context.text.isdecimal()
        or _ASKS.search(context.text)
    ):
        return None
    ticket = at_work(context)
    if ticket is None or Status(ticket.status) not in OPEN:
        return None
    if seen.danger_question:
        return None
    if asked_about(context) is not None or has_own(context.session, context.person, OPEN):
        return None  # it may be about a ticket that they reported themselves
    return ticket
