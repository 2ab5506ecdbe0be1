"""Patrol points of a person, their rounds, and distances."""

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from handlers.figures.days import day_start, days_back
from handlers.tickets.change import PersonalChange
from handlers.town_import.patrols import spans_of
from models.patrol import CheckIn, PatrolPoint
from models.person import Role
from models.ticket import CHINA, Ticket

_EARTH = 6_371_000
_NEAR = 200.0
_DAYS = 30


def mine(change: PersonalChange) -> list[PatrolPoint]:
    """Points in the person's scope."""
    world, person = change.town.world, change.person
    everywhere = Role.ADMIN in person.roles or (person.is_overseer and person.grid is None)
    found = change.session.scalars(select(PatrolPoint).where(~PatrolPoint.left_out).order_by(PatrolPoint.id))
    if everywhere:
        return list(found)
    return [each for each in found if world.lies_in(each.grid, person.grid)]


def metres(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """The distance in metres, on a flat approximation, which is exact enough for a town."""
    east = math.radians(other_lng - lng) * math.cos(math.radians(lat))
    return _EARTH * math.hypot(math.radians(other_lat - lat), east)


def nearest(points: Sequence[PatrolPoint], lat: float, lng: float) -> tuple[PatrolPoint, float] | None:
    away = [(metres(lat, lng, each.lat, each.lng), each) for each in points]
    best = min(away, key=lambda each: each[0], default=None)
    return (best[1], best[0]) if best else None


def rounds(point: PatrolPoint, day: date) -> list[tuple[datetime, datetime]]:
    """The rounds of a day, in order."""
    spans: list[tuple[time, time]] = spans_of(point.times) or []
    return [(datetime.combine(day, first, CHINA), datetime.combine(day, last, CHINA)) for first, last in spans]


def running(point: PatrolPoint, now: datetime) -> tuple[datetime, datetime] | None:
    """The current round; None if there is none."""
    today = rounds(point, now.astimezone(CHINA).date())
    return next((each for each in today if each[0] <= now <= each[1]), None)


def was_there(change: PersonalChange, point: PatrolPoint, since: datetime, until: datetime) -> bool:
    there = (CheckIn.point_id == point.id) & (CheckIn.at >= since) & (CheckIn.at <= until)
    return change.session.scalar(select(CheckIn.id).where(there).limit(1)) is not None


def hot(change: PersonalChange, points: Sequence[PatrolPoint]) -> dict[int, int]:
    """Number of tickets of the last _DAYS near each point, by point id; the route begins at the largest."""
    since, places = days_back(change.now, _DAYS), change.town.world.places
    near = {
        point.id: [
            place.id
            for place in places.values()
            if place.lat and place.lng and metres(place.lat, place.lng, point.lat, point.lng) <= _NEAR
        ]
        for point in points
    }
    ids = {place for found in near.values() for place in found}
    counted = select(Ticket.place_id, func.count()).where(Ticket.place_id.in_(ids), Ticket.created_at >= since)
    by_place = dict(change.session.execute(counted.group_by(Ticket.place_id)).all())
    return {point: sum(by_place.get(place, 0) for place in found) for point, found in near.items()}


def past_rounds(point: PatrolPoint, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Rounds of the period that are over."""
    first, days = day_start(since).date(), (until - since).days + 2
    found = (each for number in range(days) for each in rounds(point, first + timedelta(days=number)))
    return [each for each in found if since <= each[0] and each[1] < until]
