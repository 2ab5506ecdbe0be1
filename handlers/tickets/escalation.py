"""上报: escalation to the next level, by command or because a limit was exceeded."""

from dataclasses import replace

from handlers.disclosure.policy import shut_out
from handlers.notifications.pushes import notify
from handlers.tickets.change import Change
from handlers.tickets.clocks import set_promise
from handlers.tickets.filing import give_to, watch
from handlers.town.able_teams import signers
from handlers.town.routing import Route, level_above
from models.grid import Level
from models.person import Person
from models.status_moves import ESCALATE
from models.ticket import Actor, Ticket


def escalate(change: Change, ticket: Ticket, *, by: Actor, reason: str, but: Person | None = None) -> Route | None:
    """Escalate to the next level that has its own team, and set its limits; None if there is no higher team.

    The reason is sent to the old team, the new team, the residents and the supervisors.
    """
    out, may_sign = shut_out(change.town, ticket), signers(change.town, ticket.grid, change.now)
    above = level_above(change.town.world, ticket.grid, Level(ticket.level), ticket.team, out, may_sign)
    if above is None:
        return None
    session, town, now = change.session, change.town, change.now
    above = replace(above, rule=town.say("history.rule_above", team=above.team.name))
    answerable = town.say("push.answerable") if ticket.first_team == ticket.team else ""
    notify(session, town, ticket, "climbing", now, but=but, reason=reason, taker=above.team.name, answerable=answerable)
    give_to(change, ticket, above)
    ticket.apply(ESCALATE, by=by, at=now, note=reason)
    set_promise(change, ticket, now)
    watch(change, ticket)
    notify(session, town, ticket, "escalate", now, but=but, reason=reason)
    return above
