"""Sessions of a series, stored some weeks ahead with their timers; and finding the session that is meant."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from handlers.figures.days import day_start
from handlers.notifications import ticket_text
from handlers.practices.compounds import serves
from handlers.tickets.change import Change
from handlers.world.nodes import PlaceNode
from handlers.world.staff import Colleague
from models.deferred_inserts import append
from models.push import Timer
from models.reception import Demand, Reception, ReceptionSeries, Settled
from models.ticket import CHINA

AHEAD = timedelta(days=40)
"""How far ahead sessions are stored: more than a month, for monthly series"""
TOLD, OPENS, OVER, AFTER = "reception_told", "reception_opens", "reception_over", "reception_after"
_MORNING = time(10)
_OPENS_BEFORE = timedelta(minutes=30)
_LATE_ENTRIES = timedelta(days=1)
"""Demands may still be entered until the next day"""


_EARLY_ENTRIES = timedelta(hours=1)


def days_of(series: ReceptionSeries, first: date, last: date) -> Iterator[date]:
    """The days of a series; in a shorter month the 31st means the last day."""
    month_days = {int(each) for each in series.month_days.split(";") if each}
    weekdays = {int(each) for each in series.weekdays.split(";") if each}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        ends_month = (day + timedelta(days=1)).day == 1
        in_month = day.day in month_days or (ends_month and any(each > day.day for each in month_days))
        if in_month or day.isoweekday() in weekdays:
            yield day


def spans_of(series: ReceptionSeries, now: datetime) -> list[tuple[datetime, datetime]]:
    """Start and end of the series' sessions within AHEAD."""
    today = day_start(now).date()
    begins, ends = time.fromisoformat(series.begins), time.fromisoformat(series.ends)
    days = days_of(series, today, (now + AHEAD).astimezone(CHINA).date())
    found = ((datetime.combine(day, begins, CHINA), datetime.combine(day, ends, CHINA)) for day in days)
    return [(starts, over) for starts, over in found if starts > now]


def conflict(
    change: Change, place: PlaceNode, receiver: Colleague, spans: Sequence[tuple[datetime, datetime]]
) -> Reception | None:
    """The first existing session that overlaps one of these times, in the place or of the receiver."""
    if not spans:
        return None
    there = (Reception.place_id == place.id) | (Reception.receiver_id == receiver.id)
    standing = select(Reception).where(there, Reception.cancelled_at.is_(None), Reception.ends_at > spans[0][0])
    found = change.session.scalars(standing.order_by(Reception.starts_at))
    return next(
        (each for each in found if any(each.starts_at < over and begin < each.ends_at for begin, over in spans)), None
    )


def plan_ahead(change: Change, series: ReceptionSeries) -> list[Reception]:
    """Store the series' next sessions that are not stored yet."""
    last = select(Reception.starts_at).where(Reception.series_id == series.id).order_by(Reception.starts_at.desc())
    latest = change.session.scalar(last.limit(1))
    new = [span for span in spans_of(series, change.now) if latest is None or span[0] > latest]
    return [hold(change, series.place_id, series.receiver_id, span, series.id) for span in new]


def hold(
    change: Change, place_id: int, receiver_id: int, span: tuple[datetime, datetime], series_id: int | None = None
) -> Reception:
    """Store a session with its timers."""
    starts, over = span
    reception = Reception(
        series_id=series_id, place_id=place_id, receiver_id=receiver_id, starts_at=starts, ends_at=over
    )
    change.session.add(reception)
    change.session.flush()
    rules, day = change.town.practices.reception, starts.astimezone(CHINA).date()
    for days in rules.told_days:
        _ring(change, reception, TOLD, datetime.combine(day - timedelta(days=days), _MORNING, CHINA))
    _ring(change, reception, OPENS, starts - _OPENS_BEFORE)
    _ring(change, reception, OVER, over + _LATE_ENTRIES)
    after = datetime.combine(day + timedelta(days=rules.asked_after_days), _MORNING, CHINA)
    _ring(change, reception, AFTER, after)
    return reception


def _ring(change: Change, reception: Reception, kind: str, at: datetime) -> None:
    if at > change.now:
        key = f"{kind}:{reception.id}:{at.timestamp():.0f}"
        append(change.session, Timer, key=key, kind=kind, subject_id=reception.id, due_at=at, created_at=change.now)


def coming(change: Change, places: Sequence[int], most: int = 8) -> list[Reception]:
    """The next sessions in these places, including a running one."""
    standing = (Reception.cancelled_at.is_(None)) & (Reception.ends_at > change.now)
    found = (
        select(Reception).where(standing, Reception.place_id.in_(places)).order_by(Reception.starts_at, Reception.id)
    )
    return list(change.session.scalars(found.limit(most)))


def running(change: Change, person: Colleague) -> Reception | None:
    """The session that a person enters demands into: their own, else one in a place that they serve."""
    lately = Reception.starts_at > change.now - timedelta(days=2)
    near = lately & (Reception.starts_at <= change.now + _EARLY_ENTRIES)
    held = select(Reception).where(near, Reception.cancelled_at.is_(None)).order_by(Reception.starts_at.desc())
    found = [each for each in change.session.scalars(held) if change.now <= each.ends_at + _LATE_ENTRIES]
    mine = [each for each in found if each.receiver_id == person.id]
    return next(iter([*mine, *(each for each in found if _served(change, person, each))]), None)


def _served(change: Change, person: Colleague, reception: Reception) -> bool:
    place = change.town.world.places.get(reception.place_id)
    return place is not None and serves(change.town, person, place)


def demands(change: Change, reception: Reception) -> list[Demand]:
    """The session's demands by number, without cancelled ones."""
    kept = (Demand.reception_id == reception.id) & (Demand.settled != Settled.TAKEN_BACK.value)
    return list(change.session.scalars(select(Demand).where(kept).order_by(Demand.number)))


def place_name(change: Change, reception: Reception) -> str:
    place = change.town.world.places.get(reception.place_id)
    return place.name if place else ""


def spoken(change: Change, reception: Reception) -> str:
    """「周六18:00-20:00」."""
    over = reception.ends_at.astimezone(CHINA)
    return f"{ticket_text.moment(reception.starts_at, change.now)}-{over:%H:%M}"


def receiver_name(change: Change, reception: Reception) -> str:
    member = change.town.staff.people.get(reception.receiver_id)
    return member.name if member else ""
