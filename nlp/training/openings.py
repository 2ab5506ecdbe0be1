"""Clauses that open a matter, and clauses that go on about it: what tells two problems in one message apart.

The corpus says it itself: the first clause of a report opens its matter, those behind it go on. Written lines add what
it lacks, `parts.tsv` with | where another matter begins.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import FunctionTransformer

from nlp.model.features import LONG_BLOCKS, plain
from nlp.model.labels import rows
from nlp.model.linear import Array
from nlp.model.weighing import scaled
from nlp.reading.clauses import GOES_ON, OPENS, bare
from nlp.training.corpus import Example

_STEADINESS = 3.0
_WRITTEN, _WRITTEN_PAIR = 2.0, 1.0
_FIRST, _LATER, _SHORT_LINE = 1.0, 0.6, 0.5
_LONGEST, _SHORT = 120, 30
_SHORTEST_FIRST, _SHORTEST_LATER = 3, 4
_MARKS = " ，,。；;、"
_END = re.compile(r"[，,。；;！!？?\s、：:]+")


class Clause(NamedTuple):
    """Some words, whether they open a matter, and how much they count."""

    words: str
    label: str
    weight: float
    line: str
    """The text that they are of"""


def opening_head(
    reading: FunctionTransformer, weighing: FeatureUnion, examples: Sequence[Example]
) -> LogisticRegression:
    """The features are those that the corpus has fixed: what is learned here changes no other answer of the model."""
    found = clauses(examples)
    seen: Any = weighing.transform(reading.transform([clause.words for clause in found])).tocsr()
    weights = np.array([clause.weight for clause in found])
    long = sum(len(block.vocabulary_) for _name, block in weighing.transformer_list[:LONG_BLOCKS])
    seen = scaled(seen, (np.arange(seen.shape[1]) < long).astype(float))
    return fitted(seen, [clause.label for clause in found], weights)


def clauses(examples: Sequence[Example]) -> Sequence[Clause]:
    """Of the corpus, and of the written lines."""
    return [*_of_corpus(examples), *_written()]


def fitted(rows: Any, labels: Sequence[str], weights: Array) -> LogisticRegression:  # noqa: ANN401  (scipy's)
    head = LogisticRegression(C=_STEADINESS, class_weight="balanced", max_iter=300)
    return head.fit(rows, labels, sample_weight=weights)


def _of_corpus(examples: Sequence[Example]) -> Iterator[Clause]:
    for example in examples:
        if example.intent == "report" and example.category and len(example.text) <= _LONGEST:
            first, *later = _cut(plain(example.text))
            if len(first) >= _SHORTEST_FIRST:
                yield Clause(bare(first), OPENS, _FIRST, example.text)
            if len(example.text) <= _SHORT:
                yield Clause(plain(example.text), OPENS, _SHORT_LINE, example.text)
            yield from _going_on(example.text, later, _LATER, 0.0)


def _written() -> Iterator[Clause]:
    for line, _matters in rows("parts.tsv"):
        parts = [bare(plain(part.strip(_MARKS))) for part in line.split("|")]
        for number, part in enumerate(parts):
            first, *later = _cut(part)
            if len(first) >= _SHORTEST_FIRST:
                yield Clause(first, OPENS, _WRITTEN if number else _FIRST, line)
            if len(parts) > 1:
                yield Clause(part, OPENS, _WRITTEN, line)
            yield from _going_on(line, later, _WRITTEN, _WRITTEN_PAIR)


def _going_on(line: str, later: Sequence[str], weight: float, of_two: float) -> Iterator[Clause]:
    """Each clause, and with the one behind it."""
    for at, clause in enumerate(later):
        if len(clause) >= _SHORTEST_FIRST:
            yield Clause(bare(clause), GOES_ON, weight, line)
        if of_two and len(two := "，".join(later[at : at + 2])) >= _SHORTEST_LATER:
            yield Clause(bare(two), GOES_ON, of_two, line)


def _cut(text: str) -> Sequence[str]:
    return [clause for clause in _END.split(text) if clause] or [text]
