"""Run due timers. Every handler first checks whether its reason still exists."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.announcements.send import SEND, send
from handlers.appointments import reminders
from handlers.appointments.lifecycle import ENDS, REMINDS
from handlers.approvals import requests, suspend
from handlers.front_desk import talk
from handlers.neighbours import event
from handlers.neighbours.votes import confirmer_at_lapse
from handlers.notifications.pushes import notify
from handlers.notifications.recipients import PROPOSAL
from handlers.reception_days.sessions import AFTER, OPENS, OVER, TOLD
from handlers.reception_days.timers import ask_afterwards, close_session, open_session, tell_residents
from handlers.residents import incomplete
from handlers.residents.unanswered import SILENT, nobody_answered
from handlers.staff import ask_resident
from handlers.tickets.change import DueTimer
from handlers.tickets.clocks import grace
from handlers.timers import overdue
from handlers.timers.periodic_jobs import CHORES
from handlers.town.town import Town
from handlers.whistle import calls
from models.person import Person
from models.push import Outcome, Timer
from models.status_moves import CLOSE, NOTE, Closing, Status
from models.ticket import SYSTEM, Ticket

_ON_DESK = frozenset({Status.PENDING, Status.RECEIVED})
_LONGEST = timedelta(days=1)


def ring(session: Session, town: Town, timer: Timer, now: datetime) -> None:
    """Run a due timer's handler in the caller's transaction, and finish the timer."""
    if chore := _OF_NO_TICKET.get(timer.kind):
        chore(session, town, timer, now)
        timer.finish(Outcome.DONE, now)
        return
    ticket = session.get(Ticket, timer.ticket_id) if timer.ticket_id else None
    handler = HANDLERS.get(timer.kind)
    if ticket is None or handler is None:
        timer.finish(Outcome.DROPPED, now, "nothing to look at")
        return
    again = handler(DueTimer(session, town, now, timer, ticket))
    if again:
        timer.try_again(again, "later")
    else:
        timer.finish(Outcome.DONE, now)


_OF_NO_TICKET: Mapping[str, Callable[[Session, Town, Timer, datetime], None]] = {
    **CHORES,
    SILENT: nobody_answered,
    TOLD: tell_residents,
    OPENS: open_session,
    OVER: close_session,
    AFTER: ask_afterwards,
    SEND: send,
}


def _desk_waits(ringing: DueTimer) -> datetime | None:
    """The ticket still waits on the desk: remind supervisors, at intervals that double, up to a day."""
    ticket = ringing.ticket
    if ticket.team or Status(ticket.status) not in _ON_DESK:
        return None
    morning = ringing.town.quiet_hours.wait(ringing.now)
    if morning > ringing.now and not ticket.red_flag:
        return morning
    ticket.apply(NOTE, by=SYSTEM, at=ringing.now, note=ringing.town.say("history.desk_waits"))
    notify(ringing.session, ringing.town, ticket, "unrouted_still", ringing.now)
    so_far = min(ringing.now - ticket.created_at, _LONGEST)
    return max(ringing.town.calendar.due(ringing.now, grace(ringing, ticket)), ringing.now + so_far)


def _approval_waits(ringing: DueTimer) -> datetime | None:
    """Remind of a request that nobody has decided."""
    morning = ringing.town.quiet_hours.wait(ringing.now)
    if morning > ringing.now:
        return morning
    requests.remind(ringing, ringing.ticket)
    return None


def _answer_waits(ringing: DueTimer) -> None:
    """The resident has not answered a question by staff."""
    ask_resident.nobody_answered(ringing, ringing.ticket)


def _resume(ringing: DueTimer) -> None:
    """The suspension's last day has come."""
    suspend.day_has_come(ringing, ringing.ticket)


def _lapse(ringing: DueTimer) -> None:
    """The resident did not say whether it was solved: close by default, which doesn't count as solved."""
    ticket, patience = ringing.ticket, timedelta(days=ringing.town.habits.lapse_days)
    if ticket.status != Status.RESOLVED or not ticket.resolved_at or ticket.resolved_at + patience > ringing.now:
        return
    confirmer = confirmer_at_lapse(ringing.session, ringing.town.joining, ticket)
    if confirmer:
        note = ringing.town.say("history.lapsed_confirmed")
        ticket.apply(CLOSE, by=confirmer, at=ringing.now, closing=Closing.CONFIRMED, note=note)
        return
    ticket.apply(CLOSE, by=SYSTEM, at=ringing.now, closing=Closing.DEFAULT)
    notify(ringing.session, ringing.town, ticket, "lapse", ringing.now)


def _proposal_over(ringing: DueTimer) -> None:
    """The member asked first has not signed: notify the whole team."""
    ticket, until = ringing.ticket, ringing.ticket.proposed_until
    if ticket.status != Status.DISPATCHED or until is None or until > ringing.now:
        return
    ticket.proposed_until = None
    asked = ringing.session.get(Person, ticket.proposed_id) if ticket.proposed_id else None
    notify(ringing.session, ringing.town, ticket, "passed_on", ringing.now, but=asked)


def _whistle_due(ringing: DueTimer) -> None:
    """Check which called teams have not reported in."""
    calls.look_who_is_missing(ringing.session, ringing.town, ringing.ticket, ringing.now)


def _offer_unanswered(ringing: DueTimer) -> None:
    """The person did not answer whether to join the neighbours' event."""
    if ringing.timer.subject_id:
        event.offer_unanswered(ringing, ringing.ticket, ringing.timer.subject_id)


def _incomplete_waits(ringing: DueTimer) -> None:
    """A report's place was not supplied in time."""
    incomplete.nobody_supplemented(ringing)


def _talk_waits(ringing: DueTimer) -> None:
    """A talk has been silent for too long."""
    talk.nobody_said_more(ringing)


def _visit_near(ringing: DueTimer) -> None:
    """A visit is near: remind both sides."""
    reminders.comes_near(ringing)


def _visit_over(ringing: DueTimer) -> None:
    """A visit's time is over: check whether it took place."""
    reminders.time_is_over(ringing)


HANDLERS: dict[str, Callable[[DueTimer], datetime | None]] = {
    "accept_remind": overdue.limit_comes_near,
    "accept_overdue": overdue.limit_is_over,
    "accept_climb": overdue.nothing_happened,
    "handle_remind": overdue.limit_comes_near,
    "handle_overdue": overdue.limit_is_over,
    "handle_climb": overdue.nothing_happened,
    "desk_waits": _desk_waits,
    requests.WAITS: _approval_waits,
    ask_resident.WAITS: _answer_waits,
    suspend.RESUMES: _resume,
    "lapse": _lapse,
    PROPOSAL: _proposal_over,
    calls.DUE: _whistle_due,
    event.OFFERED: _offer_unanswered,
    incomplete.WAITS: _incomplete_waits,
    REMINDS: _visit_near,
    ENDS: _visit_over,
    talk.WAITS: _talk_waits,
}
