"""The fingerprint of a model's data and code: if either changes, the model must be fitted again."""

import hashlib
from pathlib import Path

from nlp.model.labels import DATA

_CODE = (
    *("model/features", "model/labels", "model/segment", "model/store", "model/trust", "model/weighing"),
    *("reading/matter_signs", "reading/clauses", "reading/cuts", "reading/clause_scores", "reading/redflags"),
    *("training/alarms", "training/corpus", "training/fitting", "training/heads", "training/matters"),
    *("training/one_head", "training/openings", "training/splitting", "training/thresholds", "training/training"),
)
_NOT_LEARNED = {"report.json", "redflag_lines.tsv", "answers.yaml", "practices.yaml", "questions.yaml", "when.yaml"}


def _is_looked_up(name: str) -> bool:
    """The file is read at run time, not learned from, so a change of it needs no new model."""
    return name in _NOT_LEARNED or name.startswith(("place_", "faq"))


def fingerprint() -> str:
    """A hash of the data and of the code that learns from it, independent of the order of files on disk."""
    room = Path(__file__).parents[1]
    data = [path for path in DATA.rglob("*") if path.is_file() and not _is_looked_up(path.name)]
    whole = hashlib.sha256()
    for path in sorted([*data, *(room / f"{name}.py" for name in _CODE)]):
        whole.update(path.relative_to(room).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
