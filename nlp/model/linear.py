"""The fitted model as arrays of weights, read without scikit-learn.

A web process that imported scikit-learn would need 1.2 s and 120 MB more to multiply two arrays. Training writes what
its pipelines learned into these arrays, and a test holds both to the same probabilities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, hypot, log
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from nlp.model.features import LONG_BLOCKS, Features

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """One classifier over the shared features: its labels are columns `start` to `end` of the weights."""

    name: str
    labels: tuple[str, ...]
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.labels)

    def of(self, scores: Sequence[float]) -> Sequence[float]:
        """The scores of its own labels, out of those of all heads."""
        return scores[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A text's features as rows of the model and their TF-IDF values."""

    rows: Sequence[int]
    values: Sequence[float]
    long: int
    """The number of rows in blocks that all heads use; the rows of short-text blocks follow"""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """TF-IDF blocks, each normalised to length one, then a softmax for each head.

    `short` are the weights of the blocks of short texts, of those `columns` alone that look at them.
    """

    vocabularies: tuple[Mapping[str, int], ...]
    idf: Sequence[float]
    weights: Array
    intercepts: Array
    heads: Mapping[str, Head]
    short: Array
    columns: NDArray[np.intp]

    def of_long_blocks(self) -> "LinearModel":
        """The same model for heads that use no block of short texts: a third of the work."""
        return replace(self, vocabularies=self.vocabularies[:LONG_BLOCKS])

    def weigh(self, features: Features) -> Weighed:
        rows: list[int] = []
        values: list[float] = []
        ends: list[int] = []
        idf = self.idf
        for terms, vocabulary in zip(features.blocks(), self.vocabularies, strict=False):
            found = [row for row in map(vocabulary.get, terms) if row is not None]
            if found:
                once = dict.fromkeys(found)
                rows += once
                heights = [idf[row] for row in found] if len(once) == len(found) else self._repeated(found)
                length = hypot(*heights)  # plain Python: for so few numbers numpy's overhead is larger
                values += [height / length for height in heights]
            ends.append(len(rows))
        return Weighed(rows, values, ends[LONG_BLOCKS - 1])

    def _repeated(self, rows: Sequence[int]) -> list[float]:
        """The heights of rows with repeats, each row once."""
        counts: dict[int, int] = {}  # for the few terms of one text faster than a Counter
        for row in rows:
            counts[row] = counts.get(row, 0) + 1
        idf = self.idf
        return [idf[row] * _height(count) if count > 1 else idf[row] for row, count in counts.items()]

    def scores(self, weighed: Weighed) -> list[float]:
        """The scores of all heads in one pass over the weights."""
        values, long = np.array(weighed.values, self.weights.dtype), weighed.long
        sums = values[:long].dot(self.weights.take(weighed.rows[:long], axis=0)) + self.intercepts
        if rest := weighed.rows[long:]:
            sums[self.columns] += values[long:].dot(self.short.take(np.array(rest) - len(self.weights), axis=0))
        scores: list[float] = sums.tolist()
        return scores

    def probabilities(self, scores: Sequence[float], head: str) -> list[float]:
        """The probabilities of a head's labels, in their order."""
        return softmax(self.heads[head].of(scores))

    def contributions(self, weighed: Weighed, head: str, label: str) -> Array:
        """Each feature's contribution to a label, compared with the other labels."""
        columns, long = self.heads[head], weighed.long
        weights = self.weights[weighed.rows[:long], columns.start : columns.end]
        own: Array = np.zeros(len(weighed.rows))
        own[:long] = weighed.values[:long] * (weights[:, columns.labels.index(label)] - weights.mean(axis=1))
        return own


def _height(count: int) -> float:
    """Sublinear term frequency: ten mentions don't count ten times as much."""
    return 1.0 + log(count)


def softmax(scores: Sequence[float]) -> list[float]:
    """In plain Python, because numpy's overhead is larger for a dozen numbers."""
    top = max(scores)
    heights = [exp(score - top) for score in scores]
    total = sum(heights)
    return [height / total for height in heights]


def ranked(labels: Sequence[str], probabilities: Sequence[float]) -> tuple[tuple[str, float], ...]:
    """Labels with their probabilities, best first; equal ones keep the labels' order."""
    return tuple(sorted(zip(labels, probabilities, strict=True), key=itemgetter(1), reverse=True))
