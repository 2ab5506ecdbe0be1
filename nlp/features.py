"""What the model counts in a text: words, pairs of characters, topics of the field's lexicon, words of danger."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.labels import Topic, alarm_words, topics
from nlp.segment import Segmenter

BLOCKS = ("words", "pairs", "topics", "alarms")

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
    pairs: Counter[str]
    topics: Counter[str]
    alarms: Counter[str]

    def blocks(self) -> Sequence[Counter[str]]:
        return (self.words, self.pairs, self.topics, self.alarms)


class Featurizer:
    """Text → `Features`. The first sentence counts twice: people put the matter there, and boards their titles."""

    def __init__(self, segmenter: Segmenter) -> None:
        self.segmenter = segmenter
        self._topics = _Lexicon.of(topics())
        self._alarms = _Lexicon.of(alarm_words())
        self._beginnings = _beginnings((*self._topics.groups, *self._alarms.groups))

    def features(self, text: str) -> Features:
        text = plain(text)
        return self.features_of(text, self.segmenter.cut(text))

    def features_of(self, text: str, words: Sequence[str]) -> Features:
        """The same for a text that is plain already and cut."""
        lead = _lead_end(text)
        counted = Counter(words) + Counter(_until(words, lead))
        terms = Counter({word: count for word, count in counted.items() if _TERM.fullmatch(word)})
        runs = [*_HAN.findall(text), *_HAN.findall(text[:lead])]
        pairs = [run[start : start + 2] for run in runs for start in range(len(run) - 1)]
        said = [*pairs, *_longer(runs, self._beginnings)]
        return Features(terms, Counter(pairs), self._topics.count(said), self._alarms.count([*said, *text]))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Groups of words under each of their words."""

    groups: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, lexicon: Iterable[Topic]) -> "_Lexicon":
        groups: dict[str, list[str]] = {}
        for topic in lexicon:
            for word in topic.words:
                groups.setdefault(word, []).append(topic.key)
        return cls(groups)

    def count(self, terms: Iterable[str]) -> Counter[str]:
        known = self.groups
        return Counter([group for term in terms if term in known for group in known[term]])


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


def _beginnings(words: Iterable[str]) -> Mapping[str, Sequence[int]]:
    """The lengths of all words above two characters under their first two: few pairs of a text begin one."""
    lengths: dict[str, set[int]] = {}
    for word in words:
        if len(word) > 2:
            lengths.setdefault(word[:2], set()).add(len(word))
    return {beginning: sorted(sizes) for beginning, sizes in lengths.items()}


def _longer(runs: Sequence[str], beginnings: Mapping[str, Sequence[int]]) -> list[str]:
    return [
        run[start : start + length]
        for run in runs
        for start in range(len(run) - 2)
        for length in beginnings.get(run[start : start + 2], ())
        if start + length <= len(run)
    ]
