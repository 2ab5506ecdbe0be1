"""Stuck tickets by reason. A ticket may be stuck for several reasons."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists

from handlers.figures.counts import Figure, late, still_open
from handlers.town.town import Town
from models.status_moves import Status
from models.supporting_teams import Support, by_whistle
from models.ticket import Ticket, not_ended

_TWICE = 2


def stuck(town: Town, now: datetime) -> list[Figure]:
    """One figure for each reason."""
    in_status = {status: Ticket.status == status.value for status in Status}
    waits_for_helper = _helper_missing()
    conditions: dict[str, ColumnElement[bool]] = {
        "unsigned": late(now) & in_status[Status.DISPATCHED],
        "helper": late(now) & in_status[Status.WORKING] & waits_for_helper,
        "unfinished": late(now) & in_status[Status.WORKING] & ~waits_for_helper,
        "suspended": not_ended() & in_status[Status.SUSPENDED],
        "asked": not_ended() & Ticket.stopped_at.is_not(None) & ~in_status[Status.SUSPENDED],
        "returned": still_open() & (Ticket.returns >= _TWICE),
    }
    return [
        Figure(f"stuck_{why}", town.say(f"board.stuck_{why}"), condition, of_now=True, by_limit=True)
        for why, condition in conditions.items()
    ]


def _helper_missing() -> ColumnElement[bool]:
    """The team in charge waits for a team called by a whistle."""
    awaited = by_whistle() & Support.finished_at.is_(None) & Support.released_at.is_(None)
    return exists().where(Support.ticket_id == Ticket.id, awaited, Support.team != Ticket.team).correlate(Ticket)
