"""House numbers, in all the ways that people write them."""

import pytest

from nlp.model.features import plain
from nlp.places import houses
from nlp.places.houses import find_house, number
from nlp.training.corpus import read_corpus


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("三", "3"),
        ("十", "10"),
        ("十二", "12"),
        ("二十四", "24"),
        ("一百零三", "103"),
        ("一〇三", "103"),
        ("两", "2"),
        ("b", "B"),
        ("08", "8"),
    ],
)
def test_numbers_are_normalised(words, wanted):
    assert number(words) == wanted


@pytest.mark.parametrize(
    ("text", "building", "unit", "room", "floor"),
    [
        ("3号楼", "3", "", "", ""),
        ("三号楼", "3", "", "", ""),
        ("3栋", "3", "", "", ""),
        ("3幢2单元", "3", "2", "", ""),
        ("3#楼", "3", "", "", ""),
        ("12# 三单元502", "12", "3", "502", ""),
        ("B座1204室", "B", "", "1204", ""),
        ("十二号楼二门301", "12", "2", "301", ""),
        ("三单元五楼", "", "3", "", "5"),
        ("3-2-502", "3", "2", "502", ""),
        ("7栋302", "7", "", "302", ""),
        ("７栋３０２室", "7", "", "302", ""),
        ("16栋1楼", "16", "", "", "1"),
        ("5楼 502", "", "", "502", "5"),
        ("负一层", "", "", "", "-1"),
        ("二单元601号房", "", "2", "601", ""),
    ],
)
def test_every_spelling_is_one_address(text, building, unit, room, floor):
    house = find_house(plain(text))
    assert house is not None
    assert (house.building, house.unit, house.room, house.floor) == (building, unit, room, floor)


@pytest.mark.parametrize(
    "text", ["物业费涨到2块5", "打了12345没人接", "楼上太吵", "下午3点", "停了3天", "今年2026年", "楼道", "上楼"]
)
def test_other_numbers_are_no_houses(text):
    assert find_house(plain(text)) is None


def test_a_second_address_is_not_mixed_into_the_first():
    house = find_house(plain("3号楼的路灯坏了，垃圾都堆到5单元门口"))
    assert house is not None
    assert (house.building, house.unit) == ("3", "")


def test_no_house_number_is_without_the_hint_that_is_looked_for_first():
    patterns = (houses._BUILDING, houses._UNIT, houses._ROOM, houses._FLOOR, houses._DASHES, houses._PAIR)
    texts = [plain(example.text) for example in read_corpus()]
    told = [match[0] for text in texts for pattern in patterns for match in pattern.finditer(text)]
    assert len(told) > 500
    assert [words for words in told if not houses._HINT.search(words) and not words.strip().isdigit()] == []
    rooms = [text for text in texts if any(pattern.search(text) for pattern in patterns)]
    assert [text for text in rooms if not houses._HINT.search(text)] == []
