"""From scores to decisions: how far to trust a probability, when to ask, which second label to accept."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.model.labels import NO_ALARM
from nlp.model.linear import Array
from nlp.training.alarms import AlarmExample

COST_OF_WRONG = 4.0  # a wrong category stated as fact sends a person to the wrong door: as bad as four questions
COST_OF_ASKING = 1.0

_NOTICED_SHARE = 0.90  # of written dangers that no fold had seen; the rest only rules would notice
_PAGED_SHARE = 0.001  # of the same: nobody is paged for a smell of rubbish
_FALSE_SHARE = 0.01  # of lines that were written to sound like a danger and are none

Answer = tuple[str, tuple[str, ...]]


def temperature(scores: Array, labels: Sequence[str], answers: Sequence[str]) -> float:
    """The factor on the scores that makes unseen answers most likely; below 1 the model was too sure of itself."""
    right = np.array([[label == answer for label in labels] for answer in answers])
    return float(max(np.geomspace(0.25, 4.0, 81), key=lambda factor: _likelihood(scores * factor, right)))


def shares_of(scores: Array) -> Array:
    """Softmax, a row a text."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _likelihood(scores: Array, right: NDArray[np.bool_]) -> float:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return float(np.log(powers[right] / powers.sum(axis=1)).mean())


def cost_curve(confidences: Sequence[float], accepted: Sequence[bool]) -> tuple[tuple[float, float], ...]:
    """(threshold, mean cost of a message): below the threshold we ask, above it we may be wrong."""
    confident, right = np.asarray(confidences), np.asarray(accepted, bool)
    curve = []
    for threshold in np.linspace(0.2, 0.95, 76):
        stated = confident >= threshold
        cost = COST_OF_WRONG * float((stated & ~right).mean()) + COST_OF_ASKING * float((~stated).mean())
        curve.append((round(float(threshold), 2), round(cost, 4)))
    return tuple(curve)


def sure_threshold(shares: Array, labels: Sequence[str], answers: Sequence[Answer]) -> float:
    """The cheapest point of the cost curve."""
    best = shares.argmax(axis=1)
    accepted = [labels[place] in {label, *also} for place, (label, also) in zip(best, answers, strict=True)]
    return min(cost_curve(shares.max(axis=1).tolist(), accepted), key=lambda point: point[1])[0]


def also_threshold(shares: Array, labels: Sequence[str], answers: Sequence[Answer]) -> float:
    """From which probability a second label is one that a clerk would accept more often than not."""
    second = np.argsort(-shares, axis=1)[:, 1]
    accepted = np.array([labels[place] in {label, *also} for place, (label, also) in zip(second, answers, strict=True)])
    heights = shares[np.arange(len(second)), second]
    for threshold in np.linspace(0.1, 0.45, 36):
        above = heights >= threshold
        if above.sum() < 20 or accepted[above].mean() >= 0.5:
            return round(float(threshold), 2)
    return 0.45


def alarm_thresholds(heights: Array, alarms: Sequence[AlarmExample]) -> tuple[float, float]:
    """The lowest probabilities of danger at which an alarm, and a question, come rarely enough where there is none."""
    ordinary = np.array([alarm.weight < 1 for alarm in alarms])
    harmless = np.array([alarm.weight == 1 and alarm.flag == NO_ALARM for alarm in alarms])
    dangers = np.array([alarm.flag != NO_ALARM for alarm in alarms])
    question = float(np.quantile(heights[dangers], 1 - _NOTICED_SHARE))
    alarm = max(_rare_from(heights[harmless], _FALSE_SHARE), _rare_from(heights[ordinary], _PAGED_SHARE))
    return alarm, round(min(question, alarm), 2)


def _rare_from(heights: Array, share: float) -> float:
    """The lowest threshold that no more than this share of the lines reach."""
    for threshold in np.linspace(0.05, 0.98, 94):
        if (heights >= threshold).mean() <= share:
            return round(float(threshold), 2)
    return 0.98


def best_f1(heights: Array, meant: NDArray[np.bool_]) -> float:
    """The threshold at which precision and recall together are best."""
    return max((round(float(at), 2) for at in np.linspace(0.05, 0.9, 86)), key=lambda at: _f1(heights >= at, meant))


def _f1(said: NDArray[np.bool_], meant: NDArray[np.bool_]) -> float:
    return 2 * float((said & meant).sum()) / max(1.0, float(said.sum() + meant.sum()))
