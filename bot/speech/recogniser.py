"""The interface of all recognisers."""

from typing import Protocol

MOST_LETTERS = 800
"""A minute of fast speech has some three hundred"""


class RecognitionError(Exception):
    """The recogniser failed; the message says why, for the operators' log."""


class Recogniser(Protocol):
    """Safe to share between threads."""

    def hear(self, wav: bytes) -> str:
        """The words, empty if nobody speaks. `wav`: 16 kHz, one channel. Raises RecognitionError."""
        ...


def tidy(said: object) -> str:
    """The words as one line, no longer than a minute's speech."""
    return " ".join(str(said or "").split())[:MOST_LETTERS]
