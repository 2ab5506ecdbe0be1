"""Words out of Chinese text: jieba's dictionary and jieba's cut, without jieba's start.

jieba needs 0.6 s and 70 MB to come up, and half of its 350,000 words occur once in the newspapers of 1998. Training
takes the common ones and the field's own (`data/userwords.txt`) out of it once; the model's folder keeps them, and the
serving process cuts with them by the most probable path, as `jieba.cut(text, HMM=False)` does. A test holds both
together.
"""

import logging
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

USERWORDS = Path(__file__).parents[1] / "data" / "userwords.txt"
RARE = 12  # jieba's own counts; below this, words are mostly names and old terms
LONGEST = 6  # no longer word helps to tell one grievance from another
_USERWORD_COUNT = 2000
_LINKS = ("v", "d", "p", "c", "r", "u", "y", "t")  # jieba's tags: verbs, adverbs, prepositions, pronouns, times…
_LINK_COUNT = 60  # a rarer verb may well be half of a name


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Words with their counts, and which of them link other words and so end a name."""

    counts: Mapping[str, int]
    links: frozenset[str]

    def save(self, path: Path) -> None:
        rows = (f"{word} {count}{' -' * (word in self.links)}\n" for word, count in sorted(self.counts.items()))
        path.write_text("".join(rows), "utf-8")

    @classmethod
    def load(cls, path: Path) -> "Dictionary":
        rows = [line.split(" ") for line in path.read_text("utf-8").splitlines()]
        return cls({row[0]: int(row[1]) for row in rows}, frozenset(row[0] for row in rows if len(row) == 3))


@lru_cache(maxsize=1)
def jieba_dictionary() -> Dictionary:
    """The words worth keeping; read from jieba, so for training alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # unescaped backslashes in jieba 0.42.1, seen when it is first compiled
        import jieba
    jieba.setLogLevel(logging.ERROR)
    with jieba.Tokenizer().get_dict_file() as lines:
        rows = [line.decode("utf-8").split() for line in lines]
    kept = {word: int(count) for word, count, _tag in rows if int(count) >= RARE and len(word) <= LONGEST}
    for word in USERWORDS.read_text("utf-8").split():
        kept[word] = max(kept.get(word, 0), _USERWORD_COUNT)
    return Dictionary(kept, frozenset(_links(rows)))


def _links(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    return (word for word, count, tag in rows if tag in _LINKS and len(word) > 1 and int(count) >= _LINK_COUNT)


class Segmenter:
    """Cuts a text into the words of its dictionary along the most probable path."""

    def __init__(self, dictionary: Dictionary) -> None:
        total = math.log(sum(dictionary.counts.values()))
        self.links = dictionary.links
        self._unknown = -total
        self._scores = {word: math.log(count) - total for word, count in dictionary.counts.items()}
        # Apart from the other words because they are few: what every position asks for stays near the processor.
        self._characters = {word: score for word, score in self._scores.items() if len(word) == 1}
        self._lengths = _lengths_by_beginning(word for word in dictionary.counts if len(word) > 1)

    def cut(self, text: str) -> list[str]:
        ends = self._best_ends(text)
        words, start, size = [], 0, len(text)
        while start < size:
            end = ends[start]
            words.append(text[start:end])
            start = end
        return words

    def _best_ends(self, text: str) -> list[int]:
        """For every position the end of the word that begins there on the best way to the end of the text."""
        size, scores, characters, lengths = len(text), self._scores, self._characters, self._lengths
        best, ends, top, following = [0.0] * (size + 1), [0] * size, 0.0, ""
        for start, character in zip(range(size - 1, -1, -1), reversed(text), strict=True):
            top, top_end = characters.get(character, self._unknown) + top, start + 1
            # Two positions in three begin no word of the dictionary: they are done with this look.
            for length in lengths.get(character + following, ()):
                end = start + length
                if end > size:
                    break
                score = scores.get(text[start:end])
                if score is not None and score + best[end] >= top:
                    top, top_end = score + best[end], end
            best[start], ends[start], following = top, top_end, character
        return ends


def _lengths_by_beginning(words: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """The lengths of all words, the shortest first, under their first two characters."""
    lengths: dict[str, tuple[int, ...]] = {}
    shared: dict[tuple[int, ...], tuple[int, ...]] = {}  # sixty thousand beginnings have thirty different answers
    for word in words:
        known = lengths.get(word[:2], ())
        if len(word) not in known:
            grown = tuple(sorted((*known, len(word))))
            lengths[word[:2]] = shared.setdefault(grown, grown)
    return lengths
