"""Reports by staff: 巡查 for what they see on patrol, 代报 for what a resident told them by telephone."""

from dataclasses import replace

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.media import waiting
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.residents.ask_or_file import go_on
from handlers.residents.read_into_draft import read
from handlers.tickets.draft import Draft
from handlers.town.wording_examples import a_place
from models.person import OVERSEERS, STAFF
from models.ticket import Source

router = Router("patrolling")
_REPORTERS = STAFF | OVERSEERS


PATROL = Command(
    ("巡查", "巡查上报"), roles=_REPORTERS, help="巡查 哪里、什么问题：巡查时看到的，登记成工单", every_day=True
)
REPORT_FOR = Command(
    ("代报", "热线"), roles=_REPORTERS, help="代报 哪里、什么问题：居民打电话来说的，替他登记", every_day=True
)


@router.command(PATROL)
def patrol(context: Context) -> Reply:
    """File what staff saw themselves."""
    return _told(context, Source.PATROL)


@router.command(REPORT_FOR)
def hotline(context: Context) -> Reply:
    """File a telephone report; the clerk is notified of the outcome and calls the resident back."""
    return _told(context, Source.HOTLINE)


@router.on(in_state(Asks.PATROL_WHAT))
def what_told(context: Context) -> Reply | None:
    """The words after 「巡查」 alone, with the photos sent meanwhile."""
    draft = replace(Draft.of(context.slots), attachments=waiting(context))
    return go_on(context, read(context, context.text, draft)) if context.person.roles & _REPORTERS else None


def _told(context: Context, source: Source) -> Reply:
    waits = context.state in {Asks.WORDS, Asks.PATROL_WHAT}  # a photo or pin was sent first
    draft = Draft.of(context.slots) if waits else Draft("", attachments=waiting(context))
    draft = replace(draft, source=source.value)
    if not context.rest:
        return Reply(context.say(f"patrolling.{source}", place=a_place(context.town)), Asks.PATROL_WHAT, draft.slots())
    # Read again without the command word, which would mislead the reader; it takes a millisecond.
    heard = replace(context, understanding=context.town.reader.understand(context.rest))
    reply = go_on(heard, read(heard, context.rest, draft))
    return replace(reply, answered=True) if waits else reply
