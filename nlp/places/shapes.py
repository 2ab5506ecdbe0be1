"""Places that no gazetteer knows, by the shape of their names: words before 「小区」「路」「村」「花园」."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from nlp.model.labels import DATA
from nlp.places.words import FACILITY, endings, words

_NAME = re.compile(r"[\u4e00-\u9fff0-9a-z·~-]+")
_INNER = frozenset("新园城里")
_LONGEST_CORE = 9
_LONGEST_TAIL = 7
_WEIGHTS = {"home": 5, "site": 4, "road": 3, "settlement": 3, "region": 1, FACILITY: 2}
# Words after a name that has no ending of its own: 「优山美地物业」「城南故事楼下」「山水嘉园16栋」
_BEHIND_NAMES = frozenset(
    ("这边", "那边", "物业", "业主", "居民", "楼下", "门口", "对面", "旁边", "附近", "周边", "后面", "栋", "幢", "号楼")
)
_BEHIND_WEIGHT = 2
_SHORTEST_UNMARKED = 3
_REGION_AND_NAME = 4  # 「A市保利麓谷林语」: only the region shows that the rest is a name


@dataclass(frozen=True, slots=True)
class Shape:
    """A stretch of text that looks like a place, with its strength."""

    start: int
    end: int
    weight: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """A text's words, their positions, and whether each may be part of a name."""

    words: Sequence[str]
    starts: Sequence[int]
    links: frozenset[str]

    def end(self, place: int) -> int:
        return self.starts[place] + len(self.words[place])

    def may_name(self, place: int) -> bool:
        word = self.words[place]
        return word not in _stops() and word not in self.links and _NAME.fullmatch(word) is not None

    def _continues(self, place: int) -> bool:
        """Whether a name may reach back over a word: 「新」 begins none, but 「锦佳新园小区」 holds it."""
        if self.words[place] not in _INNER:
            return self.may_name(place)
        before = place - 1
        while before >= 0 and self.words[before] in _INNER:
            before -= 1
        return before >= 0 and self.may_name(before)

    def back(self, place: int, earliest: int) -> int:
        """The start of the name that ends before the word at `place`."""
        start = self.starts[place]
        earliest = max(earliest, start - _LONGEST_CORE)
        while place > 0 and self.starts[place - 1] >= earliest and self._continues(place - 1):
            place -= 1
            start = self.starts[place]
        return start

    def ahead(self, place: int) -> int:
        """The end of a name that begins after the word at `place`: 「A市」+「保利麓谷林语」."""
        latest = self.end(place) + _LONGEST_TAIL
        while place + 1 < len(self.words) and self.end(place + 1) <= latest and self.may_name(place + 1):
            place += 1
        return self.end(place)


def find_shapes(cut_words: Sequence[str], links: frozenset[str]) -> list[Shape]:
    """All of them, left to right; neighbours are one place: 「A7县」「榔梨街道」「陶公庙社区」."""
    joined: list[Shape] = []
    if not (marks := _marks(cut_words)):
        return joined
    for shape in _single(_Cut(cut_words, _starts(cut_words), links), marks):
        if joined and shape.start <= joined[-1].end:
            last = joined.pop()
            weight = max(last.weight, shape.weight) + (1 if shape.end > last.end else 0)
            joined.append(Shape(last.start, max(last.end, shape.end), weight))
        elif shape.end - shape.start > 1:
            joined.append(shape)
    return joined


def _marks(words: Sequence[str]) -> Sequence[int]:
    """The words that may end or follow a name; the last character rules out most words."""
    last = _last_characters()
    return [place for place, word in enumerate(words) if word[-1] in last]


def _starts(words: Sequence[str]) -> Sequence[int]:
    return list(accumulate(map(len, words), initial=0))


def _single(cut: _Cut, marks: Iterable[int]) -> Iterator[Shape]:
    floor = 0  # the next name begins here or later
    for place in marks:
        word, shape = cut.words[place], None
        ending = _ending(word)
        if word in _BEHIND_NAMES or (ending == word and endings()[ending] == FACILITY):
            shape = _before(cut, place, floor)
        elif ending and not _only_says_where(cut, place, ending):
            shape = _with_ending(cut, place, ending, floor)
        if shape:
            floor = shape.end
            yield shape


def name_before(cut_words: Sequence[str], links: frozenset[str], end: int) -> Shape | None:
    """A name that is known only by the house number after it: 「御景名都」 in 「御景名都5-2-1102」."""
    starts = _starts(cut_words)
    return _before(_Cut(cut_words, starts, links), starts.index(end), 0) if end in starts[:-1] else None


def _before(cut: _Cut, place: int, floor: int) -> Shape | None:
    numbered = cut.words[place][0] in "栋幢号"
    while place > 0 and (cut.words[place - 1] == "地下" or (numbered and cut.words[place - 1].isdigit())):
        place -= 1
    start, end = cut.back(place, floor), cut.starts[place]
    return Shape(start, end, _BEHIND_WEIGHT) if end - start >= _SHORTEST_UNMARKED else None


def _with_ending(cut: _Cut, place: int, ending: str, floor: int) -> Shape | None:
    word, kind = cut.words[place], endings()[ending]
    if word in _stops() and word != ending:
        return None
    start, end = cut.back(place, floor), cut.end(place)
    core = end - start - len(ending)
    if kind == "road" and _is_no_road("".join(cut.words)[start : end - len(ending)]):
        return None
    if core < (1 if kind in {"region", "road", "settlement"} or floor == cut.starts[place] else 2):
        # 「浪琴湾」 was a name already and 「小区」 belongs to it
        return Shape(start, end, _WEIGHTS[kind]) if floor and start == floor else None
    if kind == "region":
        tail = cut.ahead(place)
        return Shape(start, tail, _REGION_AND_NAME if tail > end + 1 else _WEIGHTS[kind])
    return Shape(start, end, _WEIGHTS[kind])


def _only_says_where(cut: _Cut, place: int, ending: str) -> bool:
    """「屋里」「群里」 only say where; 「和平里」 is a name."""
    word = cut.words[place]
    before = word[: -len(ending)] or (cut.words[place - 1] if place else "")
    return ending == "里" and before[-1:] in words()["vessels"]


def _is_no_road(core: str) -> bool:
    """「堵路」「泥巴路」 are no road names; 「和平路」 is one."""
    return core in words()["no_road"]


@lru_cache(maxsize=1)
def _last_characters() -> frozenset[str]:
    return frozenset(word[-1] for word in (*endings(), *_BEHIND_NAMES))


@lru_cache(maxsize=1)
def _stops() -> frozenset[str]:
    return frozenset((DATA / "place_stops.txt").read_text("utf-8").split())


@lru_cache(maxsize=4096)
def _ending(word: str) -> str:
    """The longest place ending, 「小区」「路」, of a word; "" if none."""
    known = endings()
    return next((word[-size:] for size in range(min(4, len(word)), 0, -1) if word[-size:] in known), "")
