"""Which ticket a member of staff means: by number, by the last digits, the current one, or by choosing."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import held
from handlers.dialogue.message import Reply
from handlers.dialogue.shielding import withheld
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.tickets.access import by_number, newest
from handlers.tickets.scope import Scope
from models.status_moves import Status
from models.ticket import Ticket
from nlp.answers.choices import number as option_number

_REFERENCE = re.compile(r"[#＃]?(\d{3,11})(?!\d|[-/.年]\d)[\s:：,，、]*(.*)", re.DOTALL)
_SHORT = re.compile(
    r"[#＃第]?(\d{1,2})[个件张条]?(?:$|[\s:：,，、]+(?![号栋楼幢座单元层室点时天日月年周个件次人分秒小工自])(.*))",
    re.DOTALL,
)
"""「2」「2 换了灯泡」, but not 「2 号楼」「2 天」"""
MOST = 8
Picked = tuple[Ticket, str] | Reply
"""The ticket and the words after its number, or the reply if there is no single ticket"""


def split_reference(rest: str) -> tuple[str, str]:
    """「26112100012 换了灯」 → the digits and the words after them; digits are "" if there are none."""
    found = _REFERENCE.fullmatch(rest.strip())
    return (unicodedata.normalize("NFKC", found[1]), found[2].strip()) if found else ("", rest.strip())


def split_short(rest: str) -> tuple[str, str]:
    """Like `split_reference`, for one or two digits: a place in a list, or the end of a number."""
    found = _SHORT.fullmatch(unicodedata.normalize("NFKC", rest.strip()))
    return (found[1], (found[2] or "").strip()) if found else ("", rest.strip())


def pick(context: Context, scope: Scope, statuses: tuple[Status, ...], command: Command) -> Picked:
    """The ticket that a command is about and the words after it, or what to answer instead.

    Without a number: this person's current ticket where the command fits it, else the only one that fits,
    else a numbered choice. A numbered ticket in another status gets a refusal here; callers that can explain it better
    use `pick_any`.
    """
    picked = pick_any(context, scope, statuses, command)
    if isinstance(picked, Reply) or not statuses or Status(picked[0].status) in statuses:
        return picked
    line = ticket_text.line(context.town, picked[0], context.now, context.person)
    return Reply(context.say("picking.not_now", word=command.name, line=line), keep=True)


def pick_any(context: Context, scope: Scope, statuses: tuple[Status, ...], command: Command) -> Picked:
    """Like `pick`, but a ticket named by its number may have any status. Refuses what `shielding` withholds."""
    picked = _found(context, scope, statuses, command)
    if not isinstance(picked, Reply) and (refusal := withheld(context, picked[0], command)):
        return Reply(refusal, keep=True)
    return picked


def _found(context: Context, scope: Scope, statuses: tuple[Status, ...], command: Command) -> Picked:
    digits, words = _chosen(context, command) or split_reference(context.rest)
    if digits:
        return _by_number(context, scope, digits, words, command)
    short, told = _short_for(command, words)
    if short and (ending := _ending_in(context, scope, statuses, short)):
        return ending, told
    if (told or not short) and (ticket := held(context, scope, statuses)):
        return ticket, words  # 「结 9 块砖都换了」 where no number ends in 9
    fitting = newest(context.session, scope, statuses, MOST + 1)
    if not fitting:
        return Reply(context.say(_nothing(context), word=command.name))
    return (fitting[0], words) if len(fitting) == 1 else which(context, fitting, words, command)


def _ending_in(context: Context, scope: Scope, statuses: tuple[Status, ...], digits: str) -> Ticket | None:
    """The only one of the newest whose number ends in these digits."""
    fitting = newest(context.session, scope, statuses, MOST + 1)
    ending = [each for each in fitting if str(each.number).endswith(digits)]
    return ending[0] if len(ending) == 1 else None


def _nothing(context: Context) -> str:
    """The wording for no ticket, which names the command of their role to look with."""
    if context.person.is_staff:
        return "picking.none"
    return "picking.none_overseen" if context.person.is_overseer else "picking.none_mine"


def _chosen(context: Context, command: Command) -> tuple[str, str] | None:
    """「接 2」「结 2 换了灯泡」 behind a list of tickets: the second of that list."""
    if context.state != Asks.CHOICE:
        return None
    numbers, (short, told) = context.slots["numbers"], _short_for(command, context.rest)
    index = option_number(short, len(numbers))
    if index is None:
        return None
    return numbers[index], told or (context.slots["words"] if context.slots["word"] == command.name else "")


def _short_for(command: Command, rest: str) -> tuple[str, str]:
    """Like `split_short`; behind a command that wants words, digits alone are the words: 「约 9」."""
    short, told = split_short(rest)
    return (short, told) if told or not command.wants_words else ("", rest)


def _by_number(context: Context, scope: Scope, digits: str, words: str, command: Command) -> Picked:
    found = by_number(context.session, scope, digits)
    if not found:
        return Reply(context.say("picking.unknown_number", number=digits), keep=True)
    return (found[0], words) if len(found) == 1 else which(context, found, words, command)


def no_longer(context: Context, ticket: Ticket) -> Reply:
    """The ticket's current status, as the refusal of a command that doesn't fit it."""
    line = ticket_text.line(context.town, ticket, context.now, context.person)
    return Reply(context.say("working.already", line=line))


def which(context: Context, found: list[Ticket], words: str, command: Command) -> Reply:
    """Asks which of these tickets is meant; lists at most MOST."""
    shown_now = found[:MOST]
    listed = numbered([ticket_text.line(context.town, ticket, context.now, context.person) for ticket in shown_now])
    if len(found) > MOST:
        listed += context.say("picking.more", shown=MOST)
    said = context.say("picking.which", word=command.name, choices=listed)
    return Reply(said, Asks.CHOICE, to_choose(command, shown_now, words))


def to_choose(command: Command, listed: Sequence[Ticket], words: str = "") -> dict[str, Any]:
    """The slots of a list whose numbers give this command; the command is stored as its name."""
    numbers = [ticket.number for ticket in listed]
    return {"word": command.name, "words": words, "numbers": numbers, "opens": command.opens}
