"""「帮助」: the commands of the person's roles, generated from the Command values."""

from collections.abc import Sequence

from handlers.dialogue.choices import NEXT_PAGE
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state, intent, menu
from handlers.dialogue.states import Asks
from models.person import EVERYBODY, Role
from nlp.reading.understanding import Intent

router = Router("help")
_PAGE = 14
"""Most lines in a reply"""

HELP = Command(("帮助", "?", "？", "菜单"), roles=EVERYBODY, help="帮助：看能做什么")


@router.on(menu("help"))
@router.command(HELP)
def show_help(context: Context) -> Reply:
    return _page(context, 0) if context.rest == "全部" else Reply(help_text(context), keep=True)


@router.on(intent(Intent.HELP))
def help_meant(context: Context) -> Reply:
    """「怎么弄」: show the help, and count the text as not understood."""
    return Reply(help_text(context), keep=True, missed=True)


@router.on(in_state(Asks.HELP))
def next_page(context: Context) -> Reply | None:
    """「更多」 shows the next page."""
    return _page(context, context.slots["page"] + 1) if context.text in NEXT_PAGE else None


def help_text(context: Context) -> str:
    """The everyday commands of the person's roles."""
    allowed = _allowed(context)
    mine = [command for command in allowed if command.every_day]
    text = _listed(context, mine)
    others = len(allowed) - len(mine)
    return text + ("\n" + context.say("welcome.help_more", count=others) if others else "")


def _page(context: Context, number: int) -> Reply:
    """One page of all commands."""
    allowed = _allowed(context)
    shown = allowed[number * _PAGE : (number + 1) * _PAGE]
    if len(allowed) <= (number + 1) * _PAGE:
        return Reply(_listed(context, shown, first=number == 0), keep=True)
    text = f"{_listed(context, shown, first=number == 0)}\n{context.say('welcome.help_next')}"
    return Reply(text, Asks.HELP, {"page": number}, keep=not context.nothing_asked)


def _listed(context: Context, commands: Sequence[Command], *, first: bool = True) -> str:
    """The lines of commands: everybody's first, then those for work."""
    called = context.town.practices.in_their_words
    everybody = [f"· {called(command.help)}" for command in commands if Role.RESIDENT in command.roles]
    work = [f"· {called(command.help)}" for command in commands if Role.RESIDENT not in command.roles]
    text = context.say("welcome.help", town=context.town.name, lines="\n".join(everybody)) if first else ""
    text = text or "\n".join(everybody)
    for_work = context.say("welcome.help_staff", lines="\n".join(work)) if work else ""
    return "\n".join(filter(None, (text, for_work)))


def _allowed(context: Context) -> list[Command]:
    mine = [command for command in context.available if command.roles & context.person.roles]
    return sorted(mine, key=lambda command: Role.RESIDENT not in command.roles)
