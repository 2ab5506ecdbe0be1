"""The scikit-learn side of the model: TF-IDF of seven kinds of evidence, one linear classifier a question.

No process that answers people imports this module; `nlp.model.linear` reads what it learned.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from nlp.model.features import BLOCKS, LONG_BLOCKS, Featurizer
from nlp.model.labels import rows
from nlp.model.linear import Array, Head, LinearModel
from nlp.model.segment import Segmenter, jieba_dictionary
from nlp.model.store import Thresholds
from nlp.model.trust import Trust
from nlp.model.weighing import Matrix, reading_step, weighing_step
from nlp.reading.clauses import HEAD as OPENING
from nlp.reading.complained_of import HEAD
from nlp.training.alarms import alarm_examples, urgent_examples
from nlp.training.complaints import complaint_head
from nlp.training.corpus import Example
from nlp.training.heads import (
    alarm_head,
    category_head,
    danger_head,
    intent_head,
    item_head,
    urgent_head,
    wish_head,
)
from nlp.training.one_head import both_sides
from nlp.training.openings import opening_head


@dataclass(frozen=True, slots=True)
class Fitted:
    """The pipelines as scikit-learn knows them, one a question, sharing their first two steps."""

    pipelines: dict[str, Pipeline]
    thresholds: Thresholds
    trust: Trust


# On rows so sparse a second thread of BLAS only spins: four times the CPU time for nothing.
@threadpool_limits.wrap(limits=1)  # type: ignore[untyped-decorator]
def fit(examples: Sequence[Example]) -> Fitted:
    """Learns from examples; the probabilities are calibrated on folds that the model has not seen."""
    alarms = alarm_examples(examples)
    reading, weighing = reading_step(Featurizer(Segmenter(jieba_dictionary()))), weighing_step()
    urgent, wishes = urgent_examples(alarms), [(text, wish) for text, wish in rows("wishes.tsv")]
    texts = [example.text for example in examples] + [each.text for each in urgent] + [text for text, _wish in wishes]
    matrix = Matrix.of(texts, reading, weighing)
    category, sure, also, trust = category_head(matrix, examples)
    alarm, alarm_at = alarm_head(matrix, alarms)
    heads = {"category": category, "intent": intent_head(matrix, examples, alarms), "alarm": alarm}
    heads["urgent"], urgent_at = urgent_head(matrix, urgent)
    heads["wish"], wish_at = wish_head(matrix, examples, wishes)
    heads |= {"danger": danger_head(matrix, alarms), "item": item_head(matrix, examples)}
    heads[HEAD] = complaint_head(matrix, reading, weighing, examples)
    heads[OPENING] = opening_head(reading, weighing, examples)
    steps = [("read", reading), ("weigh", weighing)]
    pipelines = {name: Pipeline([*steps, ("decide", head)]) for name, head in heads.items()}
    return Fitted(pipelines, Thresholds(sure, also, *alarm_at, urgent_at, wish_at), trust)


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
    weights = np.ascontiguousarray(np.vstack([_weights(decider) for decider in deciders.values()]).T)
    long = sum(map(len, vocabularies[:LONG_BLOCKS]))
    columns = np.flatnonzero(weights[long:].any(axis=0))
    return LinearModel(
        tuple(vocabularies),
        np.concatenate([vectorizer.idf_ for vectorizer in vectorizers]).tolist(),
        weights[:long],
        np.concatenate([_intercepts(decider) for decider in deciders.values()]),
        heads,
        np.ascontiguousarray(weights[long:, columns]),  # a row is taken at once; by columns all would be copied
        columns,
    )


def _weights(decider: LogisticRegression | ComplementNB) -> Array:
    weights: Array = decider.feature_log_prob_ if isinstance(decider, ComplementNB) else both_sides(decider.coef_)
    return weights


def _intercepts(decider: LogisticRegression | ComplementNB) -> Array:
    flat = np.zeros(len(decider.classes_))
    return flat if isinstance(decider, ComplementNB) else both_sides(decider.intercept_)


def versions_of_tools() -> Mapping[str, str]:
    return {"python": sys.version.split()[0], "numpy": np.__version__, "scikit-learn": sklearn.__version__}
