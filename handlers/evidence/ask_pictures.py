"""照片 N: send the photos and voices of a ticket into the chat again."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick
from handlers.disclosure.policy import passing
from handlers.notifications.pictures import ASKED_FOR, NAMED, SENDABLE, may_see
from handlers.tickets.access import called, followed, reached
from handlers.tickets.scope import as_reach
from models.deferred_inserts import append
from models.person import EVERYBODY, Look
from models.push import Push, Rank
from models.ticket import Attachment, Ticket

router = Router("pictures")
_MOST = 4
"""Most pictures: the platform accepts only five messages until the person writes again"""

PICTURES = Command(
    ("照片", "图片", "看照片"),
    roles=EVERYBODY,
    help="照片 [工单号]：看工单的照片、听语音",
    wants_words=False,
    opens=True,
)


@router.command(PICTURES)
def show(context: Context) -> Reply | None:
    """Send them as a push, because a reply holds only one picture; the read log stores who looked."""
    if not context.rest and not (context.person.is_staff or context.person.is_overseer):
        return None  # a resident who writes 「照片」 alone announces a photo
    reach = reached(context.person) | called(context.person) | as_reach(followed(context.person))
    picked = pick(context, reach, (), PICTURES)
    if isinstance(picked, Reply):
        return picked
    ticket = picked[0]
    key = "evidence.withheld" if ticket.attachments else "evidence.none"
    return Reply(bring(context, ticket) or context.say(key, number=ticket.number), keep=True)


def bring(context: Context, ticket: Ticket) -> str:
    """Send what this person may see of the ticket's photos and voices; return what to say of it, or ""."""
    seen = passing(context.town, ticket, context.person)
    mine = [each for each in ticket.attachments if may_see(ticket, seen, each)]
    return _sent(context, ticket, mine) if mine else ""


def _sent(context: Context, ticket: Ticket, mine: list[Attachment]) -> str:
    """The reply: how many are sent, and how many are not and why."""
    kept = [each for each in mine if each.stored]
    ready = [each.id for each in kept if each.kind in SENDABLE and not each.fields.get("unplayable")][-_MOST:]
    if ready:
        _push(context, ticket, ready)
        via = context.say("readers.by_picture")
        context.session.add(Look(person_id=context.person.id, ticket_id=ticket.id, via=via, at=context.now))
    rest, coming = len(kept) - len(ready), len(mine) - len(kept)
    said = context.say("evidence.sent" if ready else "evidence.nothing_ready", number=ticket.number, count=len(ready))
    said += context.say("evidence.more", count=rest) if rest else ""
    return said + (context.say("evidence.coming", count=coming) if coming else "")


def _push(context: Context, ticket: Ticket, attachments: list[int]) -> None:
    append(
        context.session,
        Push,
        key=f"{ASKED_FOR}:{context.message.key}",
        person_id=context.person.id,
        ticket_id=ticket.id,
        event=ASKED_FOR,
        text="",
        fields={NAMED: attachments},
        rank=Rank.QUESTION,
        due_at=context.now,
        created_at=context.now,
    )
