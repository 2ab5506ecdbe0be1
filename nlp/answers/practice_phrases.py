"""「我想预约一下接待日，说说楼道的事」: phrases that mean a practice's command. They are data: practices.yaml."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from functools import cache
from typing import Any

import yaml

from nlp.answers.choices import plain
from nlp.model.labels import DATA

_LONGEST = 60


def practice_meant(text: str) -> str | None:
    """The command, followed by its subject; None if the text speaks of no practice."""
    said = plain(text)
    complains = re.search(_data()["not_these"], said) and not said.startswith(tuple(_phrases()))
    if len(said) > _LONGEST or complains:
        return None
    for command, patterns in _phrases().items():
        if found := next(filter(None, (each.fullmatch(said) for each in patterns)), None):
            about = (part.strip(_EDGES) for part in found.groups() if part)
            return " ".join(filter(None, (command, *about)))
    return None


class Told(Enum):
    """What a text without the word 走访 says about a visited person."""

    VISITED = auto()
    """Somebody went, or says how they are"""
    NAMED = auto()
    """A visit is only spoken of"""


def visit_told(text: str) -> Told | None:
    """What the text says about a visit; None if it speaks of none."""
    visits, said = _data()["visits"], plain(text)
    if not re.search(visits["told"], said):
        return None
    return Told.NAMED if re.search(visits["not_yet"], said) else Told.VISITED


def of_somebody(words: str) -> str:
    """The words after a name with a person as their subject: 「敲了半天门没人应」 alone is no danger to the reader."""
    return f"{_data()['visits']['somebody']}，{words}"


_EDGES = " ，,。.：:；;！!？?～~"


@cache
def _phrases() -> Mapping[str, Sequence[re.Pattern[str]]]:
    start = _data()["start"]
    return {
        command: [re.compile(f"{start}{pattern}", re.DOTALL) for pattern in patterns]
        for command, patterns in _data()["phrases"].items()
    }


@cache
def _data() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load((DATA / "practices.yaml").read_text("utf-8"), loader))  # noqa: S506  (both are safe)
