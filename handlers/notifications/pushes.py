"""Who is told of what: a table of (what happened, whom) → wording, written into the outbox in the same transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache, partial
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from handlers.notifications import ticket_text
from handlers.notifications.recipients import has_left, recipients_of, recipients_of_teams
from handlers.town.privacy import for_staff, is_delicate, shielded
from handlers.town.town import Town
from handlers.world.rosters import reach_of
from handlers.world.staff import Colleague
from models.appending import append
from models.conversation import Asked
from models.follower import Follower
from models.moves import Status
from models.person import Person
from models.push import Push
from models.ticket import Ticket, TicketEvent


class Audience(StrEnum):
    """Whom a push is for."""

    RESIDENTS = "residents"
    TEAM = "team"
    ASSIGNEE = "assignee"
    SUPERVISORS = "supervisors"
    REPORTER = "reporter"
    NAMED = "named"
    CALLED = "called"
    PAGED = "paged"
    """Everybody who works here and was told of it"""


@dataclass(frozen=True, slots=True)
class Telling:
    """One row of the table: whom, by which sentence, on which of the platform's templates outside 48 hours."""

    to: Audience
    wording: str
    template: str
    asks: str = ""
    """The question that it carries: a value of dialogue.states.Asks"""


_STAFF_TEMPLATE = "staff"
_RESIDENT_TEMPLATE = "resident"


def _residents(wording: str) -> Telling:
    return Telling(Audience.RESIDENTS, f"push.{wording}", _RESIDENT_TEMPLATE)


def _team(wording: str) -> Telling:
    return Telling(Audience.TEAM, f"push.{wording}", _STAFF_TEMPLATE)


def _assignee(wording: str) -> Telling:
    return Telling(Audience.ASSIGNEE, f"push.{wording}", _STAFF_TEMPLATE)


def _called(wording: str) -> Telling:
    return Telling(Audience.CALLED, f"push.{wording}", _STAFF_TEMPLATE)


def _supervisors(wording: str) -> Telling:
    return Telling(Audience.SUPERVISORS, f"push.{wording}", _STAFF_TEMPLATE)


def _named(wording: str) -> Telling:
    return Telling(Audience.NAMED, f"push.{wording}", _STAFF_TEMPLATE)


def _named_resident(wording: str) -> Telling:
    return Telling(Audience.NAMED, f"push.{wording}", _RESIDENT_TEMPLATE)


_asks_outcome = replace(_residents("resolved"), asks="outcome")

TELLINGS: dict[str, tuple[Telling, ...]] = {
    "unrouted": (_supervisors("unrouted"),),
    "dispatch": (_team("new_ticket"),),
    "red_flag": (_team("red_flag"), _supervisors("red_flag_known")),
    "accept": (_residents("accepted"),),
    "report_in": (_residents("arrived"),),
    "return_": (_residents("handed_on"), _team("new_ticket")),
    "return_unrouted": (_residents("returned"), _supervisors("returned_to_desk")),
    "reassign": (_residents("handed_on"), _team("new_ticket")),
    "escalate": (_residents("escalated"), _team("new_ticket"), _supervisors("climbed")),
    "whistle": (_called("whistle"), _team("whistle_known"), _residents("whistle_blown")),
    "whistle_missing": (_called("whistle_late"), _supervisors("whistle_missing")),
    "call_reported": (_residents("arrived"), _team("call_reported")),
    "call_finished": (_team("call_finished"),),
    "call_released": (_called("call_released"),),
    "red_flag_again": (_team("red_flag_again"), _supervisors("red_flag_again")),
    "more_neighbours": (_team("more_neighbours"),),
    "joined_unasked": (_named_resident("joined_unasked"),),
    "incomplete": (_named_resident("incomplete"),),
    "filed_unasked": (_named_resident("filed_unasked"),),
    "desk_unasked": (_named_resident("desk_unasked"),),
    "told_again": (_named_resident("told_again"),),
    "verify": (_residents("verified"),),
    "event_solved": (_residents("event_solved"),),
    "extend": (_residents("extended"),),
    "suspend": (_residents("suspended"),),
    "resume": (_residents("resumed"), _assignee("resumed")),
    "resolve": (_asks_outcome,),
    "confirm": (_assignee("confirmed"),),
    "lapse": (_residents("lapsed"),),
    "close": (_residents("closed"), _assignee("ended")),
    "not_ours": (_residents("declined"), _assignee("ended")),
    "reopen": (_team("reopened"), _supervisors("reopened_known"), _residents("reopened_for_all")),
    "withdraw": (Telling(Audience.PAGED, "push.withdrawn", _STAFF_TEMPLATE), _team("withdrawn")),
    "decline": (_residents("declined"),),
    "objected": (_supervisors("objected"),),
    "approval_asked": (replace(_named("approval_asked"), asks="approving.asked"),),
    "approval_waits": (replace(_named("approval_waits"), asks="approving.asked"),),
    "approval_granted": (_named("approval_granted"),),
    "approval_refused": (_named("approval_refused"),),
    "ask": (Telling(Audience.REPORTER, "push.asked", _RESIDENT_TEMPLATE, "questioning.answer"),),
    "answer": (_named("answered"), _team("answered")),
    "unanswered": (_named("unanswered"),),
    "merge": (_residents("merged"), _named("merged_away")),
    "merged_in": (_team("merged_in"),),
    "urge": (_team("urged"),),
    "supervise": (_team("supervised"),),
    "supplement": (_team("supplemented"),),
    "place_wrong": (replace(_assignee("place_wrong"), asks="correcting.place_wrong"),),
    "place_kept": (Telling(Audience.REPORTER, "push.place_kept", _RESIDENT_TEMPLATE),),
    "place_changed": (Telling(Audience.REPORTER, "push.place_changed", _RESIDENT_TEMPLATE),),
    "recategorised": (_team("recategorised"),),
    "taken": (_residents("taken"),),
    "human": (_team("human"), _supervisors("human")),
    "accept_overdue": (_team("accept_overdue"), _supervisors("accept_overdue")),
    "handle_overdue": (_team("handle_overdue"), _supervisors("handle_overdue")),
    "accept_remind": (_team("accept_remind"),),
    "remind": (_team("remind"),),
    "climbing": (_team("climbing"),),
    "passed_on": (_team("passed_on"),),
    "follow_up": (_asks_outcome,),
}


_LAST_EVENT = select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == bindparam("ticket"))


def notify(
    session: Session,
    town: Town,
    ticket: Ticket,
    what: str,
    now: datetime,
    *,
    but: Colleague | None = None,
    teams: Sequence[str] = (),
    named: Sequence[Colleague] = (),
    slots: Mapping[str, object] | None = None,
    **values: object,
) -> int:
    """Write a push for everybody whom `what` concerns, except `but`, who did it. Returns how many.

    `teams`: whom a whistle called, where it is about them. `named`: people whom the caller picked. `slots`: what the
    question that the push carries has to remember.
    """
    change = f"{what}:{_latest_event(session, ticket)}"
    told: set[int] = {but.id} if but else set()
    for telling in TELLINGS[what]:
        letter = cache(partial(_letter, town, ticket, telling, values))  # most of a team are told the same
        concerned = named if telling.to is Audience.NAMED else audience(session, town, ticket, telling.to, now, teams)
        for person in concerned:
            if person.id not in told and person.openid:  # who hasn't joined yet has no chat to be told in
                told.add(person.id)
                push = _push(town, ticket, person, telling, change, now, letter)
                append(session, Push, **push)
                if telling.asks:
                    append(session, Asked, **_asked(town, ticket, person, telling, push, now, slots or {}))
    return len(told) - bool(but)


def audience(
    session: Session, town: Town, ticket: Ticket, whom: Audience, now: datetime, teams: Sequence[str] = ()
) -> Iterable[Colleague]:
    """The people behind an audience's name, for this ticket."""
    if (by_row := _known_by_row(town, ticket, whom)) is not None:
        return session.scalars(by_row)
    match whom:
        case Audience.TEAM | Audience.ASSIGNEE:
            return recipients_of(town, ticket, now) if whom is Audience.TEAM or ticket.assignee_id else ()
        case Audience.CALLED:
            return recipients_of_teams(town, ticket, now, teams)
    return town.staff.overseeing(reach_of(ticket))


def _known_by_row(town: Town, ticket: Ticket, whom: Audience) -> Select[Person] | None:
    """Those whom the database knows; the others stand in rosters."""
    match whom:
        case Audience.RESIDENTS:
            return select(Person).join(Follower).where(Follower.ticket_id == ticket.id)
        case Audience.REPORTER:
            return select(Person).where(Person.id == ticket.reporter_id)
        case Audience.ASSIGNEE | Audience.TEAM if ticket.assignee_id and not has_left(town, ticket):
            return select(Person).where(Person.id == ticket.assignee_id)
        case Audience.PAGED:
            told = select(Push.person_id).where(Push.ticket_id == ticket.id, Push.template == _STAFF_TEMPLATE)
            return select(Person).where(Person.id.in_(told))
    return None


def _latest_event(session: Session, ticket: Ticket) -> int:
    """Tells one occasion from another: what is told twice of the same event is told once."""
    if ticket in session.new:
        return 0
    session.flush()
    return session.connection().scalar(_LAST_EVENT, {"ticket": ticket.id}) or 0


def _push(
    town: Town,
    ticket: Ticket,
    person: Colleague,
    telling: Telling,
    change: str,
    now: datetime,
    letter: Callable[[datetime, str, bool], "_Letter"],
) -> dict[str, Any]:
    mine = person.id == ticket.proposed_id and ticket.proposed_until and now < ticket.proposed_until
    at = _said_at(town, ticket, person, telling, change.partition(":")[0], now)
    turn = town.say("push.your_turn", until=ticket_text.moment(ticket.proposed_until, at)) if mine else ""
    said = letter(at, turn, telling.to is Audience.RESIDENTS and person.id != ticket.reporter_id)
    return {
        "key": f"{ticket.id}:{change}:{person.id}",
        "person_id": person.id,
        "ticket_id": ticket.id,
        "event": change.partition(":")[0],
        "text": said.text,
        "template": telling.template,
        "fields": said.fields,
        "due_at": at,
        "created_at": now,
    }


def _asked(
    town: Town,
    ticket: Ticket,
    person: Colleague,
    telling: Telling,
    push: dict[str, Any],
    now: datetime,
    slots: Mapping[str, object],
) -> dict[str, Any]:
    """The question that a push carries is open until it is answered, or the ticket has outrun it."""
    return {
        "person_id": person.id,
        "key": push["key"],
        "ticket_id": ticket.id,
        "state": telling.asks,
        "slots": {"ticket": ticket.id, **slots},
        "text": "",
        "shown_at": None,
        "expires_at": now + timedelta(days=town.habits.reopen_days),
    }


@dataclass(frozen=True, slots=True)
class _Letter:
    """What a push says: as a message, and in the fields of a template."""

    text: str
    fields: dict[str, str]


def _letter(
    town: Town,
    ticket: Ticket,
    telling: Telling,
    values: dict[str, object],
    at: datetime,
    turn: str,
    to_neighbour: bool,  # noqa: FBT001  (all by place: it is remembered by them)
) -> _Letter:
    facts = facts_of(town, ticket, at) | {"turn": turn} | values
    if to_neighbour:
        facts["where"] = ticket_text.where_for_neighbours(town, ticket)
    fields = {name: str(facts[name]) for name in ("number", "where", "status")}
    fields |= {"what": f"{facts['urgent']}{facts['what']}", "due": ticket_text.stamp(ticket_text.due(ticket) or at)}
    return _Letter(town.say(telling.wording, **_discreet(town, ticket, telling, facts)), fields)


def _said_at(town: Town, ticket: Ticket, person: Colleague, telling: Telling, event: str, now: datetime) -> datetime:
    """Now, or in the morning: at night only a danger is told, and a resident who is just writing to us."""
    quiet = town.quiet_hours
    heard = person.last_inbound_at if isinstance(person, Person) and telling.template == _RESIDENT_TEMPLATE else None
    awake = heard and now - heard <= timedelta(minutes=quiet.awake_minutes)
    return now if ticket.red_flag or event in quiet.at_once or awake else quiet.wait(now)


_WORDS = ("text", "note", "reason", "answer")
"""Facts that somebody wrote"""


def _discreet(town: Town, ticket: Ticket, telling: Telling, facts: dict[str, object]) -> dict[str, object]:
    """What people wrote, without numbers that tell who they are: a push lights up on any screen."""
    if telling.template == _RESIDENT_TEMPLATE:
        hide = ticket_text.as_residents_read
    else:
        hide = shielded if is_delicate(town.privacy, ticket) else for_staff
    return facts | {name: hide(str(facts[name])) for name in _WORDS if name in facts}


def facts_of(town: Town, ticket: Ticket, now: datetime) -> dict[str, object]:
    """What a sentence may say of a ticket. Nothing here names or hints at who reported it."""
    return {
        "number": ticket.number,
        "what": town.catalogue.name(ticket.category, ticket.item),
        "where": ticket_text.where_in_lists(town, ticket),
        "text": ticket.text,
        "status": ticket_text.STATUS_NAMES[Status(ticket.status)],
        "team": ticket_text.team_name(town, ticket.team),
        "accept_by": ticket_text.moment(ticket.accept_by, now),
        "handle_by": ticket_text.moment(ticket.handle_by, now),
        "due": ticket_text.limit(town, ticket, now) or town.say("push.clocks_stopped"),
        "answer": ticket.answer,
        "reopen_days": town.habits.reopen_days,
        "urgent": town.say("push.urgent") if ticket.urgent else "",
        "source": ticket_text.source_mark(ticket),
    }
