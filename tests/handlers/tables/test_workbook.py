"""Workbooks as Excel, WPS and other programs write them; and as no program would."""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from handlers.tables.reading import read_table
from handlers.tables.table import Columns

COLUMNS = Columns(("version", "name"), ("from",))
PLAIN = "http://schemas.openxmlformats.org"
STRICT = "http://purl.oclc.org/ooxml"
RELATIONS = f"{PLAIN}/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
PARTS = {
    "_rels/.rels": f'<Relationships><Relationship Id="a" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{PLAIN}/spreadsheetml/2006/main" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="limits" sheetId="1" r:id="rId7"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="rId7" Type="{RELATIONS}/worksheet" '
    f'Target="/xl/worksheets/sheet1.xml"/><Relationship Id="b" Type="{RELATIONS}/sharedStrings" '
    f'Target="sharedStrings.xml"/><Relationship Id="c" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/sharedStrings.xml": f'<sst xmlns="{PLAIN}/spreadsheetml/2006/main"><si><t>version</t></si><si><t>name</t></si>'
    '<si><r><t>路</t></r><r><t>灯</t></r><rPh sb="0" eb="1"><t>ludeng</t></rPh></si></sst>',
    "xl/styles.xml": '<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy\\-mm"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="57"/><xf numFmtId="20"/></cellXfs></styleSheet>',
    SHEET: f'<worksheet xmlns="{PLAIN}/spreadsheetml/2006/main"><sheetData><row r="1">{HEAD}</row>'
    '<row r="3"><c r="A3" s="1"><v>46327</v></c><c r="B3" t="s"><v>2</v></c></row></sheetData></worksheet>',
}


@pytest.fixture
def read(tmp_path):
    def reading(**changed):
        parts = PARTS | {{"sheet": SHEET, "styles": "xl/styles.xml"}.get(key, key): changed[key] for key in changed}
        with ZipFile(tmp_path / "limits.xlsx", "w", ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                if content is not None:
                    archive.writestr(name, content)
        return read_table(tmp_path / "limits.xlsx", COLUMNS)

    return reading


def sheet(*rows: str) -> str:
    body = "".join(f"<row>{row}</row>" for row in (HEAD, *rows))
    return f"<worksheet><sheetData>{body}</sheetData></worksheet>"


def cells(table):
    assert not table.problems
    return [(row.line, row["version"], row["name"]) for row in table.rows]


def test_shared_words_and_dates_are_read_as_people_see_them(read):
    assert cells(read()) == [(3, "2026-11-01", "路灯")]


def test_the_strict_dialect_is_read_too(read):
    parts = {
        name: part.replace(f"{PLAIN}/spreadsheetml/2006", f"{STRICT}/spreadsheetml") for name, part in PARTS.items()
    }
    parts = {name: part.replace(RELATIONS, f"{STRICT}/officeDocument/relationships") for name, part in parts.items()}
    assert parts != PARTS
    assert cells(read(**parts)) == [(3, "2026-11-01", "路灯")]


def test_numbers_of_rows_and_cells_may_be_left_out(read):
    table = read(sheet=sheet("", '<c s="2"><v>46327</v></c><c t="inlineStr"><is><t>灯</t></is></c>'))
    assert cells(table) == [(3, "2026-11-01", "灯")]


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ('<c r="A2"><v>5</v></c>', "5"),
        ('<c r="A2"><v>13800000003</v></c>', "13800000003"),
        ('<c r="A2"><v>37.1448</v></c>', "37.1448"),
        ('<c r="A2" s="3"><v>0.3541666667</v></c>', "08:30:00"),
        ('<c r="A2" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="A2" t="str"><f>A1&amp;"x"</f><v>versionx</v></c>', "versionx"),
        ('<c r="A2" t="d"><v>2026-11-01</v></c>', "2026-11-01"),
        ('<c r="A2" s="1"><v>1e300</v></c>', "1e300"),
        ('<c r="A2" s="99"><v>7</v></c>', "7"),
    ],
)
def test_cells_of_every_kind(read, cell, seen):
    ((_, version, _),) = cells(read(sheet=sheet(cell)))
    assert version == seen


@pytest.mark.parametrize("styles", [PARTS["xl/styles.xml"][:100], "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "", None])
def test_values_are_read_whatever_the_styles_say(read, styles):
    assert cells(read(styles=styles)) == [(3, "46327", "路灯")]


def test_an_empty_fill_of_another_program_is_no_matter(tmp_path):
    book = Workbook()
    for row in [("version", "name"), ("2026-11", "路灯")]:
        book.active.append(row)
    book.save(whole := BytesIO())
    with ZipFile(whole) as old, ZipFile(tmp_path / "limits.xlsx", "w") as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, re.sub(rb"<fill>.*?</fill>", b"<fill/>", content) if "styles" in part else content)
    assert cells(read_table(tmp_path / "limits.xlsx", COLUMNS)) == [(2, "2026-11", "路灯")]


ENTITIES = (
    "<!DOCTYPE a [<!ENTITY l0 'lol'>" + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10)) + "]>"
)


@pytest.mark.parametrize(
    ("part", "content", "told"),
    [
        (SHEET, PARTS[SHEET][:150], "工作表“limits”读不出来"),
        (SHEET, None, "里面缺少工作表“limits”"),
        (SHEET, ENTITIES + sheet("<c><v>&l9;</v></c>"), "DOCTYPE"),
        (SHEET, sheet(f"<c><v>{'a' * 40_000}</v></c>"), "单元格超过"),
        (SHEET, sheet('<c r="A2" t="s"><v>99</v></c>'), "指向的文字不在文件里"),
        (SHEET, sheet(*['<c r="XFD1"><v>1</v></c>'] * 200), "太大了"),
        (SHEET, sheet(*["<c><v>1</v></c>"] * 210_000), "太大了"),
        (SHEET, "<worksheet>" + "<a>" * 100_000, "读不出来"),
        (SHEET, "<worksheet " + " ".join(f'a{n}=">"' for n in range(200_000)) + "/>", "长得不像话的标签"),
        (SHEET, f"<worksheet {'丼' * 300_000}=''/>".encode("utf-16"), "读不出来"),
        (SHEET, b"a" * 70 * 1024 * 1024, "展开有 70 MB"),
        ("xl/sharedStrings.xml", "", "文字表读不出来"),
        ("xl/sharedStrings.xml", PARTS["xl/sharedStrings.xml"].replace("</sst>", "<si/>" * 1_000_001), "文字表太大"),
        ("xl/workbook.xml", "<workbook><sheets>", "目录读不出来"),
        ("xl/workbook.xml", "<workbook/>", "里面没有工作表"),
        ("_rels/.rels", None, "里面缺少目录"),
        (SHEET, sheet("<c><v>\ufffe</v></c>").encode("utf-16")[:-3], "读不出来"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) or len(str(value)) > 40 else None,
)
def test_what_is_broken_or_hostile_is_one_sentence(read, part, content, told):
    table = read(**{part: content})
    (problem,) = table.problems
    assert told in problem.message
    assert not table.readable


@pytest.mark.parametrize(("kept", "element"), [("_MOST_ELEMENTS", "<a/>"), ("_MOST_ATTRIBUTES", "<a b=''/>")])
def test_a_sheet_of_nothing_but_elements_is_told_before_it_takes_for_ever(read, monkeypatch, kept, element):
    monkeypatch.setattr(f"handlers.tables.xml_parts.{kept}", 1_000)
    (problem,) = read(sheet="<worksheet><sheetData>" + element * 1_001).problems
    assert "工作表“limits”太大" in problem.message


def test_a_part_that_is_torn_in_its_packing_is_told(tmp_path, read):
    read()
    path = Path(tmp_path / "limits.xlsx")
    content = bytearray(path.read_bytes())
    with ZipFile(path) as archive:
        at = archive.getinfo(SHEET).header_offset + 30 + len(SHEET)
    content[at + 20 : at + 60] = bytes(40)
    path.write_bytes(content)
    assert "工作表“limits”读不出来" in read_table(path, COLUMNS).problems[0].message
