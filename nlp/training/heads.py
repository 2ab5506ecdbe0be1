"""One classifier a question, fitted and made honest: what kind of matter, what is wanted, is it a danger and which."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from nlp.model.labels import DANGER, NO_ALARM, OTHER
from nlp.model.linear import Array
from nlp.model.trust import Trust
from nlp.model.weighing import Matrix
from nlp.reading.understanding import Intent, Wish
from nlp.training.alarms import AlarmExample
from nlp.training.corpus import Example
from nlp.training.one_head import Question, Told, fitted_head
from nlp.training.thresholds import alarm_thresholds, also_threshold, best_f1, sure_threshold

_SMALL_TALK = 0.3  # there is much of it, and a vague complaint must not drown in it
_FROM = 60  # characters from which a line is a letter: below it ours are harder than what people send
_FEW = 100  # letters are too few to tell how far to trust

_CATEGORY = Question(3.0, (1.0, 1.0, 1.0), counting=0.6)
_INTENT = Question(10.0, (1.0, 1.0, 0.7))
_ALARM = Question(20.0, (0.7, 1.3, 0.3, 0.5, 1.0, 1.0, 0.7), balanced=False, tolerance=1e-4)
_DANGER = Question(5.0, (1.0, 0.7, 0.0, 1.5, 1.0, 0.0, 0.7))
_URGENT = Question(5.0, (1.0, 1.0, 0.5, 0.7), balanced=False)
_WISH = Question(10.0, (1.0, 1.0, 0.3), balanced=False)
_ITEM_WEIGHTS = (1.0, 1.0, 1.0)
_NO_WISH = {
    **dict.fromkeys((Intent.REPORT, Intent.CONSULT), "matter"),
    **dict.fromkeys((Intent.SUPPLEMENT, Intent.BIND), "detail"),
    **dict.fromkeys((Intent.PROGRESS, Intent.URGE, Intent.HUMAN, Intent.HELP), "asks"),
    **dict.fromkeys((Intent.RATE, Intent.THANKS, Intent.WITHDRAW), "done"),
    **dict.fromkeys((Intent.GREETING, Intent.CHITCHAT, Intent.ABUSE), "talk"),
}
"""What is said in place of a wish"""


def category_head(matrix: Matrix, examples: Sequence[Example]) -> tuple[LogisticRegression, float, float, Trust]:
    """With the probability from which it may be stated, from which a second is mentioned, and how far to trust."""
    filed = [example for example in examples if _category(example)]
    labels = [_category(example) for example in filed]
    weights = [1.0 if example.category else _SMALL_TALK for example in filed]
    told = Told([example.text for example in filed], labels, weights, [example.also for example in filed])
    head, shares = fitted_head(_CATEGORY, matrix, told)
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
    return fitted_head(_INTENT, matrix, Told.plainly(list(said), list(said.values())))[0]


def item_head(matrix: Matrix, examples: Sequence[Example]) -> ComplementNB:
    """Sub-items are many and some rare: naive Bayes asks little of each, and is the better for it (0.79 to 0.77)."""
    sorted_out = [example for example in examples if example.item]
    rows, factors = matrix.weighted(_ITEM_WEIGHTS, [example.text for example in sorted_out])
    head = ComplementNB(alpha=0.3).fit(rows, [example.item for example in sorted_out])
    head.feature_log_prob_ = head.feature_log_prob_ * factors  # it smooths also what it was not to look at
    return head


def alarm_head(matrix: Matrix, alarms: Sequence[AlarmExample]) -> tuple[LogisticRegression, tuple[float, float]]:
    """Danger or none: one question, which is learned better than twelve; and from where it alarms, and asks."""
    danger = [NO_ALARM if alarm.flag == NO_ALARM else DANGER for alarm in alarms]
    told = Told.plainly([alarm.text for alarm in alarms], danger, [alarm.weight for alarm in alarms])
    head, shares = fitted_head(_ALARM, matrix, told)
    return head, alarm_thresholds(shares[:, list(head.classes_).index(DANGER)], alarms)


def urgent_head(matrix: Matrix, urgent: Sequence[AlarmExample]) -> tuple[LogisticRegression, float]:
    """Urgent or not, and from where: the threshold that reads most of the written lines as their writers meant them."""
    told = Told.plainly(
        [each.text for each in urgent], [each.flag for each in urgent], [each.weight for each in urgent]
    )
    head, shares = fitted_head(_URGENT, matrix, told)
    written = np.array([each.weight == 1 for each in urgent])
    meant = np.array([each.flag == DANGER for each in urgent])
    return head, best_f1(shares[written, list(head.classes_).index(DANGER)], meant[written])


def wish_head(
    matrix: Matrix, examples: Sequence[Example], wishes: Sequence[tuple[str, str]]
) -> tuple[LogisticRegression, float]:
    """What is wanted in the course of a report, or what else is said; and from which probability a wish is told.

    All else is no one thing: 「登记 3幢502」 and 「我家也停水」 are told apart as two things said.
    """
    said = {each.text: _NO_WISH[Intent(each.intent)] for each in examples if len(each.text) <= _FROM} | dict(wishes)
    told = Told.plainly(list(said), list(said.values()))
    head, shares = fitted_head(_WISH, matrix, told)
    wished = np.isin(head.classes_, list(Wish))
    return head, best_f1(shares[:, wished].sum(axis=1), np.isin(list(said.values()), list(Wish)))


def danger_head(matrix: Matrix, alarms: Sequence[AlarmExample]) -> LogisticRegression:
    """Which danger, where there is one."""
    dangers = [alarm for alarm in alarms if alarm.flag != NO_ALARM]
    told = Told.plainly([alarm.text for alarm in dangers], [alarm.flag for alarm in dangers])
    return fitted_head(_DANGER, matrix, told)[0]


def _category(example: Example) -> str:
    """Small talk and swearing are nobody's grievance; clerks file them under the rest."""
    return example.category or (OTHER if example.intent in {Intent.CHITCHAT, Intent.ABUSE} else "")


def _trust(shares: Array, answers: Array, labels: Sequence[str]) -> Trust:
    """Fitted on letters: the best guess's odds against how often it was right."""
    best = shares.max(axis=1)
    right = np.array(labels)[shares.argmax(axis=1)] == answers
    if len(best) < _FEW or len(set(right.tolist())) < 2:
        return Trust()
    odds = np.log(best / (1 - best).clip(1e-9))[:, None]
    line = LogisticRegression(C=1e6).fit(odds, right)
    return Trust(float(max(line.coef_[0, 0], 0.1)), float(line.intercept_[0]))
