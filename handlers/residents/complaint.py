"""「我要投诉物业」 without saying what happened: ask what happened."""

import re
from dataclasses import replace

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import is_other_matter, is_politeness
from handlers.dialogue.router import Router, in_state, intent
from handlers.dialogue.states import Asks
from handlers.residents.read_into_draft import of_whom
from handlers.residents.report import reported
from nlp.answers.choices import is_filler
from nlp.reading.complained_of import named_in
from nlp.reading.understanding import Intent

router = Router("complaining")
_BARE = re.compile(
    r"(?:我们?|俺)?(?:就?要|就?想|得|必须)?(?:怎么|咋|如何|到?哪里?|向谁|找谁)?(?:投诉|举报|控告|反映)(?:一下|[一几]?个|点)?(?:事情?|问题|情况)?"
    r"(?P<whom>(?:你们|他们|咱们|我们)?\S{0,8}?(?:物业(?:公司)?|保安|保洁|居委会|社区|网格员|街道))?[。.！!？?吧呢啊\s]*"
)
_CALLS_FOR = re.compile(r"(?:我要|我想|给我|帮我|请)?(?:找|叫|转|联系|喊|换)")
_OF_STAFF = frozenset({"property", "other"})
_OF_PROPERTY = re.compile("物业|保安|保洁")


@router.on(lambda context: context if context.text and context.is_free else None)
def complains(context: Context) -> Reply | None:
    """The text says at most whom the complaint is about; ask what they did."""
    said = _BARE.fullmatch(context.text)
    if said is None:
        return None
    shielded = _OF_PROPERTY.search(said["whom"] or "") and "property" in context.town.privacy.shield
    asked = context.say("filing.complaint_shielded" if shielded else "filing.complaint")
    return Reply(asked, Asks.COMPLAINT, {"words": context.text})


@router.on(intent(Intent.HUMAN))
def never_reached(context: Context) -> Reply | None:
    """「打电话给物业从来不接」 complains of them, and calls for nobody."""
    seen = context.understanding
    is_complaint = seen is not None and seen.sure and seen.category in _OF_STAFF and _tells_of_them(context.text)
    return reported(context) if context.is_free and is_complaint else None


@router.on(in_state(Asks.COMPLAINT))
def what_of(context: Context) -> Reply | None:
    """File both texts together: whom the complaint is about, and what happened."""
    others = is_filler(context.text) or is_other_matter(context) or is_politeness(context)
    if others and not _tells_of_them(context.text):
        return None
    words = f"{context.slots['words'].rstrip('。.！!？?')}：{context.text}"
    seen = context.town.reader.understand(words)
    if not seen.sure and named_in(context.text):
        seen = replace(seen, category=of_whom(words), item="", sure=True)
    if context.understanding:  # the first text is not a second problem
        seen = replace(seen, parts=context.understanding.parts)
    return reported(
        replace(context, message=replace(context.message, text=words), understanding=seen, state="", slots={})
    )


def _tells_of_them(text: str) -> bool:
    """「网格员打电话从来不接」: the text names staff, but doesn't ask to talk to them."""
    return bool(named_in(text)) and not _CALLS_FOR.match(text)
