"""The sheet of a session: its opening and its demands, as lines for the chat and as rows to print."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.disclosure.policy import VisibleFields, Way, passing, sight_of_words
from handlers.notifications import ticket_text
from handlers.reception_days.sessions import demands, place_name, receiver_name, running, spoken
from handlers.tickets.change import Change
from handlers.town.downloads import Sheet
from handlers.world.staff import Colleague
from models.person import OVERSEERS, STAFF
from models.promise import Practice, Promise, is_broken
from models.reception import Demand, Reception, Settled
from models.ticket import Ticket

router = Router("sheets of receptions")
_MOST = 10
HEADING = ("号", "时间", "反映的事", "怎么办的", "答复", "限期", "工单", "办到没有", "居民签字")

SHEET = Command(
    ("接待单",),
    roles=STAFF | OVERSEERS,
    help="接待单：这一场的登记表，有下载链接可以打印",
    practice=Practice.RECEPTION,
)


def broken(change: Change, reception: Reception) -> list[tuple[Promise, Ticket]]:
    """Broken promises of earlier sessions in this compound that are still open, the oldest first."""
    there = (Promise.place_id == reception.place_id) & (Promise.practice == Practice.RECEPTION.value)
    found = select(Promise, Ticket).join(Ticket, Ticket.id == Promise.ticket_id).where(there, is_broken(change.now))
    still_open = Ticket.resolved_at.is_(None)
    return [
        (promise, ticket) for promise, ticket in change.session.execute(found.where(still_open).order_by(Promise.until))
    ]


def seen_by(change: Change, reception: Reception, demand: Demand, reader: Colleague, way: Way) -> VisibleFields:
    """What a reader may see of a demand: the receiver hears all of it, other staff only what the table allows."""
    addressed = reader.id == reception.receiver_id
    return sight_of_words(change.town, demand.text, reader, way, addressed=addressed)


def opening(change: Change, reception: Reception, reader: Colleague) -> str:
    """The opening of a session: broken promises first, then the bookings."""
    owed = broken(change, reception)
    lines = [_owed(change, promise, ticket, reader) for promise, ticket in owed[:_MOST]]
    if len(owed) > _MOST:
        lines.append(change.town.say("reception.more_owed", count=len(owed)))
    booked = [_booked(change, reception, each, reader) for each in demands(change, reception)]
    return change.town.say(
        "reception.opening",
        place=place_name(change, reception),
        when=spoken(change, reception),
        name=receiver_name(change, reception),
        owed="\n".join(lines) or change.town.say("reception.nothing_owed"),
        booked="\n".join(booked) or change.town.say("reception.nobody_booked"),
    )


def _owed(change: Change, promise: Promise, ticket: Ticket, reader: Colleague) -> str:
    day = ticket_text.moment(promise.until, change.now)
    words = ticket_text.as_residents_read(passing(change.town, ticket, reader).note(promise.words))
    return change.town.say("reception.owed", number=ticket.number, day=day, name=promise.promiser, words=words)


def _booked(change: Change, reception: Reception, demand: Demand, reader: Colleague) -> str:
    when = (
        ticket_text.moment(demand.comes_at, change.now) if demand.comes_at else change.town.say("reception.just_came")
    )
    seen = seen_by(change, reception, demand, reader, Way.PASSING)
    text = ticket_text.as_residents_read(seen.words(demand.text))
    how = _how(change, demand)
    return change.town.say("reception.booked_line", number=demand.number, when=when, text=text, how=how).rstrip()


def _how(change: Change, demand: Demand) -> str:
    return change.town.say(f"reception.how_{demand.settled}") if demand.settled else ""


def rows(change: Change, reception: Reception, reader: Colleague) -> Iterator[Sequence[str]]:
    """The rows to print, with a column for signatures. They contain no resident's name."""
    yield HEADING
    promises = _promises(change, [each.id for each in demands(change, reception)])
    for demand in demands(change, reception):
        promise, ticket = promises.get(demand.id, (None, None))
        until = ticket_text.written(promise.until) if promise else ""
        number, kept = (ticket.number or "", _kept(change, promise, ticket)) if promise and ticket else ("", "")
        seen, hide = seen_by(change, reception, demand, reader, Way.EXPORTED), ticket_text.as_residents_read
        times = ticket_text.written(demand.comes_at)
        yield (
            str(demand.number),
            times,
            hide(seen.words(demand.text)),
            _how(change, demand),
            hide(seen.note(demand.answer)),
            until,
            number,
            kept,
            "",
        )


def _promises(change: Change, ids: Sequence[int]) -> dict[int, tuple[Promise, Ticket]]:
    mine = (Promise.practice == Practice.RECEPTION.value) & Promise.subject_id.in_(ids)
    found = change.session.execute(select(Promise, Ticket).join(Ticket, Ticket.id == Promise.ticket_id).where(mine))
    return {promise.subject_id: (promise, ticket) for promise, ticket in found}


def _kept(change: Change, promise: Promise, ticket: Ticket) -> str:
    if ticket.resolved_at and ticket.resolved_at <= promise.until:
        return change.town.say("reception.kept")
    return change.town.say("reception.broken" if promise.until < change.now else "reception.not_due")


@router.command(SHEET)
def sheet(context: Context) -> Reply:
    """Show the sheet of the running or last session."""
    reception = running(context, context.person)
    if reception is None:
        return Reply(context.say("reception.none_now"), keep=True)
    lines = [_booked(context, reception, each, context.person) for each in demands(context, reception)]
    link = ""
    if context.town.links:
        minutes = context.town.privacy.export_minutes
        wanted = Sheet(context.person.id, reception.id, context.now + timedelta(minutes=minutes))
        link = context.say("reception.print", link=context.town.links.to_sheet(wanted), minutes=minutes)
    return Reply(
        context.say(
            "reception.sheet",
            place=place_name(context, reception),
            when=spoken(context, reception),
            count=len(lines),
            entered=sum(each.settled not in {"", Settled.ABSENT.value} for each in demands(context, reception)),
            lines="\n".join(lines) or context.say("reception.nobody_booked"),
            link=link,
        ),
        keep=True,
    )
