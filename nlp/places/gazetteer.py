"""Finds the world's place names in a text, also misspelt or misheard ones.

It looks up the text's characters in an index, so 100,000 names take no longer than ten.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nlp.model.features import plain
from nlp.places.likeness import Likeness
from nlp.places.sounds import sound
from nlp.places.words import FACILITY, either, endings, words

_KIND = re.compile(r"(?:住宅)?(?:小区|花园|社区|家园|公寓|新村|片区|宿舍|家属院|大院|广场|大厦|街道)$")
_WHOLE = re.compile(_KIND.pattern.removesuffix("$") + "$|[路街巷道村镇庄屯桥]$")
_NUMERALS = "一二三四五六七八九十"
_MIDDLE = "[里新东西南北中上下大小花家雅嘉佳丽名华金园苑庭府城一二三四五六七八九十]"
_LONGER = re.compile(
    rf"{_MIDDLE}{{0,2}}(?:小区|花园|社区|家园|公寓|新村|新城|大厦)"
    r"|[里苑府庭郡邸湾园城村](?=[0-9]|[一二三四五六七八九十]{1,3}[号栋幢]|的|门口|物业|[，。！？,;；\s]|$)"
)
"""Behind a short name it makes another: 「幸福里小区」「德尚花园」「锦佳苑3栋」 need not be 幸福小区, 德尚小区, 锦佳"""
_ENDS_A_NAME = [ending for ending, kind in endings().items() if kind not in {FACILITY, "region"}]
_OWN_ENDING = re.compile(
    rf"[{words()['naming']}]{{0,2}}{either('own', *_ENDS_A_NAME)}"
    rf"|[\u4e00-\u9fff]{{0,3}}(?:花园|公寓|大厦|公馆|别墅|新区|新苑|广场|综合楼|名门|丽都|家园|苑)|[\u4e00-\u9fff]{{1,2}}湾"
    rf"|[{_NUMERALS}0-9]期|[里外]?滩|十?[{_NUMERALS}]号院"
)
"""Behind a short form it makes a name of its own: 「长寿路」 is not 长寿大厦, nor 「金沙雅苑」 金沙新村"""
_ROAD = re.compile(r"[路街道弄巷]$")
_INSIDE = re.compile(
    rf"[东南西北大正后侧]{{0,2}}(?:门|区)|[里院][面头边子]|里$|[0-9{_NUMERALS}]{{1,3}}[号栋幢单]|路$|{either('inside')}"
)
"""A part of a place, not a part of its name: 「德尚路灯不亮」 is about 德尚"""
_BEFORE = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|[在住是到去从离给往对跟和与家们的区市县镇乡社街道村咱俺我你他边近映诉下报了问请烦看快这那有]|附近)$"
)
"""The text that may come before a short form; after other text it may be the end of a longer name"""
_BRACKETS = re.compile(r"[(（].*?[)）]")
_NEWER = re.compile(r"(?:(?<![重翻更创刷崭])新|(?<![广老最])大)$")
_WEAK = 3
_HEARD_AT_LEAST = 3  # two syllables sound like too many other words


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name that people use, and the place's canonical name; each alias is an entry of its own."""

    name: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A known name and its position in a text; `guessed`: the words may be another place's name."""

    canonical: str
    start: int
    end: int
    guessed: bool = False


class Gazetteer:
    """All names, indexed by their beginnings, by their sound, and by their characters."""

    def __init__(self, names: Iterable[PlaceName] = ()) -> None:
        self._names: dict[str, str] = {}
        self._short: dict[str, str] = {}
        for entry in names:
            self._names.setdefault(plain(entry.name.strip()), entry.canonical)
        self._names.pop("", None)
        self._shared = self._add_without_brackets()
        self._add_short_forms()
        self._lengths = _lengths_by_beginning(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _add_without_brackets(self) -> frozenset[str]:
        """「祥和花园」 for 「祥和花园(公寓)」. Returns the names that several places share: we ask about these."""
        bare: dict[str, set[str]] = {}
        for name, canonical in self._names.items():
            if (short := _BRACKETS.sub("", name)) != name and len(short) > 1 and short not in self._names:
                bare.setdefault(short, set()).add(canonical)
        self._names |= {short: min(meant) for short, meant in bare.items()}
        return frozenset(short for short, meant in bare.items() if len(meant) > 1)

    def _add_short_forms(self) -> None:
        """「德尚」 for 「德尚小区」: a weaker hit, and only if it is the short form of exactly one place."""
        ambiguous = set()
        for name, canonical in self._names.items():
            short = _KIND.sub("", name)
            if len(short) < 2 or short == name or short in self._names or _KIND.fullmatch(short):
                continue
            if self._short.setdefault(short, canonical) != canonical:
                ambiguous.add(short)
        for short in ambiguous:
            del self._short[short]

    @cached_property
    def _short_lengths(self) -> Mapping[str, Sequence[int]]:
        return _lengths_by_beginning(self._short)

    @cached_property
    def _all_beginnings(self) -> frozenset[str]:
        """The first two characters of all names and short forms: most texts have none, so one check ends the search."""
        return frozenset((*self._lengths, *self._short_lengths))

    @cached_property
    def _sounds(self) -> Mapping[str, str]:
        heard: dict[str, str] = {}
        for names in (self._names, self._short):
            for name, canonical in names.items():
                if len(name) >= _HEARD_AT_LEAST:
                    heard.setdefault(sound(name), canonical)
        return heard

    @cached_property
    def _sound_lengths(self) -> Mapping[str, Sequence[int]]:
        return _lengths_by_beginning(self._sounds)

    @cached_property
    def _by_core(self) -> Mapping[str, Sequence[str]]:
        """「德尚」 → the canonical names that consist of it and an ending, 小区, 花园 and the like."""
        cores: dict[str, list[str]] = {}
        for name, canonical in self._names.items():
            cores.setdefault(_KIND.sub("", name), []).append(canonical)
        return cores

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(core for core in self._by_core if core)

    def prepare(self) -> "Gazetteer":
        """Builds all indexes now, so that no message waits for them."""
        _ = self._all_beginnings, self._sound_lengths, self._likeness
        return self

    def find(self, text: str) -> tuple[Hit, ...]:
        """The names in a plain text, left to right, the longest at each position."""
        if not self._names:
            return ()
        beginnings = _beginnings(text)
        if self._all_beginnings.isdisjoint(beginnings):
            return tuple(self._heard(text))
        if whole := tuple(_matches(text, beginnings, self._names, self._lengths)):
            own = (_of_short(text, hit) if _is_short(text, hit) else hit for hit in whole)
            return tuple(self._unless_shared(text, _unless_longer(text, hit)) for hit in own if hit)
        short = (_of_short(text, hit) for hit in _matches(text, beginnings, self._short, self._short_lengths))
        return tuple(_unless_longer(text, hit) for hit in short if hit) or tuple(self._heard(text))

    def _unless_shared(self, text: str, hit: Hit) -> Hit:
        """Marks a hit as guessed if places share the name, or if it is short and may be the end of a longer one."""
        name = text[hit.start : hit.end]
        weak = len(name) <= _WEAK or name != plain(hit.canonical)
        if hit.guessed or name in self._shared or (weak and not _BEFORE.search(text[: hit.start])):
            return replace(hit, guessed=True)
        return hit

    def _heard(self, text: str) -> Iterator[Hit]:
        """Names written with other characters of the same sound, as dictation does; always a guess."""
        heard = sound(text)
        return (
            replace(hit, guessed=True) for hit in _matches(heard, _beginnings(heard), self._sounds, self._sound_lengths)
        )

    def nearest(self, name: str) -> str:
        """The place meant by a misspelt name, "" if none is near enough or two are equally near."""
        near = list(self._likeness.like(_KIND.sub("", name)))
        highest = max((score for score, _ in near), default=0)
        best = {canonical for score, core in near if score == highest for canonical in self._by_core[core]}
        return best.pop() if len(best) == 1 else ""


def _is_short(text: str, hit: Hit) -> bool:
    """Whether the hit is only a name without its ending, 「德尚」; as an alias it proves no more than a short form."""
    name = text[hit.start : hit.end]
    return name != plain(hit.canonical) and plain(hit.canonical).startswith(name)


def _of_short(text: str, hit: Hit) -> Hit | None:
    """A short form is certain if it stands alone, a guess with another ending, and no hit if that is a road's."""
    own = None if _INSIDE.match(text, hit.end) else _OWN_ENDING.match(text, hit.end)
    if own and _ROAD.search(own[0]):
        return None
    if own:
        return replace(hit, end=own.end(), guessed=True)
    return hit if _BEFORE.search(text[: hit.start]) else replace(hit, guessed=True)


def _unless_longer(text: str, hit: Hit) -> Hit:
    """「新德尚小区」 and 「德尚花园」 may not be 德尚小区, so they are guesses; 「二十四城小区」 is 二十四城."""
    newer = _NEWER.search(text[: hit.start])
    longer = None if _WHOLE.search(text[hit.start : hit.end]) else _LONGER.match(text, hit.end)
    if longer and _KIND.fullmatch(longer[0]) and not _KIND.search(hit.canonical):
        longer = None
    if not newer and not longer:
        return hit
    return Hit(hit.canonical, newer.start() if newer else hit.start, longer.end() if longer else hit.end, guessed=True)


def _lengths_by_beginning(names: Iterable[str]) -> Mapping[str, Sequence[int]]:
    lengths: dict[str, set[int]] = {}
    for name in names:
        lengths.setdefault(name[:2], set()).add(len(name))
    return {beginning: sorted(sizes, reverse=True) for beginning, sizes in lengths.items()}


def _beginnings(text: str) -> Sequence[str]:
    """The two characters at each position; one at the last."""
    return [text[start : start + 2] for start in range(len(text))]


def _matches(
    text: str, beginnings: Sequence[str], names: Mapping[str, str], lengths: Mapping[str, Sequence[int]]
) -> Iterator[Hit]:
    free = 0  # the end of the last name
    for start in [start for start, beginning in enumerate(beginnings) if beginning in lengths]:
        for length in lengths[beginnings[start]] if start >= free else ():
            if canonical := names.get(text[start : start + length]):
                yield Hit(canonical, start, start + length)
                free = start + length
                break
