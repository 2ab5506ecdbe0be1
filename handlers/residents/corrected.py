"""What somebody said to put a report right, read once."""

from dataclasses import dataclass

from nlp.reading.understanding import Intent, Understanding


@dataclass(frozen=True, slots=True)
class Correction:
    """All of the words, those that tell what is right, and what the reader makes of these."""

    words: str
    right: str
    seen: Understanding | None


def names_a_trouble(seen: Understanding) -> bool:
    """Behind 「是」 a thing that breaks says enough: 「门禁坏了」 alone might also rate something."""
    return seen.sure and (bool(seen.item) or seen.intent is Intent.REPORT)
