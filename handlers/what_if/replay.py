"""推演: replay past tickets under other limits. Changes nothing.

Each promise is computed again from its real beginning, with the same stops and extensions. So the same table gives
the same result, and any difference comes from the table.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from handlers.notifications.night import begins
from handlers.town.limits import Limit, Limits
from handlers.town.town import Town
from handlers.what_if.past import Past, Stops, past_of
from models.calendar import Calendar, Span
from models.grid import Level
from models.ticket import Ticket

Choice = Callable[[Past], list[Limit]]
"""Returns the limits that would have applied to a ticket"""


@dataclass(slots=True)
class Tally:
    """Tickets on time and overdue, in reality (`then`) and in the replay (`now`)."""

    tickets: int = 0
    on_time_then: int = 0
    overdue_then: int = 0
    on_time_now: int = 0
    overdue_now: int = 0

    def count(self, past: Past, due: datetime) -> None:
        self.tickets += 1
        if past.promised:
            self.overdue_then += past.ended > past.promised
            self.on_time_then += not past.is_open and past.ended <= past.promised
        self.overdue_now += past.ended > due
        self.on_time_now += not past.is_open and past.ended <= due

    @property
    def more(self) -> int:
        """How many more tickets would have been overdue."""
        return self.overdue_now - self.overdue_then

    @property
    def rate_then(self) -> float | None:
        return _rate(self.on_time_then, self.overdue_then)

    @property
    def rate_now(self) -> float | None:
        return _rate(self.on_time_now, self.overdue_now)


@dataclass(frozen=True, slots=True)
class Replay:
    """The result: total, by category and by team."""

    since: datetime
    total: Tally
    categories: dict[str, Tally]
    teams: dict[str, Tally]


def replay(
    session: Session, town: Town, choice: Choice, days: int, now: datetime, scope: ColumnElement[bool]
) -> Replay:
    """Replay the tickets filed in the last `days`."""
    since = now - timedelta(days=days)
    found = Replay(since, Tally(), defaultdict(Tally), defaultdict(Tally))
    for past in past_of(session, scope & (Ticket.created_at >= since) & (Ticket.created_at <= now), now):
        due = due_of(town, past, choice(past))
        for tally in (found.total, found.categories[past.category], found.teams[past.team or ""]):
            tally.count(past, due)
    return found


def under(limits: Limits) -> Choice:
    """The newest rows of a table, also if they are not in force yet."""

    def rows(past: Past) -> list[Limit]:
        return limits.of(past.category, past.item, urgent=past.urgent, red_flag=past.red_flag, text=past.text)

    return rows


def due_of(town: Town, past: Past, limits: list[Limit]) -> datetime:
    """The deadline to handle that the ticket would have had."""
    calendar, spans = town.calendar, [limit.handle for limit in limits]
    if past.climbs:
        spans.append(town.levels.budget(Level(past.level)).handle)
    began = _begins(town, past, limits, past.began)
    due, _, span = min((calendar.due(began, span), place, span) for place, span in enumerate(spans))
    for extension in past.extensions:
        due = calendar.due(due, extension)
    stops = [(stopped, _begins(town, past, limits, ends)) for stopped, ends in past.stops]
    return _stopped(calendar, due, span, stops)


def _begins(town: Town, past: Past, limits: list[Limit], at: datetime) -> datetime:
    """When the limits begin, with the real rule for nights, but today's roster."""
    if past.red_flag:
        return at
    spans = [span for limit in limits for span in (limit.accept, limit.handle)]
    return begins(town, town.staff.teams.get(past.team or "", ()), spans, at)


def _stopped(calendar: Calendar, due: datetime, span: Span, stops: Stops) -> datetime:
    for stopped, ends in sorted(stops):
        if stopped < due:
            due = calendar.resumed(ends, calendar.left(stopped, due, span), span)
    return due


def _rate(on_time: int, overdue: int) -> float | None:
    return on_time / (on_time + overdue) if on_time + overdue else None


def worst(tallies: dict[str, Tally], most: int) -> Sequence[tuple[str, Tally]]:
    """The groups with the largest increase of overdue tickets; then the largest groups."""
    return sorted(tallies.items(), key=lambda each: (-each[1].more, -each[1].tickets, each[0]))[:most]
