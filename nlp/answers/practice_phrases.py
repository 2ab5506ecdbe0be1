"""「我想预约一下接待日，说说楼道的事」: what is said instead of a practice's word. Phrases are data: practices.yaml."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import yaml

from nlp.answers.choices import plain
from nlp.model.labels import DATA

_LONGEST = 60


def practice_meant(text: str) -> str | None:
    """The command, with what it is about behind it; None where no practice is spoken of."""
    said = plain(text)
    complains = re.search(_data()["not_these"], said) and not said.startswith(tuple(_phrases()))
    if len(said) > _LONGEST or complains:
        return None
    for command, patterns in _phrases().items():
        if found := next(filter(None, (each.fullmatch(said) for each in patterns)), None):
            about = (part.strip(_EDGES) for part in found.groups() if part)
            return " ".join(filter(None, (command, *about)))
    return None


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
