"""Lines that tell of dangers, and lines that sound like it: what the alarm half of the model learns from.

Rules know the plain words for a danger; people in one tell it around corners. The trained alarm listens for those, and
only ever adds to what the rules see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.model.features import LONGEST_ALARM, plain
from nlp.model.labels import DANGER, NO_ALARM, rows
from nlp.reading.redflags import find_red_flag
from nlp.training.corpus import Example

_OTHERS_WEIGHT = 0.5  # written for another question
_ORDINARY_WEIGHT = 0.7  # the corpus has many ordinary lines for each of these, nearly all of them easy


@dataclass(frozen=True, slots=True)
class AlarmExample:
    """One line with the danger it tells of, `NO_ALARM` for none, and how much it counts in training."""

    text: str
    flag: str
    weight: float = 1.0


def read_dangers() -> tuple[AlarmExample, ...]:
    return tuple(AlarmExample(text, flag or NO_ALARM) for text, flag in rows("dangers.tsv"))


def alarm_examples(examples: Sequence[Example]) -> tuple[AlarmExample, ...]:
    """The written lines, and the corpus as what is ordinary: all but what may well be a danger."""
    written = read_dangers()
    known = {example.text for example in written}
    ordinary = (
        AlarmExample(example.text, NO_ALARM, _ORDINARY_WEIGHT)
        for example in examples
        if len(example.text) <= LONGEST_ALARM and example.category != "safety" and example.text not in known
        if find_red_flag(plain(example.text)) is None
    )
    return (*written, *ordinary)


def urgent_examples(alarms: Sequence[AlarmExample]) -> tuple[AlarmExample, ...]:
    """The same of harm and loss that go on: written lines, dangers, and all else as what can wait."""
    written = tuple(AlarmExample(text, DANGER if flag == "1" else NO_ALARM) for text, flag in rows("urgent.tsv"))
    known = {example.text for example in written}
    others = (alarm for alarm in alarms if alarm.text not in known)
    return (
        *written,
        *(replace(alarm, weight=_OTHERS_WEIGHT * alarm.weight, flag=_yes(alarm.flag)) for alarm in others),
    )


def _yes(flag: str) -> str:
    return NO_ALARM if flag == NO_ALARM else DANGER
