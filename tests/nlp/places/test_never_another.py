"""A road, or a compound that the town lacks, is never silently taken for another place; house numbers in all forms."""

import pytest

from nlp.places.gazetteer import Gazetteer, PlaceName
from nlp.places.houses import find_house

NAMES = ("柳泉大厦", "东岭家园", "金禾新村", "锦官小区", "花城公寓(一期)", "花城公寓(别墅)", "月牙苑", "松涛花园(公寓)")
TOWN = Gazetteer(PlaceName(name, name) for name in NAMES)


def found(text):
    return [(hit.canonical, hit.guessed) for hit in TOWN.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "柳泉路路口路灯不亮",
        "东岭街有人乱停车",
        "金禾大道坑坑洼洼",
        "锦官巷口积水",
        "柳泉三弄垃圾没人收",
        "东岭路88号门口井盖响",
    ],
)
def test_a_road_is_a_road(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "东岭五村3号楼电梯坏了",
        "金禾雅苑停水",
        "柳泉大楼漏雨",
        "锦官丽都花园2栋灯不亮",
        "新月牙苑3号楼",
        "大松涛花园门口",
        "锦官公园的灯坏了",
        "东岭幼儿园门口堵车",
        "柳泉市场卫生太差",
        "锦官村没有水",
        "东岭二期停水",
        "柳泉医院门口积水",
    ],
)
def test_another_compound_is_at_most_a_guess(text):
    assert [guessed for _name, guessed in found(text)] == [True]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("东岭3号楼电梯坏了", "东岭家园"),
        ("我家在柳泉，水管漏了", "柳泉大厦"),
        ("金禾门口堵车", "金禾新村"),
        ("锦官路灯不亮", "锦官小区"),
        ("松涛花园2号楼漏水", "松涛花园(公寓)"),
        ("东岭家园南门垃圾", "东岭家园"),
        ("锦官停车场灯不亮", "锦官小区"),
        ("锦官垃圾站臭得很", "锦官小区"),
    ],
)
def test_a_name_of_the_town_is_certain(text, name):
    assert found(text) == [(name, False)]


def test_of_twins_without_their_brackets_one_is_asked():
    assert [guessed for _name, guessed in found("花城公寓3号楼电梯坏了")] == [True]


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("22幢2-501漏水", ("22", "2", "501")),
        ("32号楼1-402下水道堵了", ("32", "1", "402")),
        ("3#1-1102跳闸", ("3", "1", "1102")),
        ("22号楼2/501", ("22", "2", "501")),
        ("廿三号楼灯坏了", ("23", "", "")),
        ("12栋三单元五零二", ("12", "3", "502")),
        ("7幢1单元1203", ("7", "1", "1203")),
        ("15栋c座803没电", ("15", "C", "803")),
        ("b区9栋门禁坏了", ("B9", "", "")),
        ("6号楼3门4层402", ("6", "3", "402")),
        ("2号楼a1203漏水", ("2", "", "A1203")),
        ("8栋-1-302", ("8", "1", "302")),
        ("九号楼四零二", ("9", "", "402")),
        ("5幢乙单元六零三", ("5", "乙", "603")),
    ],
)
def test_a_house_in_the_ways_people_write_it(text, house):
    read = find_house(text)
    assert (read.building, read.unit, read.room) == house


def test_behind_a_name_a_number_and_hao_is_the_house():
    read = find_house("5号602室漏水", behind_name=True)
    assert (read.building, read.room) == ("5", "602")


def test_between_two_houses_is_neither():
    assert find_house("2号楼和3号楼之间的路灯不亮") is None


@pytest.mark.parametrize("text", ["一栋楼的人都来签名", "工单2206号办得怎样", "我那单310号还没人接"])
def test_a_number_that_is_no_house(text):
    assert find_house(text) is None


@pytest.mark.parametrize(
    ("text", "name", "house"),
    [
        ("府前街120号门口井盖没了", "府前街120号", ("", "")),
        ("长安路1234号门口积水", "长安路1234号", ("", "")),
        ("滨河路97弄5号602室漏水", "滨河路97弄", ("5", "602")),
        ("滨河街20号3号楼漏水", "滨河街20号", ("3", "")),
        ("柏杨村12号没水", "柏杨村12号", ("", "")),
        ("德尚小区门口府前街120号路灯不亮", "德尚小区", ("", "")),
    ],
)
def test_a_streets_number_is_no_flat(reader, text, name, house):
    place = reader.understand(text).place
    assert (place.name, (place.building, place.room)) == (name, house)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("滨江湾停车场进水了", "滨江湾"),
        ("云锦天章地下车库没灯", "云锦天章"),
        ("西湖公园草坪被踩秃了", "西湖公园"),
        ("碧水蓝天这边没人扫地", "碧水蓝天"),
    ],
)
def test_what_a_place_has_is_not_part_of_its_name(reader, text, name):
    assert reader.understand(text).place.name == name


@pytest.mark.parametrize("text", ["车棚里堆满纸箱", "院里没有路灯", "群里都说要停水", "水井里有只猫", "哪里能办居住证"])
def test_a_word_of_where_is_no_name(reader, text):
    place = reader.understand(text).place
    assert place is None or place.name == ""


def test_an_alias_that_is_a_cut_name_is_no_more_certain():
    town = Gazetteer([PlaceName("柳泉小区", "柳泉小区"), PlaceName("柳泉", "柳泉小区")])
    read = {
        text: [hit.guessed for hit in town.find(text)] for text in ("柳泉公园路灯坏了", "柳泉路积水", "柳泉3号楼停水")
    }
    assert read == {"柳泉公园路灯坏了": [True], "柳泉路积水": [], "柳泉3号楼停水": [False]}


@pytest.mark.parametrize(
    "text",
    ["有人堵路", "挖路挖了半年", "走夜路害怕", "泥巴路难走", "拦路收费", "消火栓里没水", "井盖里冒水", "抄近路的多"],
)
def test_what_is_done_to_a_road_and_what_is_in_a_thing_are_no_names(reader, text):
    place = reader.understand(text).place
    assert place is None or not place.name


@pytest.mark.parametrize("text", ["和平路坑坑洼洼", "团结里没有路灯"])
def test_a_road_and_a_lane_of_one_word_are_names(reader, text):
    place = reader.understand(text).place
    assert place is not None
    assert place.name in {"和平路", "团结里"}
