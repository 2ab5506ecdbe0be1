"""Measures the reader: figures, its confusions, and the lines that it read wrongly.

On rows from outside (`id, title, text, label, also, urgent, place`, a JSON object a line), or on the part of our own
corpus that no model has learned from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nlp.measuring.failing import Failing, failing
from nlp.measuring.lines import written_apart
from nlp.measuring.rows import Row, own_rows, read_rows
from nlp.measuring.shares import share
from nlp.model.labels import categories
from nlp.reading.reader import Reader
from nlp.reading.understanding import Understanding
from nlp.training.corpus import read_corpus
from nlp.training.scores import LabelScore, held_out_scores, label_scores, macro_f1
from nlp.training.thresholds import cost_curve

SHORT = 60
_BINS = 10
_SUREST = (0.25, 0.5, 0.75, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """How well one way of reading the rows did: with titles, titles alone, texts alone, short texts alone.

    `coverage` holds (share of the surest, accuracy with also).
    """

    rows: int
    accuracy: float
    accuracy_with_also: float
    macro_f1: float
    within_two: float
    calibration_error: float
    coverage: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that was read wrongly."""

    key: str
    wanted: str
    guessed: str
    confidence: float
    text: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one run. `own_lines` are of our held-out corpus and red-flag lines, whatever `data` was read."""

    views: Mapping[str, Figures]
    labels: Mapping[str, LabelScore]
    place_found: float
    sure_at: float
    sure_share: float
    sure_right: float
    costs: tuple[tuple[float, float], ...]
    own_lines: Mapping[str, float]
    written_apart: Mapping[str, Mapping[str, float]]
    failing: Mapping[str, Failing]
    confusions: Mapping[str, Mapping[str, int]]
    mistakes: tuple[Mistake, ...]

    def to_json(self) -> dict[str, Any]:
        facts = asdict(self)
        del facts["mistakes"]
        return facts


@dataclass(frozen=True, slots=True)
class _Answer:
    row: Row
    reading: Understanding

    @property
    def right(self) -> bool:
        return self.reading.category == self.row.label

    @property
    def accepted(self) -> bool:
        return self.reading.category in {self.row.label, *self.row.also}

    @property
    def within_two(self) -> bool:
        best = {label for label, _certainty in self.reading.candidates[:2]}
        return bool(best & {self.row.label, *self.row.also})


def evaluate(reader: Reader, data: Path | None = None) -> Evaluation:
    """Reads all rows in four ways and counts."""
    rows = read_rows(data) if data else own_rows()
    whole = _answers(reader, rows, lambda row: row.whole)
    views = {"title_and_text": whole}
    if any(row.title for row in rows):
        views["title"] = _answers(reader, rows, lambda row: row.title or row.text)
        views["text"] = _answers(reader, rows, lambda row: row.text)
    views["short_text"] = [a for a in views.get("text", whole) if len(a.row.text) <= SHORT]
    sure = [answer for answer in whole if answer.reading.sure]
    return Evaluation(
        views={name: _figures(answers) for name, answers in views.items()},
        labels=label_scores([a.row.label for a in whole], [a.reading.category for a in whole]),
        place_found=_place_found(whole),
        sure_at=reader.model.card.thresholds.sure,
        sure_share=share(answer.reading.sure for answer in whole),
        sure_right=share(answer.accepted for answer in sure),
        costs=cost_curve([a.reading.confidence for a in whole], [a.accepted for a in whole]),
        own_lines=held_out_scores(reader, [example for example in read_corpus() if example.held_out]),
        written_apart=written_apart(reader),
        failing=failing(reader),
        confusions=_confusions(whole),
        mistakes=tuple(_mistake(answer) for answer in whole if not answer.accepted),
    )


def _answers(reader: Reader, rows: Sequence[Row], view: Callable[[Row], str]) -> list[_Answer]:
    return [_Answer(row, reader.understand(view(row))) for row in rows]


def _figures(answers: Sequence[_Answer]) -> Figures:
    truth, guesses = [a.row.label for a in answers], [a.reading.category for a in answers]
    return Figures(
        rows=len(answers),
        accuracy=share(answer.right for answer in answers),
        accuracy_with_also=share(answer.accepted for answer in answers),
        macro_f1=round(macro_f1(truth, guesses), 4),
        within_two=share(answer.within_two for answer in answers),
        calibration_error=calibration_error([(a.reading.confidence, a.right) for a in answers]),
        coverage=_coverage(answers),
    )


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error: confidence against accuracy, in ten bins."""
    error = 0.0
    for step in range(_BINS):
        inside = [pair for pair in pairs if step <= pair[0] * _BINS < step + 1 or (step == _BINS - 1 and pair[0] == 1)]
        if inside:
            promised, kept = (sum(values) / len(inside) for values in zip(*inside, strict=True))
            error += abs(promised - kept) * len(inside) / len(pairs)
    return round(error, 4)


def _coverage(answers: Sequence[_Answer]) -> tuple[tuple[float, float], ...]:
    """The accuracy among the surest share of the answers, for each share."""
    surest = sorted(answers, key=lambda answer: -answer.reading.confidence)
    return tuple((part, share(a.accepted for a in surest[: round(part * len(surest))])) for part in _SUREST)


def _place_found(answers: Sequence[_Answer]) -> float:
    return share(_overlaps(answer) for answer in answers if answer.row.place)


def _overlaps(answer: _Answer) -> bool:
    """Whether the place found overlaps an occurrence of the labelled place."""
    place, text, wanted = answer.reading.place, answer.row.whole, answer.row.place
    if place is None:
        return False
    start = text.find(wanted)
    while start >= 0:
        if place.start < start + len(wanted) and start < place.end:
            return True
        start = text.find(wanted, start + 1)
    return bool(place.name) and (place.name in wanted or wanted in place.name)


def _confusions(answers: Sequence[_Answer]) -> dict[str, dict[str, int]]:
    keys = [category.key for category in categories()]
    table = {label: dict.fromkeys(keys, 0) for label in keys}
    for answer in answers:
        table[answer.row.label][answer.reading.category] += 1
    return table


def _mistake(answer: _Answer) -> Mistake:
    reading = answer.reading
    return Mistake(answer.row.key, answer.row.label, reading.category, round(reading.confidence, 3), reading.text)
