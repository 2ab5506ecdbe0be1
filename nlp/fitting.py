"""The scikit-learn side of the model: TF-IDF of four kinds of evidence, one linear classifier a question.

No process that answers people imports this module; `nlp.linear` reads what it learned.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from nlp.alarms import NO_ALARM, AlarmExample, alarm_examples
from nlp.corpus import Example
from nlp.features import BLOCKS, Features, Featurizer
from nlp.linear import Array, Head, LinearModel
from nlp.segment import Segmenter, jieba_dictionary
from nlp.store import Thresholds
from nlp.thresholds import Answer, alarm_threshold, also_threshold, sure_threshold, temperature
from nlp.understanding import Intent

_SEEN_AT_LEAST = (2, 2, 1, 1)  # a run of characters seen once is a name or a slip
_FOLDS = 3


@dataclass(frozen=True, slots=True)
class _Question:
    """How one head is fitted. `steadiness` is scikit-learn's C: the smaller, the less a single word decides."""

    name: str
    steadiness: float
    block_weights: tuple[float, ...]
    balanced: bool = True


_CATEGORY = _Question("category", 3.0, (1.0, 1.0, 1.0, 0.0))
_INTENT = _Question("intent", 5.0, (1.0, 1.0, 1.0, 0.0))
_ALARM = _Question("alarm", 10.0, (1.0, 0.7, 0.0, 1.5), balanced=False)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The pipelines as scikit-learn knows them, one a question, sharing their first two steps."""

    pipelines: dict[str, Pipeline]
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class _Matrix:
    """All texts as TF-IDF rows; `columns` says to which block every column belongs."""

    rows: Any
    columns: tuple[int, ...]

    @classmethod
    def of(cls, weighing: FeatureUnion, features: Sequence[Features]) -> "_Matrix":
        rows = weighing.fit_transform(features).tocsr()
        return cls(rows, tuple(len(part.vocabulary_) for _name, part in weighing.transformer_list))

    def weighted(self, question: _Question, keep: Sequence[int]) -> tuple[Any, Array]:
        factors = np.repeat(question.block_weights, self.columns)
        return self.rows[keep].multiply(factors).tocsr(), factors


def fit(examples: Sequence[Example]) -> Fitted:
    """Learns from examples; the probabilities are calibrated on folds that the model has not seen."""
    alarms = alarm_examples(examples)
    reading = FunctionTransformer(_reader(Featurizer(Segmenter(jieba_dictionary()))))
    weighing = FeatureUnion([(name, _vectorizer(block)) for block, name in enumerate(BLOCKS)])
    texts = [*(example.text for example in examples), *(alarm.text for alarm in alarms)]
    matrix = _Matrix.of(weighing, reading.transform(texts))
    category, sure, also = _category_head(matrix, examples)
    alarm, alarm_at = _alarm_head(matrix, alarms, len(examples))
    heads = {"category": category, "intent": _intent_head(matrix, examples, alarms), "alarm": alarm}
    steps = [("read", reading), ("weigh", weighing)]
    return Fitted(
        {name: Pipeline([*steps, ("decide", head)]) for name, head in heads.items()}, Thresholds(sure, also, alarm_at)
    )


def _category_head(matrix: _Matrix, examples: Sequence[Example]) -> tuple[LogisticRegression, float, float]:
    """With the probability from which it may be stated, and from which a second one is worth a mention."""
    filed = [row for row, example in enumerate(examples) if _category(example)]
    answers = [(_category(examples[row]), examples[row].also) for row in filed]
    head, shares = _head(_CATEGORY, matrix, filed, answers)
    labels = head.classes_
    return head, sure_threshold(shares, labels, answers), also_threshold(shares, labels, answers)


def _intent_head(matrix: _Matrix, examples: Sequence[Example], alarms: Sequence[AlarmExample]) -> LogisticRegression:
    """Whoever tells of a danger reports it."""
    reports = [row for row, alarm in enumerate(alarms, len(examples)) if alarm.flag != NO_ALARM]
    intents = [(intent, ()) for intent in (*(e.intent for e in examples), *[str(Intent.REPORT)] * len(reports))]
    return _head(_INTENT, matrix, [*range(len(examples)), *reports], intents)[0]


def _alarm_head(matrix: _Matrix, alarms: Sequence[AlarmExample], first: int) -> tuple[LogisticRegression, float]:
    """With the probability of danger from which the alarm is raised."""
    rows = range(first, first + len(alarms))
    flags, weights = [(alarm.flag, ()) for alarm in alarms], [alarm.weight for alarm in alarms]
    head, shares = _head(_ALARM, matrix, rows, flags, weights)
    return head, alarm_threshold(1 - shares[:, list(head.classes_).index(NO_ALARM)], alarms)


def _category(example: Example) -> str:
    """Small talk and swearing are nobody's grievance, and whoever files them files them under the rest."""
    return example.category or ("other" if example.intent in {Intent.CHITCHAT, Intent.ABUSE} else "")


def _reader(featurizer: Featurizer) -> Callable[[Sequence[str]], list[Features]]:
    return lambda texts: [featurizer.features(text) for text in texts]


def _vectorizer(block: int) -> TfidfVectorizer:
    def terms(features: Features) -> list[str]:
        return list(features.blocks()[block].elements())

    return TfidfVectorizer(analyzer=terms, sublinear_tf=True, min_df=_SEEN_AT_LEAST[block])


def _head(
    question: _Question, matrix: _Matrix, keep: Sequence[int], answers: Sequence[Answer], weights: Sequence[float] = ()
) -> tuple[LogisticRegression, Array]:
    """A fitted, calibrated classifier, and its probabilities for its own examples when it had not seen them."""
    rows, factors = matrix.weighted(question, keep)
    labels = [first for first, _also in answers]
    balance = "balanced" if question.balanced else None
    classifier = LogisticRegression(C=question.steadiness, class_weight=balance, max_iter=200, tol=1e-3)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=7)
    fit_params = {"sample_weight": np.asarray(weights)} if weights else None
    unseen = cross_val_predict(classifier, rows, labels, cv=folds, method="predict_log_proba", params=fit_params)
    classifier.fit(rows, labels, **(fit_params or {}))
    factor = temperature(unseen, classifier.classes_, answers)
    # softmax(factor · scores): the fitted model itself now gives calibrated probabilities, and of unweighted blocks
    classifier.coef_ *= factor * factors
    classifier.intercept_ *= factor
    powers = np.exp(unseen * factor)
    return classifier, powers / powers.sum(axis=1, keepdims=True)


def flatten(fitted: Fitted) -> LinearModel:
    """The pipelines' numbers as arrays."""
    weighing = fitted.pipelines["category"].named_steps["weigh"]
    vectorizers = [weighing.named_transformers[name] for name in BLOCKS]
    vocabularies, row = [], 0
    for vectorizer in vectorizers:
        terms = vectorizer.get_feature_names_out()
        vocabularies.append({str(term): row + position for position, term in enumerate(terms)})
        row += len(terms)
    deciders = {name: pipeline.named_steps["decide"] for name, pipeline in fitted.pipelines.items()}
    heads, start = {}, 0
    for name, decider in deciders.items():
        heads[name] = Head(name, tuple(str(label) for label in decider.classes_), start)
        start = heads[name].end
    return LinearModel(
        tuple(vocabularies),
        np.concatenate([vectorizer.idf_ for vectorizer in vectorizers]),
        np.ascontiguousarray(np.vstack([decider.coef_ for decider in deciders.values()]).T),
        np.concatenate([decider.intercept_ for decider in deciders.values()]),
        heads,
    )


def versions_of_tools() -> Mapping[str, str]:
    return {"python": sys.version.split()[0], "numpy": np.__version__, "scikit-learn": sklearn.__version__}
