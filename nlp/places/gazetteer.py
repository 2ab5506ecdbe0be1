"""The world's place names: found in a text whatever else stands there, also misspelt or misheard.

An index, not a scan: a text is looked up character by character, so 100,000 names cost what ten cost.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nlp.model.features import plain
from nlp.places.likeness import Likeness
from nlp.places.sounds import sound

_KIND = re.compile(r"(?:住宅)?(?:小区|花园|社区|家园|公寓|新村|片区|宿舍|家属院|大院|广场|大厦|街道)$")
_WHOLE = re.compile(_KIND.pattern.removesuffix("$") + "$|[路街巷道村镇庄屯桥]$")
_MIDDLE = "[里新东西南北中上下大小花家雅嘉佳丽名华金园苑庭府城一二三四五六七八九十]"
_LONGER = re.compile(
    rf"{_MIDDLE}{{0,2}}(?:小区|花园|社区|家园|公寓|新村|新城|大厦)"
    r"|[里苑府庭郡邸湾园城村](?=[0-9]|[一二三四五六七八九十]{1,3}[号栋幢]|的|门口|物业|[，。！？,;；\s]|$)"
)
"""Behind a short name it makes another: 「幸福里小区」「德尚花园」「锦佳苑3栋」 need not be 幸福小区, 德尚小区, 锦佳"""
_NEWER = re.compile(r"(?:(?<![重翻更创刷崭])新|(?<![广老最])大)$")
_HEARD_AT_LEAST = 3  # two syllables sound like half the language


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name people use, and the one the world knows the place by; an alias is one more of these."""

    name: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A name of the world in a text and where it stands; `guessed` where the words may be another place's name."""

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
        self._add_short_forms()
        self._lengths = _lengths_by_beginning(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _add_short_forms(self) -> None:
        """「德尚」 for 「德尚小区」: weaker, and only where it is the short form of one place alone."""
        ambiguous = set()
        for name, canonical in self._names.items():
            short = _KIND.sub("", name)
            if len(short) < 2 or short == name or short in self._names:
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
        """Of all names and short forms, two each: most texts have none of them, and are done with one look."""
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
        """「德尚」 → the canonical names of all that are called so before 小区, 花园 and the like."""
        cores: dict[str, list[str]] = {}
        for name, canonical in self._names.items():
            cores.setdefault(_KIND.sub("", name), []).append(canonical)
        return cores

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(core for core in self._by_core if core)

    def prepare(self) -> "Gazetteer":
        """Make all indexes now, so that no message waits for them."""
        _ = self._all_beginnings, self._sound_lengths, self._likeness
        return self

    def find(self, text: str) -> tuple[Hit, ...]:
        """Names in a plain text, left to right, the longest at every position."""
        if not self._names:
            return ()
        beginnings = _beginnings(text)
        if self._all_beginnings.isdisjoint(beginnings):
            return tuple(self._heard(text))
        hits = tuple(_matches(text, beginnings, self._names, self._lengths))
        hits = hits or tuple(_matches(text, beginnings, self._short, self._short_lengths))
        return tuple(_unless_longer(text, hit) for hit in hits) or tuple(self._heard(text))

    def _heard(self, text: str) -> Iterator[Hit]:
        """Names written with other characters of the same sound, as dictation does."""
        heard = sound(text)
        return _matches(heard, _beginnings(heard), self._sounds, self._sound_lengths)

    def nearest(self, name: str) -> str:
        """The place meant by a misspelt name, "" if none is near enough or two are equally near."""
        near = list(self._likeness.like(_KIND.sub("", name)))
        highest = max((score for score, _ in near), default=0)
        best = {canonical for score, core in near if score == highest for canonical in self._by_core[core]}
        return best.pop() if len(best) == 1 else ""


def _unless_longer(text: str, hit: Hit) -> Hit:
    """「新德尚小区」 is not 德尚小区, nor is 「德尚花园」; but 「二十四城小区」 is 二十四城."""
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
    """The two characters at every position, at the last the one."""
    return [text[start : start + 2] for start in range(len(text))]


def _matches(
    text: str, beginnings: Sequence[str], names: Mapping[str, str], lengths: Mapping[str, Sequence[int]]
) -> Iterator[Hit]:
    free = 0  # where the last name ended
    for start in [start for start, beginning in enumerate(beginnings) if beginning in lengths]:
        for length in lengths[beginnings[start]] if start >= free else ():
            if canonical := names.get(text[start : start + length]):
                yield Hit(canonical, start, start + length)
                free = start + length
                break
