"""Write pushes about a change into the outbox, in the same transaction as the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from handlers.disclosure.policy import VisibleFields, is_danger, is_shut_out, passing
from handlers.notifications import ticket_text
from handlers.notifications.audience import audience
from handlers.notifications.leaders import AS_IT_IS, Wishes, had_today
from handlers.notifications.night import begins_for, wakes
from handlers.notifications.push_rules import (
    DANGERS,
    PUSH_RULES,
    RESIDENT_TEMPLATE,
    Audience,
    PushRule,
)
from handlers.town.town import Town
from handlers.world.staff import Colleague
from models.conversation import Asked
from models.deferred_inserts import append
from models.histories import latest_event
from models.new_tickets import is_unwritten
from models.push import Push, Rank, Timer
from models.ticket import Ticket

GROUP_NOTICE = "group_notice"
"""Kind of the timer that posts a red flag to the staff group by its robot"""
_AT_WORK = frozenset({Audience.TEAM, Audience.ASSIGNEE})
_TO_LEADERS = frozenset({Audience.SUPERVISORS, Audience.NAMED})


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
    """Write a push for every recipient of event `what`, except `but`, who did it. Returns how many.

    `teams`: teams called by a whistle. `named`: recipients that the caller picked. `slots`: data for the question that
    the push asks.
    """
    change = f"{what}:{_latest_event(session, ticket)}"
    if what == "red_flag" and town.has_group:
        timer = {"kind": GROUP_NOTICE, "ticket_id": ticket.id, "due_at": now, "created_at": now}
        append(session, Timer, key=f"{ticket.id}:{GROUP_NOTICE}:{change}", **timer)
    told: set[int] = {but.id} if but else set()
    for rule in PUSH_RULES[what]:
        letters: dict[object, _Letter] = {}  # most members of a team get the same text
        concerned = named if rule.to is Audience.NAMED else audience(session, town, ticket, rule.to, now, teams)
        wishes = _wishes(session, town, ticket, rule, concerned, what, now)
        for person in concerned:
            if not may_hear(town, ticket, person):
                continue
            if person.id not in told and person.openid:  # no openid: not joined yet, can't be pushed to
                told.add(person.id)
                push = _push(town, ticket, person, rule, change, now, values, letters)
                push = wishes.heeded(town, person.id, push, now)
                append(session, Push, **push)
                if rule.asks:
                    append(session, Asked, **_asked(town, ticket, person, rule, push, now, slots or {}))
    return len(told) - bool(but)


def _wishes(
    session: Session,
    town: Town,
    ticket: Ticket,
    rule: PushRule,
    concerned: Sequence[Colleague],
    what: str,
    now: datetime,
) -> Wishes:
    """The choices of supervisors; staff who work on the ticket have none."""
    if rule.to not in _TO_LEADERS:
        return AS_IT_IS
    danger = what in DANGERS or bool(ticket.red_flag)
    wishes = Wishes.of(session, concerned, to_them_alone=rule.to is Audience.NAMED, danger=danger)
    return wishes if danger else replace(wishes, had=had_today(session, town, what, concerned, now))


def _latest_event(session: Session, ticket: Ticket) -> int:
    """Id of the ticket's last history row; in the key of a push, it prevents a second push about the same event."""
    return 0 if is_unwritten(ticket) else latest_event(session, ticket.id)


def _push(
    town: Town,
    ticket: Ticket,
    person: Colleague,
    rule: PushRule,
    change: str,
    now: datetime,
    values: dict[str, object],
    letters: dict[object, "_Letter"],
) -> dict[str, Any]:
    event, _, _ = change.partition(":")
    mine = person.id == ticket.proposed_id and ticket.proposed_until and now < ticket.proposed_until
    at = _said_at(town, ticket, person, rule, event, now)
    turn = town.say("push.your_turn", until=ticket_text.moment(ticket.proposed_until, at)) if mine else ""
    seen = passing(town, ticket, person)
    like = at, turn, seen.may, seen.errand
    said = letters.get(like) or letters.setdefault(like, _letter(town, ticket, rule, values, at, turn, seen))
    return {
        "key": f"{ticket.id}:{change}:{person.id}",
        "person_id": person.id,
        "ticket_id": ticket.id,
        "event": event,
        "text": said.text,
        "template": rule.template,
        "fields": said.fields,
        "rank": _rank(town, ticket, rule, event, at),
        "due_at": at,
        "created_at": now,
    }


def _rank(town: Town, ticket: Ticket, rule: PushRule, event: str, at: datetime) -> Rank:
    if event in DANGERS:
        return Rank.DANGER
    woken = rule.to in _AT_WORK and town.quiet_hours.wait(at) > at
    if ticket.red_flag or event in town.quiet_hours.at_once or woken:
        return Rank.URGENT
    return Rank.QUESTION if rule.asks else Rank.NEWS


def _asked(
    town: Town,
    ticket: Ticket,
    person: Colleague,
    rule: PushRule,
    push: dict[str, Any],
    now: datetime,
    slots: Mapping[str, object],
) -> dict[str, Any]:
    """The row of the question in a push; open until answered, expired, or until the ticket moves on."""
    return {
        "person_id": person.id,
        "key": push["key"],
        "ticket_id": ticket.id,
        "state": rule.asks,
        "slots": {"ticket": ticket.id, **slots},
        "text": "",
        "shown_at": None,
        "expires_at": now + timedelta(days=town.habits.reopen_days),
    }


@dataclass(frozen=True, slots=True)
class _Letter:
    """The content of a push: as a message, and as the fields of a template."""

    text: str
    fields: dict[str, str]


def _letter(
    town: Town,
    ticket: Ticket,
    rule: PushRule,
    values: dict[str, object],
    at: datetime,
    turn: str,
    seen: VisibleFields,
) -> _Letter:
    facts = _discreet(rule, facts_of(town, ticket, at, seen) | {"turn": turn} | values, seen)
    return _Letter(town.say(rule.wording, **facts), _fields(town, ticket, rule, facts, at))


def _fields(town: Town, ticket: Ticket, rule: PushRule, facts: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """The template's fields: what happened, then the words of the person who wrote them."""
    due = facts.get("due_at") or ticket_text.due(ticket) or at
    told = town.say.places_of(rule.wording)
    said = [facts[name] for name in _WORDS if name in told and facts.get(name)]
    return {
        **{name: str(facts[name]) for name in ("number", "where", "status")},
        "what": f"{facts['urgent']}{facts['what']}",
        "happened": town.say(rule.wording.replace("push.", "card."), **facts),
        "words": str(said[0]) if said else "",
        "due": ticket_text.stamp(due),
    }


def _said_at(town: Town, ticket: Ticket, person: Colleague, rule: PushRule, event: str, now: datetime) -> datetime:
    """When to send: now, or after the quiet hours.

    Dangers, round-the-clock limits to staff on call, and pushes to a resident who is writing now are sent at night.
    """
    quiet = town.quiet_hours
    heard = person.last_inbound_at if rule.template == RESIDENT_TEMPLATE else None
    awake = heard and now - heard <= timedelta(minutes=quiet.awake_minutes)
    at_once = ticket.red_flag or event in quiet.at_once or awake
    if at_once or (rule.to in _AT_WORK and wakes(town, ticket, person, now)):
        return now
    return quiet.wait(now)


_WORDS = ("note", "answer", "reason", "text")
"""Facts that people wrote. A template has room for one: the first that the wording also uses"""


def _discreet(rule: PushRule, facts: dict[str, object], seen: VisibleFields) -> dict[str, object]:
    """Hide in people's words what this reader may not see; a push shows on a locked screen."""
    hide = ticket_text.as_residents_read if rule.template == RESIDENT_TEMPLATE else seen.words
    return facts | {name: hide(str(facts[name])) for name in _WORDS if name in facts}


def may_hear(town: Town, ticket: Ticket, person: Colleague) -> bool:
    """Staff complained of get a push only if the ticket was given to their team, or in a danger."""
    if not is_shut_out(town, ticket, person) or is_danger(ticket):
        return True
    calls = {each.team for each in ticket.support if each.is_call}
    return person.team is not None and person.team in {ticket.team, *calls}


def facts_of(town: Town, ticket: Ticket, now: datetime, seen: VisibleFields) -> dict[str, object]:
    """Facts of a ticket for wordings. None of them shows or hints who reported it."""
    return {
        "number": ticket.number,
        "what": town.catalogue.name(ticket.category, ticket.item),
        "where": ticket_text.where_seen(ticket, seen),
        "text": ticket.text,
        "status": ticket_text.STATUS_NAMES[ticket.status],
        "team": ticket_text.team_name(town, ticket.team),
        "accept_by": ticket_text.moment(ticket.accept_by, now),
        "handle_by": ticket_text.moment(ticket.handle_by, now),
        "due": ticket_text.limit(town, ticket, now) or town.say("push.clocks_stopped"),
        "answer": ticket.answer,
        "reopen_days": town.habits.reopen_days,
        "urgent": town.say("push.urgent") if ticket.urgent else "",
        "source": ticket_text.source_mark(ticket),
        "late": _late(town, ticket, now),
    }


def _late(town: Town, ticket: Ticket, now: datetime) -> str:
    """The sentence that the promise can't be kept, if its deadline passes before the team is told; else ""."""
    promised = ticket.handle_by
    if promised is None or promised > town.quiet_hours.wait(now) or promised > begins_for(town, ticket, now):
        return ""
    return town.say("push.late", handle_by=ticket_text.moment(promised, now), phone=town.contacts.hall)
