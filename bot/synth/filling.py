"""Fills a database that has a world with a made-up year of tickets. The same seed gives the same town."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, select, text

from bot.installation.settings import load_settings
from bot.synth import ticket_traces
from bot.synth.bulk import Bulk, catch_up, next_id
from bot.synth.ticket_story import Story, tell_story
from handlers.town.routing import Case, Route, Routing, choose
from handlers.world.nodes import PlaceNode
from handlers.world.world import World, load_world
from models.base import Base
from models.connecting import connect
from models.conversation import Inbound
from models.follower import Follower
from models.grid import Level
from models.person import Person
from models.push import Push
from models.sessions import reading_sessions
from models.supporting_teams import Support
from models.ticket import CHINA, Ticket, TicketEvent
from nlp.reading.understanding import Intent
from nlp.training.corpus import read_corpus

_BATCH = 5000
_RESIDENTS_PER_TICKET = 1 / 6
OPENID = "oSynth"
"""The prefix of made-up people's openids"""
_DAYS = {"safety": 1, "utilities": 1, "sanitation": 1, "consult": 3, "construction": 10, "neighbours": 5}
_COLUMNS: dict[type[Base], Sequence[str]] = {
    Ticket: (
        *("id", "number", "version", "status", "category", "item", "title", "text", "urgent", "confidence"),
        *("place_id", "place_name", "building", "unit", "room", "grid", "community", "street", "county"),
        *("level", "team", "first_team", "rule", "reporter_id", "created_at", "accept_by", "handle_by"),
        *("accepted_at", "resolved_at", "ended_at", "closing", "rating", "answer", "urges", "reopenings"),
        "neighbours",
    ),
    TicketEvent: ("ticket_id", "move", "by_role", "at", "note", "before", "after", "team", "level"),
    Follower: ("ticket_id", "person_id", "joined_at"),
    Support: ticket_traces.SUPPORT,
    Inbound: ticket_traces.INBOUND,
    Push: ticket_traces.PUSH,
}
"""The tables to fill, tickets first"""
Rows = dict[type[Base], Sequence[Sequence[Any]]]


class NoWorldError(Exception):
    """Tickets need places: the world must be imported first."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One text with its category and sub-item."""

    text: str
    category: str
    item: str


@dataclass(frozen=True, slots=True)
class Spot:
    """One house: the place, the building, and who does what there."""

    place: PlaceNode
    building: str
    levels: tuple[str | None, ...]
    grid: str
    routes: dict[str, Route]
    """By category"""


@dataclass(frozen=True, slots=True)
class Past:
    """The length of the history, and the places without open tickets."""

    span: timedelta = timedelta(days=365)
    quiet: frozenset[str] = frozenset()


_A_YEAR = Past()


def fill(
    engine: Engine,
    world: World,
    routing: Routing,
    count: int,
    seed: int,
    now: datetime,
    notify: Callable[[int], None],
    past: Past = _A_YEAR,
) -> None:
    """Writes `count` tickets with their messages, pushes and history, in batches; `tell` gets the number done."""
    town = _Town(world, routing, random.Random(seed), now, past)
    for start in range(0, count, _BATCH):
        with engine.begin() as connection:
            if start == 0:
                town.move_in(connection, count)
            town.write(connection, min(_BATCH, count - start))
        notify(min(start + _BATCH, count))


class _Town:
    def __init__(self, world: World, routing: Routing, chance: random.Random, now: datetime, past: Past) -> None:
        self._chance, self._now, self._past = chance, now, past
        self._kinds = [Kind(e.text, e.category, e.item) for e in read_corpus() if e.intent == Intent.REPORT]
        self._spots = list(_spots(world, routing, sorted({kind.category for kind in self._kinds})))
        if not self._spots:
            raise NoWorldError
        # As in real towns, a few compounds have most of the tickets.
        self._weights = [1 / (1 + index % 17) for index in range(len(self._spots))]
        self._first_resident = self._residents = self._tickets = self._told = 0
        self._staff: dict[str, list[int]] = {}

    def move_in(self, connection: Connection, tickets: int) -> None:
        """Writes the residents, each with a made-up openid."""
        people, self._tickets = cast("Table", Person.__table__), tickets
        for number, team in connection.execute(select(Person.id, Person.team).where(Person.team.is_not(None))):
            self._staff.setdefault(cast("str", team), []).append(number)
        self._first_resident, self._residents = (
            next_id(connection, people),
            max(20, int(tickets * _RESIDENTS_PER_TICKET)),
        )
        numbers = range(self._first_resident, self._first_resident + self._residents)
        rows = ((number, openid(number), True) for number in numbers)
        Bulk(connection, people, ("id", "openid", "following")).write(rows)
        catch_up(connection, people)

    def write(self, connection: Connection, count: int) -> None:
        """Writes one batch."""
        tickets = cast("Table", Ticket.__table__)
        first = next_id(connection, tickets)
        made = [self._ticket(number) for number in range(first, first + count)]
        for kind, columns in _COLUMNS.items():
            Bulk(connection, cast("Table", kind.__table__), columns).write(row for each in made for row in each[kind])
        catch_up(connection, tickets)

    def _ticket(self, number: int) -> Rows:
        chance = self._chance
        kind, spot = chance.choice(self._kinds), chance.choices(self._spots, self._weights)[0]
        story = tell_story(chance, self._next_moment(), _DAYS.get(kind.category, 3), self._now)
        if story.ended_at is None and spot.place.name in self._past.quiet:
            spot = next(each for each in self._spots if each.place.name not in self._past.quiet)
        route = spot.routes[kind.category]
        joined = [self._resident() for _ in range(chance.choices((1, 2, 3, 5), (82, 11, 5, 2))[0])]
        followers = [(number, person, story.created_at) for person in dict.fromkeys(joined)]
        who = (route.team.code, route.level.value)
        reporter, name = followers[0][1], f"{story.created_at.astimezone(CHINA):%y%m%d}{number % 100_000:05d}"
        return {
            Ticket: [self._row(number, name, kind, spot, story, followers)],
            TicketEvent: [
                (number, line.move.name, line.role.value, line.at, line.note, line.before.value, line.after.value, *who)
                for line in story.lines
            ],
            Follower: followers,
            Support: ticket_traces.helpers(number, route, story),
            Inbound: ticket_traces.messages(number, name, openid(reporter), kind.text, story),
            Push: ticket_traces.pushes(
                number, name, reporter, self._staff.get(route.team.code, ()), spot.place.name, story
            ),
        }

    def _row(
        self,
        number: int,
        name: str,
        kind: Kind,
        spot: Spot,
        story: Story,
        followers: Sequence[tuple[int, int, datetime]],
    ) -> Sequence[Any]:
        route = spot.routes[kind.category]
        team, level, rule = route.team.code, route.level.value, route.rule
        house = (spot.building, str(number % 4 + 1), f"{number % 6 + 1}0{number % 3 + 1}")
        words = (kind.category, kind.item, kind.text[:24], kind.text, number % 50 == 0, 0.9)
        return (
            *(number, name, 1 + len(story.lines), story.status.value, *words, spot.place.id, spot.place.name, *house),
            *(spot.grid, *spot.levels, level, team, team if story.accepted_at else None, rule, followers[0][1]),
            *(story.created_at, story.accept_by, story.handle_by, story.accepted_at, story.resolved_at),
            *(story.ended_at, story.closing, story.rating, "已处理好，请您看看" if story.resolved_at else ""),
            *(story.urges, story.reopenings, len(followers) - 1),
        )

    def _next_moment(self) -> datetime:
        """The next ticket's time; tickets become more frequent from month to month."""
        self._told += 1
        back = (1 - self._told / (self._tickets + 1)) ** 1.3
        moment: datetime = self._now - self._past.span * back - timedelta(seconds=self._chance.random() * 60)
        return moment

    def _resident(self) -> int:
        return self._first_resident + int(self._residents * self._chance.random() ** 2)


def openid(resident: int) -> str:
    """The openid of the resident of this number."""
    return f"{OPENID}{resident:022d}"


def _spots(world: World, routing: Routing, categories: Sequence[str]) -> Iterator[Spot]:
    for place in world.places.values():
        for building, grid in list(place.grid_by_building.items())[:30]:
            routes = {each: choose(world, routing, Case(each, place=place), grid) for each in categories}
            found = {each: route for each, route in routes.items() if route}
            if len(found) == len(categories):
                above = (Level.COMMUNITY, Level.STREET, Level.COUNTY)
                yield Spot(place, building, tuple(world.code_at(grid, level) for level in above), grid, found)


def fill_url(url: str, count: int, seed: int = 1) -> None:
    """Fills the database at an address, under the shipped rules."""
    engine = connect(url)
    with reading_sessions(engine)() as session:
        world = load_world(session)
    routing = load_settings(Path(__file__).parents[2] / "config.yaml").routing
    fill(engine, world, routing, count, seed, datetime.now(UTC), lambda _done: None)
    tidy = "vacuum analyze" if engine.dialect.name == "postgresql" else "analyze"  # as after a year's use
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(tidy))
    engine.dispose()
