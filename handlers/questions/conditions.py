"""The filters of a question as SQL conditions on tickets."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from handlers.figures import call_counts
from handlers.figures.days import days_between, local_hour, local_weekday
from handlers.tickets.access import within
from handlers.town.town import Town
from models.grid import Place, Team
from models.status_moves import ENDED, Closing, Status
from models.supporting_teams import Support
from models.ticket import Ticket, is_red
from nlp.questions.amounts import Bound
from nlp.questions.query import Filters, Query

_ENDINGS = frozenset({"closed", "solved"})
"""Measures that count tickets in the period when they ended; others use the time of filing"""
_ENDED = frozenset(status.value for status in ENDED)
_RATINGS = {"unsatisfied": 1, "basic": 2, "satisfied": 3}
_SUBJECTS = frozenset({"category", "item"})


def moment_of(query: Query) -> Any:  # noqa: ANN401  (a mapped column)
    """The ticket's time column that is compared with the period."""
    statuses = set(query.only.get("status", ()))
    ended = query.measure in _ENDINGS or "closing" in query.only or (bool(statuses) and statuses <= _ENDED)
    return Ticket.ended_at if ended else Ticket.created_at


def in_time(query: Query) -> ColumnElement[bool]:
    """Whether a ticket is in the period; all are, if the question is about the present state."""
    if query.is_of_now:
        return true()
    moment = moment_of(query)
    return and_(moment >= query.period.since, moment < query.period.until)


def wanted(
    session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime
) -> ColumnElement[bool]:
    """All conditions of a question, with its period."""
    narrowed = and_(in_time(query), named(session, town, query))
    if query.waits:
        narrowed &= _waited(session, query, query.waits, now)
    for most in query.only.get("repeats", ()):
        many = select(Ticket.reporter_id).where(scope, narrowed).group_by(Ticket.reporter_id)
        narrowed &= Ticket.reporter_id.in_(many.having(func.count() >= most))
    return narrowed


def named(session: Session, town: Town, query: Query) -> ColumnElement[bool]:
    """The filters and exclusions, without the period."""
    conditions = [true(), *_of(session, town, query.only, query)]
    conditions += [~func.coalesce(each, false()) for each in _of(session, town, query.but, query)]
    return and_(*conditions)


def of_whole(session: Session, town: Town, query: Query) -> ColumnElement[bool]:
    """The whole of which a share is a part, in the same period."""
    return and_(in_time(query), *_of(session, town, query.whole or {}, query))


def _of(session: Session, town: Town, filters: Filters, query: Query) -> list[ColumnElement[bool]]:
    """A condition for each kind of filter; values of one kind are alternatives."""
    made = _conditions(session, town, query)
    rest = {name: values for name, values in filters.items() if name in made and name not in _SUBJECTS}
    subjects = [made[name](value) for name, values in subjects_of(town, filters).items() for value in values]
    conditions = [or_(*(made[name](value) for value in values)) for name, values in rest.items()]
    return [*conditions, or_(*subjects)] if subjects else conditions


def subjects_of(town: Town, filters: Filters) -> Filters:
    """The sub-items, and those categories that none of them belongs to."""
    items = filters.get("item", ())
    covered = {town.catalogue.items[item][0] for item in items}
    return {"item": items, "category": tuple(key for key in filters.get("category", ()) if key not in covered)}


def _conditions(session: Session, town: Town, query: Query) -> Mapping[str, Callable[[Any], ColumnElement[bool]]]:
    team = Support.team if query.measure in call_counts.MEASURES else Ticket.team
    return {
        "grid": within,
        "place": lambda name: Ticket.place_id.in_([place.id for place in town.world.places_named(name)]),
        "team": lambda code: team == code,
        "person": lambda name: Ticket.assignee_id.in_(_people(town, name)),
        "kind": lambda kind: team.in_(select(Team.code).where(Team.kind == kind)),
        "category": lambda key: Ticket.category == key,
        "item": lambda key: (Ticket.category == town.catalogue.items[key][0]) & (Ticket.item == key),
        "status": lambda status: Ticket.status == status,
        "closing": lambda closing: Ticket.closing == Closing(closing).value,
        "rating": lambda rating: Ticket.rating == _RATINGS[rating],
        "urgent": Ticket.urgent.is_,
        "red": lambda _red: is_red(),
        "source": lambda source: Ticket.source == source,
        "keyword": lambda words: Ticket.text.contains(words, autoescape=True),
        "days": lambda kind: _works(session, town) if kind == "work" else ~_works(session, town),
        "hours": lambda hours: _between(local_hour(session, Ticket.created_at), *hours),
        "place_kind": lambda kind: Ticket.place_id.in_(select(Place.id).where(Place.kind == kind)),
    }


def _people(town: Town, name: str) -> list[int]:
    return [member.id for member in town.staff.people.values() if member.name == name]


def _works(session: Session, town: Town) -> ColumnElement[bool]:
    """Filed on a working day; for known years, with the calendar's holidays and make-up days."""
    day = func.substr(Ticket.number, 1, len("yymmdd"))
    weekday = local_weekday(session, Ticket.created_at) <= _FRIDAY
    off, made_up = _exceptions(town)
    return (weekday & day.not_in(off)) | day.in_(made_up)


def _exceptions(town: Town) -> tuple[list[str], list[str]]:
    """Weekdays that are days off, and weekend days that are working days."""
    days = [_FIRST_DAY + timedelta(days=each) for each in range(_DAYS_KNOWN)]
    other = [day for day in days if town.calendar.works_on(day) != (day.isoweekday() <= _FRIDAY)]
    off = [f"{day:%y%m%d}" for day in other if day.isoweekday() <= _FRIDAY]
    return off, [f"{day:%y%m%d}" for day in other if day.isoweekday() > _FRIDAY]


_FRIDAY = 5
_FIRST_DAY, _DAYS_KNOWN = date(2025, 1, 1), 4 * 366


def _between(hour: ColumnElement[int], first: int, end: int) -> ColumnElement[bool]:
    """Hours from `first` until before `end`; 22 to 6 crosses midnight."""
    if first < end:
        return (hour >= first) & (hour < end)
    return (hour >= first) | (hour < end)


def _waited(session: Session, query: Query, bound: Bound, now: datetime) -> ColumnElement[bool]:
    """The time from filing until resolved, or until now; for suspended tickets, since the suspension."""
    suspended = set(query.only.get("status", ())) == {Status.SUSPENDED.value}
    since = Ticket.stopped_at if suspended else Ticket.created_at
    until = func.coalesce(Ticket.resolved_at, literal(now, Ticket.created_at.type))
    days = days_between(session, since, until)
    return {
        ">": days > bound.value,
        ">=": days >= bound.value,
        "<": days < bound.value,
        "<=": days <= bound.value,
    }[bound.sign]
