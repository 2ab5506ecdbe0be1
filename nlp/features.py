"""What the model counts in a text: words, short runs of characters, topics of the field's lexicon, words of danger."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.labels import Topic, alarm_words, topics
from nlp.segment import Segmenter

BLOCKS = ("words", "grams", "topics", "alarms")
LONGEST_TERM = 4  # of the lexicon; longer terms would need runs that nothing else needs

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_TERM = re.compile(r"[\u4e00-\u9fff]+|[a-z]{2,}")
_SENTENCE_END = re.compile(r"[。！？!?;；\s]")
_LEAD_OF = 60  # a shorter text has no heading, it is one
_LONGEST_LEAD = 40

# Length-preserving on purpose (`str.lower` is not: İ), so that spans found in the plain text hold in the writer's.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_PLAIN |= {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_PLAIN |= {code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)}
_PLAIN |= {ord(mark): ord(mark) for mark in "，；！？：（）"}  # Chinese punctuation stays as it is


def plain(text: str) -> str:
    """Full-width letters and digits made ordinary, capitals small; every character stays in its position."""
    return text.translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Features:
    """Counts of one text, a block a kind of evidence; each block is weighed apart."""

    words: Counter[str]
    grams: Counter[str]
    topics: Counter[str]
    alarms: Counter[str]

    def blocks(self) -> Sequence[Counter[str]]:
        return (self.words, self.grams, self.topics, self.alarms)


class Featurizer:
    """Text → `Features`. The first sentence counts twice: people put the matter there, and boards their titles."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.segmenter = segmenter
        self._topics = _by_word(topics())
        self._alarms = _by_word(alarm_words())

    def features(self, text: str) -> Features:
        text = plain(text)
        return self.features_of(text, self.segmenter.cut(text))

    def features_of(self, text: str, words: Sequence[str]) -> Features:
        """The same for a text that is plain already and cut."""
        lead = _lead_end(text)
        counted = Counter(words) + Counter(_until(words, lead))
        terms = Counter({word: count for word, count in counted.items() if _TERM.fullmatch(word)})
        grams = Counter(_grams(text))
        grams.update(_grams(text[:lead]))
        return Features(terms, grams, _groups(grams, self._topics), _groups(grams + Counter(text), self._alarms))


def _by_word(lexicon: Iterable[Topic]) -> Mapping[str, Sequence[str]]:
    groups: dict[str, list[str]] = {}
    for topic in lexicon:
        for word in topic.words:
            groups.setdefault(word, []).append(topic.key)
    return groups


def _groups(counts: Counter[str], groups: Mapping[str, Sequence[str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for term in counts.keys() & groups.keys():
        for group in groups[term]:
            found[group] += counts[term]
    return found


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


def _grams(text: str) -> list[str]:
    grams: list[str] = []
    for run in _HAN.findall(text):
        for length in range(2, LONGEST_TERM + 1):
            grams += [run[start : start + length] for start in range(len(run) - length + 1)]
    return grams
