"""All data of the board for one area: the present state from indexes, the past from daily sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from handlers.board.drill_down import days_until
from handlers.board.keep_sums import Mark, read_mark
from handlers.board.map_grids import Shape, shapes
from handlers.board.stuck_reasons import stuck
from handlers.board.sums import (
    CONTENT,
    DUE,
    FILED,
    FOLLOWED_UP,
    KEPT,
    RATED,
    SOLVED,
    Stretch,
    begins,
    day_of,
    stretch,
)
from handlers.board.viewer import Viewer
from handlers.figures.counts import Figure, count, figures_of
from handlers.figures.days import day_start
from handlers.notifications import ticket_text
from handlers.tickets.access import listed
from handlers.town.town import Town
from models.base import UtcDateTime
from models.status_moves import UNJUDGED
from models.ticket import Ticket, not_ended

STANDINGS = 12
_RATES = (("on_time_rate", KEPT, DUE), ("solved_rate", SOLVED, FOLLOWED_UP), ("satisfaction_rate", CONTENT, RATED))
_WORST = 10


@dataclass(frozen=True, slots=True)
class Number:
    """A figure of the present state."""

    key: str
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The results of one team or place, over tickets filed in the period."""

    key: str
    name: str
    counts: Sequence[int]

    def rate(self, part: int, whole: int) -> float | None:
        return self.counts[part] / self.counts[whole] if self.counts[whole] else None

    @property
    def filed(self) -> int:
        return self.counts[FILED]

    @property
    def rates(self) -> list[tuple[str, float | None, int]]:
        """(measure, rate, number of cases)."""
        return [(measure, self.rate(part, whole), self.counts[whole]) for measure, part, whole in _RATES]


@dataclass(frozen=True, slots=True)
class Board:
    """All data of one page."""

    area: str
    first: str
    last: str
    mark: Mark
    numbers: Sequence[Number]
    stuck: Sequence[Number]
    worst: Sequence[Ticket]
    shapes: Sequence[Shape]
    by_day: Sequence[tuple[str, int]]
    by_hour: Mapping[tuple[int, int], int]
    categories: Sequence[tuple[str, str, int]]
    teams: Sequence[Standing]
    places: Sequence[Standing]
    more_teams: int
    more_places: int
    repeated: int

    @property
    def is_whole(self) -> bool:
        """Whether the worker has summed all days of the period."""
        return bool(self.mark.since) and self.mark.since <= self.first


def read_board(session: Session, town: Town, viewer: Viewer, days: int, now: datetime) -> Board:
    """Read the board by a dozen statements, each of which reads only open tickets or daily sums."""
    first, last = days_until(now, days)
    today, reasons = figures_of(day_start(now), now), stuck(town, now)
    counted = count(session, viewer.scope, [*today, *reasons], viewer.desk)
    kept = _with_what_runs(session, stretch(session, viewer.area, first, last, viewer.side), viewer.scope, first, now)
    late = next(each for each in today if each.key == "late")
    teams, places = _standings(kept, "team"), _standings(kept, "place")
    return Board(
        area=town.world.grids[viewer.area].name if viewer.area else town.name,
        first=first,
        last=last,
        mark=read_mark(session),
        numbers=_numbers(today, counted),
        stuck=[each for each in _numbers(reasons, counted) if each.value],
        worst=session.scalars(listed(late.condition & viewer.scope, late.order, _WORST)).all(),
        shapes=shapes(session, town.world, viewer, now),
        by_day=[(day, kept.by_day.get(day, 0)) for day in _all_days(first, days)],
        by_hour=kept.by_hour,
        categories=_categories(town, kept),
        teams=[_named(town, each, "team") for each in teams[:STANDINGS]],
        places=[_named(town, each, "place") for each in places[:STANDINGS]],
        more_teams=max(len(teams) - STANDINGS, 0),
        more_places=max(len(places) - STANDINGS, 0),
        repeated=kept.repeated,
    )


def _numbers(figures: Sequence[Figure], counted: Mapping[str, int]) -> list[Number]:
    return [Number(each.key, each.name, counted[each.key]) for each in figures]


def _all_days(first: str, days: int) -> list[str]:
    return [day_of(begins(first) + timedelta(days=number)) for number in range(days)]


def _with_what_runs(session: Session, kept: Stretch, scope: ColumnElement[bool], first: str, now: datetime) -> Stretch:
    """Add open tickets whose deadline is over; they are few and not in the daily sums."""
    clock = func.coalesce(Ticket.stopped_at, literal(now, UtcDateTime))
    judged = Ticket.status.not_in([status.value for status in UNJUDGED])
    broken = not_ended() & judged & Ticket.resolved_at.is_(None) & (Ticket.handle_by < clock)
    rows = session.execute(
        select(Ticket.team, Ticket.place_id, func.count())
        .where(broken, scope, Ticket.created_at >= begins(first), Ticket.created_at <= now)
        .group_by(Ticket.team, Ticket.place_id)
    )
    for team, place, number in rows:
        for division, key in (("team", team or ""), ("place", str(place or ""))):
            if key in kept.total[division]:
                kept.total[division][key][DUE] += number
    return kept


def _standings(kept: Stretch, division: str) -> list[tuple[str, list[int]]]:
    """Teams or places, the one with most tickets first."""
    return sorted(kept.total[division].items(), key=lambda each: (-each[1][FILED], each[0]))


def _named(town: Town, row: tuple[str, list[int]], division: str) -> Standing:
    key, counts = row
    if division == "team":
        return Standing(key, ticket_text.team_name(town, key), counts)
    place = town.world.places.get(int(key)) if key else None
    return Standing(key, place.name if place else town.say("board.no_place"), counts)


def _categories(town: Town, kept: Stretch) -> list[tuple[str, str, int]]:
    found = ((key, town.catalogue.name(key), counts[FILED]) for key, counts in kept.total["category"].items())
    return sorted(found, key=lambda each: (-each[2], each[0]))
