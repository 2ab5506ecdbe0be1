"""Texts as rows of numbers: the four kinds of evidence, each weighed by how rare it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import FunctionTransformer

from nlp.model.features import BLOCKS, Features, Featurizer
from nlp.model.linear import Array

_SEEN_AT_LEAST = {
    "words": 1,
    "pairs": 2,
    "topics": 1,
    "alarms": 1,
}  # a pair of characters seen once is a name or a slip


@dataclass(frozen=True, slots=True)
class Matrix:
    """All texts as TF-IDF rows; `columns` says how many columns every block has."""

    rows: Any
    columns: tuple[int, ...]
    row_of: Mapping[str, int]

    @classmethod
    def of(cls, texts: Iterable[str], reading: FunctionTransformer, weighing: FeatureUnion) -> "Matrix":
        """Every text once: a line counted twice would make its every slip a term that was seen twice."""
        row_of = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        rows = weighing.fit_transform(reading.transform(list(row_of))).tocsr()
        return cls(rows, tuple(len(part.vocabulary_) for _name, part in weighing.transformer_list), row_of)

    def weighted(self, block_weights: Sequence[float], texts: Iterable[str]) -> tuple[Any, Array]:
        """The rows of texts with every block as heavy as a question takes it, and those factors a column."""
        factors = np.repeat(block_weights, self.columns)
        rows = self.rows[[self.row_of[text] for text in texts]]
        return rows.multiply(factors).tocsr().astype(np.float32), factors  # half the time, and no figure changes


def reading_step(featurizer: Featurizer) -> FunctionTransformer:
    """Texts → their features."""
    return FunctionTransformer(_reader(featurizer))


def weighing_step() -> FeatureUnion:
    """Features → TF-IDF, a block a kind of evidence."""
    return FeatureUnion([(name, _vectorizer(name)) for name in BLOCKS])


def _reader(featurizer: Featurizer) -> Callable[[Sequence[str]], list[Features]]:
    return lambda texts: [featurizer.features(text) for text in texts]


def _vectorizer(block: str) -> TfidfVectorizer:
    def terms(features: Features) -> Sequence[str]:
        return features.learnable(block)

    return TfidfVectorizer(analyzer=terms, sublinear_tf=True, min_df=_SEEN_AT_LEAST[block])
