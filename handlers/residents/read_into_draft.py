"""Write what a text says into a draft: category, danger, parts, place, further words."""

import re
from dataclasses import replace

from handlers.dialogue.context import Context
from handlers.dialogue.message import Message
from handlers.dialogue.states import Asks
from handlers.residents import locate
from handlers.tickets.change import PersonalChange
from handlers.tickets.draft import Draft
from handlers.world.coordinates import gcj_to_wgs
from models.ticket import CHINA
from nlp.answers.choices import is_vague
from nlp.answers.when import beside_offer, offered_hours
from nlp.faq.grievance import is_grievance
from nlp.reading.complained_of import is_plain_complaint, named_in
from nlp.reading.understanding import Intent, PlaceMention, Understanding

_MORE = 4
"""Characters besides the place, with which an answer to 「在哪里」 says more (「我在德尚小区」 doesn't)"""


def read(context: Context, text: str, draft: Draft) -> Draft:
    """Write the reading of a text into a draft. An unsure category stays empty, with choices to ask about."""
    seen = context.understanding
    draft = replace(draft, text=text) if draft.text != text else draft
    return draft if seen is None else as_read(context, seen, draft)


def as_read(context: PersonalChange, seen: Understanding, draft: Draft) -> Draft:
    """The draft with the facts of this reading."""
    if not (seen.sure or seen.red_flag) and is_plain_complaint(seen.text):
        seen = replace(seen, category=of_whom(seen.text), item="", sure=True)
    if not seen.sure and offered_hours(seen.text, context.now.astimezone(CHINA)):
        seen = _without_offer(context, seen)
    consult = seen.intent is Intent.CONSULT and not is_grievance(seen.text, seen)
    sure = seen.sure or consult or bool(seen.red_flag)
    draft = replace(
        draft,
        category=("consult" if consult else seen.category) if sure else "",
        item="" if consult else seen.item,
        confidence=seen.confidence,
        urgent=seen.urgent,
        red_flag=seen.red_flag,
        danger_question=seen.danger_question,
        choices=() if sure else tuple(key for key, _ in seen.candidates[:3]),
        parts=tuple((part.text, part.category, part.item) for part in seen.parts) if len(seen.parts) > 1 else (),
    )
    return locate.place(context, draft, seen)


def _without_offer(context: PersonalChange, seen: Understanding) -> Understanding:
    """「水龙头漏水，我周末在家」: the reading without the offered time, if sure; the place is of the whole text."""
    alone = context.town.reader.understand(beside_offer(seen.text))
    return replace(alone, text=seen.text, place=seen.place) if alone.sure else seen


def of_whom(text: str) -> str:
    """The category of a complaint about staff, chosen without asking."""
    return "property" if "property" in named_in(text) else "other"


def told_where(context: Context, draft: Draft) -> Draft:
    """Store the answer to 「在哪里」 in the draft, as the place's name even if the world doesn't know it."""
    mention = (context.understanding and context.understanding.place) or PlaceMention()
    text = context.text.strip()
    if context.state == Asks.BUILDING and not mention.building and text.isdigit():
        draft = replace(draft, building=text)
    draft = locate.place(context, draft, context.understanding)
    if (mention.end and _says_more(context.text, mention)) or (not mention.known and _reports(context)):
        draft = _with(draft, text)
    if locate.is_placed(draft) or (mention.name and not is_vague(mention.name)):
        return draft
    if mention.building or mention.unit or mention.room:
        return draft
    told = _with(draft, text) if is_vague(text) or _reports(context) else draft
    return told if is_vague(text) else replace(told, place_name=text[:40])


def _with(draft: Draft, words: str) -> Draft:
    """The draft with these words added, unless it already ends with them."""
    return draft if draft.text.endswith(f"，{words}") else replace(draft, text=f"{draft.text}，{words}")


def _reports(context: Context) -> bool:
    """The text may be about a problem, not a place, so its words are kept for the team."""
    return context.understanding is not None and context.understanding.intent is Intent.REPORT


def is_half_told(draft: Draft) -> bool:
    """A building without its compound, or no place at all: ask again."""
    return not locate.is_placed(draft) and not draft.place_name and not draft.places and not draft.guess


def _says_more(text: str, mention: PlaceMention) -> bool:
    """「德尚小区3号楼，昨天就停了」: the answer says more than the place, and the team must read it."""
    return len(re.findall(r"\w", text[: mention.start] + text[mention.end :])) >= _MORE


def pinned(draft: Draft, message: Message) -> Draft:
    """A draft with the place of a location message, converted from GCJ-02 to WGS-84."""
    lat, lng = gcj_to_wgs(message.latitude or 0.0, message.longitude or 0.0)
    return replace(draft, lat=lat, lng=lng, place_name=_name_of(draft, message.label))


def _name_of(draft: Draft, label: str) -> str:
    """A known place keeps its name; 「绿化带里」 says less than the pin."""
    return draft.place_name if draft.place_id else label[:40] or draft.place_name


def confirmed(draft: Draft) -> Draft:
    """The draft after the resident confirmed the danger."""
    category = draft.category or "safety"
    return replace(draft, red_flag=draft.danger_question, danger_question="", category=category, choices=(), parts=())
