"""What residents answer where others have reported the same: 1 joins, 2 reports separately; 另报 still does later."""

import re
from dataclasses import replace

from handlers.choosing import chosen
from handlers.dialogue import Context, Reply, Router, in_state
from handlers.drafting import filed, go_on
from handlers.neighbours import JOIN, JOINED, join, leave
from handlers.tickets import Draft
from models.follower import Follower
from models.moves import OPEN, Status
from models.ticket import Ticket
from nlp.understanding import Intent

router = Router("joining")
_YES = re.compile(r"(?:回?1|加入|是的?|对|同一件|一样|好的?|行|可以|嗯+)[。.!！~\s]*")
_APART = re.compile(r"(?:回?2|另报|另外报|单独报?|分开报?|不是(?:同)?一件(?:事)?|不是|不加入|不一样)[。.!！~\s]*")
_OTHER_MATTERS = frozenset({Intent.PROGRESS, Intent.HUMAN, Intent.HELP, Intent.WITHDRAW})


@router.on(in_state(JOIN))
def offer_answered(context: Context) -> Reply | None:
    """1 joins, 2 files a ticket of its own; other words are added, and then nothing is asked again."""
    draft = Draft.of(context.slots)
    number = chosen(context.text, 2)
    if number == 0 or _YES.fullmatch(context.text):
        return _joined(context, draft)
    if number == 1 or _APART.fullmatch(context.text):
        return go_on(context, replace(draft, alone=True))
    seen = context.understanding
    if seen and seen.intent in _OTHER_MATTERS and seen.intent_confidence >= 0.6:
        return None
    return go_on(context, replace(draft, text=f"{draft.text}。{context.text}", alone=True))


@router.on(in_state(JOINED))
def apart_after_all(context: Context) -> Reply | None:
    """「另报」: not the same thing. They leave the event and get a ticket of their own, with their photos."""
    if not _APART.fullmatch(context.text):
        return None
    draft = replace(Draft.of(context.slots["draft"]), alone=True)
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if ticket and context.slots["joined"]:
        leave(context, ticket)
    return filed(context, draft)


def _joined(context: Context, draft: Draft) -> Reply:
    """Into the event that was offered, or what has become of it meanwhile."""
    ticket = context.session.get(Ticket, draft.same) if draft.same else None
    if ticket is None or Status(ticket.status) not in OPEN:
        return go_on(context, draft)
    waits = context.session.get(Follower, (ticket.id, context.person.id))
    if waits is not None:  # said twice
        return go_on(context, draft)
    return join(context, ticket, draft)
