"""The fitted model as plain numbers: weights of counted features, read without scikit-learn.

A web process that imported scikit-learn would need 1.2 s and 120 MB more to multiply two arrays. Training writes what
its pipelines learned into these arrays, and a test holds both to the same probabilities.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.features import Features

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """One question put to the same features: its possible answers are columns `start` to `end` of the weights."""

    name: str
    labels: tuple[str, ...]
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.labels)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A text's features as rows of the model and their TF-IDF values."""

    rows: NDArray[np.intp]
    values: Array


@dataclass(frozen=True, slots=True)
class LinearModel:
    """TF-IDF blocks, each of length one, then a softmax a head."""

    vocabularies: tuple[Mapping[str, int], ...]
    idf: Array
    weights: Array
    intercepts: Array
    heads: Mapping[str, Head]

    def weigh(self, features: Features) -> Weighed:
        rows: list[int] = []
        values: list[Array] = []
        for counts, vocabulary in zip(features.blocks(), self.vocabularies, strict=True):
            block = self._block(counts, vocabulary)
            if block is not None:
                rows += block[0]
                values.append(block[1])
        return Weighed(np.array(rows, np.intp), np.concatenate(values) if values else np.zeros(0))

    def _block(self, counts: Counter[str], vocabulary: Mapping[str, int]) -> tuple[list[int], Array] | None:
        known = [(vocabulary[term], count) for term, count in counts.items() if term in vocabulary]
        if not known:
            return None
        rows = [row for row, _count in known]
        values = (1.0 + np.log([float(count) for _row, count in known])) * self.idf[rows]
        values /= np.sqrt(values @ values)
        return rows, values

    def scores(self, weighed: Weighed) -> Array:
        """All heads at once: one pass over the weights."""
        scores: Array = weighed.values @ self.weights[weighed.rows] + self.intercepts
        return scores

    def probabilities(self, scores: Array, head: str) -> Array:
        columns = self.heads[head]
        shifted = scores[columns.start : columns.end] - scores[columns.start : columns.end].max()
        powers = np.exp(shifted)
        shares: Array = powers / powers.sum()
        return shares

    def contributions(self, weighed: Weighed, head: str, label: str) -> Array:
        """How much every feature spoke for a label rather than for the others."""
        columns = self.heads[head]
        weights = self.weights[weighed.rows, columns.start : columns.end]
        own: Array = weighed.values * (weights[:, columns.labels.index(label)] - weights.mean(axis=1))
        return own


def ranked(labels: Sequence[str], probabilities: Array) -> tuple[tuple[str, float], ...]:
    """Labels with their probabilities, best first; equal ones keep the labels' order."""
    pairs = zip(labels, probabilities.tolist(), strict=True)
    return tuple(sorted(pairs, key=lambda pair: -pair[1]))
