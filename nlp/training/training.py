"""Training: examples in, a model in use out, or the reason why the one before stays.

Deterministic: the same examples give the same model.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nlp.model import store
from nlp.model.features import Featurizer
from nlp.model.labels import lexicon_hash
from nlp.model.segment import Segmenter, jieba_dictionary
from nlp.model.store import BadModelError, Card, StoredModel
from nlp.reading.reader import Reader
from nlp.training.corpus import CORPUS, Example, data_hash, read_corpus
from nlp.training.fitting import Fitted, fit, flatten, versions_of_tools
from nlp.training.one_at_a_time import alone
from nlp.training.scores import DECIDING, held_out_scores
from nlp.training.splitting import sign_weights

_NOTHING_NEW = "it has learned all of this already"
_NOISE = 0.002  # of macro-F1: a held-out line that falls the other way
_RENEWAL = 0.03  # a new version of the program was measured by its makers, and chance alone moves a score by so much


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a training did: which version it wrote, whether that is in use now, and why."""

    version: str
    examples: int
    took_over: bool
    why: str
    scores: dict[str, float]
    scores_in_use: dict[str, float]


def train(
    corpus: Path | None = None, extra: Iterable[Example] = (), *, out: Path, renewing: bool = False
) -> TrainingReport:
    """Trains on the corpus and on what the town has labelled, keeps the new model, and uses it if it is no worse.

    `renewing`: the model in use was made by another version of the program, so that chance alone may not keep it.
    """
    examples = {example.text: example for example in (*read_corpus(corpus or CORPUS), *extra)}
    with alone(out):
        return _train(examples, out, renewing=renewing)


def _train(examples: Mapping[str, Example], out: Path, *, renewing: bool) -> TrainingReport:
    learned = [example for example in examples.values() if not example.held_out]
    unseen = [example for example in examples.values() if example.held_out]
    digest = data_hash(learned)
    if not renewing and (known := _learned_already(out, digest)):
        return TrainingReport(known, len(learned), took_over=False, why=_NOTHING_NEW, scores={}, scores_in_use={})
    model = _stored(fit(learned), digest, learned, store.next_version(out, digest))
    scores = held_out_scores(Reader.of(model), unseen)
    store.save(out, replace(model.card, scores=scores), model.linear, jieba_dictionary())
    in_use, worse = _comparison(out, unseen, scores, _RENEWAL if renewing else _NOISE)
    if not worse:
        store.use(out, model.card.version)
    store.forget(out)
    why = worse or ("no worse than the model in use" if in_use else "there was no model in use")
    return TrainingReport(model.card.version, len(learned), not worse, why, scores, in_use)


def _learned_already(out: Path, digest: str) -> str:
    """The newest version, if it has learned from just these examples: a quiet day makes no new model."""
    try:
        store.load(out)
    except BadModelError:
        return ""
    newest = store.load(out, store.versions(out)[-1]).card
    return newest.version if newest.data_hash == digest else ""


def _stored(fitted: Fitted, digest: str, learned: Sequence[Example], version: str) -> StoredModel:
    linear, segmenter = flatten(fitted), Segmenter(jieba_dictionary())
    card = Card(
        version,
        digest,
        len(learned),
        fitted.thresholds,
        fitted.trust,
        sign_weights(linear, Featurizer(segmenter), learned),
        lexicon_hash(),
        versions_of_tools(),
        {},
    )
    return StoredModel(card, linear, segmenter)


def _comparison(
    out: Path, unseen: Sequence[Example], scores: Mapping[str, float], margin: float
) -> tuple[dict[str, float], str]:
    """The scores of the model in use on the same unseen examples, and why the new one may not replace it."""
    try:
        in_use = held_out_scores(Reader.load(out), unseen)
    except BadModelError:
        return {}, ""
    worse = [name for name in DECIDING if scores[name] < in_use[name] - margin]
    return in_use, ", ".join(f"{name} fell from {in_use[name]:.3f} to {scores[name]:.3f}" for name in worse)
