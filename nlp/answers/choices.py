"""Which of the options of a question a short text means. The words are data: nlp/data/answers.yaml."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from nlp.answers.small_numbers import small
from nlp.model.labels import DATA

_NUMBER = re.compile(
    r"(?:(?:我?选|回复?|第|就)\s*)?(\d{1,2}|[一二两三四五六七八九])\s*(?:个|项|号|条)?[.、。,，!！~～\s]*"
)
_WITH_WORDS = re.compile(
    r"(?:(?:选|回复?)\s*)?(\d)(?:[.、。,，:：;；!！\s]+|(?=[^\d.\-#号栋楼幢座单元室点月日年块元个天小分]))(\S.*)",
    re.DOTALL,
)
_FEWEST_DIGITS = 3
_MOST = 99
_EDGES = r"[\s,，.。!！~～、?？…]*"


@dataclass(frozen=True, slots=True)
class Choice:
    """The option (from 0) and the words behind it, "" if there are none: 「4，还是漏水」."""

    index: int
    words: str = ""


def plain(text: str) -> str:
    """The text with full-width forms made half-width and ①, 1️⃣ made plain digits."""
    return unicodedata.normalize("NFKC", text).replace("\ufe0f", "").replace("\u20e3", "").strip()


def number(text: str, count: int) -> int | None:
    """The index (from 0) that 「1」「１」「第二个」「1️⃣」 means; None if it is no number from 1 to `count`."""
    found = _NUMBER.fullmatch(plain(text))
    if not found:
        return None
    said = small(found[1])
    return said - 1 if 1 <= said <= count else None


def is_digit(text: str) -> bool:
    """Whether the text is a number, 「1」「第二个」, of any size."""
    return number(text, _MOST) is not None


def choice(text: str, count: int, question: str = "") -> Choice | None:
    """The option chosen by number, by its own words, or by a number with words after it; None if none is chosen."""
    index = number(text, count)
    if index is not None:
        return Choice(index)
    if (option := _in_words(text, count, question)) is not None:
        return Choice(option)
    found = _WITH_WORDS.fullmatch(plain(text))
    if found and 1 <= int(found[1]) <= count:
        return Choice(int(found[1]) - 1, found[2].strip())
    return _words_first(plain(text), count, question)


def ticket_named(text: str, numbers: Sequence[str]) -> int | None:
    """Which of these tickets is named by its number, or by its last digits."""
    said = plain(text).lstrip("#")
    if not (said.isdecimal() and len(said) >= _FEWEST_DIGITS):
        return None
    ending = [place for place, each in enumerate(numbers) if each.endswith(said)]
    return ending[0] if len(ending) == 1 else None


def line_named(text: str, listed: str) -> int | None:
    """「灯那个」: the line of a numbered list that has this word; None unless exactly one line has it."""
    said = _THAT_ONE.sub("", plain(text).strip(_MARKS))
    if not 0 < len(said) <= _A_THING or said.isdecimal():
        return None
    having = [int(number) - 1 for number, line in _LINE.findall(listed) if said in line]
    return having[0] if len(having) == 1 else None


def _words_first(text: str, count: int, question: str) -> Choice | None:
    """「满意，来水了」: an option's words, then more words, which must not name another option."""
    first, *rest = _PAUSES.split(text, maxsplit=1)
    if not rest or _in_words(rest[0], count, question) is not None:
        return None
    option = _in_words(first, count, question)
    return None if option is None else Choice(option, rest[0])


def _in_words(text: str, count: int, question: str) -> int | None:
    """「满意」「就是这件，退回重办」: the words of one option, or several ways to say it."""
    options = _options(question)[:count]
    whole, pieces = _PAUSES.sub("", plain(text)), [each for each in _PAUSES.split(plain(text)) if each]
    telling = [each for each in pieces if not _fillers("heard", "agrees").fullmatch(each)]
    for said in ([whole], pieces, telling):
        meant = {next((place for place, each in enumerate(options) if each.fullmatch(piece)), None) for piece in said}
        if len(meant) == 1 and (option := meant.pop()) is not None:
            return option
    return None


def yes_or_no(text: str) -> int | None:
    """0 for yes (or 1), 1 for no (or 2); None where it is neither."""
    said = plain(text)
    if _compiled("agrees").fullmatch(said):
        return 0
    return 1 if _compiled("refuses").fullmatch(said) else number(text, 2)


def is_filler(text: str) -> bool:
    """「稍等」「好的，知道了」「1」: no answer to a question that wants words."""
    said = plain(text)
    return bool(_fillers("waits", "heard").fullmatch(said)) or said.isdecimal() or not re.search(r"\w", text)


def only_waits(text: str) -> bool:
    """「稍等」「我看看」: the answer is still to come."""
    return bool(_fillers("waits").fullmatch(plain(text)))


def says_unsolved(text: str) -> bool:
    """Whether a short text says that the repair did not help, or did not last."""
    return says_trouble(text) or says_still(text)


def says_trouble(text: str) -> bool:
    """Like `says_unsolved`, but only where the words report a fault: 「还是漏」, not 「还是冷」."""
    return len(text) <= _LONGEST and bool(re.search(_data()["unsolved"], text) or says_again(text))


def says_still(text: str) -> bool:
    """「还是冷」「仍然有味」: the trouble goes on, of any kind."""
    return len(text) <= _LONGEST and re.search(_data()["goes_on"], text) is not None


def is_vague(text: str) -> bool:
    """「就在我家楼下」「花坛里」: the words say where, but name no place."""
    return re.fullmatch(_data()["vague"], plain(text)) is not None


def is_torn(text: str) -> bool:
    """「不满意」 alone: it may mean that the work was bad, or that it was not done."""
    return plain(text).strip(_MARKS) in _data()["torn"]


def says_solved(text: str) -> bool:
    """「谢谢，已经修好了」「好了」: a short text that says that the problem is solved."""
    said = plain(text)
    if len(said) > _LONGEST or re.search(_data()["unsolved"], said):
        return False
    return bool(re.search(_data()["solved"], said)) or _is_gone(said)


def _is_gone(said: str) -> bool:
    """「来水了，师傅辛苦」: the trouble is gone, and the rest of the text is only courtesy."""
    pieces = [each for each in _COURTESY.split(said) if each.strip(_MARKS)]
    gone = [re.fullmatch(_data()["gone"], each.strip(_MARKS)) is not None for each in pieces]
    told = zip(gone, pieces, strict=True)
    return any(gone) and all(is_gone or re.search(_data()["polite"], each) for is_gone, each in told)


def reason_of(text: str) -> str:
    """What is wrong: 「还是卡」 in 「没修好，还是卡」, all of 「师傅来过，还是不亮」; "" if it gives no reason."""
    said = text.strip(f"{_MARKS}\n")
    refused = re.match(_data()["refusal"], plain(text))
    if refused:
        rest = plain(text)[refused.end() :].strip(_MARKS)
        return said[-len(rest) :] if _says(rest) >= _SAYS else ""
    first, *others = _PAUSES.split(said)
    is_told = len(first) <= _A_REFUSAL and _says("".join(others)) >= _A_TROUBLE
    return said if is_told or re.search(_data()["still"], said) or _says_how(said) else ""


def _says_how(said: str) -> bool:
    """「还是冷」 says what is wrong; 「还是没修好」「还是那样」 say only that something is wrong."""
    still = re.search(_data()["goes_on"], said)
    rest = re.sub(r"^(?:原来)?(?:[那这]样|老样子|坏的?|没\w*|不行|一样)", "", said[still.end() :]) if still else ""
    return _says(rest) >= _SAYS


def _says(words: str) -> int:
    """The number of characters that say more than "it is not done"."""
    return len(re.findall(r"\w", re.sub(_data()["bare"], "", words)))


def wants_erasure(text: str) -> bool:
    """「把我的资料都删了」: all of a person's data, not one ticket."""
    said = plain(text)
    if not re.search("[删清销]", said):
        return False  # most texts
    return any(re.fullmatch(_data()["erasure"], each) for each in [said, *_PAUSES.split(said)])


def says_again(text: str) -> bool:
    """「又坏了」: it worked for a while, then failed again."""
    return re.search(_data()["again"], text) is not None


_LONGEST = 30
_A_THING = 6
_LINE = re.compile(r"^(\d{1,2}) (.+)$", re.MULTILINE)
_THAT_ONE = re.compile(r"^(?:就?是|选)|的?(?:[那这][个件张]|的)$")
_SAYS = 1
_A_REFUSAL = 6
_A_TROUBLE = 4
_PAUSES = re.compile(r"[\s,，、。.;；]+(?=\S)")
_COURTESY = re.compile(r"[\s,，、。.;；!！]+|(?=谢谢|感谢|辛苦|多谢|麻烦)")
_MARKS = " ，,。.!！~～、:：;；"


@cache
def _data() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load((DATA / "answers.yaml").read_text("utf-8"), loader))  # noqa: S506  (both are safe)


@cache
def _compiled(name: str) -> re.Pattern[str]:
    return _any_of(_data()[name])


@cache
def _fillers(*names: str) -> re.Pattern[str]:
    """A pattern for a text that consists only of words from these lists."""
    said = _any_of([word for name in names for word in _data()[name]])
    return re.compile(rf"(?:{said.pattern})+")


@cache
def _options(question: str) -> tuple[re.Pattern[str], ...]:
    return tuple(_any_of(words) for words in _data()["options"].get(question, ()))


def _any_of(words: list[Any]) -> re.Pattern[str]:
    said = "|".join(sorted((re.escape(str(word)) for word in words), key=len, reverse=True))
    head, tail = ("|".join(map(re.escape, _data()[part])) for part in ("head", "tail"))
    return re.compile(rf"(?:(?:{head})\s*)?(?:{said})(?:{_EDGES}(?:{tail}))*{_EDGES}")
