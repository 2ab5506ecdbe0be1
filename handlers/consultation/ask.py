"""Answer a question from the town's table, else pass it to staff. A grievance is filed instead."""

import re
from collections.abc import Callable
from functools import cache, partial

from handlers.consultation.contacts import contact_told
from handlers.consultation.hand_over import handed_over
from handlers.consultation.learned_wordings import learn, unlearn
from handlers.dialogue.choices import numbered
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import just_told
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state, intent
from handlers.dialogue.states import Asks
from handlers.residents.report import add_words
from handlers.tickets.access import has_own, own
from handlers.tickets.filing import recent
from handlers.town.limits import local_day
from models.status_moves import OPEN, Status
from models.ticket import Ticket
from nlp.faq.answers import Answer, Found
from nlp.faq.grievance import is_grievance
from nlp.reading.understanding import Intent

router = Router("consultation")
_OF_A_TICKET = frozenset({Intent.PROGRESS, Intent.URGE, Intent.RATE, Intent.WITHDRAW, Intent.SUPPLEMENT})
_SURELY = 0.6
_MOST = 8
_SHORT = 12
"""Characters of a question that is only understood behind the one before: 「在哪办」"""
_WHEN = re.compile(r"几点|多久|[啥哪么](?:时候|天)")


@router.on(lambda context: context if context.text and not context.answers else None)
def answered(context: Context) -> Reply | None:
    """A sure match is answered, near matches are offered as a choice; else None."""
    if _is_about_a_ticket(context):
        return None
    found = _found(context)
    if contact := contact_told(context, found.answer):
        return contact
    if found.answer:
        return _told(context, found.answer)
    if not found.choices or not context.nothing_asked:
        return None
    ids = [row.id for row in found.choices]
    listed = numbered([*(row.question for row in found.choices), context.say("consultation.none_of_them")])
    slots = {"answers": [*ids, ""], "text": context.text} | ({"may_be_report": True} if _may_be_report(context) else {})
    return Reply(context.say("consultation.which", choices=listed), Asks.WHICH_ANSWER, slots)


def _may_be_report(context: Context) -> bool:
    """Whether the text may be a report, which is filed if the question is not answered."""
    seen = context.understanding
    return seen is not None and seen.intent is Intent.REPORT and seen.sure


def asks_the_town(context: Context) -> bool:
    """Whether the text is a question with an answer in the table, so that it answers no question about a draft."""
    seen = context.understanding
    if seen is None or seen.intent is not Intent.CONSULT or _is_about_a_ticket(context):
        return False
    return _found(context).answer is not None


def _found(context: Context) -> Found:
    return context.town.answers.find(context.text, context.understanding, local_day(context.now), _serves(context))


@router.on(in_state(Asks.WHICH_ANSWER))
def chosen(context: Context) -> Reply | None:
    """The chosen answer is given and its wording learned; 「none of them」 passes the question to staff."""
    if context.number is None:
        return None
    row = context.town.answers.by_id.get(context.slots["answers"][context.number])
    text = context.slots["text"]
    if row is None:
        return handed_over(context, text)
    learn(context, row, text)
    return _told(context, row, text)


@router.on(in_state(Asks.ANSWERED))
def helped(context: Context) -> Reply | None:
    """1: it helped. 2: pass the question to staff, and delete the learned wording."""
    if context.number is None:
        return None
    if context.number == 0:
        return Reply(context.say("consultation.helped"))
    unlearn(context, context.slots["answer"], context.slots["text"])
    return handed_over(context, context.slots["text"], with_talk=True)


@router.on(intent(Intent.CONSULT))
def unknown(context: Context) -> Reply | None:
    """A question without an answer goes to staff; no place is asked for."""
    seen, person = context.understanding, context.person
    if person.is_staff or person.is_overseer:
        return None  # staff ask about their work; a later handler says that it was not understood
    if seen is None or not context.nothing_asked or is_grievance(context.text, seen) or seen.parts:
        return None
    if ticket := _told_of(context) or _asked_just_now(context):
        return add_words(context, ticket, context.text)
    before = context.slots["text"] if context.state == Asks.ANSWERED and len(context.text) <= _SHORT else ""
    return handed_over(context, f"{before}；{context.text}" if before else context.text)


def _told_of(context: Context) -> Ticket | None:
    """「周五几点能换完」 after our 「配件周五到」: the ticket that they were just notified of."""
    seen = context.understanding
    if seen is None or seen.place or not _WHEN.search(context.text):
        return None
    mine = own(context.session, context.person, tuple(OPEN), _MOST)
    return just_told(context, mine) if mine else None


def _asked_just_now(context: Context) -> Ticket | None:
    """「周六上班不」 right after a question that went to staff."""
    if not context.filed_lately or len(context.text) > _SHORT:
        return None
    last = recent(context, context.town.habits.recent_minutes)
    return last if last and last.category == "consult" and Status(last.status) in OPEN else None


def _told(context: Context, row: Answer, text: str = "") -> Reply:
    source = context.say("consultation.source", source=row.source) if row.source else ""
    until = context.say("consultation.until", day=row.valid_until.isoformat()) if row.valid_until else ""
    contact = context.say("consultation.contact", contact=row.contact) if row.contact else ""
    said = context.say("consultation.answer", answer=row.answer, source=source, until=until, contact=contact)
    if not context.nothing_asked and not context.answers:
        return Reply(said, keep=True)  # an open question stays open, so don't offer numbers of our own
    offer = context.say("consultation.not_solved")
    return Reply(f"{said}\n{offer}", Asks.ANSWERED, {"answer": row.id, "text": text or context.text})


def _is_about_a_ticket(context: Context) -> bool:
    """「什么时候来」 about a reported problem is no question to the town."""
    seen = context.understanding
    told = seen is not None and seen.intent in _OF_A_TICKET and seen.intent_confidence >= _SURELY
    return told and has_own(context.session, context.person, OPEN)


def _serves(context: Context) -> Callable[[str], bool]:
    """A test whether an answer's area includes the place in the text, else the home; without either, all do."""
    where = cache(partial(_around, context))

    def serves(area: str) -> bool:
        return where()(area)  # computed only if a row matches the text

    return serves


def _around(context: Context) -> Callable[[str], bool]:
    world, seen, person = context.town.world, context.understanding, context.person
    if seen and seen.place and seen.place.known and not seen.place.guessed:
        return world.around(seen.place.known)
    home = world.places.get(person.home_place_id) if person.home_place_id else None
    return world.holds(home.grid_of(person.home_building) if home else None)
