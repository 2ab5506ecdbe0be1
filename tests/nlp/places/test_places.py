"""Places: the world's names however they are written, and names that no world knows."""

import time

import pytest

from nlp.model.features import plain
from nlp.model.segment import Segmenter, jieba_dictionary
from nlp.places.gazetteer import Gazetteer, PlaceName
from nlp.places.sounds import SOUNDS, rough, sound, table
from nlp.reading.mentions import find_place

NAMES = (
    "德尚小区",
    "八一小区",
    "二十四城",
    "城南宜居家园",
    "宜居家园",
    "园丁小区",
    "贾家庄八大苑",
    "新义街",
    "新义街道",
)


@pytest.fixture(scope="module")
def segmenter():
    return Segmenter(jieba_dictionary())


@pytest.fixture(scope="module")
def town():
    names = [PlaceName(name, name) for name in NAMES]
    return Gazetteer([*names, PlaceName("德尚", "德尚小区"), PlaceName("老钢厂家属院", "锦佳园小区")])


@pytest.fixture(scope="module")
def place_of(segmenter):
    def find(text, gazetteer):
        return find_place(plain(text), segmenter.cut(plain(text)), segmenter.links, gazetteer)

    return find


@pytest.mark.parametrize(
    ("text", "known", "building"),
    [
        ("德尚小区3号楼电梯又坏了", "德尚小区", "3"),
        ("我家在德尚三栋二单元", "德尚小区", "3"),
        ("八一小区8号楼停水", "八一小区", "8"),
        ("二十四城24栋没暖气", "二十四城", "24"),
        ("城南宜居家园路灯不亮", "城南宜居家园", ""),
        ("宜居家园路灯不亮", "宜居家园", ""),
        ("新义街道办事处门口乱停车", "新义街道", ""),
        ("老钢厂家属院下水道堵了", "锦佳园小区", ""),
        ("新义街对面的园丁小区5号楼漏水", "园丁小区", "5"),
        ("贾家庄八大院太吵", "贾家庄八大苑", ""),
        ("德赏小区垃圾没人收", "德尚小区", ""),
        ("园丁小去门禁坏了", "园丁小区", ""),
        ("元丁小区进水了", "园丁小区", ""),
    ],
)
def test_a_known_place_is_recognised(town, place_of, text, known, building):
    place = place_of(text, town)
    assert place is not None
    assert (place.known, place.building) == (known, building)


@pytest.mark.parametrize("text", ["电梯又坏了", "你好", "一直没有人来管", "物业费怎么交"])
def test_no_place_is_made_up(town, place_of, text):
    place = place_of(text, town)
    assert place is None or not place.known


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我住在锦绣华庭小区，楼下太吵", "锦绣华庭小区"),
        ("A7县榔梨街道陶公庙社区手机没有信号", "A7县榔梨街道陶公庙社区"),
        ("请问望岳路什么时候修好", "望岳路"),
        ("柳河村的垃圾没人拉", "柳河村"),
        ("投诉幸福里花园物业乱收费", "幸福里花园"),
    ],
)
def test_an_unknown_place_is_found_by_its_shape(place_of, text, name):
    place = place_of(text, Gazetteer())
    assert place is not None
    assert place.name == plain(name)


def test_a_misspelt_name_that_fits_two_places_fits_none():
    twins = Gazetteer([PlaceName("东湖花园", "东湖花园"), PlaceName("东河花园", "东河花园")])
    assert twins.nearest("东和花园") == ""


def test_the_table_of_sounds_is_pypinyins():
    assert SOUNDS.read_text("utf-8") == table()
    assert sound("德尚") == sound("得上")


def test_a_hundred_thousand_names_cost_no_more_than_a_few(segmenter, place_of):
    first, second, third = (
        "东南西北中上下新老大小金银玉宝",
        "山水河湖江海泉溪林园庭苑府湾城",
        "一二三四五六七八九十百千万福禄寿喜",
    )
    names = [a + b + c + d + "小区" for a in first for b in second for c in third for d in first + second][:100_000]
    town = Gazetteer([PlaceName(name, name) for name in names])
    text = f"我住{names[777]}3号楼，电梯坏了三天没人修，老人下不了楼，请尽快派人"
    place_of(text, town)
    start = time.thread_time()
    for _ in range(100):
        assert place_of(text, town).known == names[777]
    assert (time.thread_time() - start) / 100 < 0.002


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("园丁里小区3号楼灯不亮", "园丁里小区"),
        ("园丁花园电梯坏了", "园丁花园"),
        ("园丁新村停水了", "园丁新村"),
        ("园丁苑2栋没水", "园丁苑"),
        ("我们园丁里的路灯坏了", "园丁里"),
        ("新园丁小区停电", "新园丁小区"),
        ("园丁新园小区电梯坏了", "园丁新园小区"),
        ("园丁家园停水", "园丁家园"),
    ],
)
def test_a_name_inside_a_longer_one_is_only_a_guess(place_of, town, text, name):
    found = place_of(text, town)
    assert (found.name, found.known, found.guessed) == (name, "园丁小区", True)


@pytest.mark.parametrize(
    "text",
    [
        "园丁路灯坏了",
        "园丁的电梯坏了",
        "园丁城管来了",
        "园丁里面有人打架",
        "园丁东门停电",
        "重新到园丁小区",
        "广大园丁小区业主",
    ],
)
def test_what_only_follows_or_precedes_a_name_is_no_part_of_it(place_of, town, text):
    found = place_of(text, town)
    assert (found.known, found.guessed) == ("园丁小区", False)


def test_an_unknown_name_with_new_in_its_middle_is_one_name(place_of, town):
    found = place_of("锦绣新园小区电梯坏了", town)
    assert (found.name, found.known) == ("锦绣新园小区", "")


@pytest.mark.parametrize(
    ("text", "known"),
    [("二十四城小区停水", "二十四城"), ("新义街里的路灯坏了", "新义街"), ("贾家庄八大苑小区太吵", "贾家庄八大苑")],
)
def test_a_name_without_such_an_ending_may_be_given_one(place_of, town, text, known):
    found = place_of(text, town)
    assert (found.known, found.guessed) == (known, False)


def test_an_alias_inside_a_longer_name_is_only_a_guess_too(place_of, town):
    found = place_of("德尚花园3号楼电梯坏了", town)
    assert (found.name, found.known, found.guessed, found.building) == ("德尚花园", "德尚小区", True, "3")


def test_what_sounds_alike_is_the_same_text_and_nothing_else_is():
    rows = [line.split("\t") for line in SOUNDS.read_text("utf-8").splitlines()]
    heard = {character: sound(character) for _syllable, characters in rows for character in characters}
    for syllable, characters in rows:
        assert len({heard[character] for character in characters}) == 1, syllable
    assert len(set(heard.values())) == len({rough(syllable) for syllable, _characters in rows})
    assert (sound("阿姨😀b座"), sound("a姨")) == (sound("啊一😀b做"), sound("阿姨"))
