"""One classifier a question, fitted and made honest: what kind of matter, what is wanted, is it a danger and which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import ComplementNB

from nlp.model.labels import DANGER, NO_ALARM, NO_WISH, OTHER
from nlp.model.linear import Array
from nlp.model.trust import Trust
from nlp.model.weighing import Matrix
from nlp.reading.understanding import Intent
from nlp.training.alarms import AlarmExample
from nlp.training.corpus import Example
from nlp.training.thresholds import alarm_thresholds, also_threshold, best_f1, shares_of, sure_threshold, temperature

_FOLDS = 3
_MODESTY = 0.88  # the whole has seen half as much again as the parts that it is calibrated on, and is surer than they
_SMALL_TALK = 0.3  # there is much of it, and a vague complaint must not drown in it
_ALSO = 0.06  # what a clerk would accept beside an example's own label counts a little
_FROM = 60  # characters from which a line is a letter: below it ours are harder than what people send
_FEW = 100  # letters are too few to tell how far to trust


@dataclass(frozen=True, slots=True)
class _Question:
    """How one head is fitted. `steadiness` is scikit-learn's C: the smaller, the less a single word decides.

    `counting` is how much of naive Bayes is mixed in, which asks little of every word and so learns from rare ones.
    """

    steadiness: float
    block_weights: tuple[float, ...]
    counting: float = 0.0
    balanced: bool = True


_CATEGORY = _Question(3.0, (1.0, 1.0, 1.0, 0.0), counting=0.6)
_INTENT = _Question(10.0, (1.0, 1.0, 0.7, 0.0))
_ALARM = _Question(5.0, (1.0, 1.0, 0.0, 0.7), balanced=False)
_DANGER = _Question(5.0, (1.0, 0.7, 0.0, 1.5))
_URGENT = _Question(5.0, (1.0, 1.0, 0.5, 0.7), balanced=False)
_WISH = _Question(10.0, (1.0, 1.0, 0.3, 0.0), balanced=False)
_ITEM_WEIGHTS = (1.0, 1.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a question's examples say: their texts, labels, weights, and other labels that would do."""

    texts: Sequence[str]
    labels: Sequence[str]
    weights: Sequence[float]
    also: Sequence[tuple[str, ...]]

    @classmethod
    def plainly(cls, texts: Sequence[str], labels: Sequence[str], weights: Sequence[float] = ()) -> "_Told":
        return cls(texts, labels, weights or [1.0] * len(texts), [()] * len(texts))


def category_head(matrix: Matrix, examples: Sequence[Example]) -> tuple[LogisticRegression, float, float, Trust]:
    """With the probability from which it may be stated, from which a second is mentioned, and how far to trust."""
    filed = [example for example in examples if _category(example)]
    labels = [_category(example) for example in filed]
    weights = [1.0 if example.category else _SMALL_TALK for example in filed]
    told = _Told([example.text for example in filed], labels, weights, [example.also for example in filed])
    head, shares = _head(_CATEGORY, matrix, told)
    letters = np.array([bool(example.category) and len(example.text) >= _FROM for example in filed])
    trust = _trust(shares[letters], np.array(labels)[letters], head.classes_)
    shares = np.array([_in_order(trust, row) for row in shares])
    answers = list(zip(labels, told.also, strict=True))
    return head, sure_threshold(shares, head.classes_, answers), also_threshold(shares, head.classes_, answers), trust


def _in_order(trust: Trust, shares: Array) -> list[float]:
    order = np.argsort(-shares)
    honest = trust.applied([("", float(shares[place])) for place in order])
    return [honest[rank][1] for rank in np.argsort(order)]


def intent_head(matrix: Matrix, examples: Sequence[Example], alarms: Sequence[AlarmExample]) -> LogisticRegression:
    """To tell of a danger is to report it."""
    said = {example.text: example.intent for example in examples}
    said |= {alarm.text: str(Intent.REPORT) for alarm in alarms if alarm.flag != NO_ALARM}
    return _head(_INTENT, matrix, _Told.plainly(list(said), list(said.values())))[0]


def item_head(matrix: Matrix, examples: Sequence[Example]) -> ComplementNB:
    """Sub-items are many and some rare: naive Bayes asks little of each, and is the better for it (0.79 to 0.77)."""
    sorted_out = [example for example in examples if example.item]
    rows, _factors = matrix.weighted(_ITEM_WEIGHTS, [example.text for example in sorted_out])
    return ComplementNB(alpha=0.3).fit(rows, [example.item for example in sorted_out])


def alarm_head(matrix: Matrix, alarms: Sequence[AlarmExample]) -> tuple[LogisticRegression, tuple[float, float]]:
    """Danger or none: one question, which is learned better than twelve; and from where it alarms, and asks."""
    danger = [NO_ALARM if alarm.flag == NO_ALARM else DANGER for alarm in alarms]
    told = _Told.plainly([alarm.text for alarm in alarms], danger, [alarm.weight for alarm in alarms])
    head, shares = _head(_ALARM, matrix, told)
    return head, alarm_thresholds(shares[:, list(head.classes_).index(DANGER)], alarms)


def urgent_head(matrix: Matrix, urgent: Sequence[AlarmExample]) -> tuple[LogisticRegression, float]:
    """Urgent or not, and from where: the threshold that reads most of the written lines as their writers meant them."""
    told = _Told.plainly(
        [each.text for each in urgent], [each.flag for each in urgent], [each.weight for each in urgent]
    )
    head, shares = _head(_URGENT, matrix, told)
    written = np.array([each.weight == 1 for each in urgent])
    meant = np.array([each.flag == DANGER for each in urgent])
    return head, best_f1(shares[written, list(head.classes_).index(DANGER)], meant[written])


def wish_head(
    matrix: Matrix, examples: Sequence[Example], wishes: Sequence[tuple[str, str]]
) -> tuple[LogisticRegression, float]:
    """What is wanted in the course of a report, `NO_WISH` for all else; and from which probability it is told."""
    said = {example.text: NO_WISH for example in examples if len(example.text) <= _FROM} | dict(wishes)
    told = _Told.plainly(list(said), list(said.values()))
    head, shares = _head(_WISH, matrix, told)
    any_wish = 1 - shares[:, list(head.classes_).index(NO_WISH)]
    return head, best_f1(any_wish, np.array([wish != NO_WISH for wish in said.values()]))


def danger_head(matrix: Matrix, alarms: Sequence[AlarmExample]) -> LogisticRegression:
    """Which danger, where there is one."""
    dangers = [alarm for alarm in alarms if alarm.flag != NO_ALARM]
    told = _Told.plainly([alarm.text for alarm in dangers], [alarm.flag for alarm in dangers])
    return _head(_DANGER, matrix, told)[0]


def _category(example: Example) -> str:
    """Small talk and swearing are nobody's grievance; clerks file them under the rest."""
    return example.category or (OTHER if example.intent in {Intent.CHITCHAT, Intent.ABUSE} else "")


def _head(question: _Question, matrix: Matrix, told: _Told) -> tuple[LogisticRegression, Array]:
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


def _fitted(question: _Question, rows: csr_array, told: _Told, which: NDArray[np.intp]) -> LogisticRegression:
    """Logistic regression, a little of naive Bayes added to its weights: the sum of both is linear too."""
    places, labels, weights = _with_also(told, which)
    balance = "balanced" if question.balanced else None
    classifier = LogisticRegression(C=question.steadiness, class_weight=balance, max_iter=200, tol=1e-3)
    classifier.fit(rows[places], labels, sample_weight=np.array(weights))
    if question.counting:
        counted = ComplementNB(alpha=0.3).fit(rows[which], np.array(told.labels)[which], np.array(told.weights)[which])
        heights = counted.feature_log_prob_
        classifier.coef_ = classifier.coef_ + question.counting * (heights - heights.mean(axis=0))
    return classifier


def _with_also(told: _Told, which: NDArray[np.intp]) -> tuple[list[int], list[str], list[float]]:
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


def _trust(shares: Array, answers: Array, labels: Sequence[str]) -> Trust:
    """Fitted on letters: the best guess's odds against how often it was right."""
    best = shares.max(axis=1)
    right = np.array(labels)[shares.argmax(axis=1)] == answers
    if len(best) < _FEW or len(set(right.tolist())) < 2:
        return Trust()
    odds = np.log(best / (1 - best).clip(1e-9))[:, None]
    line = LogisticRegression(C=1e6).fit(odds, right)
    return Trust(float(max(line.coef_[0, 0], 0.1)), float(line.intercept_[0]))
