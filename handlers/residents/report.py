"""Reports in words, and answers to questions about a draft. Photos, voices and pins are in residents.sent."""

import re
from dataclasses import replace

from handlers.dialogue.context import Context
from handlers.dialogue.media import waiting
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import (
    is_hurry,
    is_other_matter,
    is_other_report,
    is_politeness,
    is_told_in_full,
    is_told_without_place,
    is_trouble_again,
    tells_more,
    tells_no_place,
)
from handlers.dialogue.question_stack import lay_beneath
from handlers.dialogue.router import Router, in_state, intent
from handlers.dialogue.states import DRAFTS, MOST_PUT, Asks
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.residents import locate
from handlers.residents.ask_or_file import ask_category, ask_place_again, go_on
from handlers.residents.read_into_draft import confirmed, is_half_told, read, told_where
from handlers.tickets.access import has_own, resident
from handlers.tickets.draft import Draft
from handlers.tickets.filing import recent
from handlers.tickets.staff_complaints import hear
from models.status_moves import NOTE, OPEN, Status
from models.ticket import Ticket
from nlp.answers.choices import is_filler, is_vague, yes_or_no
from nlp.reading.understanding import Intent, PlaceMention

router = Router("filing")
_TICKET_NUMBER = re.compile(r"(?<!\d)(?!1[3-9]\d{9}(?!\d))\d{9,}")  # a telephone is none


@router.on(in_state(Asks.DANGER))
def danger_answered(context: Context) -> Reply | None:
    """1 files the danger at once, 2 goes on as an ordinary report; words are added to the draft."""
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
    if number is None and context.text.isdecimal():  # a number outside the list
        again = draft.asked.count(Asks.CATEGORY) < MOST_PUT
        return ask_category(context, draft) if again else _with_category(context, draft, "other")
    named = context.town.catalogue.category_named(context.text) if len(context.text) <= 6 else None
    category = draft.choices[number] if number is not None else named
    if category:
        return _with_category(context, draft, category)
    if is_other_matter(context) or (is_hurry(context) and _follows_another(context)):
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
    """The answer whether the known place is the one meant; another place name is an answer too."""
    draft = Draft.of(context.slots)
    number = context.number
    if number is None:
        return place_told(context)
    if number == 0:
        return go_on(context, locate.known(context, draft, draft.guess, draft.text))
    return go_on(context, replace(draft, guess=""))


@router.on(in_state(Asks.PLACE, Asks.BUILDING))
def place_told(context: Context) -> Reply | None:
    """Keep the answer to 「在哪里」; another problem is a new report, and this draft is not lost."""
    draft = Draft.of(context.slots)
    if is_other_report(context, draft.category, draft.item) or _is_no_answer(context):
        return None
    if context.state in {Asks.PLACE, Asks.GUESS} and tells_no_place(context):
        if _follows_another(context) or (context.state == Asks.GUESS and is_politeness(context)):
            return None
        more = _with_more_words(context, draft)
        return ask_place_again(context, more) if draft.asked.count(Asks.PLACE) < MOST_PUT else go_on(context, more)
    if is_other_matter(context) or is_politeness(context):
        return None
    told = told_where(context, replace(draft, places=(), guess=""))
    if draft.guess and is_half_told(told) and (told.building or is_vague(context.text)):
        told = locate.known(context, told, draft.guess, told.text)  # 「3号楼」 to 「是德尚小区吗」
    if context.state == Asks.PLACE and is_half_told(told) and draft.asked.count(Asks.PLACE) < MOST_PUT:
        return ask_place_again(context, told)
    return go_on(context, told)


def danger_told(context: Context) -> Reply | None:
    """A danger during a draft: without a place of its own it belongs to that draft, which is filed at once.

    If the draft is plainly about something else, it stays open, and the danger is filed separately in the same place,
    until they name another.
    """
    mine = (each for each in context.asked if not each.is_pushed)
    asked = next((each for each in mine if each.state in DRAFTS and each.slots.get("text")), None)
    mention = context.understanding.place if context.understanding else None
    if mention and mention.known:
        return None
    if asked is None:
        return _danger_behind(context, mention)
    draft = Draft.of(asked.slots)
    if asked.state in {Asks.JOIN, Asks.PARTS} or _is_another(draft, context):
        return _danger_beside(context, draft)
    told = read(context, f"{context.text}。{draft.text}", replace(draft, parts=(), same=None))
    return replace(go_on(context, told if locate.is_placed(told) else locate.as_placed(told, draft)), answered=True)


def _is_another(draft: Draft, context: Context) -> bool:
    """A broken lamp and then a fire are two problems; a strange smell and then gas are one."""
    seen = context.understanding
    if seen is None or not draft.item or draft.danger_question or draft.category == "safety":
        return False
    return draft.category != seen.category or seen.item not in {"", draft.item}


def _danger_behind(context: Context, mention: PlaceMention | None) -> Reply | None:
    """「里面还关着人」 after a lift that they have just reported: same place, until they name another."""
    if "家" in context.text or (mention and mention.name and not is_vague(mention.name)):
        return None
    last = _told_of_last(context)
    if last is None or last.place_id is None or last.red_flag or Status(last.status) not in OPEN | {Status.RESOLVED}:
        return None
    return _danger_beside(context, locate.place_of(last))


def _told_of_last(context: Context) -> Ticket | None:
    """The ticket of the question that a push asks, else the one just filed."""
    pushed = next((each.ticket_id for each in context.asked if each.is_pushed and each.ticket_id), None)
    return context.session.get(Ticket, pushed) if pushed else recent(context, context.town.habits.recent_minutes)


def _danger_beside(context: Context, draft: Draft) -> Reply:
    told = locate.as_placed(read(context, context.text, Draft("")), draft)
    reply = go_on(context, told)
    ticket = recent(context, 1)
    if reply.state not in {"", Asks.JOINED} or ticket is None or not ticket.team:
        return reply
    where = context.say("filing.where_guessed", where=ticket_text.where(ticket))
    slots = {"ticket": ticket.id, "danger": True, "guessed": True, **lay_beneath(context)}
    return Reply(f"{reply.text}\n\n{where}", Asks.TICKET_PLACE, slots)


def _is_no_answer(context: Context) -> bool:
    """「稍等」, a ticket's number, or a bare number; that can be a building only if the compound is known."""
    if _TICKET_NUMBER.search(context.text) or (context.state == Asks.PLACE and context.text.isdecimal()):
        return True
    return is_filler(context.text) and not context.text.isdecimal()


def _follows_another(context: Context) -> bool:
    """「什么时候来」「快点」 may be about an older ticket, if one is open."""
    seen = context.understanding
    if seen is None or seen.intent in {Intent.HUMAN, Intent.WITHDRAW}:
        return True
    return seen.intent in {Intent.PROGRESS, Intent.URGE} and has_own(context.session, context.person, OPEN)


def _with_more_words(context: Context, draft: Draft) -> Draft:
    """「电梯」, then 「坏了」: add the second text to the draft if it is about the problem."""
    told = is_trouble_again(context.text) or is_told_without_place(context) or tells_more(context)
    return replace(draft, text=f"{draft.text}，{context.text}") if told else draft


@router.on(in_state(Asks.WORDS))
def words_told(context: Context) -> Reply | None:
    """The words for a photo or pin sent before; 「谢谢」 doesn't count."""
    if is_other_matter(context):
        return None
    if is_politeness(context):
        return Reply(context.say("filing.words_wanted"), keep=True)
    return go_on(context, read(context, context.text, Draft.of(context.slots)))


@router.on(in_state(Asks.PARTS))
def parts_confirmed(context: Context) -> Reply | None:
    """The answer whether several problems of one message get a ticket each, or one for all."""
    draft = Draft.of(context.slots)
    number = context.number
    if number is None:
        return _parts_placed(context, draft)
    if not locate.is_placed(draft) and not draft.place_name:
        draft = locate.at_home(context, draft)  # they may have bound their home meanwhile
    return go_on(context, draft if number == 0 else replace(draft, parts=()))


def _parts_placed(context: Context, draft: Draft) -> Reply | None:
    """A place instead of 1 or 2: add it to the draft if it lacks one, and ask about the parts again."""
    mention = context.understanding.place if context.understanding else None
    is_other = is_told_in_full(context) or is_other_report(context, "", "") or is_other_matter(context)
    if mention is None or is_other or not (mention.name or mention.building):
        return None
    told = draft if locate.is_placed(draft) else told_where(context, draft)
    return go_on(context, replace(told, asked=tuple(each for each in told.asked if each != Asks.PARTS)))


@router.on(intent(Intent.SUPPLEMENT))
def supplemented(context: Context) -> Reply | None:
    """Add words to the ticket that was just filed."""
    last = recent(context, context.town.habits.recent_minutes)
    if last is None or is_elsewhere(context, last):
        return None
    return add_words(context, last, context.text)


def is_elsewhere(context: Context, ticket: Ticket) -> bool:
    """A thing in another building or place is a new report, even if the intent is SUPPLEMENT."""
    seen = context.understanding
    if seen is None or seen.place is None or not seen.item:
        return False
    return seen.place.building not in {"", ticket.building} or seen.place.known not in {"", ticket.place_name}


@router.on(intent(Intent.REPORT, Intent.CONSULT, Intent.SUPPLEMENT, Intent.URGE, Intent.RATE))
def reported(context: Context) -> Reply:
    """Start a draft from a report. 「是」 alone is none."""
    if yes_or_no(context.text) is not None:
        return Reply(context.say("welcome.chitchat"), keep=True, missed=True)
    return go_on(context, read(context, context.text, Draft(context.text, attachments=waiting(context))))


def add_words(context: Context, ticket: Ticket, words: str) -> Reply:
    """Add a resident's words to the ticket's history, and notify its team."""
    hear(context, ticket, words)
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=words)
    notify(context.session, context.town, ticket, "supplement", context.now, but=context.person, note=words)
    return Reply(context.say("filing.added", number=ticket.number))


def _with_category(context: Context, draft: Draft, category: str) -> Reply:
    item = draft.item if context.town.catalogue.items.get(draft.item, ("",))[0] == category else ""
    return go_on(context, replace(draft, category=category, item=item, confidence=1.0, choices=()))
