"""Find alarms in the tickets of today and the weeks before. Read-only."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from handlers.alarms.rules import (
    CHRONIC_DAYS,
    CHRONIC_TIMES,
    FEWEST_OF_CLUSTER,
    WEEKS,
    Conduct,
    Event,
    chronic,
    is_chronic,
    is_cluster,
    misconduct,
    usual,
)
from handlers.figures.days import day_start
from handlers.notifications import ticket_text
from handlers.town.town import Town
from handlers.world.nodes import PlaceNode
from models.person import Person
from models.status_moves import Closing, Status
from models.ticket import CHINA, Ticket, TicketEvent, is_complaint

_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)
_NO_EVENT = (Status.MERGED.value, Status.WITHDRAWN.value, Status.DECLINED.value)
Counts = Mapping[tuple[str, str, str], int]
"""Counts by ("community" or "place", its code, sub-item)"""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm. `key` is the same for the same matter; `grid`: whose supervisors are told."""

    key: str
    wording: str
    grid: str
    said: Mapping[str, Any]


def look(session: Session, town: Town, now: datetime) -> list[Alarm]:
    """All current alarms."""
    return [*_clusters(session, town, now), *_chronic(session, town, now), *_conduct(session, town, now)]


def _clusters(session: Session, town: Town, now: datetime) -> Iterator[Alarm]:
    """Clusters of reports, places first: a community gets no second alarm for a cluster of one of its places."""
    today = day_start(now)
    many = {key: count for key, count in _counts(session, today, now).items() if count >= FEWEST_OF_CLUSTER}
    if not many:
        return
    past = [_counts(session, today - week * _WEEK, today - week * _WEEK + timedelta(days=1)) for week in _weeks()]
    told: set[tuple[str, str]] = set()
    for kind, code, item in sorted(many, key=lambda key: key[0] != "place"):
        before, count = [each.get((kind, code, item), 0) for each in past], many[kind, code, item]
        grid, name = _area(town, kind, code)
        if (grid, item) in told or not is_cluster(count, before):
            continue
        told.add((grid, item))
        said = {"where": name, "what": town.catalogue.items[item][1], "count": count, "usual": f"{usual(before):.1g}"}
        yield Alarm(f"cluster:{grid}:{item}:{today.astimezone(CHINA):%y%m%d}", "alarms.cluster", grid, said)


def _weeks() -> range:
    return range(1, WEEKS + 1)


def _area(town: Town, kind: str, code: str) -> tuple[str, str]:
    if kind == "community":
        node = town.world.grids.get(code)
        return code, node.name if node else code
    place = town.world.places[int(code)]
    return place.community, place.name


def _counts(session: Session, since: datetime, until: datetime) -> Counts:
    filed = (Ticket.created_at >= since) & (Ticket.created_at < until)
    columns = select(Ticket.community, Ticket.place_id, Ticket.item).where(filed, Ticket.item != "")
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for community, place, item in session.execute(columns.where(Ticket.status != Status.WITHDRAWN.value)):
        if community:
            found["community", community, item] += 1
        if place:
            found["place", str(place), item] += 1
    return found


@dataclass(frozen=True, slots=True)
class _House:
    """A building and what broke there."""

    place: int
    building: str
    category: str
    item: str


def _chronic(session: Session, town: Town, now: datetime) -> Iterator[Alarm]:
    """Buildings of today's tickets where a problem recurs more often than in the buildings around.

    Without complaints about staff, because the building would show who complained.
    """
    house = (Ticket.place_id, Ticket.building, Ticket.category, Ticket.item)
    lately = (Ticket.created_at > now - timedelta(days=CHRONIC_DAYS)) & Ticket.place_id.is_not(None)
    often = select(*house).where(lately, _of_things(), Ticket.item != "").group_by(*house)
    often = often.having(func.count() >= CHRONIC_TIMES, func.max(Ticket.created_at) >= day_start(now))
    for place, building, category, item in session.execute(often).all():
        if place in town.world.places:
            yield from _of_house(session, town, _House(place, building, category, item), now)


def _of_things() -> ColumnElement[bool]:
    return ~is_complaint() | Ticket.shut_out.is_(None)


def _of_house(session: Session, town: Town, house: _House, now: datetime) -> Iterator[Alarm]:
    place = town.world.places[house.place]
    lately = (Ticket.created_at > now - timedelta(days=CHRONIC_DAYS)) & Ticket.status.not_in(_NO_EVENT)
    same = lately & _of_things() & (Ticket.category == house.category) & (Ticket.item == house.item)
    here = same & (Ticket.place_id == place.id) & (Ticket.building == house.building)
    rows = session.execute(select(Ticket.id, Ticket.created_at, Ticket.ended_at, Ticket.number).where(here)).all()
    times = chronic(Event(row.id, row.created_at, row.ended_at) for row in rows)
    if not times:
        return
    houses = _houses(town, place.community)
    around, busy = _around(session, place, house, same, houses), _busy(session, place, lately, houses)
    if not is_chronic(len(times), around, busy):
        return
    numbers = {row.id: row.number or "" for row in rows}
    yield Alarm(
        f"chronic:{place.id}:{house.building}:{house.item}:{times[0].id}",
        "alarms.chronic",
        place.community,
        {
            "where": ticket_text.address(place.name, house.building, "", ""),
            "what": town.catalogue.name(house.category, house.item),
            "times": len(times),
            "numbers": "、".join(numbers[each.id] for each in times),
            "last": numbers[times[-1].id],
        },
    )


def _around(session: Session, place: PlaceNode, house: _House, same: ColumnElement[bool], houses: int) -> list[int]:
    """How often each other building of the community had the same problem, zeros included."""
    by = (Ticket.place_id, Ticket.building)
    rows = session.execute(select(*by, func.count()).where(same, Ticket.community == place.community).group_by(*by))
    counts = [count for at, building, count in rows if (at, building) != (house.place, house.building)]
    return [*counts, *[0] * max(houses - 1 - len(counts), 0)]


def _busy(session: Session, place: PlaceNode, lately: ColumnElement[bool], houses: int) -> float:
    """Reports from a building of this place, relative to an average building of its community."""
    here = session.scalar(select(func.count()).where(lately, Ticket.place_id == place.id)) or 0
    around = session.scalar(select(func.count()).where(lately, Ticket.community == place.community)) or 1
    return here / max(len(place.grid_by_building), 1) * houses / around


def _houses(town: Town, community: str) -> int:
    return sum(len(each.grid_by_building) for each in town.world.places.values() if each.community == community)


def _conduct(session: Session, town: Town, now: datetime) -> Iterator[Alarm]:
    """Conspicuous teams of the last thirty days, told once a week."""
    week = f"{now.astimezone(CHINA):%G%V}"
    for team, what, count, closed in misconduct(_teams(session, now)):
        said = {"team": ticket_text.team_name(town, team), "count": count, "closed": closed}
        grid = next(
            (code for code, teams in town.world.teams_at.items() if any(each.code == team for each in teams)), ""
        )
        yield Alarm(f"{what}:{team}:{week}", f"alarms.{what}", grid, said)


def _teams(session: Session, now: datetime) -> Mapping[str, Conduct]:
    lately = (Ticket.ended_at > now - _MONTH) & (Ticket.ended_at <= now) & (Ticket.status == Status.CLOSED.value)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for team, closing in session.execute(select(Ticket.team, Ticket.closing).where(lately, Ticket.team.is_not(None))):
        counts[team or ""]["closed"] += 1
        counts[team or ""]["defaults"] += closing == Closing.DEFAULT.value
    rushed = (Ticket.rushed_at > now - _MONTH) & (Ticket.reopenings > 0)
    for team in session.scalars(select(Ticket.first_team).where(rushed, Ticket.first_team.is_not(None))):
        counts[team or ""]["rushed"] += 1
    for team in session.scalars(_confirmed_by_themselves(now)):
        counts[team]["own"] += 1
    return {team: Conduct(**each) for team, each in counts.items()}


def _confirmed_by_themselves(now: datetime) -> Any:  # noqa: ANN401  (a statement)
    """Teams of tickets that a member of the same team confirmed or rated as a resident."""
    word = TicketEvent.move.in_(("close", "rate")) & (TicketEvent.by_role == "resident")
    tickets = select(Ticket.team).join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
    members = tickets.join(Person, Person.id == TicketEvent.by_person)
    theirs = (TicketEvent.at > now - _MONTH) & word & (Person.team == Ticket.team)
    return members.where(theirs).group_by(Ticket.id, Ticket.team)
