"""Draft: a report that is not filed yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.ticket import Source
from nlp.reading.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Draft:
    """A report that is not filed yet; stored in the open question's slots."""

    text: str
    category: str = ""
    item: str = ""
    confidence: float = 0.0
    urgent: bool = False
    red_flag: str = ""
    place_id: int | None = None
    place_name: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    lat: float | None = None
    lng: float | None = None
    attachments: tuple[int, ...] = ()
    source: str = Source.CHAT.value
    asked: tuple[str, ...] = ()
    danger_question: str = ""
    """A danger that the text may be about; the first thing we ask"""
    choices: tuple[str, ...] = ()
    """Categories to choose from if the reader is not sure"""
    guess: str = ""
    """A known place whose name resembles the one in the text"""
    places: tuple[int, ...] = ()
    """Places of the same name to choose from"""
    parts: tuple[tuple[str, str, str], ...] = ()
    """(text, category, sub-item) of each problem where one message tells of several"""
    rest: tuple[Mapping[str, Any], ...] = ()
    """The message's other problems, as slots: they wait until the question about this one is answered"""
    same: int | None = None
    """The ticket that was offered to join"""
    shut_out: tuple[str, ...] = ()
    """Kinds of team that may not see it, copied from the ticket that it came from"""
    alone: bool = False
    """The resident said that it is not the neighbours' event; it is not compared again"""

    def slots(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, slots: Mapping[str, Any]) -> "Draft":
        """From slots, in which JSON has made lists of the tuples."""
        values: dict[str, Any] = {name: _tuples(value) for name, value in slots.items()}
        return cls(**values)


def written_down(text: str, seen: Understanding, source: Source) -> Draft:
    """A report that staff wrote for a resident: nobody can be asked, so what the reader isn't sure of stays empty."""
    return Draft(
        text,
        category=seen.category if seen.sure or seen.red_flag else "",
        item=seen.item if seen.sure else "",
        confidence=seen.confidence,
        urgent=seen.urgent,
        red_flag=seen.red_flag,
        source=source.value,
    )


def _tuples(value: Any) -> Any:  # noqa: ANN401  (whatever JSON holds)
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
