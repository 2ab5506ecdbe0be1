"""Precision, recall and F1, and the figures that compare a new model with the one in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.model.labels import DATA
from nlp.reading.reader import Reader
from nlp.training.corpus import Example

DECIDING = ("macro_f1", "red_flag_recall")
RED_FLAG_LINES = DATA / "redflag_lines.tsv"


@dataclass(frozen=True, slots=True)
class LabelScore:
    """Precision and recall of one label."""

    precision: float
    recall: float
    f1: float
    rows: int


def label_scores(truth: Sequence[str], guesses: Sequence[str]) -> dict[str, LabelScore]:
    return {label: _label_score(truth, guesses, label) for label in sorted(set(truth))}


def macro_f1(truth: Sequence[str], guesses: Sequence[str]) -> float:
    """The mean of the F1 of every label that occurs in the truth."""
    scores = label_scores(truth, guesses).values()
    return sum(score.f1 for score in scores) / max(len(scores), 1)


def _label_score(truth: Sequence[str], guesses: Sequence[str], label: str) -> LabelScore:
    right = sum(true == guess == label for true, guess in zip(truth, guesses, strict=True))
    wanted, guessed = truth.count(label), guesses.count(label)
    return LabelScore(
        precision=round(right / guessed, 4) if guessed else 0.0,
        recall=round(right / wanted, 4),
        f1=round(2 * right / (wanted + guessed), 4),
        rows=wanted,
    )


def held_out_scores(reader: Reader, unseen: Sequence[Example]) -> dict[str, float]:
    """The scores on held-out examples."""
    readings = [(example, reader.understand(example.text)) for example in unseen]
    filed = [(example.category, reading.category) for example, reading in readings if example.category]
    truth, guesses = [wanted for wanted, _guess in filed], [guess for _wanted, guess in filed]
    return {
        "macro_f1": round(macro_f1(truth, guesses), 4),
        "accuracy": _share([wanted == guess for wanted, guess in filed]),
        "intent_accuracy": _share([example.intent == reading.intent for example, reading in readings]),
        **_red_flags(reader, RED_FLAG_LINES),
    }


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / len(hits), 4) if hits else 1.0


def _red_flags(reader: Reader, path: Path) -> dict[str, float]:
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line]
    seen = [(bool(flag), bool(reader.understand(text).red_flag)) for text, flag in rows]
    return {
        "red_flag_recall": _share([raised for danger, raised in seen if danger]),
        "red_flag_precision": _share([danger for danger, raised in seen if raised]),
    }
