"""Quiet hours: a round-the-clock limit is told at once to staff on call, else it starts in the morning."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from handlers.town.town import Town
from handlers.world.rosters import Roster, reach_of
from handlers.world.staff import Colleague
from models.calendar import Span
from models.ticket import Ticket


def begins(town: Town, team: Sequence[Colleague], limits: Iterable[Span], now: datetime) -> datetime:
    """When a team's new limits start: in the morning if nobody can be told now."""
    morning = town.quiet_hours.wait(now)
    wakes = morning > now and any(limit.round_the_clock for limit in limits) and _on_call(town, team, now)
    return now if wakes else morning


def begins_for(town: Town, ticket: Ticket, now: datetime, limits: Iterable[Span] = ()) -> datetime:
    """Like `begins`, for a ticket and its team; by `limits`, else by the limits that the ticket has."""
    if ticket.red_flag or town.quiet_hours.wait(now) == now:
        return now
    return begins(town, _team(town, ticket), [*limits] or _limits(ticket), now)


def rings(town: Town, ticket: Ticket, now: datetime) -> bool:
    """Whether staff on call are told of the ticket now: always for a danger, at night if its limits run then."""
    if ticket.red_flag:
        return True
    return town.quiet_hours.wait(now) > now and begins_for(town, ticket, now) == now


def wakes(town: Town, ticket: Ticket, person: Colleague, now: datetime) -> bool:
    """Whether this person is told of the ticket at night: only if on call."""
    return rings(town, ticket, now) and bool(_on_call(town, [person], now))


def waits(town: Town, ticket: Ticket, now: datetime) -> bool:
    """A round-the-clock limit is waiting for the morning."""
    return begins_for(town, ticket, now) > now and any(limit.round_the_clock for limit in _limits(ticket))


def _team(town: Town, ticket: Ticket) -> Sequence[Colleague]:
    return town.staff.members([ticket.team], reach_of(ticket)) if ticket.team else ()


def _limits(ticket: Ticket) -> list[Span]:
    return [Span.parse(limit) for limit in (ticket.accept_limit, ticket.handle_limit) if limit]


def _on_call(town: Town, team: Sequence[Colleague], now: datetime) -> bool:
    roster = Roster.of(town.staff, team, town.calendar.works_on)
    return any(present.person.openid for present in roster.on_call(team, now))
