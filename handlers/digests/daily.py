"""The daily digest: all waiting news of a leader in one message."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from handlers.digests.digest import DAILY, Line, send, unsent
from handlers.notifications import ticket_text
from handlers.town.town import Town
from models.digest import NewsWish
from models.person import Person
from models.push import Outcome, Push, Rank, unfinished
from models.ticket import Ticket

_OF_DESK = frozenset({"unrouted", "unrouted_still", "return_unrouted"})
_ENDS = _OF_DESK | {"accept_overdue", "handle_overdue"}
"""Events that are dropped if the ticket has ended"""
_TOLD = "told in a digest"


def tell_all(session: Session, town: Town, now: datetime) -> None:
    """Send the digest to every leader for whom news is waiting."""
    weekly = set(session.scalars(select(NewsWish.person_id).where(NewsWish.weekly)))
    waiting = _waiting(session, now)
    for person_id in list(waiting):
        if person_id in weekly:
            _finish(waiting.pop(person_id), now, "told on Monday")
    say_again(session, waiting, now)
    for person_id in waiting:
        person = session.get_one(Person, person_id)
        if lines := waiting_for(session, town, person, now):
            send(session, town, person, DAILY, town.say("digests.daily", at=ticket_text.moment(now, now)), lines, now)


def _waiting(session: Session, now: datetime) -> dict[int, list[Push]]:
    """Due news by person id."""
    due = select(Push).where(Push.rank == Rank.DIGEST, unfinished(Push), Push.due_at <= now)
    found = session.scalars(due.order_by(Push.person_id, Push.id)).all()
    return {person: list(theirs) for person, theirs in groupby(found, lambda push: push.person_id)}


def say_again(session: Session, people: Iterable[int], now: datetime) -> None:
    """Put the news of a digest that was not sent back into the next one."""
    theirs = unsent() & Push.person_id.in_(people)
    since = select(Push.person_id, func.min(Push.created_at)).where(theirs).group_by(Push.person_id)
    for person_id, at in session.execute(since).all():
        lost = (Push.person_id == person_id) & (Push.rank == Rank.DIGEST) & (Push.reason == _TOLD)
        again = {"due_at": now, "outcome": "", "reason": "", "finished_at": None}
        session.execute(update(Push).where(lost, Push.finished_at >= at).values(again))


def waiting_for(session: Session, town: Town, person: Person, now: datetime) -> list[Line]:
    """The lines of this person's next digest; their pushes are finished."""
    mine = (Push.person_id == person.id) & (Push.rank == Rank.DIGEST) & unfinished(Push)
    pushes = session.scalars(select(Push).where(mine).order_by(Push.id)).all()
    _finish(pushes, now, _TOLD)
    by_event = _newest(session, pushes)
    told = [_line(town, event, tickets, person, now) for event, tickets in by_event.items()]
    return told + _said_whole(town, pushes)


def _finish(pushes: Iterable[Push], now: datetime, reason: str) -> None:
    for push in pushes:
        push.finish(Outcome.MERGED, now, reason)


def _newest(session: Session, pushes: Iterable[Push]) -> Mapping[str, list[Ticket]]:
    """Tickets by event; for each ticket only the latest event."""
    last = {push.ticket_id: push.event for push in pushes if push.ticket_id}
    found: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(last)).order_by(Ticket.id)):
        event = last[ticket.id]
        if not _is_over(event, ticket):
            found[event].append(ticket)
    return found


def _is_over(event: str, ticket: Ticket) -> bool:
    return event in _ENDS and bool(ticket.ended_at or (event in _OF_DESK and ticket.team))


def _line(town: Town, event: str, tickets: Sequence[Ticket], person: Person, now: datetime) -> Line:
    first = ticket_text.line(town, tickets[0], now, person)
    text = town.say("digests.line", what=town.say(f"digests.{event}"), count=len(tickets), first=first)
    return Line(text, tuple(ticket.id for ticket in tickets))


def _said_whole(town: Town, pushes: Iterable[Push]) -> list[Line]:
    """News about no ticket: one line for each event, whose number shows the full text."""
    by_event: dict[str, list[str]] = defaultdict(list)
    for push in pushes:
        if push.ticket_id is None:
            by_event[push.event].append(push.text.strip())
    return [in_short(town, texts) for texts in by_event.values()]


def in_short(town: Town, texts: Sequence[str]) -> Line:
    """A line with the first text and the number of all."""
    first, count = texts[0].partition("\n")[0], len(texts)
    text = town.say("digests.first_of", first=first, count=count) if count > 1 else first
    return Line(text, whole="\n".join(texts))


def slots(town: Town, now: datetime, until: datetime) -> Iterator[datetime]:
    """The times of daily digests before `until`."""
    at = town.digests.next(now)
    while at < until:
        yield at
        at = town.digests.next(at + timedelta(seconds=1))
