"""The calls of a whistle: each called team reports in, finishes its part, or is released."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.which_ticket import no_longer
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.tickets.access import actor, reached, tickets
from handlers.tickets.clocks import set_timer
from handlers.town.town import Town
from handlers.town.whistle_rules import GROUND_NAMES
from handlers.world.nodes import TeamNode
from models.person import Person
from models.status_moves import FINISH, NOTE, OPEN, RELEASE, REPORT_IN, WHISTLE, Status
from models.supporting_teams import Ground, Support
from models.ticket import SYSTEM, Actor, Ticket

DUE = "whistle_due"


def ticket_asked_of(context: Context) -> Ticket | None:
    """The open question's ticket, if it is still in the person's scope."""
    return context.session.scalar(tickets(reached(context.person) & (Ticket.id == context.slots["ticket"])))


def open_call(person: Person, ticket: Ticket) -> Support | None:
    """The open call to this person's team; None if there is none."""
    return next((call for call in ticket.awaited if call.team == person.team), None)


def blow(
    context: Context, ticket: Ticket, teams: Sequence[TeamNode], ground: Ground, reason: str, by: Actor
) -> datetime:
    """Call teams. Returns the deadline to report in, which a timer checks."""
    due = context.town.calendar.due(context.now, context.town.whistle.report_in(ground))
    for team in teams:
        call = Support(team=team.code, called_at=context.now, ground=ground.value, reason=reason, due_at=due)
        call.called_by = by.person_id
        ticket.support.append(call)
    names = "、".join(team.name for team in teams)
    note = context.say("history.whistle", teams=names, ground=GROUND_NAMES[ground], reason=reason)
    ticket.apply(WHISTLE, by=by, at=context.now, note=note)
    set_timer(context, DUE, ticket, due)
    until = ticket_text.moment(due, context.now)
    facts: dict[str, Any] = {"reason": reason, "called": names, "until": until, "due_at": due}
    codes = [team.code for team in teams]
    notify(context.session, context.town, ticket, "whistle", context.now, but=context.person, teams=codes, **facts)
    return due


def report_in(context: Context, ticket: Ticket, call: Support) -> Reply:
    """报到 of a called team, in time or late."""
    if call.reported_at:
        return Reply(context.say("whistle.reported_already", number=ticket.number))
    if Status(ticket.status) not in REPORT_IN.sources:
        return no_longer(context, ticket)
    call.reported_at = context.now
    call.late = call.late or call.late_by(context.now) is not None
    name = ticket_text.team_name(context.town, call.team)
    late = _lateness(context.town, call)
    note = context.say("history.reported_in", team=name, late=late)
    ticket.apply(REPORT_IN, by=actor(context.person, ticket), at=context.now, note=note)
    notify(context.session, context.town, ticket, "call_reported", context.now, but=context.person, called=name)
    return Reply(context.say("whistle.reported", number=ticket.number, late=late))


def finish(context: Context, ticket: Ticket, call: Support, words: str) -> Reply:
    """A called team has finished its part; the ticket stays open."""
    if Status(ticket.status) not in FINISH.sources:
        return no_longer(context, ticket)
    call.finished_at = context.now
    if call.reported_at is None:  # finishing implies that they came
        call.reported_at = context.now
        call.late = call.late or call.late_by(context.now) is not None
    name = ticket_text.team_name(context.town, call.team)
    ticket.apply(FINISH, by=actor(context.person, ticket), at=context.now, note=f"{name}：{words}")
    facts: dict[str, Any] = {"called": name, "rest": rest(context, ticket), "note": words}
    notify(context.session, context.town, ticket, "call_finished", context.now, but=context.person, **facts)
    return Reply(context.say("whistle.finished", number=ticket.number, rest=facts["rest"]))


def release(context: Context, ticket: Ticket, call: Support, by: Actor) -> Reply:
    """Release a called team: it needn't come, or needn't continue."""
    call.late = call.late or call.late_by(context.now) is not None
    call.released_at = context.now
    name = ticket_text.team_name(context.town, call.team)
    ticket.apply(RELEASE, by=by, at=context.now, note=context.say("history.released", team=name))
    notify(context.session, context.town, ticket, "call_released", context.now, but=context.person, teams=[call.team])
    return Reply(context.say("whistle.released", number=ticket.number, team=name, rest=rest(context, ticket)))


def rest(context: Context, ticket: Ticket) -> str:
    """The teams that are still awaited, or that all are done."""
    if not ticket.awaited:
        return context.say("whistle.all_done")
    return context.say("whistle.waits_for", teams=missing(context.town, ticket))


def missing(town: Town, ticket: Ticket) -> str:
    """「城管局（未报到）、供电公司（已报到，未办完）」."""
    names = {True: "whistle.is_there", False: "whistle.is_missing"}
    return "、".join(
        town.say(names[call.reported_at is not None], team=ticket_text.team_name(town, call.team))
        for call in ticket.awaited
    )


def refuse_resolving(context: Context, ticket: Ticket) -> Reply | None:
    """The refusal to resolve while called teams are not done; None if all are."""
    if not ticket.awaited:
        return None
    teams = missing(context.town, ticket)
    return Reply(context.say("whistle.not_yet", number=ticket.number, teams=teams), keep=True)


def lines(town: Town, ticket: Ticket, now: datetime) -> list[str]:
    """The roll call, one line for each call: when called, when there, how late, done or released."""
    return [_line(town, call, now) for call in ticket.support if call.is_call]


def _line(town: Town, call: Support, now: datetime) -> str:
    late = call.late_by(now)
    return town.say(
        "whistle.call",
        team=ticket_text.team_name(town, call.team),
        called=ticket_text.moment(call.called_at, now),
        due=ticket_text.moment(call.due_at, now),
        came=_said_at(town, "came", call.reported_at, now) or town.say("whistle.not_come"),
        late=town.say("whistle.late_by", much=ticket_text.lasting(late)) if late else "",
        ended=_said_at(town, "done", call.finished_at, now) or _said_at(town, "let_go", call.released_at, now),
    )


def _said_at(town: Town, what: str, at: datetime | None, now: datetime) -> str:
    return town.say(f"whistle.{what}_at", at=ticket_text.moment(at, now)) if at else ""


def _lateness(town: Town, call: Support) -> str:
    late = call.late_by(call.reported_at) if call.reported_at else None
    return town.say("whistle.came_late", much=ticket_text.lasting(late)) if late else ""


def look_who_is_missing(session: Session, town: Town, ticket: Ticket, now: datetime) -> None:
    """After the deadline to report in, mark missing teams as late and notify them, their leaders and supervisors."""
    absent = [call for call in ticket.awaited if not call.reported_at and call.due_at and call.due_at <= now]
    absent = [call for call in absent if not call.late]
    if not absent or Status(ticket.status) not in OPEN:
        return
    for call in absent:
        call.late = True
    names = "、".join(ticket_text.team_name(town, call.team) for call in absent)
    ticket.apply(NOTE, by=SYSTEM, at=now, note=town.say("history.not_come", teams=names))
    codes = [call.team for call in absent]
    notify(session, town, ticket, "whistle_missing", now, teams=codes, called=names)
