"""Some test lines of each kind that are read wrongly: what to improve next.

From the first half only: the second half stays unseen, so that it can still measure the reader.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from nlp.measuring.lines import LINES, is_first, rows_of
from nlp.reading.reader import Reader
from nlp.reading.understanding import Understanding

_NONE = "none"
_MOST = 10

Failing = Sequence[tuple[str, str, str]]
"""(expected, actual, text)"""
_Reading = Callable[[Understanding], str]


def failing(reader: Reader, folder: Path = LINES) -> dict[str, Failing]:
    """The first failing lines of each kind; empty if the program was installed without its tests."""
    if not folder.is_dir():
        return {}
    return {
        kind: tuple(islice(_wrong(reader, folder / f"{name}.tsv", read, right), _MOST))
        for kind, (name, read, right) in _KINDS.items()
    }


def _wrong(reader: Reader, path: Path, read: _Reading, right: Callable[[str, str], bool]) -> Failing:
    lines = [(text, want) for text, want in rows_of(path) if is_first(text)]
    got = [(want, read(reader.understand(text)), text) for text, want in lines]
    return [(want, said, text) for want, said, text in got if not right(want, said)]


def _danger(found: Understanding) -> str:
    return found.red_flag or (f"?{found.danger_question}" if found.danger_question else _NONE)


def _intent(found: Understanding) -> str:
    return str(found.wish or found.intent)


def _urgent(found: Understanding) -> str:
    return str(int(found.urgent))


def _matters(found: Understanding) -> str:
    return str(max(len(found.parts), 1))


_KINDS: Mapping[str, tuple[str, _Reading, Callable[[str, str], bool]]] = {
    "dangers missed": ("danger_lines", _danger, lambda want, said: want == _NONE or said != _NONE),
    "dangers only asked about": ("danger_lines", _danger, lambda want, said: want[:5] != "alarm" or said[0] != "?"),
    "look-alikes": ("danger_lines", _danger, lambda want, said: want != _NONE or said == _NONE),
    "chat": ("chat_lines", _danger, lambda _want, said: said == _NONE),
    "intents": ("more_intent_lines", _intent, lambda want, said: said in want.split("|")),
    "urgency": ("urgent_lines", _urgent, lambda want, said: want == said),
    "several matters": ("more_part_lines", _matters, lambda want, said: (want == "1") == (said == "1")),
}
