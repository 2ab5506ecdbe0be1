"""「帮助」: the commands of the person's roles, generated from the commands themselves."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, intent, menu
from models.person import EVERYBODY, Role
from nlp.reading.understanding import Intent

router = Router("help")

HELP = Command(("帮助", "?", "？", "菜单"), roles=EVERYBODY, help="帮助：看能做什么")


@router.on(menu("help"))
@router.on(intent(Intent.HELP))
@router.command(HELP)
def show_help(context: Context) -> Reply:
    return Reply(help_text(context, everything=context.rest == "全部"), keep=True)


def help_text(context: Context, *, everything: bool = False) -> str:
    """The commands of the person's roles, generated from the commands themselves: first the few of every day."""
    allowed = [command for command in context.commands if command.roles & context.person.roles]
    mine = [command for command in allowed if everything or command.every_day]
    special = [command for command in mine if Role.RESIDENT not in command.roles]
    lines = [f"· {command.help}" for command in mine if command not in special]
    staff = [f"· {command.help}" for command in special]
    text = context.say("welcome.help", town=context.town.name, lines="\n".join(lines))
    if staff:
        text += "\n" + context.say("welcome.help_staff", lines="\n".join(staff))
    others = len(allowed) - len(mine)
    return text + ("\n" + context.say("welcome.help_more", count=others) if others else "")
