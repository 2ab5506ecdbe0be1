"""Whether a text that is sent while a question is open is about something else."""

import re

from handlers.dialogue.context import Context
from handlers.dialogue.states import Asks
from nlp.answers.choices import is_filler, only_waits
from nlp.reading.clauses import bare
from nlp.reading.complained_of import asks_secrecy, is_plain_complaint
from nlp.reading.set_phrases import is_picture
from nlp.reading.understanding import Intent, Understanding

_OTHER = frozenset({Intent.PROGRESS, Intent.HUMAN, Intent.HELP, Intent.WITHDRAW})
_POLITE = frozenset({Intent.THANKS, Intent.GREETING})
_PLAINLY = 0.6
_TROUBLE = 0.9
_OF_PEOPLE = frozenset({"", "property", "other"})
"""Categories that a complaint about staff may have"""
_TROUBLE_PLACED = 0.8
"""Lower threshold for a text with a thing that breaks and a known place"""
# 「3号楼电梯口」「垃圾房旁边」「就在下水井那儿」 name things that break, but only to say where.
_WHERE = re.compile(
    r"^(?:就?在|是)|(?:旁边?|边上?|附近|那里?|那儿|这里?|这儿|里面?|口|处|对面|前面?|后面?|楼下|楼上|外面?|中间|之间)[。.，,！!～~\s]*$"
)


# 「不知道」 is an answer: staff find the place then.
_NO_IDEA = re.compile(r"不清楚|不知道|说不(?:清|上|准|好)|不晓得|不记得|记不(?:清|得)")
_ASKS_BACK = re.compile(
    r"^(?:为什么|为啥|凭什么|干嘛|你问)|怎么回事|[么啥]时候|多久"
    r"|([^\W\d])[不没]\1|有([^\W\d])没\2"
    r"|(?:[?？]|[吗呢嘛]|什么|怎么样|干[嘛啥]|多少)[。.！!?？～~\s]*$"
)
_STILL_THE_TROUBLE = re.compile(
    r"坏|漏|堵|臭|没人[来管修理]|没[来修好]|不[亮动响热转通]|停[水电]|快点|赶紧|赶快|急死|[几两三四五半]天了"
)
_DENIES = re.compile(r"[不没](?!远|到|超过)")
_BESIDE = frozenset({Intent.CHITCHAT, Intent.CONSULT, Intent.GREETING})
_QUESTION = "consult"
_ASKS = re.compile(r"哪[儿里个]|怎么|咋|多少|几点|[么啥]时候|什么|吗")
_SURELY = 0.85
_SENTENCE = 8
_SECRECY = 16


def tells_no_place(context: Context) -> bool:
    """Asked for the place, they repeat the problem, ask back or chat: nothing helps to find the place."""
    seen, text = context.understanding, context.text
    if seen is None or seen.place is not None or seen.intent is Intent.THANKS or _NO_IDEA.search(text):
        return False
    if _ASKS_BACK.search(text) or is_trouble_again(text) or is_told_without_place(context) or is_hurry(context):
        return True
    if tells_more(context):
        return True
    return seen.intent in _BESIDE and seen.intent_confidence >= _SURELY


def tells_more(context: Context) -> bool:
    """「楼上的不开门」: a sentence about what a person does or doesn't do names no place."""
    seen, text = context.understanding, context.text
    surely = seen is not None and seen.intent is Intent.REPORT and seen.intent_confidence >= _SURELY
    return surely and _DENIES.search(text) is not None and not _WHERE.search(text)


def is_told_without_place(context: Context) -> bool:
    """A whole sentence about a problem that names no place, so it can't be the answer to 「在哪里」."""
    return is_told_without_name(context) and context.understanding is not None and context.understanding.place is None


def is_told_without_name(context: Context) -> bool:
    """A whole sentence about a problem, with at most a building or a word that looks like a place's name."""
    seen = context.understanding
    if seen is None or (seen.place and seen.place.known) or seen.intent_confidence < _PLAINLY:
        return False
    return is_told_in_full(context)


def is_told_in_full(context: Context) -> bool:
    """A whole sentence about a problem besides the place that it names: more than the answer to 「在哪里」."""
    seen, text = context.understanding, context.text
    if seen is None or len(_beside_name(text, seen)) < _SENTENCE or _WHERE.search(text):
        return False
    return seen.sure and seen.intent is Intent.REPORT


def _beside_name(text: str, seen: Understanding) -> str:
    """The text without a place's name; 「堵路」 looks like one."""
    place = seen.place
    return text if place is None or not place.name else text[: place.start] + text[place.end :]


def is_trouble_again(text: str) -> bool:
    """「坏了」「快点来人」: more about the problem, not the place."""
    return bool(_STILL_THE_TROUBLE.search(text)) and not _WHERE.search(text)


def is_other_matter(context: Context) -> bool:
    """The text plainly asks for something else: progress, a person, help, withdrawal."""
    seen = context.understanding
    return seen is not None and seen.intent in _OTHER and seen.intent_confidence >= _PLAINLY


def is_politeness(context: Context) -> bool:
    """「谢谢」「您好」, or anger that names no thing: no answer to 「在哪里」."""
    seen = context.understanding
    if seen is None or seen.intent_confidence < _PLAINLY or seen.place is not None:
        return False
    return seen.intent in _POLITE or (seen.intent is Intent.ABUSE and not seen.item)


def is_small_talk(context: Context) -> bool:
    """Surely chat. 「名字叫金嗓子」 is read as chat too, but not surely."""
    seen = context.understanding
    return seen is not None and seen.intent is Intent.CHITCHAT and seen.intent_confidence >= _SURELY


def says_nothing(text: str, *, heard: bool = False) -> bool:
    """「稍等」, stickers, the platform's notice in place of one; also 「好的」, unless `heard` makes it an answer."""
    if is_picture(text) or only_waits(text):
        return True
    return not heard and not text.isdecimal() and is_filler(text)


def is_told_as_trouble(seen: Understanding) -> bool:
    """A report; also an address with something broken, which the reader may take for the writer's home."""
    if seen.intent is Intent.BIND:
        return seen.sure and bool(seen.item) and "住" not in seen.text
    return seen.intent is Intent.REPORT


def asks_only_secrecy(context: Context) -> bool:
    """「要保密啊」「他要打听出来咋办」: asks who will know, and tells nothing else."""
    seen, text = context.understanding, context.text
    return len(text) <= _SECRECY and asks_secrecy(text) and not (seen and (seen.item or seen.place))


def is_hurry(context: Context) -> bool:
    """「快点」: urging without a place, which answers no question."""
    seen = context.understanding
    return seen is not None and seen.intent is Intent.URGE and seen.intent_confidence >= _PLAINLY and seen.place is None


def is_other_report(context: Context, category: str, item: str) -> bool:
    """Another problem than the one whose place we asked for, even if it names no place."""
    seen = context.understanding
    told = is_told_without_name(context) and seen is not None and (seen.category, seen.item) != (category, item)
    return told or is_other_trouble(context, category, item)


def is_other_trouble(context: Context, category: str, item: str) -> bool:
    """A new report, sent while we were asking where another problem is."""
    seen = context.understanding
    if is_plain_complaint(context.text) and category not in _OF_PEOPLE:
        return True
    if seen is None or not (seen.sure and is_told_as_trouble(seen)):
        return False
    placed = bool(seen.item and seen.place and seen.place.known)
    if seen.confidence < (_TROUBLE_PLACED if placed else _TROUBLE):
        return False
    return (seen.category, seen.item) != (category, item) and not _WHERE.search(context.text)


def may_go_on(context: Context) -> bool:
    """Words without a place may be about the matter that they told lately."""
    told_before = context.filed_lately or context.state == Asks.JOINED
    return bool(told_before) and names_no_place(context)


def names_no_place(context: Context) -> bool:
    """The words name no place, no danger and not several problems."""
    seen = context.understanding
    if seen is None or seen.red_flag or seen.danger_question or len(seen.parts) > 1:
        return False
    return seen.place is None or not (seen.place.name or seen.place.building or seen.place.room)


def goes_on_about(context: Context, category: str, item: str) -> bool:
    """No other trouble than the one told before: none that the reader is very sure of, or that 「还有」 announces."""
    seen = context.understanding
    if seen is not None and seen.category == _QUESTION and _ASKS.search(context.text):
        return False
    if category == _QUESTION and seen is not None and seen.sure and seen.item:
        return False
    if seen is None or not seen.sure or (seen.category == category and seen.item in {"", item}):
        return True
    return seen.confidence < _TROUBLE and bare(context.text) == context.text
