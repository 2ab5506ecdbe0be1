"""The figures by which a new model is compared with the one in use."""

from collections.abc import Sequence
from pathlib import Path

from nlp.corpus import Example
from nlp.labels import DATA
from nlp.reader import Reader

DECIDING = ("macro_f1", "red_flag_recall")
RED_FLAG_LINES = DATA / "redflag_lines.tsv"


def macro_f1(truth: Sequence[str], guesses: Sequence[str]) -> float:
    """The mean of the F1 of every label that occurs in the truth."""
    return sum(f1(truth, guesses, label) for label in set(truth)) / max(len(set(truth)), 1)


def f1(truth: Sequence[str], guesses: Sequence[str], label: str) -> float:
    right = sum(true == guess == label for true, guess in zip(truth, guesses, strict=True))
    total = sum(true == label for true in truth) + sum(guess == label for guess in guesses)
    return 2 * right / total if total else 0.0


def held_out_scores(reader: Reader, unseen: Sequence[Example]) -> dict[str, float]:
    """On examples that no model has learned from."""
    readings = [(example, reader.understand(example.text)) for example in unseen]
    filed = [(example, reading) for example, reading in readings if example.category]
    truth, guesses = [e.category for e, _r in filed], [r.category for _e, r in filed]
    return {
        "macro_f1": round(macro_f1(truth, guesses), 4),
        "accuracy": round(_share([t == g for t, g in zip(truth, guesses, strict=True)]), 4),
        "intent_accuracy": round(_share([e.intent == r.intent for e, r in readings]), 4),
        "red_flag_recall": round(_share(_flags_seen(reader, RED_FLAG_LINES)), 4),
    }


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 1.0


def _flags_seen(reader: Reader, path: Path) -> list[bool]:
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line]
    return [bool(reader.understand(text).red_flag) for text, flag in rows if flag]
