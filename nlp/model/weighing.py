"""Texts as rows of numbers: the kinds of evidence, each weighed by how rare it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array
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
    "characters": 1,
    "together": 6,
    "crossed": 3,
}  # a pair of characters seen once is a name or a slip, and so are two in a clause that five have


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

    def factors(self, block_weights: Sequence[float]) -> Array:
        """One a column; a question that says nothing of the last blocks takes none of them."""
        said_nothing_of = [0.0] * (len(self.columns) - len(block_weights))
        return np.repeat([*block_weights, *said_nothing_of], self.columns)

    def weighted(self, block_weights: Sequence[float], texts: Iterable[str]) -> tuple[Any, Array]:
        """The rows of texts with every block as heavy as a question takes it, and those factors a column."""
        factors = self.factors(block_weights)
        rows = self.rows[[self.row_of[text] for text in texts]]
        return scaled(rows, factors), factors


def scaled(rows: csr_array, factors: Array) -> csr_array:
    """Every column as heavy as its factor; with single precision in half the time, and no figure changes."""
    heavy: csr_array = rows.multiply(factors).tocsr().astype(np.float32)
    heavy.eliminate_zeros()
    return heavy


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
