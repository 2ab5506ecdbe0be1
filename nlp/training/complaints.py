"""Training lines that complain about staff, and lines that only mention them.

The features are those of the corpus, so this head changes no other output of the model.
"""

from collections.abc import Sequence
from typing import Any

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import FunctionTransformer

from nlp.model.labels import DATA
from nlp.model.weighing import Matrix, scaled
from nlp.reading.complained_of import COMPLAINS, ORDINARY, named_in
from nlp.training.corpus import Example

_FILE = DATA / "complaints.tsv"
_BLOCK_WEIGHTS = (1.0, 1.0)
_STEADINESS = 5.0
_FROM_CORPUS = 0.1  # the weight of a corpus line: they are many and easy
_SHORT = 120


def read_complaints() -> Sequence[tuple[str, str]]:
    """The lines with their labels."""
    rows = (line.split("\t") for line in _FILE.read_text("utf-8").splitlines()[1:] if line)
    return [(text, COMPLAINS if said else ORDINARY) for text, said in rows]


def complaint_head(
    matrix: Matrix, reading: FunctionTransformer, weighing: FeatureUnion, examples: Sequence[Example]
) -> LogisticRegression:
    """The head, fitted on the lines and, with less weight, on corpus texts in which no staff are named."""
    written = read_complaints()
    easy = [example.text for example in examples if _is_ordinary(example)]
    factors = matrix.factors(_BLOCK_WEIGHTS)
    rows: Any = weighing.transform(reading.transform([text for text, _said in written] + easy)).tocsr()
    labels = [said for _text, said in written] + [ORDINARY] * len(easy)
    weights = [1.0] * len(written) + [_FROM_CORPUS] * len(easy)
    head = LogisticRegression(C=_STEADINESS, class_weight="balanced", max_iter=500)
    head.fit(scaled(rows, factors), labels, sample_weight=weights)
    head.coef_ = head.coef_ * factors
    return head


def _is_ordinary(example: Example) -> bool:
    return example.category != "property" and len(example.text) < _SHORT and not named_in(example.text)
