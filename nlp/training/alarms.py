"""Lines that tell of dangers, and lines that sound like it: what the alarm half of the model learns from.

Rules know the plain words for a danger; people in one tell it around corners. The trained alarm listens for those, and
only ever adds to what the rules see.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.model.features import plain
from nlp.model.labels import DATA, NO_ALARM
from nlp.reading.redflags import LONGEST_ALARM, find_red_flag
from nlp.training.corpus import Example

DANGERS = DATA / "dangers.tsv"
_ORDINARY_WEIGHT = 0.7  # the corpus has many ordinary lines for each of these, nearly all of them easy


@dataclass(frozen=True, slots=True)
class AlarmExample:
    """One line with the danger it tells of, `NO_ALARM` for none, and how much it counts in training."""

    text: str
    flag: str
    weight: float = 1.0


def read_dangers() -> tuple[AlarmExample, ...]:
    rows = (line.split("\t") for line in DANGERS.read_text("utf-8").splitlines()[1:] if line)
    return tuple(AlarmExample(text, flag or NO_ALARM) for text, flag in rows)


def alarm_examples(examples: Sequence[Example]) -> tuple[AlarmExample, ...]:
    """The written lines, and the corpus as what is ordinary: all but what may well be a danger."""
    ordinary = (
        AlarmExample(example.text, NO_ALARM, _ORDINARY_WEIGHT)
        for example in examples
        if len(example.text) <= LONGEST_ALARM and example.category != "safety"
        if find_red_flag(plain(example.text)) is None
    )
    return (*read_dangers(), *ordinary)
