"""Labelled messages to measure the reader on: from a file, or the part of our corpus that no model has learned from."""

import json
from dataclasses import dataclass
from pathlib import Path

from nlp.model.labels import categories
from nlp.training.corpus import CORPUS, read_corpus


class BadRowError(ValueError):
    """A row of the evaluation's data can't be read; says file, line and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled message."""

    key: str
    title: str
    text: str
    label: str
    also: tuple[str, ...] = ()
    place: str = ""

    @property
    def whole(self) -> str:
        return f"{self.title}。{self.text}" if self.title else self.text


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows of a file; a bad row raises `BadRowError`."""
    known = {category.key for category in categories()}
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            facts = json.loads(line)
            row = Row(
                key=str(facts.get("id", number)),
                title=facts.get("title", ""),
                text=facts["text"],
                label=facts["label"],
                also=tuple(facts.get("also", ())),
                place=facts.get("place", ""),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadRowError(f"{path}:{number}: 这一行读不了（{error!r}）") from error
        if row.label not in known:
            raise BadRowError(f"{path}:{number}: 不认识的类别“{row.label}”")
        rows.append(row)
    return tuple(rows)


def own_rows(folder: Path = CORPUS) -> tuple[Row, ...]:
    """The held-out part of our own corpus."""
    unseen = [example for example in read_corpus(folder) if example.held_out and example.category]
    return tuple(Row(example.digest[:12], "", example.text, example.category, example.also) for example in unseen)
