"""A cache of readings for short texts that people send every day (「进度」, 「1」, 「谢谢」)."""

from handlers.town.town import TextReader
from nlp.reading.understanding import Understanding

LONGEST = 6
"""Characters; longer texts are rarely sent twice"""
MOST = 500


class ReadingCache:
    """Readings of one reader; a new reader (a new world, a new model) empties the cache."""

    def __init__(self) -> None:
        self._of: tuple[TextReader | None, dict[str, Understanding]] = (None, {})

    def understand(self, reader: TextReader, text: str) -> Understanding:
        """What the reader returns, cached for short texts."""
        if len(text) > LONGEST:
            return reader.understand(text)
        whose, known = self._of
        if whose is not reader or len(known) > MOST:
            self._of = (reader, known := {})
        seen = known.get(text)
        return seen or known.setdefault(text, reader.understand(text))
