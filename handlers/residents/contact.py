"""「有事联系我 139…」: a telephone number is added to the report, and answers no question."""

import re
from dataclasses import replace

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import DRAFTS
from handlers.residents.report import add_words
from handlers.tickets.draft import Draft
from handlers.tickets.filing import recent
from nlp.reading.identities import IdentityKind, find_identities

router = Router("contact")
_PHONES = frozenset({IdentityKind.MOBILE, IdentityKind.LANDLINE})
_BESIDE = 12
"""Characters besides the number: a longer text says something else as well"""


def _tells_contact(context: Context) -> bool:
    seen, numbers = context.understanding, find_identities(context.text)
    if seen is None or seen.place or seen.item or seen.red_flag or not numbers:
        return False
    rest = len(re.findall(r"\w", context.text)) - sum(len(re.findall(r"\d", each.number)) for each in numbers)
    return all(each.kind in _PHONES for each in numbers) and rest <= _BESIDE


@router.on(in_state(*DRAFTS))
def kept_with_draft(context: Context) -> Reply | None:
    """Add the number to the draft; the question stays open."""
    if not _tells_contact(context) or "text" not in context.slots or context.question is None:
        return None
    draft = Draft.of(context.slots)
    told = replace(draft, text=f"{draft.text}，{context.text}")
    return Reply(context.say("filing.contact_kept", question=context.question.text), context.state, told.slots())


@router.on(lambda context: context if context.text and context.is_free else None)
def kept_with_ticket(context: Context) -> Reply | None:
    """Add the number to the ticket that was just filed."""
    ticket = recent(context, context.town.habits.recent_minutes) if _tells_contact(context) else None
    return add_words(context, ticket, context.text) if ticket else None
