"""One linear classifier: fitted, calibrated on folds that it has not seen, and its weights those of plain blocks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import ComplementNB

from nlp.model.linear import Array
from nlp.model.weighing import Matrix
from nlp.training.thresholds import shares_of, temperature

_FOLDS = 3
_MODESTY = 0.88  # the whole has seen half as much again as the parts that it is calibrated on, and is surer than they
_ALSO = 0.06  # what a clerk would accept beside an example's own label counts a little


@dataclass(frozen=True, slots=True)
class Question:
    """How one head is fitted. `steadiness` is scikit-learn's C: the smaller, the less a single word decides.

    `tolerance`: how near to the best fit it may stop; where rare words decide, stopping early costs what they say.
    `counting` is how much of naive Bayes is mixed in, which asks little of every word and so learns from rare ones.
    """

    steadiness: float
    block_weights: tuple[float, ...]
    counting: float = 0.0
    balanced: bool = True
    tolerance: float = 1e-3


@dataclass(frozen=True, slots=True)
class Told:
    """What a question's examples say: their texts, labels, weights, and other labels that would do."""

    texts: Sequence[str]
    labels: Sequence[str]
    weights: Sequence[float]
    also: Sequence[tuple[str, ...]]

    @classmethod
    def plainly(cls, texts: Sequence[str], labels: Sequence[str], weights: Sequence[float] = ()) -> "Told":
        return cls(texts, labels, weights or [1.0] * len(texts), [()] * len(texts))


def fitted_head(question: Question, matrix: Matrix, told: Told) -> tuple[LogisticRegression, Array]:
    """A fitted, calibrated classifier, and its probabilities for its own examples when it had not seen them."""
    rows, factors = matrix.weighted(question.block_weights, told.texts)
    unseen = np.zeros((len(told.texts), len(set(told.labels))))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=7)
    for seen, others in folds.split(rows, told.labels):
        unseen[others] = _scores(_fitted(question, rows, told, seen), rows[others])
    classifier = _fitted(question, rows, told, np.arange(len(told.texts)))
    factor = temperature(unseen, classifier.classes_, told.labels)
    shares = shares_of(unseen * factor)
    # softmax(factor · scores): the fitted model itself now gives calibrated probabilities, and of unweighted blocks
    classifier.coef_ = classifier.coef_.astype(float) * (_MODESTY * factor * factors)
    classifier.intercept_ = classifier.intercept_.astype(float) * (_MODESTY * factor)
    return classifier, shares


def _fitted(question: Question, rows: csr_array, told: Told, which: NDArray[np.intp]) -> LogisticRegression:
    """Logistic regression, a little of naive Bayes added to its weights: the sum of both is linear too."""
    places, labels, weights = _with_also(told, which)
    balance = "balanced" if question.balanced else None
    classifier = LogisticRegression(C=question.steadiness, class_weight=balance, max_iter=200, tol=question.tolerance)
    taken = rows[places]
    columns = np.unique(taken.indices)  # all others weigh nothing: without them a third of the time, the same weights
    classifier.fit(taken[:, columns], labels, sample_weight=np.array(weights))
    _widen(classifier, columns, rows.shape[1])
    if question.counting:
        counted = ComplementNB(alpha=0.3).fit(rows[which], np.array(told.labels)[which], np.array(told.weights)[which])
        heights = counted.feature_log_prob_
        classifier.coef_ = classifier.coef_ + question.counting * (heights - heights.mean(axis=0))
    return classifier


def _widen(classifier: LogisticRegression, columns: NDArray[np.int32], width: int) -> None:
    """As if it had been fitted on all columns."""
    wide = np.zeros((len(classifier.coef_), width), dtype=classifier.coef_.dtype)
    wide[:, columns] = classifier.coef_
    classifier.coef_, classifier.n_features_in_ = wide, width


def _with_also(told: Told, which: NDArray[np.intp]) -> tuple[list[int], list[str], list[float]]:
    own = [(place, told.labels[place], told.weights[place]) for place in which]
    shared = [
        (place, label, _ALSO * told.weights[place] / len(told.also[place]))
        for place in which
        for label in told.also[place]
    ]
    places, labels, weights = zip(*own, *shared, strict=True)
    return list(places), list(labels), list(weights)


def _scores(classifier: LogisticRegression, rows: csr_array) -> Array:
    """A column a label, also where there are but two."""
    scores: Array = rows @ both_sides(classifier.coef_).T + both_sides(classifier.intercept_)
    return scores


def both_sides(weights: Array) -> Array:
    """scikit-learn keeps one row of weights for two labels, the second's; half of it for each says the same."""
    return np.concatenate([-weights / 2, weights / 2]) if len(weights) == 1 else weights
