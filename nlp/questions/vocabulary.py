"""Everyday words of questions, out of nlp/data/questions.yaml."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent.parent / "data" / "questions.yaml"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """(word, key) of categories and of sub-items; (words as a pattern, first day, last day) of holidays."""

    categories: Sequence[tuple[str, str]]
    items: Sequence[tuple[str, str]]
    holidays: Sequence[tuple[str, date, date]]


@cache
def vocabulary() -> Vocabulary:
    """Read once."""
    read = yaml.safe_load(_FILE.read_text("utf-8"))
    return Vocabulary(
        tuple((word, key) for key, words in read["categories"].items() for word in words),
        tuple((word, key) for key, words in read["items"].items() for word in words),
        tuple((words, *_days(span)) for words, spans in read["holidays"].items() for span in spans),
    )


def _days(span: str) -> tuple[date, date]:
    first, last = span.split("/")
    return date.fromisoformat(first), date.fromisoformat(last)
