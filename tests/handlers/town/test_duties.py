"""The table of duties: the first row that holds counts, the manager follows the compound's mode, and files are checked."""

import csv
import re

import pytest
from testbed import ROOT

from handlers.tables.table import TableError
from handlers.town.catalogue import read_catalogue
from handlers.town.duties import Ownership, read_duties
from handlers.world.nodes import PlaceNode
from models.grid import Mode

DATA = ROOT / "handlers" / "data"
HEADER = "category,item,kind,mode,words,ownership,responsible,clause\n"


@pytest.fixture(scope="module")
def catalogue():
    return read_catalogue(DATA / "categories.csv")


@pytest.fixture(scope="module")
def duties(catalogue):
    return read_duties(DATA / "duties.csv", catalogue)


def place(mode="", kind="compound"):
    return PlaceNode(1, "某处", "C", kind, mode, None, None, {})


@pytest.mark.parametrize(
    ("item", "where", "text", "card"),
    [
        (("repairs", "lift"), place("cover"), "", "共有部分，由物业负责（特种设备安全法第三十八条）"),
        (("repairs", "lift"), place("bottom"), "", "共有部分，由社区负责（特种设备安全法第三十八条）"),
        (("repairs", "lift"), place("self"), "", "共有部分，由业委会或居民自管小组负责（特种设备安全法第三十八条）"),
        (("repairs", "roof"), place("managed"), "还在保修期就漏", "保修，由建设单位（开发商、施工单位）负责（建设工程质量管理条例第四十条、第四十一条）"),
        (("repairs", "street_lamp"), place(kind="road"), "", "市政，由市政路灯管理单位负责（城市照明管理规定，按当地分工）"),
        (("utilities", "water"), place("cover"), "", "市政，由供水公司负责（物业管理条例第五十一条）"),
        (("utilities", ""), None, "", "市政，由供水、供电、供气、供热单位负责（物业管理条例第五十一条）"),
        (("greening", ""), place("none"), "", "共有部分，由社区负责（民法典第二百七十四条）"),
        (("safety", "theft"), None, "", "由公安派出所负责（人民警察法第六条、第二十一条）"),
        (("consult", ""), None, "", ""),
    ],
)  # fmt: skip
def test_the_shipped_table_answers(duties, item, where, text, card):
    assert duties.card(*item, text, where) == card


def test_every_line_names_its_clause_or_says_that_there_is_none():
    with (DATA / "duties.csv").open(encoding="utf-8", newline="") as file:
        clauses = [row["clause"] for row in csv.DictReader(file)]
    assert [each for each in clauses if not re.search(r"[法典例].*第.+条|按当地|无专门条款", each)] == []


def test_in_a_compound_of_every_mode_every_common_thing_has_somebody(duties, catalogue):
    for item, (category, _) in catalogue.items.items():
        for mode in Mode:
            card = duties.card(category, item, "", place(mode))
            assert "*" not in card
            assert not card.startswith(Ownership.COMMON) or "由" in card


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("space,,,,,共有,物业,", "没有“space”这个类别"),
        ("repairs,dog,,,,共有,物业,", "没有“dog”这个子项"),
        ("repairs,,,,,公有,物业,", "不是权属"),
        ("repairs,,,managd,,共有,物业,", "不认识的管理形式“managd”"),
        ("repairs,,,,,共有,,", "responsible 不能为空"),
        ("*,,,,,,*,", "responsible 不能为空"),
    ],
)
def test_a_wrong_row_is_named_by_its_line(tmp_path, catalogue, line, told):
    (tmp_path / "duties.csv").write_text(HEADER + "repairs,,,,,共有,*,\n" + line + "\n", "utf-8")
    with pytest.raises(TableError, match="第3行") as error:
        read_duties(tmp_path / "duties.csv", catalogue)
    assert len(error.value.problems) == 1
    assert told in str(error.value)


def test_a_table_with_other_columns_is_refused(tmp_path, catalogue):
    (tmp_path / "duties.csv").write_text("category,item\nrepairs,\n", "utf-8")
    with pytest.raises(TableError, match="缺少列 kind"):
        read_duties(tmp_path / "duties.csv", catalogue)
