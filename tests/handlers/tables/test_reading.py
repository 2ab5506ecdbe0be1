"""A table that a clerk keeps, in whatever form a spreadsheet program has saved it."""

import pytest
from openpyxl import Workbook

from handlers.tables.reading import read_table
from handlers.tables.table import MOST_ROWS, Columns

COLUMNS = Columns(("name", "grid"), ("words",))
TEXT = "name,grid\n德尚小区,C1\n长安路,C2\n"
CELLS = [("德尚小区", "C1"), ("长安路", "C2")]


@pytest.fixture
def read(tmp_path):
    def reading(content, name="places.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, COLUMNS)

    return reading


def cells(table):
    assert not table.problems
    return [(row["name"], row["grid"]) for row in table.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "text", [TEXT, TEXT.replace(",", "\t"), TEXT.replace("\n", "\r\n"), TEXT.replace("name", "Name")]
)
def test_the_ways_of_saving_say_the_same(read, text, encoding):
    assert cells(read(text.encode(encoding))) == CELLS


def test_rows_and_cells_that_are_empty_are_passed_over(read):
    table = read("name,grid,,\n德尚小区,C1,,\n,,,\n  \n长安路,C2\n,,,,,,,\n")
    assert cells(table) == CELLS
    assert [row.line for row in table.rows] == [2, 5]


def test_a_column_that_may_be_missing_is_empty(read):
    assert {row["words"] for row in read(TEXT).rows} == {""}


def test_a_workbook_is_one_whatever_its_name_is(tmp_path):
    book = Workbook()
    for row in [("name", "grid"), *CELLS]:
        book.active.append(row)
    book.create_sheet("说明").append(["随便写写"])
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "places.csv").write_bytes((tmp_path / "book.xlsx").read_bytes())
    table = read_table(tmp_path / "places.csv", COLUMNS)
    assert cells(table) == CELLS
    assert table.file == "places.csv[Sheet]"


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (TEXT.encode("utf-16")[:-1], 0, "另存为“CSV UTF-8”"),
        (TEXT.encode() + b"\xff\xff\xff", 0, "另存为“CSV UTF-8”"),
        (TEXT + "又一\0个,C1\n", 4, "控制字符"),
        (TEXT.encode("gbk").decode("utf-8", "replace"), 2, "是乱码"),
        (TEXT + "锟斤拷,C1\n", 4, "是乱码"),
        ("name,grid\n寰峰皻灏忓尯,C1\n鏂囪嫅鑺卞洯,C2\n", 2, "“寰峰皻灏忓尯”是乱码"),
        (TEXT.encode().decode("latin-1"), 2, "是乱码"),
        (TEXT + "a" * 40_000 + ",C1\n", 4, "一个单元格长 40000 个字"),
        (TEXT + '"没有结束,C1\n', 4, "引号没有配对"),
        (TEXT + "a," * 20_000, 4, "最多 16384 列"),
        (TEXT + "一,C1\n" * MOST_ROWS, 0, f"最多 {MOST_ROWS} 行"),
        (TEXT + " " * 34_000_000, 0, "文件太大"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), 0, "旧版 .xls 或加了密码"),
        (b"PK\x03\x04 torn", 0, "另存为一份新的 .xlsx"),
        ("", 1, "没有表头，应为 name,grid,words"),
        ("name,grid,phone\n", 1, "不认识的列“phone”，应为 name,grid,words"),
        ("name,name\n", 1, "重复的列 name"),
    ],
    ids=lambda value: "" if isinstance(value, (str, bytes)) and len(value) > 30 else None,
)
def test_what_can_t_be_read_is_one_place_and_what_to_do(read, content, line, told):
    table = read(content)
    problem = table.problems[0]
    assert (problem.file, problem.line) == ("places.csv", line)
    assert told in problem.message
    assert not table.readable


def test_millions_of_empty_rows_are_not_read_to_the_end(read):
    (problem,) = read(b"name,grid\n" + b",\n" * 2_000_000).problems
    assert "1000000 多行" in problem.message
