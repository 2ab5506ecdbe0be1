"""How much each sign of a second matter weighs (`nlp/reading/matter_signs.py`), learned from lines written for it.

How likely a clause opens a matter is one of the signs. For the lines that teach it, it comes from folds that had not
seen them: else the sign would be believed more than it deserves.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from nlp.model.features import Featurizer, plain
from nlp.model.linear import Array, LinearModel, Weighed
from nlp.reading.clause_scores import ClauseScores, scores_of
from nlp.reading.clauses import OPENS, bare
from nlp.reading.matter_signs import signs
from nlp.reading.parts import cases
from nlp.training import openings
from nlp.training.corpus import Example
from nlp.training.matters import Told, of_one, written

_FOLDS = 5
_STEADINESS = 1.0
_OF_CORPUS, _ONE_IN = 0.1, 3
_LONGEST = 80
CONSTANT = "constant"


class _Opening(NamedTuple):
    """A fold's classifier of clauses that open a matter."""

    weights: Array
    constant: float

    def odds(self, weighed: Weighed) -> float:
        return float(np.dot(self.weights[weighed.rows], weighed.values) + self.constant) if weighed.rows else 0.0


# As in fitting: a second thread of BLAS only spins.
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]
def sign_weights(model: LinearModel, featurizer: Featurizer, examples: Sequence[Example]) -> Mapping[str, float]:
    """The weights of the signs, and a constant."""
    folds = _opening_folds(model, featurizer, examples)
    seen: dict[str, ClauseScores] = {}

    def look(words: str) -> ClauseScores:
        if words not in seen:
            seen[words] = scores_of(words, model, featurizer)
        return seen[words]

    found: list[Mapping[str, float]] = []
    begins, counts = [], []
    for told in _told(featurizer, examples):
        opening = folds[_fold(told.line)]
        for at, case in cases(told.text, told.clauses, told.begins):
            found.append(signs(case, look) | {"opens": opening.odds(look(bare(case.clause.words)).weighed)})
            begins.append(at in told.begins)
            counts.append(told.weight)
    return _fitted(found, begins, counts)


def _fitted(found: Sequence[Mapping[str, float]], begins: Sequence[bool], counts: Sequence[float]) -> dict[str, float]:
    names = list(found[0])
    table = np.array([[case[name] for name in names] for case in found])
    middle, spread = table.mean(axis=0), table.std(axis=0) + 1e-6
    head = LogisticRegression(C=_STEADINESS, max_iter=500)
    head.fit((table - middle) / spread, begins, sample_weight=np.array(counts))
    weights = head.coef_[0] / spread
    constant = float(head.intercept_[0] - weights @ middle)
    return {CONSTANT: constant, **dict(zip(names, map(float, weights), strict=True))}


def _told(featurizer: Featurizer, examples: Sequence[Example]) -> Iterator[Told]:
    cut = featurizer.segmenter.cut
    yield from written(cut)
    for example in examples:
        if example.intent == "report" and example.category and len(example.text) <= _LONGEST and _is_taken(example):
            yield of_one(plain(example.text), _OF_CORPUS, cut)


def _is_taken(example: Example) -> bool:
    return int(example.digest[8:16], 16) % _ONE_IN == 0


def _opening_folds(model: LinearModel, featurizer: Featurizer, examples: Sequence[Example]) -> Sequence[_Opening]:
    clauses = openings.clauses(examples)
    rows = _rows([model.weigh(featurizer.features(clause.words)) for clause in clauses], len(model.idf))
    labels = np.array([clause.label for clause in clauses])
    weights = np.array([clause.weight for clause in clauses])
    fold = np.array([_fold(clause.line) for clause in clauses])
    return [_opening(rows, labels, weights, fold != number) for number in range(_FOLDS)]


def _opening(rows: csr_array, labels: Array, weights: Array, seen: Array) -> _Opening:
    head = openings.fitted(rows[seen.nonzero()[0]], labels[seen], weights[seen])
    sign = 1.0 if head.classes_[1] == OPENS else -1.0
    return _Opening(sign * head.coef_[0], sign * float(head.intercept_[0]))


def _rows(texts: Sequence[Weighed], columns: int) -> csr_array:
    """Of the blocks that a text of any length has."""
    ends = np.cumsum([0, *(text.long for text in texts)])
    values = np.array([value for text in texts for value in text.values[: text.long]], dtype=np.float32)
    places = np.array([row for text in texts for row in text.rows[: text.long]])
    return csr_array((values, places, ends), shape=(len(texts), columns))


def _fold(line: str) -> int:
    return int(hashlib.sha256(line.encode()).hexdigest()[:8], 16) % _FOLDS
