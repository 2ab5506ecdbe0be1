"""A ticket has at most one current visit: proposed by one side, agreed by the other; changes go into the history."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.tickets.change import Change, PersonalChange
from handlers.tickets.clocks import set_timer
from models.appointment import Appointment, VisitEnd
from models.deferred_inserts import catch_up
from models.list_condition import one_of
from models.new_tickets import row_of
from models.person import Role
from models.prepared_statements import Prepared
from models.status_moves import VISIT, Status
from models.ticket import CHINA, Actor, Ticket
from nlp.answers.when import When, offered_hours

REMINDS, ENDS = "visit_remind", "visit_over"
BEFOREHAND = timedelta(hours=1)
"""How long before a visit both sides are reminded"""
_STANDING = (
    select(Appointment)
    .where(one_of(Appointment.ticket_id, "tickets"), Appointment.outcome == "")
    .order_by(Appointment.id)
)
_ANY_STANDING = Prepared[tuple[int]](_STANDING.with_only_columns(Appointment.id))
LASTS = timedelta(hours=1)
"""Assumed length of a visit without an end"""


def standing(change: Change, ticket: Ticket) -> Appointment | None:
    """The current visit, proposed or agreed."""
    return standing_of(change, [ticket]).get(ticket.id)


def standing_of(change: Change, tickets: Iterable[Ticket]) -> Mapping[int, Appointment]:
    """The current visits of several tickets, by ticket id."""
    ids = [ticket.id for ticket in tickets]
    catch_up(change.session, Appointment)
    if not _ANY_STANDING.rows(change.session, {"tickets": ids}):
        return {}  # the usual case
    return {visit.ticket_id: visit for visit in change.session.scalars(_STANDING, {"tickets": ids})}


def over_at(visit: Appointment) -> datetime:
    return visit.ends_at or visit.starts_at + LASTS


def spoken(change: Change, visit: Appointment) -> str:
    """「明日09:00-11:00」."""
    begins = ticket_text.moment(visit.starts_at, change.now)
    if visit.ends_at is None:
        return begins
    first, last = visit.starts_at.astimezone(CHINA), visit.ends_at.astimezone(CHINA)
    if first.date() == last.date():
        return f"{begins}-{last:%H:%M}"
    return change.town.say("appointments.days", first=begins, last=ticket_text.moment(visit.ends_at, change.now))


def shown(change: Change, visit: Appointment | None) -> str:
    """The visit as text; "" for None."""
    if visit is None:
        return ""
    key = "agreed" if visit.agreed_at else "proposed" if visit.by_staff else "wished"
    return change.town.say(f"appointments.{key}", when=spoken(change, visit))


def visit_line(change: Change, ticket: Ticket) -> str:
    """The visit as a line of a ticket's details; "" if there is none."""
    visit = shown(change, standing(change, ticket))
    return change.town.say("appointments.in_details", visit=visit) if visit else ""


def propose(change: PersonalChange, ticket: Ticket, when: When, by: Actor, *, by_staff: bool) -> Appointment:
    """Propose a visit, which replaces the current one; the caller asks the other side."""
    ticket = row_of(change.session, ticket)
    before = standing(change, ticket)
    if before:
        end(change, before, VisitEnd.CHANGED)
    visit = Appointment(
        ticket_id=ticket.id,
        by_staff=by_staff,
        proposed_by=change.person.id,
        proposed_at=change.now,
        starts_at=when.at,
        ends_at=when.until,
        outcome="",
    )
    change.session.add(visit)
    change.session.flush()
    history = "history.visit_proposed" if by_staff else "history.visit_wished"
    note = change.town.say(history, when=spoken(change, visit))
    if before:
        note += change.town.say("history.visit_before", before=spoken(change, before))
    ticket.apply(VISIT, by=by, at=change.now, note=note)
    return visit


def offered(change: PersonalChange, ticket: Ticket) -> None:
    """If a new report says when they are at home, store that as the resident's proposal."""
    when = offered_hours(ticket.text, change.now.astimezone(CHINA))
    if when and ticket.status == Status.DISPATCHED and ticket.reporter_id == change.person.id:
        propose(change, ticket, when, Actor(Role.RESIDENT, change.person.id, change.person.name), by_staff=False)


def agree(change: PersonalChange, ticket: Ticket, visit: Appointment, by: Actor) -> None:
    """Agree on a visit: notify the other side and set the timers."""
    visit.agreed_at, when = change.now, spoken(change, visit)
    ticket.apply(VISIT, by=by, at=change.now, note=change.town.say("history.visit_agreed", when=when))
    if visit.starts_at - BEFOREHAND > change.now:
        set_timer(change, REMINDS, ticket, visit.starts_at, rings_at=visit.starts_at - BEFOREHAND)
    set_timer(change, ENDS, ticket, over_at(visit))
    what = "visit_agreed" if visit.by_staff else "visit_set"
    notify(change.session, change.town, ticket, what, change.now, but=change.person, when=when)


def put_off(change: PersonalChange, ticket: Ticket, by: Actor, words: str) -> None:
    """The proposed time doesn't suit: end the visit; the team must propose another time."""
    visit = standing(change, ticket)
    if visit:
        end(change, visit, VisitEnd.CHANGED)
    ticket.apply(VISIT, by=by, at=change.now, note=change.town.say("history.visit_put_off", words=words))
    notify(change.session, change.town, ticket, "visit_put_off", change.now, but=change.person, note=words)


def call_off(change: PersonalChange, ticket: Ticket) -> str:
    """End the visit, because nobody needs to come any more; the sentence about it, "" if there is no visit."""
    visit = standing(change, ticket)
    if visit is None:
        return ""
    end(change, visit, VisitEnd.CHANGED)
    by, when = Actor(Role.RESIDENT, change.person.id, change.person.name), spoken(change, visit)
    ticket.apply(VISIT, by=by, at=change.now, note=change.town.say("history.visit_called_off", when=when))
    return change.town.say("appointments.called_off", when=when)


def end(change: Change, visit: Appointment, outcome: VisitEnd) -> None:
    visit.outcome, visit.ended_at = outcome.value, change.now
