"""What the model counts in a text: words, pairs of characters, topics of the field's lexicon, words of danger.

Of a short text also what stands together in a clause: people in danger choose rare words, of common characters.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from operator import add

from nlp.model.labels import Topic, alarm_words, topics
from nlp.model.segment import Segmenter

BLOCKS = ("words", "pairs", "topics", "alarms", "characters", "together", "crossed")
LONG_BLOCKS = 4
"""So many of them are counted in texts of any length"""

LONGEST_ALARM = 70  # characters; a letter to an office is no cry for help, and rules still read it

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]+")
_TERM = re.compile(r"[\u4e00-\u9fff]+|[a-z]{2,}")
_CLAUSE_END = re.compile(r"[，。！？、；：,.!?;:\s]+")
_SENTENCE_END = re.compile(r"[。！？!?;；\s]")
_LEAD_OF = 60  # a shorter text has no heading, it is one
_LONGEST_LEAD = 40

# Length-preserving on purpose (`str.lower` is not: İ), so that spans found in the plain text hold in the writer's.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_PLAIN |= {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_PLAIN |= {code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)}
_PLAIN |= {ord(mark): ord(mark) for mark in "，；！？：（）"}  # Chinese punctuation stays as it is
_FANCY = re.compile("[" + re.escape("".join(chr(code) for code, plainly in _PLAIN.items() if code != plainly)) + "]")
"""Most texts have nothing of the kind, and looking takes a fifth of translating"""


def plain(text: str) -> str:
    """Full-width letters and digits made ordinary, capitals small; every character stays in its position."""
    return text.translate(_PLAIN) if _FANCY.search(text) else text


@dataclass(frozen=True, slots=True)
class Features:
    """The terms of one text with their repetitions, a block a kind of evidence; each block is weighed apart.

    `characters`, `together` (two of one clause) and `crossed` (two kinds of alarms) are those of a short text only.
    `words` and `pairs` hold whatever stands in the text, also what no model learns: who reads looks them up in a
    vocabulary that has nothing of the kind, and need not sift them before.
    """

    words: Sequence[str]
    pairs: Sequence[str]
    topics: Sequence[str]
    alarms: Sequence[str]
    characters: Sequence[str] = ()
    together: Sequence[str] = ()
    crossed: Sequence[str] = ()

    def blocks(self) -> tuple[Sequence[str], ...]:
        return (
            self.words,
            self.pairs,
            self.topics,
            self.alarms,
            self.characters,
            self.together,
            self.crossed,
        )

    def learnable(self, block: str) -> Sequence[str]:
        """What a model may learn of a block: no punctuation, no digits, no single letters."""
        match block:
            case "words":
                return [word for word in self.words if _TERM.fullmatch(word)]
            case "pairs" | "characters":
                return [term for term in getattr(self, block) if _HAN.fullmatch(term)]
        terms: Sequence[str] = getattr(self, block)
        return terms


class Featurizer:
    """Text → `Features`. The first sentence counts twice: people put the matter there, and boards their titles."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.segmenter = segmenter
        self._signs = _Signs.of(topics(), alarm_words())

    def features(self, text: str) -> Features:
        text = plain(text)
        return self.features_of(text, self.segmenter.cut(text))

    def features_of(self, text: str, words: Sequence[str]) -> Features:
        """The same for a text that is plain already and cut."""
        pairs = list(map(add, text, text[1:]))
        topic_keys, alarm_keys = self._signs.found(text, pairs)
        if lead := _lead_end(text):
            more_topics, more_alarms = self._signs.found(text[:lead], pairs[: lead - 1], alone=False)
            words = [*words, *_until(words, lead)]
            pairs = pairs + pairs[: lead - 1]
            topic_keys, alarm_keys = topic_keys + more_topics, alarm_keys + more_alarms
        if len(text) > LONGEST_ALARM:
            return Features(words, pairs, topic_keys, alarm_keys)
        return Features(words, pairs, topic_keys, alarm_keys, text, _together(text), _crossed(alarm_keys))


@dataclass(frozen=True, slots=True)
class _Sign:
    """A word of the field's lists: the topics and the dangers that it speaks of."""

    word: str
    topics: tuple[str, ...]
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Signs:
    """Both lists' words under their first two characters: few pairs of a text begin one, and one pass finds all."""

    by_beginning: Mapping[str, Sequence[_Sign]]
    alarms_by_character: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, topics: Iterable[Topic], alarms: Iterable[Topic]) -> "_Signs":
        topics_of, alarms_of = _groups(topics), _groups(alarms)
        by_beginning: dict[str, list[_Sign]] = {}
        for word in topics_of | alarms_of:
            if _HAN.fullmatch(word) and len(word) > 1:
                sign = _Sign(word, topics_of.get(word, ()), alarms_of.get(word, ()))
                by_beginning.setdefault(word[:2], []).append(sign)
        return cls(by_beginning, {word: groups for word, groups in alarms_of.items() if len(word) == 1})

    def found(self, text: str, pairs: Sequence[str], *, alone: bool = True) -> tuple[list[str], list[str]]:
        """The topics and the alarms of a text, one forevery time that it says a word of them.

        `alone`: also the alarms of single characters.
        """
        topics: list[str] = []
        alarms: list[str] = []
        signs = self.by_beginning
        for start in [start for start, pair in enumerate(pairs) if pair in signs]:
            for sign in signs[pairs[start]]:
                if text.startswith(sign.word, start):
                    topics += sign.topics
                    alarms += sign.alarms
        if alone:
            characters = self.alarms_by_character
            alarms += [key for character in text if character in characters for key in characters[character]]
        return topics, alarms


def _groups(lexicon: Iterable[Topic]) -> dict[str, tuple[str, ...]]:
    """Under each word the groups that have it."""
    groups: dict[str, tuple[str, ...]] = {}
    for topic in lexicon:
        for word in topic.words:
            groups[word] = (*groups.get(word, ()), topic.key)
    return groups


def _together(text: str) -> list[str]:
    """Two characters of one clause, in whatever order and distance."""
    clauses = (sorted(set(_NOT_HAN.sub("", clause))) for clause in _CLAUSE_END.split(text))
    return [one + other for clause in clauses for one, other in combinations(clause, 2)]


def _crossed(alarms: Iterable[str]) -> list[str]:
    """Two kinds of words of danger in one text: somebody, and what happens to them."""
    return [f"{one} {other}" for one, other in combinations(sorted(set(alarms)), 2)]


def _lead_end(text: str) -> int:
    if len(text) <= _LEAD_OF:
        return 0
    end = _SENTENCE_END.search(text, 4)
    return min(end.start() if end else _LONGEST_LEAD, _LONGEST_LEAD)


def _until(words: Sequence[str], end: int) -> Iterable[str]:
    position = 0
    for word in words:
        position += len(word)
        if position > end:
            return
        yield word
