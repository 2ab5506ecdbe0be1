"""A ticket's two clocks (to sign, to handle): set, stop and resume them, and their timers."""

from datetime import datetime, timedelta

from handlers.notifications.night import begins_for
from handlers.tickets.change import Change
from handlers.town.limits import local_day, promise
from models.calendar import Span
from models.deferred_inserts import append
from models.grid import Level
from models.push import Timer
from models.status_moves import Status
from models.ticket import Ticket


def set_promise(change: Change, ticket: Ticket, start: datetime) -> None:
    """Restart both clocks from `start`, or the morning after it, by category, sub-item, words and urgency.

    A level's budget counts only for tickets escalated to it, and only if it is shorter than the limit.
    """
    limits = change.town.limits.of(
        ticket.category,
        ticket.item,
        urgent=bool(ticket.urgent),
        red_flag=bool(ticket.red_flag),
        text=ticket.text,
        on=local_day(start),
    )
    spans = [span for limit in limits for span in (limit.accept, limit.handle)]
    start = begins_for(change.town, ticket, start, spans)
    made, calendar = promise(limits, start, change.town.calendar), change.town.calendar
    accept, handle = made.accept, made.limit.handle
    if budget := change.town.levels.budget(Level(ticket.level)) if ticket.climbs else None:
        accept = min(accept, budget.accept, key=lambda span: calendar.due(start, span))
        handle = min(handle, budget.handle, key=lambda span: calendar.due(start, span))
    ticket.accept_by, ticket.accept_limit = calendar.due(start, accept), str(accept)
    ticket.handle_by, ticket.handle_limit = calendar.due(start, handle), str(handle)
    ticket.limit_rule, ticket.stopped_at = made.limit.row, None


def restart_accept_clock(change: Change, ticket: Ticket) -> None:
    """Restart the clock to sign, for a new team; the promise to the resident (the handle clock) is unchanged."""
    run_on(change, ticket)
    starts = begins_for(change.town, ticket, change.now)
    ticket.accept_by = change.town.calendar.due(starts, Span.parse(ticket.accept_limit))


def stop(ticket: Ticket, now: datetime) -> None:
    """Stop both clocks."""
    ticket.stopped_at = ticket.stopped_at or now


def run_on(change: Change, ticket: Ticket) -> None:
    """Resume both clocks with the time that was left when they were stopped."""
    if ticket.stopped_at is None:
        return
    if ticket.accepted_at is None:
        ticket.accept_by = _resumed(change, ticket, ticket.accept_by, ticket.accept_limit)
    ticket.handle_by = _resumed(change, ticket, ticket.handle_by, ticket.handle_limit)
    ticket.stopped_at = None
    wind(change, ticket)


def _resumed(change: Change, ticket: Ticket, due: datetime | None, limit: str) -> datetime | None:
    """The new deadline. A limit that was exceeded when the clock was stopped is exceeded at once again."""
    if due is None or ticket.stopped_at is None:
        return due
    span, calendar = Span.parse(limit), change.town.calendar
    left = calendar.left(ticket.stopped_at, due, span)
    return calendar.resumed(begins_for(change.town, ticket, change.now) if left else change.now, left, span)


def wind(change: Change, ticket: Ticket) -> None:
    """Set timers for reminders and deadlines; call it whenever a limit was set or a clock was resumed.

    Timers are never cancelled: each has its deadline in its key, and does nothing if the deadline has moved.
    """
    clocks = {"handle": (ticket.handle_by, ticket.handle_limit)}
    if ticket.status != Status.WORKING:
        clocks["accept"] = (ticket.accept_by, ticket.accept_limit)
    for clock, (due, limit) in clocks.items():
        if due:
            _wind_one(change, ticket, clock, due, limit)


def _wind_one(change: Change, ticket: Ticket, clock: str, due: datetime, limit: str) -> None:
    if due <= change.now:
        escalates_at = change.town.calendar.due(change.now, grace(change, ticket))
        set_timer(change, f"{clock}_climb", ticket, escalates_at)
        return
    remind = _reminder(change, due, Span.parse(limit))
    if change.now < remind < due:  # the reminder sets the overdue timer: most tickets are done before
        set_timer(change, f"{clock}_remind", ticket, due, rings_at=remind)
    else:
        set_timer(change, f"{clock}_overdue", ticket, due)


def _reminder(change: Change, due: datetime, span: Span) -> datetime:
    """When `remind_at` (a share of the limit) is used up and the team is reminded."""
    calendar, now = change.town.calendar, change.now
    spare = calendar.length(span) * (1 - change.town.levels.remind_at)
    return calendar.resumed(now, max(calendar.left(now, due, span) - spare, timedelta()), span)


def grace(change: Change, ticket: Ticket) -> Span:
    """How long after its limit a ticket is escalated."""
    return change.town.levels.grace(Level(ticket.level), red_flag=bool(ticket.red_flag))


def timer_key(kind: str, ticket: Ticket, at: datetime) -> str:
    """The same key for the same check; it begins with the ticket, so that its timers are adjacent in the index."""
    return f"{ticket.id}:{kind}:{at.timestamp():.0f}"


def set_timer(change: Change, kind: str, ticket: Ticket, at: datetime, rings_at: datetime | None = None) -> None:
    """Set a timer for the deadline `at`, due then or earlier, at `rings_at`.

    The same timer is not set twice: a key that exists is skipped when rows are written (models.deferred_inserts).
    """
    about = {"key": timer_key(kind, ticket, at), "kind": kind, "ticket_id": ticket.id}
    append(change.session, Timer, **about, due_at=rings_at or at, created_at=change.now)
