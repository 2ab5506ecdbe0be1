"""Which ticket a member of staff means: by number, by the last digits, the one in hand, or by choosing."""

import re
import unicodedata

from handlers.dialogue.choices import numbered
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import held
from handlers.dialogue.message import Reply
from handlers.dialogue.shielding import withheld
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.tickets.access import by_number, newest
from handlers.tickets.scope import Scope
from models.moves import Status
from models.ticket import Ticket
from nlp.answers.choices import number as option_number

_REFERENCE = re.compile(r"[#＃]?(\d{3,11})(?!\d)[\s:：,，、]*(.*)", re.DOTALL)
MOST = 8
_WITHOUT_WORDS = frozenset({"接", "到", "看", "查", "恢复", "点名", "进度"})
"""Nothing but a number can follow these: 「接 1」 names a ticket, while 「结 1楼的灯换了」 tells what was done"""


def split_reference(rest: str) -> tuple[str, str]:
    """「26112100012 换了灯」 → the digits and the words after them; no digits: empty."""
    found = _REFERENCE.fullmatch(rest.strip())
    return (unicodedata.normalize("NFKC", found[1]), found[2].strip()) if found else ("", rest.strip())


def pick(context: Context, scope: Scope, statuses: tuple[Status, ...], word: str) -> tuple[Ticket, str] | Reply:
    """The ticket that a command is about and the words after it, or what to answer instead.

    Without a number: the ticket that this person has in hand where the command fits it, else the only one that fits,
    else a numbered choice. A ticket named by its number that the command doesn't fit any more is answered for here;
    `pick_any` leaves that to a caller who can say it better.
    """
    picked = pick_any(context, scope, statuses, word)
    if isinstance(picked, Reply) or not statuses or Status(picked[0].status) in statuses:
        return picked
    line = ticket_text.line_for(context.town, picked[0], context.now, context.person)
    return Reply(context.say("picking.not_now", word=word, line=line), keep=True)


def pick_any(context: Context, scope: Scope, statuses: tuple[Status, ...], word: str) -> tuple[Ticket, str] | Reply:
    """The same, with a ticket named by its number in whatever status it is. Whoever a ticket complains of may not do
    all to it (handlers.shielding).
    """
    picked = _found(context, scope, statuses, word)
    if not isinstance(picked, Reply) and (refusal := withheld(context, picked[0], word)):
        return Reply(refusal, keep=True)
    return picked


def _found(context: Context, scope: Scope, statuses: tuple[Status, ...], word: str) -> tuple[Ticket, str] | Reply:
    digits, words = _chosen(context, word) or split_reference(context.rest)
    if digits:
        return _by_number(context, scope, digits, words, word)
    shortest = word in _WITHOUT_WORDS and words.isdecimal()
    if not shortest and (ticket := held(context, scope, statuses)):
        return ticket, words
    fitting = newest(context.session, scope, statuses, MOST + 1)
    if shortest and len(ending := [each for each in fitting if str(each.number).endswith(words)]) == 1:
        return ending[0], ""
    if not fitting:
        return Reply(context.say(_nothing(context), word=word))
    return (fitting[0], words) if len(fitting) == 1 else which(context, fitting, words, word)


def _nothing(context: Context) -> str:
    """Says where they may look instead, each by a command of their own."""
    if context.person.is_staff:
        return "picking.none"
    return "picking.none_overseen" if context.person.is_overseer else "picking.none_mine"


def _chosen(context: Context, word: str) -> tuple[str, str] | None:
    """「接 2」 while we ask which one to 接: a number out of that list."""
    if context.state != Asks.CHOICE or context.slots["word"] != word:
        return None
    numbers = context.slots["numbers"]
    number = option_number(context.rest, len(numbers))
    return None if number is None else (numbers[number], context.slots["words"])


def _by_number(context: Context, scope: Scope, digits: str, words: str, word: str) -> tuple[Ticket, str] | Reply:
    found = by_number(context.session, scope, digits)
    if not found:
        return Reply(context.say("picking.unknown_number", number=digits), keep=True)
    return (found[0], words) if len(found) == 1 else which(context, found, words, word)


def no_longer(context: Context, ticket: Ticket) -> Reply:
    """How it stands, for whoever may not do this to it, or not any more."""
    return Reply(context.say("working.already", line=ticket_text.line(context.town, ticket, context.now)))


def which(context: Context, found: list[Ticket], words: str, word: str) -> Reply:
    """Asks which of these is meant; of many, which of the first."""
    shown_now = found[:MOST]
    listed = numbered([ticket_text.line_for(context.town, ticket, context.now, context.person) for ticket in shown_now])
    if len(found) > MOST:
        listed += context.say("picking.more", shown=MOST)
    slots = {"word": word, "words": words, "numbers": [ticket.number for ticket in shown_now]}
    return Reply(context.say("picking.which", word=word, choices=listed), Asks.CHOICE, slots)
