"""Training: examples → TF-IDF of words, character runs and topics → linear models → numbers on disk.

The only module that imports scikit-learn. Everything is deterministic: the same examples give the same model.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from nlp import store
from nlp.corpus import CORPUS, Example, data_hash, read_corpus
from nlp.features import BLOCKS, Features, Featurizer
from nlp.labels import DATA, topics
from nlp.linear import Array, Head, LinearModel
from nlp.reader import Reader
from nlp.scores import DECIDING, held_out_scores
from nlp.segment import Segmenter, jieba_dictionary
from nlp.store import BadModelError, Card, StoredModel
from nlp.thresholds import also_threshold, sure_threshold, temperature

_BLOCK_WEIGHTS = (1.0, 1.0, 1.0)
_SEEN_AT_LEAST = (2, 2, 1)  # a run of characters seen once is a name or a slip
_FOLDS = 4
_NOISE = 0.002  # of macro-F1: a handful of held-out lines that fall the other way
_STEADINESS = {"category": 3.0, "intent": 5.0}  # scikit-learn's C: the smaller, the less a single word decides


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a training did: which version it wrote, whether that is in use now, and why."""

    version: str
    examples: int
    took_over: bool
    why: str
    scores: dict[str, float]
    scores_in_use: dict[str, float]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The pipelines as scikit-learn knows them, one a question, sharing their first two steps."""

    pipelines: dict[str, Pipeline]
    sure_at: float
    also_at: float


def fit(examples: Sequence[Example]) -> Fitted:
    """Learns from examples; the probabilities are calibrated on folds that the model has not seen."""
    reading = FunctionTransformer(_reader(Featurizer(Segmenter(jieba_dictionary()), topics())))
    weighing = FeatureUnion(
        [(name, _vectorizer(block)) for block, name in enumerate(BLOCKS)],
        transformer_weights=dict(zip(BLOCKS, _BLOCK_WEIGHTS, strict=True)),
    )
    matrix = weighing.fit_transform(reading.transform([example.text for example in examples])).tocsr()
    filed = np.array([bool(example.category) for example in examples])
    category, shares = _head("category", matrix[filed], [e.category for e in examples if e.category])
    intent, _shares = _head("intent", matrix, [example.intent for example in examples])
    answers = [(example.category, example.also) for example in examples if example.category]
    heads = {"category": category, "intent": intent}
    return Fitted(
        {name: Pipeline([("read", reading), ("weigh", weighing), ("decide", head)]) for name, head in heads.items()},
        sure_threshold(shares, category.classes_, answers),
        also_threshold(shares, category.classes_, answers),
    )


def _reader(featurizer: Featurizer) -> Callable[[Sequence[str]], list[Features]]:
    return lambda texts: [featurizer.features(text) for text in texts]


def _vectorizer(block: int) -> TfidfVectorizer:
    def terms(features: Features) -> list[str]:
        return list(features.blocks()[block].elements())

    return TfidfVectorizer(analyzer=terms, sublinear_tf=True, min_df=_SEEN_AT_LEAST[block])


def _head(name: str, matrix: Any, labels: Sequence[str]) -> tuple[LogisticRegression, Array]:  # noqa: ANN401 (SciPy is untyped)
    """A fitted, calibrated classifier, and its probabilities for its own examples when it had not seen them."""
    classifier = LogisticRegression(C=_STEADINESS[name], class_weight="balanced", max_iter=300)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=7)
    unseen = cross_val_predict(classifier, matrix, labels, cv=folds, method="predict_log_proba")
    classifier.fit(matrix, labels)
    factor = temperature(unseen, classifier.classes_, labels)
    classifier.coef_ *= factor  # softmax(factor · scores): the fitted model itself gives calibrated probabilities
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
    heads, start = {}, 0
    deciders = {name: pipeline.named_steps["decide"] for name, pipeline in fitted.pipelines.items()}
    for name, decider in deciders.items():
        heads[name] = Head(name, tuple(str(label) for label in decider.classes_), start)
        start = heads[name].end
    return LinearModel(
        tuple(vocabularies),
        _BLOCK_WEIGHTS,
        np.concatenate([vectorizer.idf_ for vectorizer in vectorizers]),
        np.ascontiguousarray(np.vstack([decider.coef_ for decider in deciders.values()]).T),
        np.concatenate([decider.intercept_ for decider in deciders.values()]),
        heads,
    )


def lexicon_hash() -> str:
    """Of the word lists that features are made of: a model only fits the lists it was trained with."""
    whole = hashlib.sha256()
    for name in ("items.tsv", "topics.tsv"):
        whole.update((DATA / name).read_bytes())
    return whole.hexdigest()


def versions_of_tools() -> dict[str, str]:
    import sklearn

    return {"python": sys.version.split()[0], "numpy": np.__version__, "scikit-learn": sklearn.__version__}


def train(corpus: Path | None = None, extra: Iterable[Example] = (), *, out: Path) -> TrainingReport:
    """Trains on the corpus and on what the town has labelled, keeps the new model, and uses it if it is no worse."""
    examples = {example.text: example for example in (*read_corpus(corpus or CORPUS), *extra)}
    learned = [example for example in examples.values() if not example.held_out]
    unseen = [example for example in examples.values() if example.held_out]
    digest = data_hash(learned)
    model = _stored(fit(learned), digest, len(learned), store.next_version(out, digest))
    scores = held_out_scores(Reader.of(model), unseen)
    card = replace(model.card, scores=scores)
    store.save(out, card, model.linear, jieba_dictionary())
    in_use, why = _comparison(out, unseen, scores)
    if not why:
        store.use(out, card.version)
        store.forget(out)
    reason = why or ("no worse than the model in use" if in_use else "there was no model in use")
    return TrainingReport(card.version, len(learned), not why, reason, scores, in_use)


def _stored(fitted: Fitted, digest: str, examples: int, version: str) -> StoredModel:
    card = Card(version, digest, examples, fitted.sure_at, fitted.also_at, lexicon_hash(), versions_of_tools(), {})
    return StoredModel(card, flatten(fitted), Segmenter(jieba_dictionary()))


def _comparison(out: Path, unseen: Sequence[Example], scores: Mapping[str, float]) -> tuple[dict[str, float], str]:
    """The scores of the model in use on the same unseen examples, and why the new one may not replace it."""
    try:
        in_use = held_out_scores(Reader.load(out), unseen)
    except BadModelError:
        return {}, ""
    worse = [name for name in DECIDING if scores[name] < in_use[name] - _NOISE]
    return in_use, ", ".join(f"{name} fell from {in_use[name]:.3f} to {scores[name]:.3f}" for name in worse)
