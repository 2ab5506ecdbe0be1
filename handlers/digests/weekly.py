"""Monday's digest: changes, stuck tickets, pending decisions; each line lists its tickets."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from handlers.digests import daily
from handlers.digests.digest import MOST, WEEKLY, Line, send
from handlers.figures.counts import late
from handlers.figures.days import week_start
from handlers.tickets.access import overseen
from handlers.tickets.unrouted import on_desk
from handlers.town.town import Town
from models.appeal import Appeal, AppealVote
from models.approval import Approval, Approver
from models.digest import NewsWish
from models.person import Person
from models.push import Push
from models.status_moves import Closing, Status
from models.ticket import CHINA, Ticket, not_ended

_WEEK = timedelta(days=7)


def tell_all(session: Session, town: Town, now: datetime) -> None:
    """Send it to every supervisor; news waiting for the daily digest is included."""
    overseers = [member.id for member in town.staff.people.values() if member.is_overseer]
    weekly = set(session.scalars(select(NewsWish.person_id).where(NewsWish.weekly)))
    daily.say_again(session, set(overseers) - weekly, now)
    for person in session.scalars(select(Person).where(Person.id.in_(overseers)).order_by(Person.id)):
        lines = lines_for(session, town, person, now)
        lines += daily.waiting_for(session, town, person, now) if person.id not in weekly else []
        if any(line.tickets or line.whole for line in lines):
            send(session, town, person, WEEKLY, title(town, now), lines, now)


def title(town: Town, now: datetime) -> str:
    monday = week_start(now) - _WEEK
    sunday = (monday + timedelta(days=6)).astimezone(CHINA)
    return town.say("digests.weekly", first=f"{monday:%m.%d}", last=f"{sunday:%m.%d}")


def lines_for(session: Session, town: Town, person: Person, now: datetime) -> list[Line]:
    """The lines about last week and the present state."""
    this, before = week_start(now), week_start(now) - _WEEK
    mine = overseen(person)
    filed = Ticket.created_at >= before, Ticket.created_at < this
    earlier = _count(session, mine & (Ticket.created_at >= before - _WEEK) & (Ticket.created_at < before))
    ended = (Ticket.ended_at >= before) & (Ticket.ended_at < this)
    solved = Ticket.closing == Closing.CONFIRMED.value
    suspended = not_ended() & (Ticket.status == Status.SUSPENDED.value)
    conditions: dict[str, ColumnElement[bool]] = {
        "filed": mine & filed[0] & filed[1],
        "solved": mine & ended & solved,
        "unsolved": mine & ended & ~solved & (Ticket.status == Status.CLOSED.value),
        "stuck": mine & late(now),
        "suspended": mine & suspended,
        "desk": on_desk(person) & not_ended(),
        "approvals": _waits_for(person),
        "appeals": mine & _appeals(person),
    }
    return [*_lines(session, town, conditions, earlier), *_alarms(session, town, person, now)]


def _lines(session: Session, town: Town, conditions: dict[str, ColumnElement[bool]], earlier: int) -> Iterator[Line]:
    for name, condition in conditions.items():
        count = _count(session, condition)
        if count or name == "filed":
            newest = select(Ticket.id).where(condition).order_by(Ticket.id.desc()).limit(MOST)
            change = f"{count - earlier:+d}"
            yield Line(town.say(f"digests.week_{name}", count=count, change=change), tuple(session.scalars(newest)))


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Ticket).where(condition)) or 0


def _waits_for(person: Person) -> ColumnElement[bool]:
    asked = select(Approval.ticket_id).join(Approver).where(Approver.person_id == person.id)
    return Ticket.id.in_(asked.where(Approval.decided_at.is_(None))) & not_ended()


def _appeals(person: Person) -> ColumnElement[bool]:
    """Tickets with an open appeal on which the person has not voted."""
    voted = select(AppealVote.appeal_id).where(AppealVote.person_id == person.id)
    open_ones = select(Appeal.ticket_id).where(Appeal.decided_at.is_(None), Appeal.id.not_in(voted))
    others = (Appeal.asked_by != person.id) & (Appeal.team != (person.team or ""))
    return Ticket.id.in_(open_ones.where(others))


def _alarms(session: Session, town: Town, person: Person, now: datetime) -> list[Line]:
    """A line for last week's alarms; empty if there were none."""
    this = week_start(now)
    mine = (Push.person_id == person.id) & (Push.event == "alarm")
    week = (Push.created_at >= this - _WEEK) & (Push.created_at < this)
    texts = session.scalars(select(Push.text).where(mine, week).order_by(Push.id)).all()
    said = town.say("digests.week_alarms", count=len(texts))
    return [Line(said, whole="\n".join(text.strip() for text in texts))] if texts else []
