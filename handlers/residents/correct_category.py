"""改类: the reporter corrects a ticket's category, in words or by command; the model learns from it."""

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.disclosure.policy import complained_of
from handlers.notifications.pushes import notify
from handlers.residents.ask_or_file import receipt
from handlers.residents.correction_read import Correction, is_others_work, names_a_trouble
from handlers.tickets.access import resident
from handlers.tickets.clocks import set_promise
from handlers.tickets.filing import route_anew, watch
from handlers.tickets.staff_complaints import hear, shut_out
from models.learning import Correction as Lesson
from models.status_moves import NOTE, Status
from models.ticket import Actor, Ticket
from nlp.answers.corrections import corrects_plainly, exchanged, named_matter, wrong_words
from nlp.reading.understanding import Wish

_ROUTED = (Status.DISPATCHED, Status.WORKING)
Kind = tuple[str, str]
"""A category and a sub-item, or no sub-item"""


def amended(context: Context, ticket: Ticket, said: Correction) -> Reply | None:
    """Correct the category; None if the words name no other one."""
    kind = _told(context, ticket, said)
    same = {(ticket.category, ticket.item)} | (set() if exchanged(said.words) else {(ticket.category, "")})
    if kind is None or kind in same:
        return None
    return wanted(context, ticket, kind, said.words)


def wanted(context: Context, ticket: Ticket, kind: Kind, words: str = "") -> Reply:
    """The reporter wants another category. If work has begun, the assignee must agree."""
    if not is_others_work(context.person, ticket):
        return put_right(context, ticket, kind, resident(context.person), words)
    catalogue = context.town.catalogue
    before, after = catalogue.name(ticket.category, ticket.item), catalogue.name(*kind)
    note = context.say("history.kind_wrong", before=before, after=after)
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=note)
    slots = {"category": kind[0], "item": kind[1], "words": words}
    session, town, now = context.session, context.town, context.now
    notify(session, town, ticket, "kind_wrong", now, but=context.person, slots=slots, note=note)
    return Reply(context.say("correcting.worker_asked_kind", number=ticket.number, before=before, after=after))


def ask(context: Context, ticket: Ticket) -> Reply:
    names = "、".join(context.town.catalogue.categories.values())
    return Reply(context.say("correcting.which", number=ticket.number, names=names), keep=True)


def put_right(context: Context, ticket: Ticket, kind: Kind, by: Actor, words: str = "") -> Reply:
    """Change the category, store it as a lesson, notify the team, and route the ticket again."""
    catalogue = context.town.catalogue
    before, after = catalogue.name(ticket.category, ticket.item), catalogue.name(*kind)
    (ticket.category, ticket.item), ticket.confidence = kind, 1.0
    hear(context, ticket, words)
    shut_out(context, ticket, complained_of(context.town, ticket.category, ticket.text))
    note = context.say("history.category_corrected", before=before, after=after) + (f"（{words}）" if words else "")
    ticket.apply(NOTE, by=by, at=context.now, note=note)
    lesson = {"category": ticket.category, "by_role": by.role.value, "by_person": by.person_id, "at": context.now}
    context.session.merge(Lesson(ticket_id=ticket.id, text=words or ticket.text, **lesson))
    notify(context.session, context.town, ticket, "recategorised", context.now, but=context.person, note=note)
    if ticket.status == Status.DISPATCHED:  # nobody has signed yet
        set_promise(context, ticket, context.now)
        watch(context, ticket)
    if Status(ticket.status) in _ROUTED:
        route_anew(context, ticket, ticket.grid, by=by, but=context.person)
    done = context.say("correcting.done", number=ticket.number, before=before, category=after)
    return Reply(f"{done}\n{receipt(context, ticket)}")


def _told(context: Context, ticket: Ticket, said: Correction) -> Kind | None:
    """The category named in the words, or that of another problem if they say plainly that this one is wrong."""
    named = context.town.catalogue.named(named_matter(said.right))
    if named[0]:
        return named
    if swapped := _read_exchanged(context, ticket, said.words):
        return swapped
    if said.seen is None or not names_a_trouble(said.seen):
        return None
    wrong = wrong_words(said.words)
    denied = bool(wrong) and context.town.catalogue.named(wrong)[0] == ticket.category
    plainly = denied or corrects_plainly(said.words) or _is_meant_so(context, said)
    return (said.seen.category, said.seen.item) if plainly else None


def _read_exchanged(context: Context, ticket: Ticket, words: str) -> Kind | None:
    """The category of the ticket's text with the wrong word replaced: 「不是门是窗户」."""
    wrong, right = exchanged(words) or ("", "")
    if not wrong or wrong not in ticket.text:
        return None
    seen = context.town.reader.understand(ticket.text.replace(wrong, right))
    return (seen.category, seen.item) if seen.sure else None


def _is_meant_so(context: Context, said: Correction) -> bool:
    """The reader takes the whole text for a correction: 「其实是广场舞太吵」."""
    seen = context.understanding
    return seen is not None and seen.text == said.words and seen.wish is Wish.CORRECT
