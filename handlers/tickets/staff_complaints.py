"""A resident complains about the staff who have the ticket: they are shut out, and the level above gets it (回避)."""

from handlers.disclosure import policy as disclosure
from handlers.disclosure.masks import shielded
from handlers.notifications.pushes import notify
from handlers.tickets.change import Change
from handlers.tickets.clocks import run_on, set_promise
from handlers.tickets.filing import give_to, watch
from handlers.town.routing import above_those
from handlers.world.nodes import TeamNode
from models.status_moves import ESCALATE, RESUME, Status
from models.ticket import SYSTEM, Ticket
from nlp.answers.choices import says_solved
from nlp.reading.complained_of import is_plain_complaint


def hear(change: Change, ticket: Ticket, words: str) -> None:
    """Call before a resident's words are stored or sent on: if they complain about the ticket's team, that team is shut
    out and the ticket goes one level up (回避).
    """
    if not words or (says_solved(words) and not is_plain_complaint(words)):
        return
    teams = change.town.world.teams
    having = {ticket.team, *(helper.team for helper in ticket.support if helper.helps)}
    they = frozenset(teams[code].kind for code in having if code in teams)
    told = change.town.reader.complained_of(words, they)
    shut_out(change, ticket, disclosure.with_those_below(told))


def shut_out(change: Change, ticket: Ticket, kinds: frozenset[str]) -> None:
    """From now on, teams of these kinds may not read the ticket."""
    if kinds <= disclosure.shut_out(change.town, ticket):
        return
    disclosure.shut(ticket, kinds | disclosure.shut_out(change.town, ticket))
    rise(change, ticket)


def rise(change: Change, ticket: Ticket) -> None:
    """Take the ticket away from the teams that are complained of, as team in charge and as helpers."""
    town = change.town
    order, out = disclosure.kinds_above(town, ticket), disclosure.shut_out(town, ticket)
    if not order:
        return
    world = town.world
    stay = [each.team for each in ticket.support if not each.is_call and world.teams[each.team].kind not in out]
    ticket.helped_by(stay, change.now)
    if ticket.team is None or world.teams[ticket.team].kind not in out:
        return
    above = above_those(world, ticket.grid, order)
    if above is None or Status(ticket.status) not in ESCALATE.sources | RESUME.sources:
        return
    if ticket.status == Status.SUSPENDED:
        ticket.apply(RESUME, by=SYSTEM, at=change.now)
    run_on(change, ticket)
    give_to(change, ticket, above)
    ticket.rule = town.say("history.rule_complaint", team=above.team.name)
    reason = town.say("history.complained_later")
    ticket.apply(ESCALATE, by=SYSTEM, at=change.now, note=reason)
    set_promise(change, ticket, change.now)
    watch(change, ticket)
    notify(change.session, town, ticket, "escalate", change.now, reason=reason)


def word_errand(change: Change, ticket: Ticket, team: TeamNode, why: str) -> None:
    """If a shut-out team is still given the ticket, it reads only this errand and nothing else of the ticket."""
    if team.kind in disclosure.shut_out(change.town, ticket):
        ticket.errand = shielded(why.strip())
