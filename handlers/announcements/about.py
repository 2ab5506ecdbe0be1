"""Whether a text is about what an announcement announces: its sub-item, named in any way."""

import re
from collections.abc import Collection

from handlers.town.town import Town
from models.announcement import Announcement
from nlp.faq.lexicon import lexicon
from nlp.model.features import plain
from nlp.model.labels import CONSULT, OTHER
from nlp.reading.understanding import Intent, Understanding

_LIKELY = 0.5
"""Of the likeliest other matter's share: with an outage on, less than an even chance is enough"""
_NO_MATTER = frozenset({CONSULT, OTHER})


def is_about(town: Town, notice: Announcement, seen: Understanding) -> bool:
    """A report of it, or a question when it ends; a question how or how much is for others to answer."""
    items = _announced(town, notice)
    return any(_names(town, notice, item, seen) for item in items) if items else _is_told(town, notice, seen)


def _announced(town: Town, notice: Announcement) -> Collection[str]:
    """The sub-item that was read, and the outages in its words: 「停水停电」 announces two."""
    outages = (item for item in town.joining.outages if town.joining.is_outage(item, notice.text))
    return {notice.item, *outages} - {""}


def _names(town: Town, notice: Announcement, item: str, seen: Understanding) -> bool:
    if town.joining.is_outage(item, seen.text):
        return True
    category, name = town.catalogue.items[item]
    words, named = frozenset(town.answers.cut(plain(seen.text))), town.reader.named(seen.text)
    thing, deed = _thing_and_deed(name, notice.text)
    is_off, when = not deed.isdisjoint(words), lexicon().wants(seen.text) == {"when"}
    if thing not in words and item not in named:
        return when and is_off and seen.category in {*_NO_MATTER, category}
    if is_off or (when and thing in words):
        return seen.item in {"", item}
    return not (_is_other(item, named, seen) or _asks_how(seen)) and _is_likely(category, seen)


def _is_other(item: str, named: Collection[str], seen: Understanding) -> bool:
    """Another sub-item is named too, or harm is done: a pipe that leaks or bursts is no outage."""
    told_as_danger = seen.intent is Intent.REPORT and seen.category == "safety"
    harms = seen.urgent and seen.item == item
    return bool({seen.item, *named} - {"", item}) or told_as_danger or harms


def _asks_how(seen: Understanding) -> bool:
    return seen.intent is Intent.CONSULT and bool(lexicon().wants(seen.text) - {"when"})


def _thing_and_deed(name: str, text: str) -> tuple[str, frozenset[str]]:
    """「水」 and 「停」 of an announced 「停水」: the sub-item's name ends with the one, the other stands beside it."""
    thing = re.escape(name[-1])
    return name[-1], frozenset(re.findall(rf"\w(?={thing})|(?<={thing})\w", text))


def _is_likely(category: str, seen: Understanding) -> bool:
    shares = dict(seen.candidates)
    others = (share for key, share in shares.items() if key not in {*_NO_MATTER, category})
    return shares.get(category, 0.0) >= _LIKELY * max(others, default=0.0)


def _is_told(town: Town, notice: Announcement, seen: Understanding) -> bool:
    """Of an announcement without a sub-item: of its category, and in a word of its own."""
    words = (word for word in town.answers.cut(plain(seen.text)) if len(word) > 1)
    return seen.category == notice.category and any(word in notice.text for word in words)
