"""What the model sees in some words by themselves: a clause, or the clauses of one matter."""

from collections.abc import Sequence
from math import log
from typing import NamedTuple

from nlp.model.features import Featurizer, plain
from nlp.model.linear import LinearModel, Weighed
from nlp.reading.clauses import HEAD, OPENS
from nlp.reading.understanding import Intent

_MATTER, _DETAIL = "matter", "detail"
_NEARLY = 1e-4


class ClauseScores(NamedTuple):
    """Log odds, but for the shares of the categories."""

    opens: float
    """That the words open a matter"""
    shares: Sequence[float]
    matter: float
    """That a matter is told, and not only a detail of one, thanks, a question, small talk"""
    detail: float
    report: float
    topics: frozenset[str]
    """The groups of the field's words that it names one of"""
    weighed: Weighed


def scores_of(text: str, model: LinearModel, featurizer: Featurizer) -> ClauseScores:
    said = plain(text)
    features = featurizer.features_of(said, featurizer.segmenter.cut(said))
    weighed = model.weigh(features)
    scores = model.scores(weighed)

    def odds(head: str, label: str) -> float:
        share = model.probabilities(scores, head)[model.heads[head].labels.index(label)]
        share = min(max(share, _NEARLY), 1 - _NEARLY)
        return log(share / (1 - share))

    return ClauseScores(
        opens=odds(HEAD, OPENS),
        shares=model.probabilities(scores, "category"),
        matter=odds("wish", _MATTER),
        detail=odds("wish", _DETAIL),
        report=odds("intent", Intent.REPORT),
        topics=frozenset(features.topics),
        weighed=weighed,
    )
