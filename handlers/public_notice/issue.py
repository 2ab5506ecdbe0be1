"""Issue a month's notice: figures by compound, and a line for each ticket changed since the last notice."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from handlers.figures.days import month_start
from handlers.public_notice.chain import EVENTS, FACTS, digest, facts_of, histories, line_hash, notice_hash, rows_of
from handlers.public_notice.figures import months
from handlers.town.town import Town
from models.public_notice import Notice, NoticeCompound, NoticeLine
from models.push import Timer
from models.ticket import CHINA, Ticket, TicketEvent
from nlp.questions.days import months_on

ISSUE = "publicity"
_SETTLED = timedelta(minutes=10)
"""Longer than any transaction, so that all earlier rows are committed"""
_MANY = 500


def issue_due(session: Session, town: Town, _timer: Timer, now: datetime) -> None:
    """Issue last month's notice, and any missed ones before it."""
    if town.practices.publicity.enabled:
        for month in missing(session, now):
            issue(session, town, month, now)


def missing(session: Session, now: datetime) -> Iterator[datetime]:
    """The first moments of the months since the last notice that have none."""
    this_month = month_start(now)
    last = session.scalar(select(func.max(Notice.month)))
    month = following(month_of(last)) if last else before(this_month)
    while month < this_month:
        yield month
        month = following(month)


def month_of(text: str) -> datetime:
    """「2026-11」 → its first moment in China. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m").replace(tzinfo=CHINA)


def following(month: datetime) -> datetime:
    return months_on(month, 1)


def before(month: datetime) -> datetime:
    return months_on(month, -1)


def issue(session: Session, town: Town, month: datetime, now: datetime) -> Notice:
    """Issue a notice: lines for all changes since the last notice, and the month's figures."""
    session.flush()
    last = session.scalar(select(Notice).order_by(Notice.id.desc()).limit(1))
    cut_at = now - _SETTLED
    seen = session.scalar(select(func.max(TicketEvent.id)).where(TicketEvent.at < cut_at)) or 0
    notice = Notice(month=f"{month:%Y-%m}", cut_at=cut_at, last_event=seen, issued_at=now, lines=0, hash="")
    notice.before = last.hash if last else ""
    session.add(notice)
    session.flush()
    compounds = _compounds(session, town, notice, month)
    latest = _lines(session, notice, last)
    notice.hash = notice_hash(notice, compounds, latest)
    return notice


def _compounds(session: Session, town: Town, notice: Notice, month: datetime) -> list[NoticeCompound]:
    found = months(session, town, month, following(month))
    made = [
        NoticeCompound(
            notice_id=notice.id,
            place_id=place,
            name=town.world.places[place].name,
            figures=json.dumps(counted.as_facts(), ensure_ascii=False, sort_keys=True),
        )
        for place, counted in sorted(found.items())
    ]
    session.add_all(made)
    session.flush()
    return made


def _lines(session: Session, notice: Notice, last: Notice | None) -> str:
    """Store the lines; returns the last line's hash."""
    hashed = ""
    for number, (ticket, facts) in enumerate(_changed(session, notice, last), start=1):
        line = NoticeLine(notice_id=notice.id, position=number, ticket_id=ticket, number=facts[0], facts=facts[1])
        line.events, line.history = facts[2], facts[3]
        line.hash = hashed = line_hash(line, hashed)
        session.add(line)
        notice.lines = number
        if number % _MANY == 0:
            session.flush()
    session.flush()
    return hashed


def _changed(session: Session, notice: Notice, last: Notice | None) -> Iterator[tuple[int, tuple[str, str, int, str]]]:
    """(ticket id, (number, facts hash, number of events, history hash)) of each ticket changed since."""
    moved = select(TicketEvent.ticket_id).where(TicketEvent.id <= notice.last_event)
    filed = Ticket.created_at < notice.cut_at
    if last:
        moved = moved.where(TicketEvent.id > last.last_event)
        filed &= Ticket.created_at >= last.cut_at
    ids = list(session.scalars(select(Ticket.id).where(or_(filed, Ticket.id.in_(moved))).order_by(Ticket.id)))
    for first in range(0, len(ids), _MANY):
        some = ids[first : first + _MANY]
        told = _histories(session, notice, some)
        for row in rows_of(session, FACTS.where(Ticket.id.in_(some))):
            yield row.id, (row.number or "", facts_of(row), *told.get(row.id, (0, digest(()))))


def _histories(session: Session, notice: Notice, tickets: list[int]) -> Mapping[int, tuple[int, str]]:
    seen = EVENTS.where(TicketEvent.ticket_id.in_(tickets), TicketEvent.id <= notice.last_event)
    return {each.ticket: (len(each.ids), each.hash(len(each.ids))) for each in histories(session, seen)}
