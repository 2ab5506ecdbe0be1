"""Timers of a ticket's two clocks: reminder, deadline, escalation."""

from datetime import datetime

from handlers.notifications.night import rings
from handlers.notifications.pushes import notify
from handlers.tickets.change import DueTimer
from handlers.tickets.clocks import grace, set_timer, timer_key
from handlers.tickets.escalation import escalate
from models.status_moves import NOTE, Status
from models.ticket import SYSTEM

_RUNS_IN = {
    "accept": frozenset({Status.DISPATCHED}),
    "handle": frozenset({Status.DISPATCHED, Status.WORKING}),
}


def limit_is_over(ringing: DueTimer) -> datetime | None:
    """The deadline is over: notify team and supervisors, and set the timer of the escalation."""
    due = _due(ringing)
    if due is None or due > ringing.now or not _is_of(ringing, due):
        return None
    if night := _night(ringing):
        return night
    notify(ringing.session, ringing.town, ringing.ticket, f"{_clock(ringing)}_overdue", ringing.now)
    climbs_at = ringing.town.calendar.due(ringing.now, grace(ringing, ringing.ticket))
    set_timer(ringing, f"{_clock(ringing)}_climb", ringing.ticket, climbs_at)
    return None


def limit_comes_near(ringing: DueTimer) -> datetime | None:
    """Most of the limit is used up: remind the team, and set the timer of the deadline."""
    limit, due = _limit(ringing), _due(ringing)
    if limit is None or not _is_of(ringing, limit) or (due is None and not ringing.ticket.stopped_at):
        return None
    if due and due > ringing.now:
        if night := _night(ringing):
            return night
        what = "accept_remind" if _clock(ringing) == "accept" else "remind"
        notify(ringing.session, ringing.town, ringing.ticket, what, ringing.now)
    set_timer(ringing, f"{_clock(ringing)}_overdue", ringing.ticket, limit)
    return None


def nothing_happened(ringing: DueTimer) -> datetime | None:
    """The grace after the deadline is over: escalate; on the highest level, notify again and again."""
    ticket, due = ringing.ticket, _due(ringing)
    if due is None or ringing.town.calendar.due(due, grace(ringing, ticket)) > ringing.now:
        return None
    if night := _night(ringing):
        return night
    if escalate(ringing, ticket, by=SYSTEM, reason=_reason(ringing)):
        return None
    ticket.apply(NOTE, by=SYSTEM, at=ringing.now, note=ringing.town.say("history.late_on_top"))
    notify(ringing.session, ringing.town, ticket, f"{_clock(ringing)}_overdue", ringing.now)
    return ringing.town.calendar.due(ringing.now, ringing.town.levels.county.grace)


def _reason(ringing: DueTimer) -> str:
    if _clock(ringing) == "accept":
        return ringing.town.say("history.not_signed", limit=ringing.ticket.accept_limit)
    return ringing.town.say("history.not_resolved", limit=ringing.ticket.handle_limit)


def _due(ringing: DueTimer) -> datetime | None:
    """The deadline of the timer's clock; None while it is stopped, or if the status no longer needs it."""
    ticket = ringing.ticket
    if ticket.stopped_at or Status(ticket.status) not in _RUNS_IN[_clock(ringing)]:
        return None
    return _limit(ringing)


def _limit(ringing: DueTimer) -> datetime | None:
    """The deadline of the timer's clock, also while it is stopped."""
    return ringing.ticket.accept_by if _clock(ringing) == "accept" else ringing.ticket.handle_by


def _is_of(ringing: DueTimer, due: datetime) -> bool:
    """Whether the timer is for this deadline, not for an earlier one that has moved."""
    return ringing.timer.key == timer_key(ringing.timer.kind, ringing.ticket, due)


def _night(ringing: DueTimer) -> datetime | None:
    """When the quiet hours end, if the push must wait; else None."""
    if rings(ringing.town, ringing.ticket, ringing.now):
        return None
    morning = ringing.town.quiet_hours.wait(ringing.now)
    return morning if morning > ringing.now else None


def _clock(ringing: DueTimer) -> str:
    return ringing.timer.kind.partition("_")[0]
