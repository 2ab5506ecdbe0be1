"""Lines that tell of dangers, and lines that sound like it: what the alarm half of the model learns from.

Rules know the plain words for a danger; people in one tell it around corners. The trained alarm listens for those, and
only ever adds to what the rules see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.model.features import plain
from nlp.model.labels import DANGER, NO_ALARM, rows
from nlp.reading.redflags import LONGEST_ALARM, find_red_flag
from nlp.training.corpus import Example

DANGERS = ("dangers.tsv", "dangers_more.tsv")
URGENT = "urgent.tsv"
_MAY_BE = "?"
_ORDINARY_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class AlarmExample:
    """One line with the danger it tells of, `NO_ALARM` for none, and how much it counts in training."""

    text: str
    flag: str
    weight: float = 1.0


def read_dangers() -> tuple[AlarmExample, ...]:
    """What may be a danger counts half as one and half as none: it is to be asked about."""
    found = []
    for text, flag in (row for name in DANGERS for row in rows(name)):
        if flag.endswith(_MAY_BE):
            found += [AlarmExample(text, flag.removesuffix(_MAY_BE), 0.5), AlarmExample(text, NO_ALARM, 0.5)]
        else:
            found.append(AlarmExample(text, flag or NO_ALARM))
    return tuple(found)


def alarm_examples(examples: Sequence[Example]) -> tuple[AlarmExample, ...]:
    """The written lines, and the corpus as what is ordinary: all but what may well be a danger."""
    ordinary = (
        AlarmExample(example.text, NO_ALARM, _ORDINARY_WEIGHT)
        for example in examples
        if len(example.text) <= LONGEST_ALARM
        if find_red_flag(plain(example.text)) is None
    )
    return (*read_dangers(), *ordinary)


def urgent_examples(alarms: Sequence[AlarmExample]) -> tuple[AlarmExample, ...]:
    """The same of harm and loss: written lines, dangers, and the corpus as what can wait."""
    written = tuple(AlarmExample(text, DANGER if flag == "1" else NO_ALARM) for text, flag in rows(URGENT))
    dangers = tuple(replace(alarm, flag=DANGER, weight=alarm.weight / 2) for alarm in alarms if alarm.flag != NO_ALARM)
    ordinary = tuple(alarm for alarm in alarms if alarm.flag == NO_ALARM)
    return (*written, *dangers, *ordinary)
