"""The scikit-learn side of the model: TF-IDF of four kinds of evidence, one linear classifier a question.

No process that answers people imports this module; `nlp.linear` reads what it learned.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_limits

from nlp.alarms import NO_ALARM, AlarmExample, alarm_examples
from nlp.corpus import Example
from nlp.features import BLOCKS, Features, Featurizer
from nlp.labels import OTHER
from nlp.linear import Array, Head, LinearModel
from nlp.segment import Segmenter, jieba_dictionary
from nlp.store import Thresholds
from nlp.thresholds import alarm_threshold, also_threshold, sure_threshold, temperature
from nlp.understanding import Intent

_SEEN_AT_LEAST = (1, 2, 1, 1)  # a pair of characters seen once is a name or a slip
_FOLDS = 3
_MODESTY = 0.9  # the whole has seen half as much again as the parts that it is calibrated on, and is surer than they
_SMALL_TALK = 0.3  # there is much of it, and a vague complaint must not drown in it


@dataclass(frozen=True, slots=True)
class _Question:
    """How one head is fitted. `steadiness` is scikit-learn's C: the smaller, the less a single word decides."""

    name: str
    steadiness: float
    block_weights: tuple[float, ...]
    balanced: bool = True


_CATEGORY = _Question("category", 3.0, (1.0, 1.0, 1.0, 0.0))
_INTENT = _Question("intent", 5.0, (1.0, 1.0, 1.0, 0.0))
_ITEM = _Question("item", 0.0, (1.0, 1.0, 1.0, 0.0))
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
    row_of: Mapping[str, int]

    @classmethod
    def of(cls, texts: Iterable[str], reading: FunctionTransformer, weighing: FeatureUnion) -> "_Matrix":
        """Every text once: a line counted twice would make its every slip a term that was seen twice."""
        row_of = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        rows = weighing.fit_transform(reading.transform(list(row_of))).tocsr()
        return cls(rows, tuple(len(part.vocabulary_) for _name, part in weighing.transformer_list), row_of)

    def weighted(self, question: _Question, texts: Iterable[str]) -> tuple[Any, Array]:
        factors = np.repeat(question.block_weights, self.columns)
        rows = self.rows[[self.row_of[text] for text in texts]]
        return rows.multiply(factors).tocsr().astype(np.float32), factors  # half the time, and no figure changes


# On rows so sparse a second thread of BLAS only spins: four times the CPU time for nothing.
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]
def fit(examples: Sequence[Example]) -> Fitted:
    """Learns from examples; the probabilities are calibrated on folds that the model has not seen."""
    alarms = alarm_examples(examples)
    reading = FunctionTransformer(_reader(Featurizer(Segmenter(jieba_dictionary()))))
    weighing = FeatureUnion([(name, _vectorizer(block)) for block, name in enumerate(BLOCKS)])
    texts = [*(example.text for example in examples), *(alarm.text for alarm in alarms)]
    matrix = _Matrix.of(texts, reading, weighing)
    category, sure, also = _category_head(matrix, examples)
    alarm, alarm_at = _alarm_head(matrix, alarms)
    heads = {"category": category, "intent": _intent_head(matrix, examples, alarms), "alarm": alarm}
    heads["item"] = _item_head(matrix, examples)
    steps = [("read", reading), ("weigh", weighing)]
    return Fitted(
        {name: Pipeline([*steps, ("decide", head)]) for name, head in heads.items()}, Thresholds(sure, also, alarm_at)
    )


def _category_head(matrix: _Matrix, examples: Sequence[Example]) -> tuple[LogisticRegression, float, float]:
    """With the probability from which it may be stated, and from which a second one is worth a mention."""
    filed = [example for example in examples if _category(example)]
    answers = [(_category(example), example.also) for example in filed]
    weights = [1.0 if example.category else _SMALL_TALK for example in filed]
    labels = [label for label, _also in answers]
    head, shares = _head(_CATEGORY, matrix, [example.text for example in filed], labels, weights)
    keys = head.classes_
    return head, sure_threshold(shares, keys, answers), also_threshold(shares, keys, answers)


def _intent_head(matrix: _Matrix, examples: Sequence[Example], alarms: Sequence[AlarmExample]) -> LogisticRegression:
    """Whoever tells of a danger reports it."""
    said = {example.text: example.intent for example in examples}
    said |= {alarm.text: str(Intent.REPORT) for alarm in alarms if alarm.flag != NO_ALARM}
    return _head(_INTENT, matrix, list(said), list(said.values()))[0]


def _item_head(matrix: _Matrix, examples: Sequence[Example]) -> ComplementNB:
    """Sub-items are many and some rare: naive Bayes asks little of each, and is the better for it (0.79 to 0.77)."""
    sorted_out = [example for example in examples if example.item]
    rows, _factors = matrix.weighted(_ITEM, [example.text for example in sorted_out])
    return ComplementNB(alpha=0.3).fit(rows, [example.item for example in sorted_out])


def _alarm_head(matrix: _Matrix, alarms: Sequence[AlarmExample]) -> tuple[LogisticRegression, float]:
    """With the probability of danger from which the alarm is raised."""
    flags, weights = [alarm.flag for alarm in alarms], [alarm.weight for alarm in alarms]
    head, shares = _head(_ALARM, matrix, [alarm.text for alarm in alarms], flags, weights)
    return head, alarm_threshold(1 - shares[:, list(head.classes_).index(NO_ALARM)], alarms)


def _category(example: Example) -> str:
    """Small talk and swearing are nobody's grievance, and whoever files them files them under the rest."""
    return example.category or (OTHER if example.intent in {Intent.CHITCHAT, Intent.ABUSE} else "")


def _reader(featurizer: Featurizer) -> Callable[[Sequence[str]], list[Features]]:
    return lambda texts: [featurizer.features(text) for text in texts]


def _vectorizer(block: int) -> TfidfVectorizer:
    def terms(features: Features) -> list[str]:
        return list(features.blocks()[block].elements())

    return TfidfVectorizer(analyzer=terms, sublinear_tf=True, min_df=_SEEN_AT_LEAST[block])


def _head(
    question: _Question, matrix: _Matrix, texts: Sequence[str], labels: Sequence[str], weights: Sequence[float] = ()
) -> tuple[LogisticRegression, Array]:
    """A fitted, calibrated classifier, and its probabilities for its own examples when it had not seen them."""
    rows, factors = matrix.weighted(question, texts)
    balance = "balanced" if question.balanced else None
    classifier = LogisticRegression(C=question.steadiness, class_weight=balance, max_iter=200, tol=1e-3)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=7)
    fit_params = {"sample_weight": np.asarray(weights)} if weights else None
    unseen = cross_val_predict(classifier, rows, labels, cv=folds, method="predict_log_proba", params=fit_params)
    classifier.fit(rows, labels, **(fit_params or {}))
    factor = _MODESTY * temperature(unseen, classifier.classes_, labels)
    # softmax(factor · scores): the fitted model itself now gives calibrated probabilities, and of unweighted blocks
    classifier.coef_ = classifier.coef_.astype(float) * factor * factors
    classifier.intercept_ = classifier.intercept_.astype(float) * factor
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
        np.ascontiguousarray(np.vstack([_weights(decider) for decider in deciders.values()]).T),
        np.concatenate([_intercepts(decider) for decider in deciders.values()]),
        heads,
    )


def _weights(decider: LogisticRegression | ComplementNB) -> Array:
    weights: Array = decider.feature_log_prob_ if isinstance(decider, ComplementNB) else decider.coef_
    return weights


def _intercepts(decider: LogisticRegression | ComplementNB) -> Array:
    flat = np.zeros(len(decider.classes_))
    return flat if isinstance(decider, ComplementNB) else decider.intercept_


def versions_of_tools() -> Mapping[str, str]:
    return {"python": sys.version.split()[0], "numpy": np.__version__, "scikit-learn": sklearn.__version__}
