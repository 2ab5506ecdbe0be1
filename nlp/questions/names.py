"""What a town's names mean in a question: areas, places, teams, people, categories and their sub-items."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nlp.model.features import plain
from nlp.model.labels import items
from nlp.places.gazetteer import Gazetteer
from nlp.questions.tokens import Token
from nlp.questions.vocabulary import vocabulary

_BRACKETS = re.compile(r"[(（].*?[)）]")
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Area:
    """A grid of any level, with the code of its parent."""

    code: str
    name: str
    level: str
    parent: str | None


@dataclass(frozen=True)
class Names:
    """All names of a town as a plain value; the index is built once."""

    gazetteer: Gazetteer = field(default_factory=Gazetteer)
    place_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By a place's own name: that, and its aliases"""
    areas: Mapping[str, Area] = field(default_factory=dict)
    teams: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """code → (name, kind)"""
    of_namesakes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Words that distinguish places with the same name → (name, community of the place meant)"""
    people: frozenset[str] = frozenset()
    namesakes: frozenset[str] = frozenset()
    """Names shared by two of the staff: they identify neither"""
    categories: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """key → (category, name)"""

    def tokens(self, text: str) -> Iterator[Token]:
        """Every name in a text, also names within longer names."""
        yield from self._places_in(text)
        for start in range(len(text)):
            for length in self._lengths.get(text[start : start + _SHORTEST], ()):
                for kind, value in self._meanings(text[start : start + length]):
                    yield Token(kind, value, start, start + length)

    def chain(self, code: str) -> Iterator[str]:
        """An area's code and the codes of its ancestors."""
        above: str | None = code
        while above and (area := self.areas.get(above)):
            yield area.code
            above = area.parent

    def prepare(self) -> "Names":
        _ = self._lengths
        return self

    def _places_in(self, text: str) -> Iterator[Token]:
        for hit in self.gazetteer.find(text):
            said = text[hit.start : hit.end]
            names = [plain(name) for name in self.place_names.get(hit.canonical, ())]
            if not hit.guessed and (said in names or (said not in self._index and any(said in name for name in names))):
                meant = self.of_namesakes.get(said)
                yield Token("place_in" if meant else "place", meant or hit.canonical, hit.start, hit.end)

    def _meanings(self, word: str) -> Sequence[tuple[str, Any]]:
        return self._index.get(word) or self._said_of_items.get(word, ())

    @cached_property
    def _said_of_items(self) -> Mapping[str, Sequence[tuple[str, frozenset[str]]]]:
        """Words of sub-items, 「掉皮」 of a wall: beside the item's name they add nothing, and alone they name none."""
        found = defaultdict[str, set[str]](set)
        for item in items():
            for word in item.words if item.key in self.items else ():
                found[word].add(item.key)
        return {word: (("of_item", frozenset(keys)),) for word, keys in found.items() if len(word) >= _SHORTEST}

    @cached_property
    def _lengths(self) -> Mapping[str, Sequence[int]]:
        found = defaultdict[str, set[int]](set)
        for name in (*self._index, *self._said_of_items):
            found[name[:_SHORTEST]].add(len(name))
        return {beginning: tuple(lengths) for beginning, lengths in found.items()}

    @cached_property
    def _index(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Names by their words. A short form that is shared, or that means something else, is left out."""
        whole = _by_words((*self._areas(), *self._teams(), *self._people(), *self._subjects()))
        short = _by_words((*self._short_areas(), *self._short_teams(), *self._short_items()))
        clear = {name: found for name, found in short.items() if len(found) == 1 and name not in whole}
        return whole | {name: found for name, found in clear.items() if name not in vocabulary().generic}

    def _areas(self) -> Iterator[tuple[str, str, str]]:
        for area in self.areas.values():
            yield area.name, "grid", area.code

    def _short_areas(self) -> Iterator[tuple[str, str, str]]:
        """「城南」 for 城南社区, unless a street has that name too."""
        for area in self.areas.values():
            if area.level != "grid":
                yield re.sub(r"(?:社区|街道|[县市区])$", "", area.name), "grid", area.code

    def _teams(self) -> Iterator[tuple[str, str, str]]:
        for code, (name, _) in self.teams.items():
            for called in {name, _BRACKETS.sub("", name)}:
                yield called, "team", code
                yield self._at_home(called), "team", code

    def _at_home(self, name: str) -> str:
        """「孝义市供水公司」 is called 供水公司 in its own town."""
        counties = [area.name for area in self.areas.values() if area.level == "county"]
        return next((name.removeprefix(county) for county in counties if name.startswith(county)), name)

    def _short_teams(self) -> Iterator[tuple[str, str, str]]:
        """Team names without common words in the middle or at the end: 园林中心, 交警队, 城管, 宜居公益物业."""
        for code, (name, _) in self.teams.items():
            bare = self._at_home(_BRACKETS.sub("", name))
            for form in _shorter(bare):
                yield form, "team", code

    def _people(self) -> Iterator[tuple[str, str, str]]:
        for name in self.people:
            yield name, "namesake" if name in self.namesakes else "person", name

    def _subjects(self) -> Iterator[tuple[str, str, str]]:
        for word, key in vocabulary().categories:
            if key in self.categories:
                yield word, "category", key
        for word, key in vocabulary().items:
            if key in self.items:
                yield word, "item", key
        for key, name in self.categories.items():
            yield name, "category", key
            yield f"{name[:_SHORTEST]}类", "category", key
            if key != "other" and name[:_SHORTEST] not in vocabulary().generic:
                yield name[:_SHORTEST], "category", key
        for key, (_, name) in self.items.items():
            yield name, "item", key

    def _short_items(self) -> Iterator[tuple[str, str, str]]:
        """「路灯」 for 路灯与楼道灯."""
        for key, (_, name) in self.items.items():
            for part in re.split("[与和及、]", name):
                yield part, "item", key


def _shorter(name: str) -> set[str]:
    known = vocabulary()
    forms = {name}
    for words in known.team_middles:
        forms |= {form.replace(words, "", 1) for form in forms if words in form[1:]}
    for ending, said in known.team_endings:
        forms |= {form.removesuffix(ending) + said for form in forms if form.endswith(ending)}
    for beginning in known.team_beginnings:
        forms |= {form.removeprefix(beginning) for form in forms}
    return {form for form in forms if len(form) >= _SHORTEST} - {name}


def _by_words(names: Iterable[tuple[str, str, str]]) -> dict[str, tuple[tuple[str, str], ...]]:
    found = defaultdict[str, dict[tuple[str, str], None]](dict)
    for words, kind, value in names:
        if len(words) >= _SHORTEST:
            found[plain(words)][kind, value] = None
    return {words: tuple(each) for words, each in found.items()}
