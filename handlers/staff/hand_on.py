"""退 转 上报: hand a ticket to another team, with a reason that all sides can read."""

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.notifications.pushes import notify
from handlers.staff.commands import HAND_ON, HELD, already, ask_words
from handlers.tickets import escalation
from handlers.tickets.access import acting, actor
from handlers.tickets.clocks import restart_accept_clock
from handlers.tickets.filing import watch
from handlers.tickets.returns import MOST_RETURNS, hand_back
from handlers.tickets.staff_complaints import word_errand
from handlers.world.nodes import TeamNode
from models.status_moves import REASSIGN, Status
from models.ticket import Ticket


def return_(context: Context, ticket: Ticket, words: str) -> Reply:
    """退单: to the rule's next team, or to the arbiter; twice at most."""
    if Status(ticket.status) not in HELD:
        return already(context, ticket)
    if ticket.returns >= MOST_RETURNS:
        return Reply(context.say("working.returned_twice", number=ticket.number))
    acting = actor(context.person, ticket)
    taken_by = hand_back(context, ticket, by=context.person, acting=acting, reason=words)
    team = taken_by.team.name if taken_by else context.say("working.the_desk")
    decides = taken_by is None or ticket.returns >= MOST_RETURNS
    key = "working.returned_to_decide" if decides else "working.returned"
    return Reply(context.say(key, number=ticket.number, team=team))


def reassign(context: Context, ticket: Ticket, words: str) -> Reply:
    """「城管 占道的事归他们」: the first word names the team, the rest is the reason."""
    name, _, why = words.partition(" ")
    team = context.town.world.team_named(name, ticket.grid)
    if Status(ticket.status) not in HELD:
        return already(context, ticket)
    if team is None or team.code == ticket.team or not why.strip():
        if team and team.code != ticket.team:
            return ask_words(context.say("working.reassign_why", name=team.name), HAND_ON, ticket, said=name)
        return ask_words(context.say("working.reassign_unknown", name=name), HAND_ON, ticket)
    hand_to(context, ticket, team, why)
    return Reply(context.say("working.reassigned", number=ticket.number, team=team.name))


def hand_to(context: Context, ticket: Ticket, team: TeamNode, why: str) -> None:
    """Give the ticket to another team; the old team is notified, unless one of its members did it."""
    by = acting(context.person, ticket, REASSIGN)
    session, town, now, me = context.session, context.town, context.now, context.person
    if me.team != ticket.team:
        notify(session, town, ticket, "handed_away", now, but=me, reason=why, taker=team.name)
    word_errand(context, ticket, team, why)
    ticket.team, ticket.rule = team.code, context.say("history.rule_handed_on", why=why)
    ticket.helped_by((), context.now)
    ticket.apply(REASSIGN, by=by, at=now, note=context.say("history.handed_on", team=team.name, why=why))
    restart_accept_clock(context, ticket)
    watch(context, ticket)
    notify(session, town, ticket, "reassign", now, but=me, reason=why)


def escalate(context: Context, ticket: Ticket, words: str) -> Reply:
    """上报: escalate to the level above, if there is one."""
    if Status(ticket.status) not in HELD:
        return already(context, ticket)
    above = escalation.escalate(context, ticket, by=actor(context.person, ticket), reason=words, but=context.person)
    if above is None:
        return Reply(context.say("working.no_level_above", number=ticket.number))
    return Reply(context.say("working.escalated", number=ticket.number, team=above.team.name))
