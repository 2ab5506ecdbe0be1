"""Finds the questions whose wordings resemble a text: TF-IDF over topics, words, character pairs, sounds, aspects."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from nlp.faq.lexicon import lexicon
from nlp.places.sounds import sound

LONGEST = 60
"""Only so many characters are searched, because questions are short"""
_TOPIC, _WORD, _PAIR, _SOUND, _SURFACE, _ASPECT = 2.4, 1.0, 0.5, 0.3, 0.25, 0.45
"""The weight of each kind of evidence"""
Cut = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """One entry with all its wordings; `text` is its other text, which weighs less."""

    key: str
    wordings: tuple[str, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry and how well it fits, 0 to 1."""

    key: str
    score: float


def features(text: str, cut: Cut) -> dict[str, float]:
    """The features of a text with the weight of their kind. The characters of a topic's name weigh little."""
    known = lexicon()
    said = known.standard(text[:LONGEST])
    topics, rest = known.topics.found(said)
    aspects, _ = known.aspects.found(said)
    _, rest = known.filler.found(known.aspects.found(rest)[1])
    weights: dict[str, float] = {f"t:{name}": _TOPIC for name in topics}
    weights |= {f"a:{name}": _ASPECT for name in aspects}
    for piece in rest.split():
        weights |= {f"w:{word}": _WORD for word in cut(piece) if len(word) > 1}
        weights |= {f"p:{pair}": _PAIR for pair in _pairs(piece)}
        weights |= {f"s:{pair}": _SOUND for pair in _pairs(sound(piece))}
    return weights | {f"u:{pair}": _SURFACE for pair in _pairs(sound(said))}


def _pairs(text: str) -> Iterable[str]:
    return (first + second for first, second in pairwise(text))


class Index:
    """Built once for a set of questions. A search changes nothing, so threads may share it."""

    def __init__(self, questions: Sequence[Question], cut: Cut) -> None:
        self._cut = cut
        found = [(number, features(each, cut)) for number, q in enumerate(questions) for each in q.wordings if each]
        counts = Counter(name for _, weights in found for name in weights)
        self._idf = {name: log(1 + len(found) / count) for name, count in counts.items()}
        self._unknown = log(1 + len(found))
        owners = np.array([number for number, _ in found], np.intp)
        self._starts = np.flatnonzero(np.diff(owners, prepend=-1))  # the wordings of an entry stand together
        self._keys = [questions[number].key for number in owners[self._starts]]
        self._norms = np.array([self._norm(weights) for _, weights in found]) if found else np.zeros(0)
        self._postings = self._posted([weights for _, weights in found])

    def search(self, text: str, most: int = 8) -> list[Hit]:
        """The best entries, the best first."""
        asked = features(text, self._cut)
        if not self._keys or not asked:
            return []
        best = np.maximum.reduceat(self._scores(asked), self._starts)
        likely = np.argpartition(-best, most)[:most] if len(best) > most else np.arange(len(best))
        top = sorted(likely.tolist(), key=lambda each: (-best[each], each))
        return [Hit(self._keys[each], float(best[each])) for each in top if best[each] > 0]

    def _scores(self, asked: Mapping[str, float]) -> NDArray[np.float64]:
        shared = np.zeros(len(self._norms))
        for name, weight in asked.items():
            if name in self._postings:
                numbers, values = self._postings[name]
                shared[numbers] += values * (weight * self._idf[name])
        # A text may tell a story around the question, so the share of the question that it covers counts as well.
        whole = self._norm(asked)
        return np.sqrt((shared / (self._norms * whole)) * np.minimum(shared / self._norms**2, 1.0))

    def _norm(self, weights: Mapping[str, float]) -> float:
        return sqrt(sum((weight * self._idf.get(name, self._unknown)) ** 2 for name, weight in weights.items())) or 1.0

    def _posted(self, found: Sequence[Mapping[str, float]]) -> dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]]:
        lists: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for number, weights in enumerate(found):
            for name, weight in weights.items():
                lists[name][0].append(number)
                lists[name][1].append(weight * self._idf[name])
        return {name: (np.array(numbers, np.intp), np.array(values)) for name, (numbers, values) in lists.items()}
