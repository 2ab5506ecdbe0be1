"""Who answers: commands first, then the open question, then what the words mean. Order is precedence."""

from dataclasses import replace
from itertools import chain

from handlers.answering import receipts
from handlers.dialogue import which_ticket
from handlers.dialogue.choices import chosen
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, command_opening, first_of, in_state
from handlers.neighbours.event import JOINED
from handlers.neighbours.votes import asked_about
from handlers.residents import (
    complaint,
    erase_me,
    help,  # noqa: A004  (「帮助」)
    home,
    human,
    join_or_apart,
    outcome,
    progress,
    reopen,
    report,
    small_talk,
    supplement,
    welcome,
    withdraw,
)
from handlers.staff import (
    approvals,
    ask_resident,
    contest,
    correct,
    endings,
    extend,
    follow_up,
    note_or_report,
    patrol,
    posts,
    sign,
    suspend,
    todo,
    view,
    work,
)
from handlers.staff.commands import meant_by
from handlers.staff.plain_words import command_meant
from handlers.supervisors import desk, drill_down, export, overview, read_log, what_if, what_to_ask
from handlers.whistle import attendance, blow

picked = Router("picked")


_OPEN_TO_COMMANDS = frozenset({"", JOINED, note_or_report.ASIDE, which_ticket.CHOICE})


# Order is precedence: what the platform tells, then commands, then the question that is open, then what the words mean.
ROUTERS = (
    receipts.router,
    erase_me.router,
    read_log.router,
    export.router,
    blow.router,
    attendance.router,
    sign.router,
    work.router,
    todo.router,
    view.router,
    patrol.router,
    approvals.router,
    extend.router,
    contest.router,
    suspend.router,
    ask_resident.router,
    endings.router,
    follow_up.router,
    what_if.router,
    drill_down.router,
    overview.router,
    correct.router,
    desk.router,
    picked,
    supplement.router,
    approvals.digits,
    ask_resident.answers,
    supplement.houses,
    note_or_report.router,
    complaint.router,
    what_to_ask.router,
    withdraw.answers,
    progress.router,
    withdraw.router,
    outcome.router,
    reopen.router,
    supplement.more,
    join_or_apart.router,
    report.router,
    welcome.router,
    posts.router,
    human.router,
    home.router,
    help.router,
    small_talk.router,
)


# Stand first in 帮助.
_USUAL = (
    sign.router,
    work.router,
    todo.router,
    view.router,
    overview.router,
    progress.router,
    withdraw.router,
    outcome.router,
    reopen.router,
    posts.router,
    human.router,
    home.router,
    help.router,
    welcome.router,
)


COMMANDS = tuple(
    command for router in sorted(ROUTERS, key=lambda router: router not in _USUAL) for command in router.commands
)
"""All commands, in the order of 帮助"""
_COMMAND = command_opening(COMMANDS)


def route(context: Context) -> Reply:
    """The first handler that answers, commands before all. Events that concern nobody are silence."""
    commanded = first_of(_OBEYING, context) if _COMMAND.match(context.text) else None
    return commanded or first_of(_ANSWERING, context) or Reply("", keep=True)


@picked.on(in_state(which_ticket.CHOICE))
def ticket_chosen(context: Context) -> Reply | None:
    """A number out of the list: the command again, now with the ticket's number."""
    numbers = context.slots["numbers"]
    number = chosen(context.text, len(numbers))
    if number is None:
        return None
    text = f"{context.slots['word']} {numbers[number]} {context.slots['words']}".strip()
    return route(replace(context, message=replace(context.message, text=text), state="", slots={}))


@picked.on(lambda context: context if context.person.is_staff and context.state in _OPEN_TO_COMMANDS else None)
def meant_as_command(context: Context) -> Reply | None:
    """「好的我去」「到了」「弄好了，换了皮带」, where they have a ticket to which that can happen."""
    meant = command_meant(context.text) if context.text else None
    if meant is None or asked_about(context) is not None:
        return None  # of what they reported themselves it may be the answer to 「解决了吗」
    command = meant_by(context, meant)
    if not isinstance(command, str):
        return command
    return route(replace(context, message=replace(context.message, text=command)))


_OBEYING = tuple(chain.from_iterable(router.obeying for router in ROUTERS))
"""Commands come before all: they say plainly what is wanted, so no guess at what the words may mean goes first"""


_ANSWERING = tuple(chain.from_iterable(router.routes for router in ROUTERS))
