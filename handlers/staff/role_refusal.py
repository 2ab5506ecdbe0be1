"""Refuse a command that the person's roles don't have, say who has it, and file nothing."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, command_opening
from handlers.dialogue.which_ticket import split_reference, split_short
from models.person import Role

router = Router("whose command")
_WHO = (Role.GRID_STAFF, Role.PROPERTY_STAFF, Role.SUPERVISOR, Role.ADMIN)


def refusal(context: Context) -> Reply | None:
    """Refuse a command with a ticket's number; it can mean nothing else, so it comes before open questions."""
    command, rest = _meant(context)
    return _refused(context, command) if command and (split_reference(rest)[0] or split_short(rest)[0]) else None


@router.on(lambda context: context if context.text and not context.answers else None)
def refused(context: Context) -> Reply | None:
    """Refuse a command word alone."""
    command, rest = _meant(context)
    return _refused(context, command) if command and not rest else None


def _meant(context: Context) -> tuple[Command | None, str]:
    """A command that the person may not use, and what follows it; None if there is none, or for residents."""
    person = context.person
    if not (person.is_staff or person.is_overseer):
        return None, ""
    said = [each for each in context.available if context.text.startswith(each.words)]
    opened = {each: found.end() for each in said if (found := command_opening([each]).match(context.text))}
    if not opened or any(each.roles & person.roles for each in opened):
        return None, ""
    command, end = max(opened.items(), key=lambda each: each[1])
    return command, context.text[end:].strip(" :：,，#。.．!！~～")


def _refused(context: Context, command: Command) -> Reply:
    who = "、".join(context.say(f"commands.who_{role}") for role in _WHO if role in command.roles)
    return Reply(context.say("commands.not_yours", word=command.name, who=who), keep=True)
