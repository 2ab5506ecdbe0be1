"""Residents report: words, photos, voices and pins in any order, and the answers to our questions."""

import re
from dataclasses import replace

from handlers.dialogue.beneath import lay_beneath
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import at_work
from handlers.dialogue.media import NAMES, hold, waiting
from handlers.dialogue.message import Kind, Reply
from handlers.dialogue.other_matter import (
    is_other_matter,
    is_other_trouble,
    is_politeness,
    is_trouble_again,
    tells_no_place,
)
from handlers.dialogue.router import Router, in_state, intent, kind
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.residents import locate
from handlers.residents.ask_or_file import (
    ask_category,
    ask_place_again,
    confirmed,
    go_on,
    is_half_told,
    pinned,
    read,
    told_where,
)
from handlers.residents.incomplete import now_placed, placeless
from handlers.tickets.access import actor, own, resident
from handlers.tickets.complaints import hear
from handlers.tickets.draft import Draft
from handlers.tickets.filing import recent
from models.moves import NOTE, OPEN
from models.ticket import Attachment, Ticket
from nlp.answers.choices import is_filler
from nlp.reading.understanding import Intent

router = Router("filing")
_TICKET_NUMBER = re.compile(r"(?<!\d)(?!1[3-9]\d{9}(?!\d))\d{9,}")  # a telephone is none
_MOST_ASKED = 2
"""The same question is put at most so often; then a person has it"""
DRAFTS = frozenset(
    {Asks.DANGER, Asks.CATEGORY, Asks.PLACE, Asks.WHICH_PLACE, Asks.BUILDING, Asks.GUESS, Asks.PARTS, Asks.JOIN}
)


@router.on(in_state(Asks.DANGER))
def danger_answered(context: Context) -> Reply | None:
    """1: it is filed as the danger that it is, at once. 2: it goes on as any report. Words tell more of it."""
    draft = Draft.of(context.slots)
    if context.number is not None:
        return go_on(context, confirmed(draft) if context.number == 0 else replace(draft, danger_question=""))
    if is_other_matter(context) or is_politeness(context) or is_filler(context.text):
        return None
    told = read(context, f"{draft.text}。{context.text}", draft)
    return go_on(context, replace(told, danger_question=draft.danger_question, asked=()))


@router.on(in_state(Asks.CATEGORY))
def category_chosen(context: Context) -> Reply | None:
    """A number, a category's name, or the problem told again in other words."""
    draft = Draft.of(context.slots)
    number = context.number
    if is_politeness(context):
        return None
    if number is None and context.text.isdecimal():  # a figure that none of them has
        again = draft.asked.count(Asks.CATEGORY) < _MOST_ASKED
        return ask_category(context, draft) if again else _with_category(context, draft, "other")
    named = context.town.catalogue.category_named(context.text) if len(context.text) <= 6 else None
    category = draft.choices[number] if number is not None else named
    if category:
        return _with_category(context, draft, category)
    if is_other_matter(context):
        return None
    return go_on(context, read(context, f"{draft.text}。{context.text}", replace(draft, choices=())))


@router.on(in_state(Asks.WHICH_PLACE))
def which_place_chosen(context: Context) -> Reply | None:
    """One of several places of the same name."""
    draft = Draft.of(context.slots)
    found = locate.chosen_of(context.town.world, draft.places, context.text)
    return go_on(context, locate.settle(draft, found)) if found else place_told(context)


@router.on(in_state(Asks.GUESS))
def guess_answered(context: Context) -> Reply | None:
    """Whether the place that we know is the one that was meant; another name is as good an answer."""
    draft = Draft.of(context.slots)
    number = context.number
    if number is None:
        return place_told(context)
    if number == 0:
        return go_on(context, locate.known(context, draft, draft.guess, draft.text))
    return go_on(context, replace(draft, guess=""))


@router.on(in_state(Asks.PLACE, Asks.BUILDING))
def place_told(context: Context) -> Reply | None:
    """Whatever is answered to 「在哪里」 is kept; another trouble is a report of its own, and this one isn't lost."""
    draft = Draft.of(context.slots)
    if is_other_trouble(context, draft.category, draft.item) or _is_no_answer(context):
        return None
    if context.state == Asks.PLACE and tells_no_place(context):
        if _follows_another(context):
            return None
        more = _with_more_words(context, draft)
        return ask_place_again(context, more) if draft.asked.count(Asks.PLACE) < _MOST_ASKED else go_on(context, more)
    if is_other_matter(context) or is_politeness(context):
        return None
    told = told_where(context, replace(draft, places=()))
    if context.state == Asks.PLACE and is_half_told(told) and draft.asked.count(Asks.PLACE) < _MOST_ASKED:
        return ask_place_again(context, told)
    return go_on(context, told)


def danger_told(context: Context) -> Reply | None:
    """A danger told while a report is being made: without a place of its own it is of that report, filed at once.

    Where that report is told already and only waits to be joined, it stays open, and the danger is a matter of its own
    in the same place, until they say another.
    """
    asked = next((each for each in context.asked if not each.is_pushed), None)
    mention = context.understanding.place if context.understanding else None
    if asked is None or not asked.slots.get("text") or asked.state not in DRAFTS or (mention and mention.known):
        return None
    draft = Draft.of(asked.slots)
    if asked.state == Asks.JOIN:
        return _danger_beside(context, draft)
    told = read(context, f"{context.text}。{draft.text}", replace(draft, parts=(), same=None))
    return replace(go_on(context, told if locate.is_placed(told) else locate.as_placed(told, draft)), answered=True)


def _danger_beside(context: Context, draft: Draft) -> Reply:
    told = locate.as_placed(read(context, context.text, Draft("")), draft)
    reply = go_on(context, told)
    ticket = recent(context, 1)
    if reply.state not in {"", Asks.JOINED} or ticket is None:
        return reply
    where = context.say("filing.where_guessed", where=ticket_text.where(ticket))
    slots = {"ticket": ticket.id, "guessed": True, **lay_beneath(context)}
    return Reply(f"{reply.text}\n\n{where}", Asks.TICKET_PLACE, slots)


def _is_no_answer(context: Context) -> bool:
    """「稍等」, or a ticket's number; a bare short number may be a house."""
    if _TICKET_NUMBER.search(context.text):
        return True
    return is_filler(context.text) and not context.text.isdecimal()


def _follows_another(context: Context) -> bool:
    """「什么时候来」「快点」 may be about an older report, where one is open."""
    seen = context.understanding
    if seen is None or seen.intent in {Intent.HUMAN, Intent.WITHDRAW}:
        return True
    return seen.intent in {Intent.PROGRESS, Intent.URGE} and bool(own(context.session, context.person, tuple(OPEN), 1))


def _with_more_words(context: Context, draft: Draft) -> Draft:
    """「电梯」, and then 「坏了」: both are what is wrong."""
    return replace(draft, text=f"{draft.text}，{context.text}") if is_trouble_again(context.text) else draft


@router.on(in_state(Asks.WORDS))
def words_told(context: Context) -> Reply | None:
    """The words that a photo or a pin was waiting for. 「谢谢」 aren't they."""
    if is_other_matter(context):
        return None
    if is_politeness(context):
        return Reply(context.say("filing.words_wanted"), keep=True)
    return go_on(context, read(context, context.text, Draft.of(context.slots)))


@router.on(in_state(Asks.PARTS))
def parts_confirmed(context: Context) -> Reply | None:
    """Several problems in one message: a ticket each, or one for all."""
    draft = Draft.of(context.slots)
    number = context.number
    if number is None:
        return None
    return go_on(context, draft if number == 0 else replace(draft, parts=()))


@router.on(kind(Kind.IMAGE, Kind.VIDEO, Kind.VOICE))
def media_sent(context: Context) -> Reply | None:
    """A photo belongs to the report being made, to the one just made, or to the words that will follow."""
    if context.text:  # a voice that was recognised is read like a text; staff can listen to it all the same
        if context.understanding and context.understanding.intent is Intent.REPORT:
            hold(context)
        return None
    attachment, what = hold(context), NAMES[context.message.kind]
    if context.message.kind is Kind.VOICE and context.town.hears and not at_work(context):
        return Reply(context.say("filing.listening"), keep=True)
    if work := at_work(context):
        return _media_of_work(context, work, attachment, what)
    if context.state == Asks.TICKET_PLACE and (asked := context.session.get(Ticket, context.slots["ticket"])):
        return replace(_media_added(context, asked, attachment, what), keep=True)
    if context.state.startswith("filing."):
        draft = Draft.of(context.slots)
        kept = replace(draft, attachments=(*draft.attachments, attachment.id))
        return Reply(context.say("filing.media_kept", what=what), context.state, kept.slots())
    return _media_alone(context, attachment, what)


def _media_alone(context: Context, attachment: Attachment, what: str) -> Reply:
    last = recent(context, context.town.habits.recent_minutes)
    if last and context.is_free:
        return _media_added(context, last, attachment, what)
    key = "filing.voice_needs_words" if context.message.kind is Kind.VOICE else "filing.media_needs_words"
    return Reply(context.say(key, what=what), Asks.WORDS, Draft("", attachments=(attachment.id,)).slots())


@router.on(kind(Kind.LOCATION))
def pin_sent(context: Context) -> Reply:
    """A pin answers 「在哪里」, places the ticket that lacks a place or was just made, or waits for the words."""
    if context.message.latitude is None:
        return Reply(context.say("filing.pin_unread"), keep=True)
    asking = context.state.startswith("filing.") and context.state != Asks.TICKET_PLACE
    draft = pinned(Draft.of(context.slots) if asking else Draft("", attachments=waiting(context)), context.message)
    draft = locate.known(context, draft, draft.place_name) if _is_named(context, draft) else draft
    if draft.text:
        return replace(go_on(context, draft), answered=True)
    last = placeless(context) or recent(context, context.town.habits.recent_minutes)
    if last and last.lat is None and last.reporter_id == context.person.id and not asking:
        return now_placed(context, last, draft)
    return Reply(
        context.say("filing.pin_needs_words", label=context.message.label or context.say("places.pin")),
        Asks.WORDS,
        draft.slots(),
    )


def _is_named(context: Context, draft: Draft) -> bool:
    """The map's own name of the spot is a compound's."""
    return draft.place_id is None and bool(context.town.world.places_named(draft.place_name))


@router.on(intent(Intent.SUPPLEMENT))
def supplemented(context: Context) -> Reply | None:
    """More words on the report just made."""
    last = recent(context, context.town.habits.recent_minutes)
    if last is None or _is_apart(context, last):
        return None
    return add_words(context, last, context.text)


def _is_apart(context: Context, ticket: Ticket) -> bool:
    """Another thing of another house is a report of its own, however much it sounds like a supplement."""
    seen = context.understanding
    if seen is None or seen.place is None or not seen.item or seen.item == ticket.item:
        return False
    return seen.place.building not in {"", ticket.building} or seen.place.known not in {"", ticket.place_name}


@router.on(intent(Intent.REPORT, Intent.CONSULT, Intent.SUPPLEMENT, Intent.URGE, Intent.RATE))
def reported(context: Context) -> Reply:
    """Something is wrong somewhere."""
    return go_on(context, read(context, context.text, Draft("", attachments=waiting(context))))


def add_words(context: Context, ticket: Ticket, words: str) -> Reply:
    """A resident's further words on a ticket: into its history, and told to its team."""
    hear(context, ticket, words)
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=words)
    notify(context.session, context.town, ticket, "supplement", context.now, but=context.person, note=words)
    return Reply(context.say("filing.added", number=ticket.number))


def _media_added(context: Context, ticket: Ticket, attachment: Attachment, what: str) -> Reply:
    attachment.ticket_id = ticket.id
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=context.say("history.media_added", what=what))
    notify(context.session, context.town, ticket, "supplement", context.now, but=context.person, note=f"[{what}]")
    return Reply(context.say("filing.media_added", what=what, number=ticket.number))


def _media_of_work(context: Context, ticket: Ticket, attachment: Attachment, what: str) -> Reply:
    """Before and after, from its team."""
    attachment.ticket_id, attachment.of_work = ticket.id, True
    ticket.apply(
        NOTE, by=actor(context.person, ticket), at=context.now, note=context.say("history.media_of_work", what=what)
    )
    where = ticket_text.where_for(context.town, ticket, context.person)
    return Reply(context.say("working.media_added", what=what, number=ticket.number, where=where), keep=True)


def _with_category(context: Context, draft: Draft, category: str) -> Reply:
    item = draft.item if context.town.catalogue.items.get(draft.item, ("",))[0] == category else ""
    return go_on(context, replace(draft, category=category, item=item, confidence=1.0, choices=()))
