"""Whoever is complained of: what they may not learn of a complaint about themselves, and may not do to it."""

from handlers.dialogue.context import Context
from handlers.town.privacy import is_complained_of
from models.support import Support
from models.ticket import Ticket

_NEVER = frozenset({"问", "改类"})
"""The answer would tell who complained, and under another category the ticket would no longer be a complaint"""
_IN_CHARGE = frozenset({"接", "结", "退", "转", "上报", "延", "挂账", "恢复", "异议"})
"""Where the team helps by rule it explains itself (备注); it does not take the complaint over, nor end it"""


def is_about(context: Context, ticket: Ticket) -> bool:
    """The ticket complains of teams such as this person's."""
    teams, own = context.town.world.teams, context.person.team
    return own in teams and is_complained_of(context.town.privacy, teams[own].kind, context.person, ticket)


def withheld(context: Context, ticket: Ticket, word: str) -> str:
    """Why this command is not theirs to give; "" where it is."""
    if word not in _NEVER | _IN_CHARGE or not is_about(context, ticket):
        return ""
    if word in _NEVER:
        return context.say(f"shielding.{_SAID[word]}", number=ticket.number)
    if ticket.team == context.person.team or any(_calls(each, context) for each in ticket.support):
        return ""
    return context.say("shielding.not_in_charge", number=ticket.number)


_SAID = {"问": "no_questions", "改类": "no_other_category"}


def _calls(helper: Support, context: Context) -> bool:
    """Called by a whistle: then they come, and do their share."""
    return helper.is_call and helper.team == context.person.team
