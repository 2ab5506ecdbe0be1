"""A town as a clerk writes it: Chinese sheets, headings and values, whatever separators, and the blank workbook."""

from dataclasses import replace as but
from functools import reduce

import pytest
from importing_town import GRIDS, PEOPLE, PLACES, TEAMS, write_town
from openpyxl import Workbook, load_workbook

from handlers.tables.headings import all_names
from handlers.tables.reading import read_table
from handlers.tables.table import TableError
from handlers.town.catalogue import read_catalogue
from handlers.town.limits import read_limits
from handlers.town_import.buildings import plain_buildings
from handlers.town_import.importing import read_world
from handlers.town_import.tables import COLUMNS, OPTIONAL
from handlers.town_import.template import write_template
from handlers.world.buildings import expand_buildings
from models.grid import Level, Mode, TeamKind
from models.person import Role
from models.roster import ShiftKind

CHINESE = {
    "网格": """编号,名称,级别,上级
X,孝义市,区县,
S,新义街道,街道,X
C1,离柳社区,社区,S
C2,长安社区,社区,S
C1-1,离柳一网格,网格,C1
C1-2,离柳二网格,网格,C1
C2-1,长安一网格,网格,C2
""",
    "小区": """名称,别名,网格,楼栋,类别,管理形式,纬度,经度
德尚小区,德尚、德尚花园,C1-1,1～3栋、A座,小区,红色覆盖型,37.1448,111.7841
德尚小区,,C1-2,4至6号楼,小区,红色覆盖型,,
幸福小区,,C1-1,,小区,居民自治型,,
幸福小区,老幸福,C2-1,,小区,无物业,,
长安路,,C2,,道路,,,
""",
    "单位": '编号,名称,类别,负责网格\nP,德尚物业,物业,"C1-1,C1-2"\nK,离柳居委会,社区,C1\n',
    "人员": """姓名,openid,角色,单位,网格,手机,企业微信
王秀兰,oWang,居民,,,13800000001,
陈小玲,oChen,网格员、督导,,C1-1,13800000002,Chen
周立新,,物业人员,P,,13800000003.0,
""",
}


def in_workbook(folder, tables):
    book = Workbook()
    book.remove(book.active)
    for name, text in tables.items():
        sheet = book.create_sheet(name)
        for line in text.replace('"C1-1,C1-2"', "C1-1，C1-2").splitlines():
            sheet.append([float(cell) if cell.endswith(".0") else cell for cell in line.split(",")])
    book.save(folder / "world.xlsx")


def write_changed(folder, changes):
    for name, text in CHINESE.items():
        changed = reduce(lambda done, change: done.replace(*change), changes.get(name, ()), text)
        (folder / f"{name}.csv").write_text(changed, "utf-8")


@pytest.fixture
def expected(tmp_path_factory):
    return but(read_world(write_town(tmp_path_factory.mktemp("english"))), boundaries=None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_a_chinese_town_in_csv_is_the_same_town(tmp_path, expected, encoding):
    for name, text in CHINESE.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding)
    assert read_world(tmp_path) == expected


def test_a_chinese_workbook_is_the_same_town(tmp_path, expected):
    in_workbook(tmp_path, CHINESE)
    assert read_world(tmp_path) == expected


def test_a_table_may_be_a_workbook_of_its_own(tmp_path, expected):
    for name, text in {"grids": GRIDS, "teams": TEAMS, "people": PEOPLE}.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    book = Workbook()
    for line in PLACES.splitlines():
        book.active.append(line.split(","))
    book.save(tmp_path / "places.xlsx")
    assert read_world(tmp_path) == expected


def test_the_same_table_twice_is_refused(tmp_path):
    write_town(tmp_path)
    (tmp_path / "网格.csv").write_text(CHINESE["网格"], "utf-8")
    with pytest.raises(TableError, match=r"grids\.csv：与 网格\.csv 同时存在，请只留一个"):
        read_world(tmp_path)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1-12栋", "1-12"),
        ("1～6", "1-6"),
        ("１、２号楼", "1;2"),
        ("1-3，5,7；A座", "1-3;5;7;A"),
        ("4至6号楼", "4-6"),
        ("1 2 3", "1;2;3"),
        ("8幢", "8"),
        ("1—6#", "1-6"),
        ("1-199单", "1-199单"),
        ("1～199号（单号）", "1-199单"),
        ("单号1-199；双2-88", "1-199单;2-88双"),
        ("97弄", "97弄"),
        ("", ""),
    ],
)
def test_buildings_as_clerks_write_them(written, kept):
    assert plain_buildings(written) == kept
    list(expand_buildings(kept))


@pytest.mark.parametrize("written", ["2026-01-06", "2026-01-06T00:00:00", "一栋"])
def test_buildings_that_excel_made_a_date_or_nobody_can_read_are_told(tmp_path, written):
    write_town(tmp_path)
    path = tmp_path / "places.csv"
    path.write_text(path.read_text("utf-8").replace("4-6", written), "utf-8")
    with pytest.raises(TableError, match=r"places\.csv 第3行：楼号"):
        read_world(tmp_path)


def test_a_title_above_the_headings_is_passed_over(tmp_path, expected):
    texts = {name: f"新义街道{name}表（2026年）,,,\n\n{text}" for name, text in CHINESE.items()}
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    assert read_world(tmp_path) == expected


def test_cells_merged_downwards_hold_in_every_row(tmp_path):
    book = Workbook()
    sheet = book.active
    for cells in (["名称", "网格"], ["德尚小区", "C1"], [None, "C2"], ["长安路", "C3"]):
        sheet.append(cells)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "places.xlsx")
    table = read_table(tmp_path / "places.xlsx", but(COLUMNS["places"], needed=("name", "grid")))
    assert [(row["name"], row["grid"]) for row in table.rows] == [
        ("德尚小区", "C1"),
        ("德尚小区", "C2"),
        ("长安路", "C3"),
    ]


def test_the_blank_workbook_is_an_empty_town_that_can_be_filled(tmp_path, expected):
    path = tmp_path / "我们的镇" / "world.xlsx"
    write_template(path)
    tmp_path = path.parent
    assert not read_world(tmp_path).people
    book = load_workbook(path)
    assert book.sheetnames == ["网格", "地点", "单位", "人员", "排班", "巡查", "走访", "问答"]
    assert book["网格"]["A3"].font.color.rgb == "00999999"
    assert [each.formula1 for each in book["人员"].data_validations.dataValidation] == [
        '"居民,网格员,物业人员,督导,管理员"'
    ]
    for name, text in {"网格": "网格", "地点": "小区", "单位": "单位", "人员": "人员"}.items():
        sheet = book[name]
        columns = [cell.value.removesuffix("*") for cell in sheet[2] if cell.value]
        head, *lines = CHINESE[text].replace('"C1-1,C1-2"', "C1-1、C1-2").splitlines()
        for line in lines:
            given = dict(zip(head.split(","), line.split(","), strict=True))
            sheet.append([given.get(column) or given.get({"电话": "手机"}.get(column, ""), "") for column in columns])
    book.save(path)
    assert but(read_world(tmp_path), roster=None, patrols=None, care=None, answers=None) == expected


def test_every_column_has_a_chinese_name():
    for table, columns in {**COLUMNS, **OPTIONAL}.items():
        assert set(all_names()[table].columns) == set(columns.known)


def test_no_chinese_heading_means_two_columns():
    for table, names in all_names().items():
        words = [word for of_column in names.columns.values() for word in of_column]
        assert len(words) == len(set(words)), table


def test_rule_tables_may_have_chinese_headings_too(tmp_path):
    (tmp_path / "类别.csv").write_text("类别,子项,名称\nparking,,停车管理\nparking,lock,私设地锁\n", "gbk")
    assert read_catalogue(tmp_path / "类别.csv").categories == {"parking": "停车管理"}
    head = "版本,类别,子项,紧急,签收,处置,理由\n"
    (tmp_path / "时限.csv").write_text(head + "2026/11/1,parking,,,2工作时,2工作日,停车管理\n,,,,,,\n", "utf-16")
    assert read_limits(tmp_path / "时限.csv").clause("2026-11/parking/*")


def test_a_complaint_names_file_row_what_and_how(tmp_path):
    for name, text in CHINESE.items():
        (tmp_path / f"{name}.csv").write_text(text.replace("无物业", "没物业"), "utf-8")
    with pytest.raises(TableError, match=r"小区\.csv 第5行：不认识的管理形式“没物业”，应为 红色引擎型、"):
        read_world(tmp_path)


def test_complaints_of_a_chinese_table_name_its_columns_tables_and_words_in_chinese(tmp_path):
    changes = {
        "网格": [("C1-1,离柳一网格,网格,C1", "C1-1,离柳一网格,片区,C9")],
        "小区": [("长安路,,C2,,道路,,,", ",,C2,,道路,,,200")],
        "人员": [("周立新,,物业人员,P", "周立新,,维修工,Z")],
    }
    write_changed(tmp_path, changes)
    with pytest.raises(TableError) as told:
        read_world(tmp_path)
    assert str(told.value).splitlines() == [
        "网格.csv 第6行：不认识的级别“片区”，应为 楼栋、网格、社区、街道、区县",
        "网格.csv 第6行：上级“C9”不在 网格 里，写那张表里的编号，或不重复的名称",
        "小区.csv 第6行：名称 不能为空",
        "小区.csv 第6行：纬度和经度要么都写，要么都不写",
        "人员.csv 第4行：不认识的角色“维修工”，应为 居民、网格员、物业人员、督导、管理员",
        "人员.csv 第4行：承办单位“Z”不在 单位 里，写那张表里的编号，或不重复的名称",
    ]


def test_wrong_headings_are_told_with_the_ones_that_should_be_there(tmp_path):
    write_changed(tmp_path, {"人员": [("手机,企业微信", "手机,备注")]})
    with pytest.raises(TableError) as told:
        read_world(tmp_path)
    assert [each.message for each in told.value.problems] == [
        "缺少列 企业微信",
        "不认识的列“备注”，应为 姓名,openid,角色,单位,网格,电话,企业微信",
    ]


def test_grids_and_teams_may_be_named_where_their_names_are_clear(tmp_path, expected):
    changes = {
        "网格": [("网格,C1\n", "网格,离柳社区\n")],
        "小区": [(",C1-1,", ",离柳一网格,"), (",C2,", ",长安社区,")],
        "单位": [("C1-1,C1-2", "离柳一网格、离柳二网格")],
        "人员": [(",P,", ",德尚物业,"), (",C1-1,", ",离柳一网格,")],
    }
    write_changed(tmp_path, changes)
    assert read_world(tmp_path) == expected


def test_a_name_that_two_grids_have_is_told_and_not_guessed(tmp_path):
    write_changed(tmp_path, {"网格": [("离柳二网格", "离柳一网格")], "小区": [(",C1-1,1～3栋", ",离柳一网格,1～3栋")]})
    with pytest.raises(TableError, match=r"小区\.csv 第2行：网格“离柳一网格”不在 网格 里，写那张表里的编号，或不重复"):
        read_world(tmp_path)


def test_a_telephone_without_its_zero_is_told_before_residents_dial_it(tmp_path):
    changes = [("负责网格\n", "负责网格,电话\n"), ('"C1-1,C1-2"\n', '"C1-1,C1-2",57188001234\n')]
    write_changed(tmp_path, {"单位": changes})
    (warning,) = read_world(tmp_path).warnings
    assert str(warning).startswith("单位.csv 第2行：电话“57188001234”不像电话号码，应像 13812345678 或 0571-88001234")


def test_every_value_has_a_chinese_name():
    values = all_names()
    assert set(values["teams"].values["kind"].values()) == set(TeamKind)
    assert set(values["places"].values["mode"].values()) == set(Mode)
    assert set(values["grids"].values["level"].values()) == set(Level)
    assert set(values["people"].values["roles"].values()) == set(Role) - {Role.SYSTEM}
    assert set(values["roster"].values["kind"].values()) == set(ShiftKind)
