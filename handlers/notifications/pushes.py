"""What happened is told: a push for everybody whom it concerns, written into the outbox in the same transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy.orm import Session

from handlers.disclosure.policy import Sight, is_danger, is_shut_out, passing
from handlers.notifications import ticket_text
from handlers.notifications.audience import audience
from handlers.notifications.leaders import Wishes, had_today
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
from models.appending import append
from models.conversation import Asked
from models.histories import latest_event
from models.moves import Status
from models.new_tickets import is_unwritten
from models.push import Push, Rank, Timer
from models.ticket import Ticket

GROUP_NOTICE = "group_notice"
"""The timer by which a group's robot tells of a red flag"""
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
    """Write a push for everybody whom `what` concerns, except `but`, who did it. Returns how many.

    `teams`: whom a whistle called, where it is about them. `named`: people whom the caller picked. `slots`: what the
    question that the push carries has to remember.
    """
    change = f"{what}:{_latest_event(session, ticket)}"
    if what == "red_flag" and town.has_group:
        timer = {"kind": GROUP_NOTICE, "ticket_id": ticket.id, "due_at": now, "created_at": now}
        append(session, Timer, key=f"{ticket.id}:{GROUP_NOTICE}:{change}", **timer)
    told: set[int] = {but.id} if but else set()
    for rule in PUSH_RULES[what]:
        letter = cache(partial(_letter, town, ticket, rule, values))  # most of a team are told the same
        concerned = named if rule.to is Audience.NAMED else audience(session, town, ticket, rule.to, now, teams)
        wishes = _wishes(session, town, ticket, rule, concerned, what, now)
        for person in concerned:
            if not may_hear(town, ticket, person):
                continue
            if person.id not in told and person.openid:  # who hasn't joined yet has no chat to be told in
                told.add(person.id)
                push = _push(town, ticket, person, rule, change, now, letter)
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
    """Those who oversee have a choice; who works at it is told."""
    leaders = concerned if rule.to in _TO_LEADERS else ()
    danger = what in DANGERS or bool(ticket.red_flag)
    wishes = Wishes.of(session, leaders, to_them_alone=rule.to is Audience.NAMED, danger=danger)
    return wishes if danger else replace(wishes, had=had_today(session, town, what, leaders, now))


def _latest_event(session: Session, ticket: Ticket) -> int:
    """Tells one occasion from another: what is told twice of the same event is told once."""
    return 0 if is_unwritten(ticket) else latest_event(session, ticket.id)


def _push(
    town: Town,
    ticket: Ticket,
    person: Colleague,
    rule: PushRule,
    change: str,
    now: datetime,
    letter: Callable[[datetime, str, Sight], "_Letter"],
) -> dict[str, Any]:
    mine = person.id == ticket.proposed_id and ticket.proposed_until and now < ticket.proposed_until
    at = _said_at(town, ticket, person, rule, change.partition(":")[0], now)
    turn = town.say("push.your_turn", until=ticket_text.moment(ticket.proposed_until, at)) if mine else ""
    said = letter(at, turn, passing(town, ticket, person))
    return {
        "key": f"{ticket.id}:{change}:{person.id}",
        "person_id": person.id,
        "ticket_id": ticket.id,
        "event": change.partition(":")[0],
        "text": said.text,
        "template": rule.template,
        "fields": said.fields,
        "rank": _rank(town, ticket, rule, change.partition(":")[0], at),
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
    """The question that a push carries is open until it is answered, or the ticket has outrun it."""
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
    """What a push says: as a message, and in the fields of a template."""

    text: str
    fields: dict[str, str]


def _letter(
    town: Town,
    ticket: Ticket,
    rule: PushRule,
    values: dict[str, object],
    at: datetime,
    turn: str,
    seen: Sight,
) -> _Letter:
    facts = _discreet(rule, facts_of(town, ticket, at, seen) | {"turn": turn} | values, seen)
    return _Letter(town.say(rule.wording, **facts), _fields(town, ticket, rule, facts, at))


def _fields(town: Town, ticket: Ticket, rule: PushRule, facts: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """What a card can say, by fact: first of all what happened, then in whose words."""
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
    """Now, or in the morning: at night only a danger is told, what runs round the clock to those on call, and a
    resident who is just writing to us.
    """
    quiet = town.quiet_hours
    heard = person.last_inbound_at if rule.template == RESIDENT_TEMPLATE else None
    awake = heard and now - heard <= timedelta(minutes=quiet.awake_minutes)
    at_once = ticket.red_flag or event in quiet.at_once or awake
    if at_once or (rule.to in _AT_WORK and wakes(town, ticket, person, now)):
        return now
    return quiet.wait(now)


_WORDS = ("note", "answer", "reason", "text")
"""Facts that somebody wrote. A card has room for the first that the sentence tells: it never tells more than that"""


def _discreet(rule: PushRule, facts: dict[str, object], seen: Sight) -> dict[str, object]:
    """What people wrote, without what a push that lights up on any screen may not tell this reader."""
    hide = ticket_text.as_residents_read if rule.template == RESIDENT_TEMPLATE else seen.words
    return facts | {name: hide(str(facts[name])) for name in _WORDS if name in facts}


def may_hear(town: Town, ticket: Ticket, person: Colleague) -> bool:
    """Those complained of hear of it only where it was given to them all the same, or where somebody is in danger."""
    if not is_shut_out(town, ticket, person) or is_danger(ticket):
        return True
    calls = {each.team for each in ticket.support if each.is_call}
    return person.team is not None and person.team in {ticket.team, *calls}


def facts_of(town: Town, ticket: Ticket, now: datetime, seen: Sight) -> dict[str, object]:
    """What a sentence may say of a ticket. Nothing here names or hints at who reported it."""
    return {
        "number": ticket.number,
        "what": town.catalogue.name(ticket.category, ticket.item),
        "where": ticket_text.where_seen(ticket, seen),
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
        "late": _late(town, ticket, now),
    }


def _late(town: Town, ticket: Ticket, now: datetime) -> str:
    """That what was promised can't be kept, where it is over before its team is told, tonight or at all."""
    promised = ticket.handle_by
    if promised is None or promised > town.quiet_hours.wait(now) or promised > begins_for(town, ticket, now):
        return ""
    return town.say("push.late", handle_by=ticket_text.moment(promised, now), phone=town.contacts.hall)
