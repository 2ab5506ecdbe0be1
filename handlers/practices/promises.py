"""Promises: file one as a ticket with its deadline, assigned to the person who gave it."""

from datetime import date, datetime, time

from handlers.disclosure.policy import is_shut_out
from handlers.tickets.access import actor
from handlers.tickets.change import Change
from handlers.tickets.clocks import set_promise
from handlers.tickets.draft import Draft
from handlers.tickets.filing import dispatch, lay_on_desk, new_ticket, route_it, write_down
from handlers.tickets.staff_complaints import word_errand
from models.calendar import Span, Unit
from models.new_tickets import row_of
from models.person import STAFF, Person
from models.promise import Practice, Promise
from models.status_moves import ACCEPT, RECEIVE
from models.ticket import CHINA, SYSTEM, Ticket

_EVENING = time(18)


def evening_of(day: date) -> datetime:
    """The deadline of a promise for a day."""
    return datetime.combine(day, _EVENING, CHINA)


def promised_ticket(
    change: Change,
    draft: Draft,
    reporter: Person,
    by: Person,
    until: datetime,
    limit_key: str = "history.limit_promised",
    name: str = "",
    errand: str = "",
) -> Ticket:
    """File a ticket and assign it to the promiser with that deadline. `name`: shown as the source of the limit.

    `errand`: what was promised to a resident's face. The promiser then keeps the ticket even if the demand complains of
    the promiser's side; the team reads this errand instead of the resident's words.
    """
    ticket = new_ticket(change, draft, reporter)
    place = change.town.world.places.get(draft.place_id) if draft.place_id else None
    route_it(change, ticket, place)
    takes = bool(by.team and by.roles & STAFF) and (bool(errand) or not is_shut_out(change.town, ticket, by))
    if takes:
        ticket.team, ticket.rule = by.team, change.town.say("history.rule_given", name=by.name)
        word_errand(change, ticket, change.town.world.teams[by.team or ""], errand)
    set_promise(change, ticket, change.now)
    limit(change, ticket, name or by.name, until, limit_key)
    write_down(change, ticket, draft.attachments)
    if not ticket.team:
        lay_on_desk(change, ticket, but=by)
        return row_of(change.session, ticket)
    ticket.apply(RECEIVE, by=SYSTEM, at=change.now, note=change.town.say("history.received"))
    what = "red_flag" if ticket.red_flag else "promised" if takes else "dispatch"
    dispatched = dispatch(change, ticket, by=SYSTEM, note=ticket.rule, what=what)
    ticket = row_of(change.session, dispatched)  # later rows refer to it
    if takes:
        _sign(change, ticket, by)
    return ticket


def limit(change: Change, ticket: Ticket, promiser: str, until: datetime, key: str = "history.limit_promised") -> None:
    """Set the promise as the ticket's limit; not for a danger, which a promise must not delay."""
    if ticket.red_flag:
        return
    days = max((until - change.now).total_seconds() / 86_400, 0.01)
    ticket.handle_by, ticket.handle_limit = until, str(Span(round(days, 2), Unit.NATURAL_DAY))
    ticket.limit_rule = change.town.say(key, name=promiser)
    if ticket.accept_by and ticket.accept_by > until:
        ticket.accept_by = until


def note(
    change: Change,
    ticket: Ticket,
    practice: Practice,
    subject: int,
    by: Person,
    promiser: str,
    words: str,
    until: datetime,
) -> None:
    """Store the promise, so that it counts whatever happens to the ticket."""
    promise = Promise(
        practice=practice.value,
        subject_id=subject,
        ticket_id=ticket.id,
        place_id=ticket.place_id,
        promised_by=by.id,
        promiser=promiser,
        words=words,
        until=until,
        made_at=change.now,
    )
    change.session.add(promise)


def _sign(change: Change, ticket: Ticket, by: Person) -> None:
    ticket.assignee_id = by.id
    ticket.apply(ACCEPT, by=actor(by, ticket), at=change.now)
