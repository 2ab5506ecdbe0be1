"""The same town, however its files were saved."""

import csv
from dataclasses import replace as but
from datetime import datetime
from io import StringIO

import pytest
from importing_town import FILES, replace, write_town
from openpyxl import Workbook

from handlers.tables.table import TableError
from handlers.town_import.importing import read_world

TABLES = [name for name in FILES if name.endswith(".csv")]


@pytest.fixture
def expected(tmp_path_factory):
    return read_world(write_town(tmp_path_factory.mktemp("plain")))


def write_workbook(folder, **cells):
    """The town as sheets, numbers as Excel stores them; `cells` like `places_D2=…` replace single ones."""
    book = Workbook()
    book.remove(book.active)
    for name in TABLES:
        sheet = book.create_sheet(name.removesuffix(".csv"))
        for row in csv.reader(StringIO(FILES[name])):
            sheet.append([float(cell) if cell.replace(".", "").isdigit() else cell or None for cell in row])
    for where, value in cells.items():
        sheet, _, cell = where.partition("_")
        book[sheet][cell] = value
    book.save(folder / "world.xlsx")
    (folder / "boundaries.geojson").write_text(FILES["boundaries.geojson"], "utf-8")
    return folder


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030"])
def test_utf8_with_a_mark_and_gbk_say_the_same(tmp_path, expected, encoding):
    assert read_world(write_town(tmp_path, encoding=encoding)) == expected


def test_line_ends_blank_lines_and_blanks_around_don_t_matter(tmp_path, expected):
    write_town(tmp_path)
    for name in TABLES:
        text = FILES[name].replace(",", " , ").replace("\n", "\r\n") + "\r\n , \r\n"
        (tmp_path / name).write_bytes(text.encode())
    assert read_world(tmp_path) == expected


def test_columns_may_stand_in_any_order(tmp_path, expected):
    rows = [[row[3], row[1], row[0], row[2]] for row in csv.reader(StringIO(FILES["teams.csv"]))]
    write_town(tmp_path)
    (tmp_path / "teams.csv").write_text("\n".join(map(",".join, rows)), "utf-8")
    assert read_world(tmp_path) == expected


def test_a_town_without_boundaries_is_a_town(tmp_path, expected):
    write_town(tmp_path)
    (tmp_path / "boundaries.geojson").unlink()
    assert read_world(tmp_path) == but(expected, boundaries=None)


def test_full_width_semicolons_separate_too(tmp_path, expected):
    write_town(tmp_path)
    replace(tmp_path, "places.csv", "德尚;德尚花园", "德尚；德尚花园")
    replace(tmp_path, "teams.csv", "C1-1;C1-2", "C1-1；C1-2")
    assert read_world(tmp_path) == expected


def test_a_workbook_says_the_same_as_its_sheets_in_csv(tmp_path, expected):
    assert read_world(write_workbook(tmp_path)) == expected


def test_a_bad_cell_of_a_workbook_is_named_by_sheet_and_row(tmp_path):
    write_workbook(tmp_path, places_C6="C9", people_F3=138)
    with pytest.raises(TableError) as caught:
        read_world(tmp_path)
    assert [str(each).split("，")[0] for each in caught.value.problems] == [
        "world.xlsx[places] 第6行：网格“C9”不在 grids 里",
        "world.xlsx[people] 第3行：电话“138”不像电话号码",
    ]


def test_buildings_that_excel_took_for_a_date_are_explained(tmp_path):
    write_workbook(tmp_path, places_D3=datetime(2026, 4, 6))
    with pytest.raises(TableError, match=r"places\] 第3行：.*Excel 会把 1-6 变成日期"):
        read_world(tmp_path)


def test_a_missing_sheet_is_told(tmp_path):
    book = Workbook()
    book.active.title = "grids"
    book.active.append(["code", "name", "level", "parent"])
    book.save(tmp_path / "world.xlsx")
    with pytest.raises(TableError) as caught:
        read_world(tmp_path)
    assert [each.file for each in caught.value.problems] == [f"world.xlsx[{t}]" for t in ("places", "teams", "people")]


def test_a_workbook_beside_csv_files_is_refused(tmp_path):
    write_workbook(tmp_path)
    (tmp_path / "teams.csv").write_text(FILES["teams.csv"], "utf-8")
    with pytest.raises(TableError, match=r"^world.xlsx：与 teams.csv 同时存在，请只留一种$"):
        read_world(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 torn"])
def test_a_file_that_is_no_workbook_is_refused(tmp_path, content):
    (tmp_path / "world.xlsx").write_bytes(content)
    with pytest.raises(TableError, match=r"^world.xlsx：不是能打开的 Excel 工作簿"):
        read_world(tmp_path)
