"""What any recogniser does, whichever it is."""

from typing import Protocol

MOST_LETTERS = 800
"""A minute of fast speech has some three hundred"""


class RecognitionError(Exception):
    """The recogniser gave no words now; the text says why, for the operators' log."""


class Recogniser(Protocol):
    """Safe to share between threads."""

    def hear(self, wav: bytes) -> str:
        """The words, empty where nobody speaks. `wav`: 16,000 a second, one channel. Raises DeafError."""
        ...


def tidy(said: object) -> str:
    """One line, of a length that may be a minute's speech."""
    return " ".join(str(said or "").split())[:MOST_LETTERS]
