"""结 退 转 上报 告知 备注: commands that need words, which follow the command or are asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from handlers.consultation.new_answer import offered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import held
from handlers.dialogue.media import NAMES, hold
from handlers.dialogue.message import Kind, Reply
from handlers.dialogue.router import Router, in_state, kind
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import split_reference
from handlers.evidence.photo_duty import look_into, wants_picture
from handlers.notifications.pushes import notify
from handlers.staff.commands import (
    ESCALATE,
    HAND_ON,
    HELD,
    INFORM,
    NOTE,
    RESOLVE,
    RETURN,
    already,
    ask_words,
    by_whistle,
    pick_or_ask,
    reach,
    reach_of,
)
from handlers.staff.hand_on import escalate, reassign, return_
from handlers.staff.hand_on_several import asked_first
from handlers.staff.sign import sign
from handlers.tickets.access import actor, tickets
from handlers.tickets.clocks import run_on, set_timer
from models import status_moves
from models.status_moves import ENDED, Status
from models.ticket import Ticket

router = Router("working")


@router.on(in_state(Asks.WORK_WORDS))
def reason_told(context: Context) -> Reply | None:
    """The words that we asked for after a command."""
    command = next((each for each in _WITH_WORDS if each.name == context.slots["word"]), None)
    if command is None:
        return None
    ticket = context.session.scalar(tickets(reach_of(context, command) & (Ticket.id == context.slots["ticket"])))
    if ticket is None:
        return None
    words = _after(context, ticket, context.slots.get("said", ""))
    return by_whistle(context, ticket, command, words) or _WITH_WORDS[command](context, ticket, words)


def _after(context: Context, ticket: Ticket, said: str) -> str:
    """The words behind those said before, unless they begin with another team: 「供水」, then 「水管是他们的」."""
    other = context.town.world.team_named(context.text.split(maxsplit=1)[0], ticket.grid)
    return context.text if other or not said else f"{said} {context.text}"


@router.command(RESOLVE)
def resolve(context: Context) -> Reply:
    """Resolve with words that the resident will read; an unsigned ticket is signed first."""
    named = bool(split_reference(context.rest)[0])
    unsigned = named or held(context, reach(context), (Status.WORKING,)) is None
    return _with_words(context, HELD if unsigned else (Status.WORKING,), RESOLVE, "working.resolve_how")


@router.command(RETURN)
def give_back(context: Context) -> Reply:
    """Return a ticket that isn't theirs, with a reason."""
    return _with_words(context, HELD, RETURN, "working.return_why")


@router.command(HAND_ON)
def hand_on(context: Context) -> Reply:
    """Hand on to another team, with a reason; several tickets at once must be confirmed."""
    return asked_first(context, HAND_ON) or _with_words(context, HELD, HAND_ON, "working.reassign_whom")


@router.command(ESCALATE)
def send_up(context: Context) -> Reply:
    """Escalate to the level above, with a reason."""
    return _with_words(context, HELD, ESCALATE, "working.escalate_why")


@router.command(INFORM)
def inform(context: Context) -> Reply:
    """Send residents news of the progress."""
    return _with_words(context, tuple(status_moves.INFORM.sources), INFORM, "working.inform_what")


@router.command(NOTE)
def note(context: Context) -> Reply:
    """Store an internal note."""
    return _with_words(context, tuple(set(Status) - ENDED), NOTE, "working.note_what")


def _with_words(context: Context, statuses: tuple[Status, ...], command: Command, question: str) -> Reply:
    """Run a command with its words, or ask for them."""
    picked = pick_or_ask(context, statuses, command)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if reply := by_whistle(context, ticket, command, words):
        return reply
    if Status(ticket.status) not in statuses:
        return already(context, ticket)
    if not words:
        return ask_words(context.say(question, number=ticket.number), command, ticket)
    return _WITH_WORDS[command](context, ticket, words)


def _resolve(context: Context, ticket: Ticket, words: str) -> Reply:
    if ticket.status == Status.DISPATCHED and ticket.team == context.person.team:
        sign(context, ticket)
    if ticket.status != Status.WORKING:
        return already(context, ticket)
    lacks_picture = wants_picture(context.town, ticket)
    if lacks_picture and not _was_asked(context, ticket):
        slots = {"ticket": ticket.id, "words": words}
        return Reply(context.say("working.after_picture", number=ticket.number), Asks.AFTER_PICTURE, slots)
    return _resolved(context, ticket, words, lacks_picture=lacks_picture)


def _was_asked(context: Context, ticket: Ticket) -> bool:
    return any(each.state == Asks.AFTER_PICTURE and each.slots["ticket"] == ticket.id for each in context.asked)


def _resolved(context: Context, ticket: Ticket, words: str, *, lacks_picture: bool) -> Reply:
    ticket.answer = words
    run_on(context, ticket)
    ticket.apply(status_moves.RESOLVE, by=actor(context.person, ticket), at=context.now, note=words)
    set_timer(context, "lapse", ticket, context.now + timedelta(days=context.town.habits.lapse_days))
    notify(context.session, context.town, ticket, "resolve", context.now, but=context.person)
    look_into(context.session, context.town, ticket, context.now, lacks_picture=lacks_picture)
    key = "working.resolved_to_check" if lacks_picture else "working.resolved"
    return offered(context, ticket, Reply(context.say(key, number=ticket.number)))


@router.on(in_state(Asks.AFTER_PICTURE))
def without_picture(context: Context) -> Reply | None:
    """1: there is no picture, so another person checks the work."""
    ticket = _asked_for_picture(context) if context.number == 0 else None
    return _resolved(context, ticket, context.slots["words"], lacks_picture=True) if ticket else None


@router.on(kind(Kind.IMAGE, Kind.VIDEO))
def with_picture(context: Context) -> Reply | None:
    """The picture that we asked for after 「结」."""
    ticket = _asked_for_picture(context) if context.state == Asks.AFTER_PICTURE else None
    if ticket is None:
        return None
    attachment, what = hold(context), NAMES[context.message.kind]
    attachment.ticket_id, attachment.of_work = ticket.id, True
    said = context.say("history.media_of_work", what=what)
    ticket.apply(status_moves.NOTE, by=actor(context.person, ticket), at=context.now, note=said)
    return replace(_resolved(context, ticket, context.slots["words"], lacks_picture=False), answered=True)


def _asked_for_picture(context: Context) -> Ticket | None:
    mine = tickets(reach(context) & (Ticket.id == context.slots["ticket"]), (Status.WORKING,))
    return context.session.scalar(mine)


def tell_resident(context: Context, ticket: Ticket, words: str) -> Reply:
    """Send the residents of a ticket these words, and keep them in its history."""
    ticket.apply(status_moves.INFORM, by=actor(context.person, ticket), at=context.now, note=words)
    notify(context.session, context.town, ticket, "inform", context.now, but=context.person, note=words)
    return Reply(context.say("working.informed", number=ticket.number))


def _note(context: Context, ticket: Ticket, words: str) -> Reply:
    ticket.apply(status_moves.NOTE, by=actor(context.person, ticket), at=context.now, note=words)
    return Reply(context.say("working.noted", number=ticket.number))


_WITH_WORDS: dict[Command, Callable[[Context, Ticket, str], Reply]] = {
    RESOLVE: _resolve,
    RETURN: return_,
    HAND_ON: reassign,
    ESCALATE: escalate,
    INFORM: tell_resident,
    NOTE: _note,
}
