"""How the reader does on the lines that were written apart from it: dangers, chat, intents, urgency, several problems.

Each file of `tests/nlp/data` is halved by a hash of its texts: on the first half thresholds may be chosen and mistakes
looked at, and the second half's figures are the ones to believe. Those in `later` were measured before anybody had seen
them: where their figures are better or worse than the second half's, they are the ones to believe.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from nlp.measuring.shares import share
from nlp.reading.reader import Reader
from nlp.reading.understanding import Understanding

LINES = Path(__file__).parents[2] / "tests" / "nlp" / "data"
_NONE, _CERTAIN = "none", "alarm:"
Read = Sequence[tuple[str, Understanding]]


def written_apart(reader: Reader, folder: Path = LINES) -> dict[str, dict[str, float]]:
    """The figures of both halves and of the later lines; empty if the program was installed without its tests."""
    if not folder.is_dir():
        return {}
    return {
        "chosen_on": _figures(reader, folder, is_first),
        "told": _figures(reader, folder, lambda text: not is_first(text)),
        "later": _figures(reader, folder / "later", lambda _text: True),
    }


def _figures(reader: Reader, folder: Path, counts: Callable[[str], bool]) -> dict[str, float]:
    def read(name: str) -> Read:
        return [(want, reader.understand(text)) for text, want in rows_of(folder / name) if counts(text)]

    return {
        **_dangers(read("danger_lines.tsv")),
        **_chat(read("chat_lines.tsv")),
        "intents_right": share(
            (found.wish or found.intent) in want.split("|") for want, found in read("more_intent_lines.tsv")
        ),
        **_urgent(read("urgent_lines.tsv")),
        **_splits(read("more_part_lines.tsv")),
    }


def rows_of(path: Path) -> Iterable[tuple[str, str]]:
    lines = path.read_text("utf-8").splitlines()[1:]
    return ((text, want) for text, want, *_why in (line.split("\t") for line in lines if line))


def is_first(text: str) -> bool:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 2 == 0


def _dangers(read: Read) -> Mapping[str, float]:
    """Noticed: by an alarm or a question. An alarm is right only where somebody must come at once, and never asked."""
    dangers = [found for want, found in read if want != _NONE]
    alarmed = [want for want, found in read if found.red_flag]
    return {
        "dangers_noticed": share(bool(found.red_flag or found.danger_question) for found in dangers),
        "dangers_alarmed": share(bool(found.red_flag) for want, found in read if want.startswith(_CERTAIN)),
        "alarms_right": share(want.startswith(_CERTAIN) for want in alarmed),
        "alarms_not_false": share(want != _NONE for want in alarmed),
        "lookalikes_asked": share(bool(found.danger_question) for want, found in read if want == _NONE),
    }


def _chat(read: Read) -> Mapping[str, float]:
    return {
        "chat_alarmed": share(bool(found.red_flag) for _want, found in read),
        "chat_asked": share(bool(found.danger_question) for _want, found in read),
    }


def _urgent(read: Read) -> Mapping[str, float]:
    return {
        "urgent_precision": share(want == "1" for want, found in read if found.urgent),
        "urgent_recall": share(found.urgent for want, found in read if want == "1"),
    }


def _splits(read: Read) -> Mapping[str, float]:
    return {
        "split_recall": share(len(found.parts) > 1 for want, found in read if want != "1"),
        "false_splits": share(len(found.parts) > 1 for want, found in read if want == "1"),
    }
