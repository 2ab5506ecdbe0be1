"""The town's answers: the one that fits a question, several to choose from, or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from nlp.faq.grievance import is_grievance, sounds_wrong
from nlp.faq.index import Cut, Hit, Index, Question
from nlp.faq.lexicon import lexicon
from nlp.reading.understanding import Understanding

_SURE = 0.5
"""From this score on the answer is given"""
_SURE_OF_MATTER = 0.72
"""The same for a question that may be a report; it gets no choices"""
_NEAR = 0.2
"""From this score on an answer is offered as a choice"""
_ALIKE = 0.7
"""A second answer with this share of the best score may be the one meant"""
_BESIDE = 0.45
"""The share of the best score from which others are offered too"""
MOST_CHOICES = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of the town's answers. `area` is a grid's code, "" for everywhere; `learned`: how residents put it."""

    id: str
    question: str
    answer: str
    also: tuple[str, ...] = ()
    source: str = ""
    valid_until: date | None = None
    area: str = ""
    contact: str = ""
    learned: tuple[str, ...] = ()

    def holds(self, day: date) -> bool:
        return self.valid_until is None or day <= self.valid_until


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a question, or several to choose from. `confidence`: how well the best one fits, 0 to 1."""

    answer: Answer | None = None
    choices: tuple[Answer, ...] = ()
    confidence: float = 0.0


@dataclass(frozen=True)
class Answers:
    """All rows of a town. A search changes nothing, so threads may share it."""

    rows: tuple[Answer, ...] = ()
    cut: Cut = field(default=lambda text: [text], repr=False)

    @cached_property
    def by_id(self) -> Mapping[str, Answer]:
        return {row.id: row for row in self.rows}

    @cached_property
    def _index(self) -> Index:
        asked = [Question(row.id, (row.question, *row.also, *row.learned)) for row in self.rows]
        return Index(asked, self.cut)

    def prepare(self) -> "Answers":
        _ = self.by_id, self._index
        return self

    def find(
        self, text: str, seen: Understanding | None, day: date, serves: Callable[[str], bool] = lambda _: True
    ) -> Found:
        """The answer to a question; none to a grievance, and never one that has expired or is for another area."""
        if not self.rows or is_grievance(text, seen):
            return Found()
        hits = [hit for hit in self._index.search(text) if serves(self.by_id[hit.key].area)]
        if not hits or hits[0].score < _NEAR or not self.by_id[hits[0].key].holds(day):
            return Found()  # if the best answer has expired, the next best is about something else
        wrong = sounds_wrong(seen)
        if hits[0].score >= (_SURE_OF_MATTER if wrong else _SURE) and not self._doubtful(text, hits):
            return Found(self.by_id[hits[0].key], (), round(hits[0].score, 3))
        if wrong:
            return Found()
        return Found(None, self._offered(hits, day), round(hits[0].score, 3))

    def _doubtful(self, text: str, hits: Sequence[Hit]) -> bool:
        """Another answer fits nearly as well, or this one is about another aspect: 「几点关门」 for 「怎么寄」."""
        best, wanted = self.by_id[hits[0].key], lexicon().wants(text)
        told = lexicon().tells(best.answer).union(*map(lexicon().wants, (best.question, *best.also)))
        return any(hit.score >= _ALIKE * hits[0].score for hit in hits[1:]) or bool(
            wanted and told and not wanted & told
        )

    def _offered(self, hits: Sequence[Hit], day: date) -> tuple[Answer, ...]:
        near = (self.by_id[hit.key] for hit in hits if hit.score >= max(_NEAR, _BESIDE * hits[0].score))
        return tuple(row for row in near if row.holds(day))[:MOST_CHOICES]
