"""「说错了，是5号楼的」 before a report is filed: correct the draft instead of starting a second one."""

from dataclasses import replace

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.residents import locate
from handlers.residents.ask_or_file import go_on
from handlers.residents.correction_read import names_a_trouble
from handlers.tickets.draft import Draft
from nlp.answers.corrections import right_words, words_before
from nlp.reading.understanding import Understanding

router = Router("corrections of drafts")
_A_WORD = 3
"""Characters: 「地址」, 「我说」, 「3号楼」"""


@router.on(in_state(Asks.DANGER, Asks.PLACE, Asks.WHICH_PLACE, Asks.BUILDING, Asks.GUESS, Asks.CATEGORY, Asks.JOIN))
def draft_corrected(context: Context) -> Reply | None:
    """Correct the facts that the words name, and ask again for what is still missing."""
    right = right_words(context.text)
    if not right:
        return None
    before, seen = Draft.of(context.slots), context.town.reader.understand(right)
    tells = names_a_trouble(seen) or _tells_another(context.understanding, before)
    if tells and _corrects_itself(before, words_before(context.text)):
        return None
    said_before = context.town.reader.understand(words_before(context.text))
    draft = _in_place(context, _of_kind(_in_place(context, before, said_before), seen, right), seen)
    if draft == before:
        return None
    asked = tuple(each for each in draft.asked if each != context.state)
    return go_on(context, replace(draft, asked=asked, same=None))


def _tells_another(seen: Understanding | None, draft: Draft) -> bool:
    """The whole text is a report of another thing: 「业主大会改成线上了，有人能改票」."""
    return seen is not None and names_a_trouble(seen) and (seen.category, seen.item) != (draft.category, draft.item)


def _corrects_itself(draft: Draft, said_before: str) -> bool:
    """「交通银行…不对 是那个村镇银行 …」: the person corrects this new text itself, not the draft."""
    return len(said_before) > _A_WORD and said_before not in f"{draft.place_name}{draft.text}"


def _of_kind(draft: Draft, seen: Understanding, right: str) -> Draft:
    if not names_a_trouble(seen) or (seen.category, seen.item) == (draft.category, draft.item):
        return draft
    told = replace(draft, text=right, category=seen.category, item=seen.item, choices=())
    return replace(told, confidence=seen.confidence, urgent=seen.urgent)


def _in_place(context: Context, draft: Draft, seen: Understanding) -> Draft:
    mention = seen.place
    if mention is None or not (mention.known or mention.building or mention.unit or mention.room):
        return draft
    if mention.known:
        return locate.place(context, replace(draft, place_id=None, place_name="", places=(), guess=""), seen)
    return locate.in_house(draft, mention)
