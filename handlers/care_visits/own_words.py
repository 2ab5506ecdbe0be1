"""「今天去看了李奶奶，一切都好」: a visit in own words is answered as 走访, so no message keeps the name."""

import re
from collections.abc import Sequence

from handlers.care_visits.care_list import to_visit
from handlers.care_visits.visit import VISIT
from handlers.dialogue.context import Context
from handlers.disclosure.masks import TITLE
from models.care import CaredFor
from models.person import OVERSEERS, STAFF
from nlp.answers.practice_phrases import Told, visit_told
from nlp.reading.understanding import Intent

_DOUBLE = 2


def visit_meant(context: Context) -> str | None:
    """The command that the text means; None where it names nobody whom this person visits, or is a report."""
    told = visit_told(context.text) or (Told.NAMED if re.search(TITLE, context.text) else None)
    visits = context.town.practices.visits.enabled and context.person.roles & (STAFF | OVERSEERS)
    if told is None or not visits:
        return None
    named = [(each, name) for each in to_visit(context) if (name := _named(context, each))]
    whole = [(each, name) for each, name in named if name == each.name] or named
    if not whole or not (told is Told.VISITED or _may_be_asked(context)):
        return None
    words = context.text if told is Told.VISITED or _in_danger(context) else ""
    for _, name in whole:
        words = words.replace(name, context.say("visits.somebody"))
    return f"{VISIT.name} {_who(whole)} {words}".strip()


def _who(named: Sequence[tuple[CaredFor, str]]) -> str:
    """The number; the name as it was said if it fits several people; several numbers for several names."""
    if len(named) > 1 and len({name for _, name in named}) == 1:
        return named[0][1]
    return " ".join(str(each.id) for each, _ in named)


def _named(context: Context, cared: CaredFor) -> str:
    """How the text names the person, unless it names another building than theirs."""
    place = context.understanding.place if context.understanding else None
    if place and place.building and f"{place.building}号楼" not in cared.address:
        return ""
    if cared.name in context.text:
        return cared.name
    titled = re.search(rf"(?:{re.escape(cared.name[:_DOUBLE])}|{re.escape(cared.name[:1])}){TITLE}", context.text)
    return titled[0] if titled else ""


def _in_danger(context: Context) -> bool:
    seen = context.understanding
    return bool(seen and seen.red_flag and not seen.place)


def _may_be_asked(context: Context) -> bool:
    """A report that names them is a report; an answer to a question of ours is an answer."""
    seen = context.understanding
    return _in_danger(context) or bool(context.is_free and seen and seen.intent is not Intent.REPORT)
