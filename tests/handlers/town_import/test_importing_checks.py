"""Every fault of the world files is named by its file and line, and they are all told at once."""

import json
from pathlib import Path
from random import Random
from time import process_time

import pytest
from importing_town import FILES, replace, write_town
from shapely import from_geojson

from handlers.tables.table import Problem, TableError
from handlers.town_import.importing import read_world


@pytest.fixture
def folder(tmp_path):
    return write_town(tmp_path)


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(TableError) as caught:
        read_world(folder)
    return list(caught.value.problems)


def only_problem(folder: Path) -> Problem:
    found = problems(folder)
    assert len(found) == 1, found
    return found[0]


ROWS = [
    ("grids.csv", ",无号,grid,C1", "code 不能为空"),
    ("grids.csv", "C9,,community,S", "name 不能为空"),
    ("grids.csv", "C1-1,又一个,grid,C1", "“C1-1”与第6行重复"),
    ("grids.csv", "C9,什么,village,S", "不认识的级别“village”"),
    ("grids.csv", "C9-1,九网格,grid,C9", "上级“C9”不在 grids 里"),
    ("grids.csv", "C9-1,九网格,grid,", "网格要写明上级社区"),
    ("grids.csv", "C9-1,九网格,grid,S", "上级“S”是街道，网格的上级应是社区"),
    ("grids.csv", "Y,另一个县,county,X", "区县不能再有上级"),
    ("grids.csv", "C9,九社区,community,C9", "绕了一圈又回到“C9”自己"),
    ("places.csv", ",,C1-1,,park,,,", "name 不能为空"),
    ("places.csv", "离柳公园,,,,park,,,", "grid 不能为空"),
    ("places.csv", "离柳公园,,C7,,park,,,", "网格“C7”不在 grids 里"),
    ("places.csv", "离柳公园,,S,,park,,,", "地点要属于网格或社区，“S”是街道"),
    ("places.csv", "离柳公园,,C1-1,,,,,", "kind 不能为空"),
    ("places.csv", "离柳苑,,C1-1,,compuond,self,,", "不认识的地点类别“compuond”，是不是 compound"),
    ("places.csv", "离柳苑,,C1-1,,compound,selfish,,", "不认识的管理形式“selfish”"),
    ("places.csv", "离柳苑,,C1-1,一到六,compound,self,,", "楼号“一到六”看不懂"),
    ("places.csv", "离柳苑,,C1-1,6-1,compound,self,,", "楼号“6-1”看不懂"),
    ("places.csv", "离柳苑,,C1-1,6-1,compound,self,,", "楼号“6-1”看不懂"),
    ("places.csv", "德尚小区,,C1-2,3;7,compound,cover,,", "3号楼已在第2行划给“C1-1”"),
    ("places.csv", "德尚小区,,C1-2,a,compound,cover,,", "A号楼已在第2行划给“C1-1”"),
    ("places.csv", "幸福小区,,C1-2,,compound,self,,", "其余楼栋已在第4行划给“C1-1”"),
    ("places.csv", "德尚小区,,C1-2,9,compound,self,,", "mode“self”与第2行的“cover”不一致"),
    ("places.csv", "离柳苑,幸福小区,C1-1,,compound,self,,", "同社区另一个地点的名称（第4行）"),
    ("places.csv", "离柳苑,德尚,C1-1,,compound,self,,", "“德尚”已是同社区“德尚小区”的别名（第2行）"),
    ("places.csv", "离柳苑,,C1-1,,compound,self,37.1,", "要么都写，要么都不写"),
    ("places.csv", "离柳苑,,C1-1,,compound,self,北纬37,111.7", "lat“北纬37”不是度数"),
    ("places.csv", "离柳苑,,C1-1,,compound,self,nan,111.7", "lat“nan”不是度数"),
    ("places.csv", "离柳苑,,C1-1,,compound,self,37.1,211.7", "lng“211.7”不在中国境内"),
    ("places.csv", "离柳苑,,C1-1,,compound,self,37.1,111.7,多余", "多出单元格“多余”"),
    ("teams.csv", ",无号队,grid,C1", "code 不能为空"),
    ("teams.csv", "Q,,grid,C1", "name 不能为空"),
    ("teams.csv", "P,又一家,property,C2", "“P”与第2行重复"),
    ("teams.csv", "Q,某队,gang,C1", "不认识的单位类别“gang”"),
    ("teams.csv", "Q,某队,grid,", "至少要负责一个网格"),
    ("teams.csv", "Q,某队,grid,C1;C8", "网格“C8”不在 grids 里"),
    ("people.csv", ",oNew,resident,,,,", "name 不能为空"),
    ("people.csv", "李建国,oWang,resident,,,,", "openid“oWang”与第2行重复"),
    ("people.csv", "周立新,oNew,resident,,,13800000003,", "姓名和电话与第4行相同"),
    ("people.csv", "李建国,oNew,resident;boss,,,,", "不认识的角色“boss”"),
    ("people.csv", "李建国,oNew,system,,,,", "不认识的角色“system”"),
    ("people.csv", "李建国,oNew,grid_staff,Z,,,", "承办单位“Z”不在 teams 里"),
    ("people.csv", "李建国,oNew,grid_staff,,C8,,", "网格“C8”不在 grids 里"),
    ("people.csv", "李建国,oNew,grid_staff,,,,", "网格员(grid_staff)要写明"),
    ("people.csv", "李建国,oNew,property_staff,,C1,,", "物业人员(property_staff)要写明"),
    ("people.csv", "李建国,oNew,resident,,,138000000010,", "电话“138000000010”不像电话号码"),
]


@pytest.mark.parametrize(("file", "row", "message"), ROWS)
def test_a_bad_row_is_named_by_file_and_line(folder, file, row, message):
    path = folder / file
    path.write_text(path.read_text("utf-8") + row + "\n", "utf-8")
    problem = only_problem(folder)
    assert (problem.file, problem.line) == (file, len(FILES[file].splitlines()) + 1)
    assert message in problem.message


def test_a_circle_of_parents_is_told_at_each_of_its_rows(folder):
    replace(folder, "grids.csv", "S,新义街道,street,X", "S,新义街道,street,C1-1")
    circle = [each.line for each in problems(folder) if "绕了一圈" in each.message]
    assert circle == [3, 4, 6]


def test_swapped_coordinates_are_suspected(folder):
    replace(folder, "places.csv", "37.1448,111.7841", "111.7841,37.1448")
    found = problems(folder)
    assert {each.line for each in found} == {2}
    assert all("写反" in each.message for each in found)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("teams.csv", "code,name,kind,grids", "code,name,kind", {"缺少列 grids"}),
        ("teams.csv", "kind,grids", "kind,grid", {"缺少列 grids", "不认识的列“grid”，应为 code,name,kind,grids,phone"}),
        ("people.csv", "phone,wecom", "phone,phone", {"重复的列 phone", "缺少列 wecom"}),
    ],
)
def test_missing_and_unknown_columns_are_told_at_the_header(folder, file, old, new, expected):
    replace(folder, file, old, new)
    found = problems(folder)
    assert {each.message for each in found} == expected
    assert {(each.file, each.line) for each in found} == {(file, 1)}


def test_an_unreadable_grids_file_is_one_problem_and_not_one_for_every_code(folder):
    (folder / "grids.csv").unlink()
    problem = only_problem(folder)
    assert str(problem) == "grids.csv：缺少这个文件"


def test_problems_of_all_files_come_together_in_order(folder):
    replace(folder, "people.csv", "13800000002", "138")
    replace(folder, "places.csv", "长安路,,C2", "长安路,,C3")
    replace(folder, "places.csv", "1-3;A", "x-y")
    replace(folder, "boundaries.geojson", '"C1-2"', '"C1-3"')
    assert [(each.file, each.line) for each in problems(folder)] == [
        ("places.csv", 2),
        ("places.csv", 6),
        ("people.csv", 3),
        ("boundaries.geojson", 3),
    ]


def test_a_line_is_counted_as_an_editor_counts_it(folder):
    replace(folder, "teams.csv", "P,德尚物业", 'P,"德尚\n物业"')
    replace(folder, "teams.csv", "\nK,", "\n\nK,")
    replace(folder, "teams.csv", "community,C1", "community,C7")
    assert only_problem(folder).line == 5


def test_an_open_quote_is_told_where_it_opens(folder):
    replace(folder, "teams.csv", "K,离柳居委会", 'K,"离柳居委会')
    problem = next(each for each in problems(folder) if each.file == "teams.csv")
    assert (problem.line, "引号没有配对" in problem.message) == (3, True)


def test_bytes_of_no_known_encoding_are_refused(folder):
    (folder / "teams.csv").write_bytes(b"code,name,kind,grids\nP,\xff\xff\xff,property,C1\n")
    assert "编码" in next(each for each in problems(folder) if each.file == "teams.csv").message


def test_an_empty_file_is_refused(folder):
    (folder / "places.csv").write_bytes(b"")
    assert str(only_problem(folder)).startswith("places.csv 第1行：没有表头")


BOW_TIE = "[[[111.78, 37.14], [111.79, 37.15], [111.79, 37.14], [111.78, 37.15], [111.78, 37.14]]]"
OVER_AND_BACK = "[[[111.78, 37.14], [111.79, 37.15], [111.78, 37.14], [111.78, 37.14]]]"
RING = "[[[111.78, 37.14], [111.79, 37.14], [111.79, 37.15], [111.78, 37.14]]]"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (RING, OVER_AND_BACK, "没有面积"),
        (RING, "[]", "不为空"),
        (RING, "[[[1, 1], [2, 2]]]", "读不出来"),
        (RING, RING.replace("111.79", "NaN"), "读不出来"),
        ('"Polygon", "coordinates": ' + RING, '"Point", "coordinates": [111.78, 37.14]', "Polygon 或 MultiPolygon"),
        (RING, "[[[37.14, 111.78], [37.14, 111.79], [37.15, 111.79], [37.14, 111.78]]]", "经度在前"),
        ('{"code": "C1-2"}', "{}", "没有网格编号"),
        ('{"code": "C1-2"}', '{"code": "C1-1"}', "与第2行的第1个要素“C1-1”重复"),
        ('{"code": "C1-2"}', '{"code": "C5"}', "网格“C5”不在 grids 里"),
    ],
)
def test_a_bad_boundary_is_named_by_the_line_of_its_feature(folder, old, new, message):
    replace(folder, "boundaries.geojson", old, new)
    problem = only_problem(folder)
    assert (problem.file, problem.line) == ("boundaries.geojson", 3)
    assert message in problem.message


def test_a_boundary_that_crosses_itself_is_mended_and_told_with_its_name(folder):
    replace(folder, "boundaries.geojson", RING, BOW_TIE)
    files = read_world(folder)
    (warning,) = files.warnings
    assert (warning.file, warning.line) == ("boundaries.geojson", 3)
    assert "“C1-2”" in warning.message
    assert "经度 111.785、纬度 37.145 附近自己相交" in warning.message
    mended = from_geojson(files.boundaries["C1-2"])
    assert mended.is_valid
    assert mended.area == pytest.approx(0.01 * 0.01 / 2)
    assert read_world(folder) == files


def test_features_of_one_line_are_told_apart_by_place_and_name(folder):
    text = (folder / "boundaries.geojson").read_text("utf-8").replace("\n", "")
    text = text.replace('{"code": "C1-1"}', '{"name": "一网格"}').replace('{"code": "C1-2"}', '{"name": "二网格"}')
    (folder / "boundaries.geojson").write_text(text, "utf-8")
    told = [str(each) for each in problems(folder)]
    assert [each.partition("：")[2] for each in told] == [
        "第1个要素“一网格”：properties 里没有网格编号，请加上 code",
        "第2个要素“二网格”：properties 里没有网格编号，请加上 code",
    ]


def test_a_scrawl_is_refused_before_its_repair_takes_for_ever(folder):
    spread = Random(1)
    points = [[111 + spread.random(), 37 + spread.random()] for _ in range(3_000)]
    replace(folder, "boundaries.geojson", RING, json.dumps([[*points, points[0]]]))
    began = process_time()
    assert "交叉太多" in only_problem(folder).message
    assert process_time() - began < 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"features": ' + "[" * 100_000 + "]" * 100_000 + "}", "括号套得太深"),
        ('{"features": [' + "1" * 10_000 + "]}", "太长的数"),
        ('{"features": [' + "[]," * 2_000_000 + "0]}", "点太多"),
        ('{"features": [{"properties": {' + '"code": 1, ' * 600_000 + '"x": 1}}]}', "点太多"),
        ('{"features": [' + "0," * 60_000 + "0]}", "要素太多"),
        (" " * 40_000_000, "文件太大"),
        ('{"metadata": {"features": [1, 2, 3]}, "features": [{"properties": {"code": "C9"}}]}', "“C9”不在 grids 里"),
    ],
    ids=["deep", "long number", "many points", "many properties", "many features", "large", "another list of features"],
)
def test_a_hostile_file_is_one_line(folder, content, told):
    (folder / "boundaries.geojson").write_text(content, "utf-8")
    assert told in only_problem(folder).message


@pytest.mark.parametrize(
    ("old", "new", "line"), [('"code": "C1-2"', '"code" "C1-2"', 3), ('"features"', '"things"', 1)]
)
def test_boundaries_that_are_no_feature_collection_are_refused(folder, old, new, line):
    replace(folder, "boundaries.geojson", old, new)
    problem = only_problem(folder)
    assert (problem.file, problem.line) == ("boundaries.geojson", line)
