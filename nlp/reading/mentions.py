"""The place of a report: from the world's names, the shape of names, and house numbers."""

import re
from collections.abc import Sequence
from dataclasses import replace

from nlp.places.gazetteer import Gazetteer, Hit
from nlp.places.houses import House, find_house
from nlp.places.shapes import Shape, find_shapes, name_before
from nlp.reading.understanding import PlaceMention

_LANDMARKS = (
    "[东南西北正后侧前大]{1,2}门(?:口|岗)?|门口|门岗|楼下|楼顶|楼道|电梯口|天台|路口|拐角|十字路口|丁字路口",
    "(?:地下)?(?:车库|停车场)(?:出口|入口|出入口)?|地下室",
    r"(?:小广场|喷泉|凉亭|花坛|游乐场|篮球场|健身区|快递柜|菜鸟驿站|垃圾站|配电房|水泵房|岗亭|门卫室)(?:旁边?|附近|前面?|后面?)?",
)
_LANDMARK = re.compile("|".join(_LANDMARKS))
_ROADS = frozenset("路街道巷")
_STREET_NUMBER = re.compile(r"(?:(?<=[路街道巷])[0-9]{1,5}号|(?<=[村镇])[0-9]{1,5}号(?![0-9]))(?!楼|线|院|栋)")
_NUMBER_OF_ROAD = re.compile(rf"{_STREET_NUMBER.pattern}|(?<=[路街道])[0-9]{{1,5}}弄")
_ROAD_AND_NUMBER = re.compile(r"(?P<road>[^\W\d_在住到从去是]{1,4}(?:路|街|大道|巷))[0-9]{1,5}(?:弄|号(?!楼|线|院|栋))")
_NEAR = 6  # characters between a name and its house number: 「德尚小区的3号楼」
_LOOK_AHEAD = 24
_NO_HOUSE = House(0, 0)
_HEAD = 12  # characters in which people say where, before they say what


def find_place(text: str, words: Sequence[str], links: frozenset[str], gazetteer: Gazetteer) -> PlaceMention | None:
    """The place that a plain text is about; None if it names none."""
    houses = _STREET_NUMBER.sub(_blank, text)  # a street number is no house of a compound in the same text
    if hits := gazetteer.find(text):
        hit = _best_hit(houses, hits)
        return _described(text, houses, hit.start, hit.end, hit.canonical, guessed=hit.guessed)
    if shapes := find_shapes(words, links):
        shape = max(shapes, key=lambda shape: _likeliness(houses, shape)) if len(shapes) > 1 else shapes[0]
        known = gazetteer.nearest(text[shape.start : shape.end])
        return _described(text, houses, shape.start, shape.end, known, guessed=bool(known))
    return _nameless(text, houses, words, links)


def _blank(found: re.Match[str]) -> str:
    return "·" * len(found[0])


def _best_hit(houses: str, hits: Sequence[Hit]) -> Hit:
    """The hit with a house number after it, else the first."""
    if len(hits) == 1:
        return hits[0]
    return next((hit for hit in hits if _house_behind(houses, hit.end)), hits[0])


def _likeliness(houses: str, shape: Shape) -> tuple[int, int]:
    """A sort key: names followed by a house number, or near the start of the text, are likelier."""
    bonus = (2 if _house_behind(houses, shape.end) else 0) + (2 if shape.start < _HEAD else 0)
    return (shape.weight + bonus, -shape.start)


def _house_behind(houses: str, end: int) -> House | None:
    house = find_house(houses[end : end + _LOOK_AHEAD], behind_name=houses[end - 1 : end] not in _ROADS)
    if house is None or house.start > _NEAR:
        return None
    return replace(house, start=end + house.start, end=end + house.end)


def _described(text: str, houses: str, start: int, end: int, known: str, *, guessed: bool) -> PlaceMention:
    """A named place with the house number after it, else any in the text; a road gets its street number."""
    number = _NUMBER_OF_ROAD.match(text, end)
    end = number.end() if number else end
    house = _house_behind(houses, end)
    span_end = house.end if house else end
    house = house or find_house(houses[:start]) or find_house(houses[end:]) or _NO_HOUSE
    return PlaceMention(
        name=text[start:end],
        known=known,
        number=number[0].removesuffix("号") if number else "",
        building=house.building,
        unit=house.unit,
        room=house.room,
        floor=house.floor,
        landmark=_landmark(text, span_end),
        start=start,
        end=span_end,
        guessed=guessed,
    )


def _nameless(text: str, houses: str, words: Sequence[str], links: frozenset[str]) -> PlaceMention | None:
    """A place without a name: only a street number, a house or a landmark. We ask, or use the bound home."""
    if number := _ROAD_AND_NUMBER.search(text):
        return _described(text, houses, *number.span("road"), "", guessed=False)
    if house := find_house(houses):
        if house.room and (named := name_before(words, links, house.start)):
            return _described(text, houses, named.start, named.end, "", guessed=False)
        return PlaceMention(
            building=house.building,
            unit=house.unit,
            room=house.room,
            floor=house.floor,
            landmark=_landmark(text, house.end),
            start=house.start,
            end=house.end,
        )
    if found := _LANDMARK.search(text):
        return PlaceMention(landmark=found[0], start=found.start(), end=found.end())
    return None


def _landmark(text: str, behind: int) -> str:
    """The first landmark after a position, else the first in the text."""
    first = _LANDMARK.search(text)
    if first is None:
        return ""
    found = first if first.start() >= behind else _LANDMARK.search(text, behind) or first
    return found[0]
