"""The daily digest: what was to be told to a leader and could wait, in one message."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.digests.digest import Line, send
from handlers.notifications import ticket_text
from handlers.town.town import Town
from models.digest import NewsWish
from models.person import Person
from models.push import Outcome, Push, Rank, unfinished
from models.ticket import Ticket

DAILY = "daily_digest"
_ENDS = frozenset({"accept_overdue", "handle_overdue"})
"""Of no interest any more once the ticket has ended"""


def tell_all(session: Session, town: Town, now: datetime) -> None:
    """To everybody for whom something waits."""
    due = select(Push).where(Push.rank == Rank.DIGEST, unfinished(Push), Push.due_at <= now)
    waiting = session.scalars(due.order_by(Push.person_id, Push.id)).all()
    weekly = set(session.scalars(select(NewsWish.person_id).where(NewsWish.weekly)))
    for person_id, theirs in groupby(waiting, lambda push: push.person_id):
        pushes = list(theirs)
        person = session.get_one(Person, person_id)
        if lines := _finished(session, town, pushes, person, now) if person_id not in weekly else _nothing(pushes, now):
            send(session, town, person, town.say("digests.daily", at=ticket_text.moment(now, now)), lines, now)


def waiting_for(session: Session, town: Town, person: Person, now: datetime) -> list[Line]:
    """What the next digest of this person would say, said now."""
    mine = (Push.person_id == person.id) & (Push.rank == Rank.DIGEST) & unfinished(Push)
    return _finished(session, town, session.scalars(select(Push).where(mine).order_by(Push.id)).all(), person, now)


def _nothing(pushes: Iterable[Push], now: datetime) -> list[Line]:
    for push in pushes:
        push.finish(Outcome.MERGED, now, "told on Monday")
    return []


def _finished(session: Session, town: Town, pushes: Sequence[Push], person: Person, now: datetime) -> list[Line]:
    for push in pushes:
        push.finish(Outcome.MERGED, now, "told in a digest")
    by_event = _newest(session, pushes)
    return [_line(town, event, tickets, person, now) for event, tickets in by_event.items()]


def _newest(session: Session, pushes: Iterable[Push]) -> Mapping[str, list[Ticket]]:
    """Of each ticket only what happened last."""
    last = {push.ticket_id: push.event for push in pushes if push.ticket_id}
    found: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(last)).order_by(Ticket.id)):
        event = last[ticket.id]
        if not (event in _ENDS and ticket.ended_at):
            found[event].append(ticket)
    return found


def _line(town: Town, event: str, tickets: Sequence[Ticket], person: Person, now: datetime) -> Line:
    first = ticket_text.line(town, tickets[0], now, person)
    text = town.say("digests.line", what=town.say(f"digests.{event}"), count=len(tickets), first=first)
    return Line(text, tuple(ticket.id for ticket in tickets))


def slots(town: Town, now: datetime, until: datetime) -> Iterator[datetime]:
    """The moments of the daily digest before `until`."""
    at = town.digests.next(now)
    while at < until:
        yield at
        at = town.digests.next(at + timedelta(seconds=1))
