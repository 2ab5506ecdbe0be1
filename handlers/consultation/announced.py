"""A question or report that an announcement answers, whatever its intent was read as."""

from handlers.announcements.answered_by_notice import covering, told
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.residents.read_into_draft import read
from handlers.tickets.access import own
from handlers.tickets.draft import Draft
from models.announcement import Announcement
from models.status_moves import OPEN
from nlp.reading.understanding import Intent, Understanding

router = Router("announced")
_OF_A_TICKET = frozenset({Intent.PROGRESS, Intent.URGE, Intent.RATE, Intent.WITHDRAW, Intent.SUPPLEMENT})
_SAYS_NOTHING_OF_IT = frozenset({Intent.THANKS, Intent.HUMAN, Intent.GREETING})
_MOST = 8


@router.on(lambda context: context if context.notice_on and context.text and not context.answers else None)
def announced(context: Context) -> Reply | None:
    """「几点能来水」 while the water is off as announced; a report of several problems is asked about first."""
    seen = context.understanding
    if seen is None or seen.intent in _SAYS_NOTHING_OF_IT or seen.parts:
        return None
    notice = covering(context, read(context, context.text, Draft(context.text)))
    return told(context, notice) if notice and not _is_of_own_ticket(context, seen, notice) else None


def _is_of_own_ticket(context: Context, seen: Understanding, notice: Announcement) -> bool:
    """「什么时候修」 of a pipe that they reported themselves."""
    mine = own(context.session, context.person, tuple(OPEN), _MOST) if seen.intent in _OF_A_TICKET else ()
    return any(ticket.category == notice.category for ticket in mine)
