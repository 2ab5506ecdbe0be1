"""Lists that leave the house: whose, how long, and what a spreadsheet may do with them."""

import csv
import io
import stat
from datetime import datetime, timedelta

import pytest
from chat import ADMIN, COMMUNITY, NEIGHBOUR, OTHER_SUPERVISOR, PROPERTY, RESIDENT, SUPERVISOR, Chat
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import select

from bot.__main__ import main
from bot.demo.settings import account as _account
from bot.installation.keys import KeyRing, new_key
from bot.installation.signed_links import BadLinkError, ExpiredLinkError, Links
from bot.web.app import create_app
from handlers.supervisors.export import HEADING
from handlers.supervisors.spreadsheets import safe_cell, write_csv, write_xlsx
from handlers.town.downloads import Download
from models.person import Look, Person, PersonRole

pytestmark = pytest.mark.both_databases

EVIL = [
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r\n=1+1",
    "  =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\u200b=1",
    "\ufeff=1",
    "\x00=1+1",
    '=HYPERLINK("http://x","y")',
    "%0A=1",
    "|calc",
]


@pytest.mark.parametrize("words", EVIL, ids=ascii)
def test_a_cell_never_begins_with_a_formula(words):
    safe = safe_cell(words)
    assert safe.startswith("'")
    assert not set(safe) & set("\t\r\n\x00")


@pytest.mark.parametrize("words", ["德尚小区3号楼", "26111600001", "1=2", "", "停车费 -20元", "a@b.c"])
def test_ordinary_words_stay_as_they_are(words):
    assert safe_cell(words) == words


@pytest.mark.parametrize("words", [*EVIL, "a\u2028b", "\ud800x", "x" * 40_000, "\x01\x1f", "𠮷😀"], ids=ascii)
def test_both_formats_hold_any_words_as_text(words):
    table, sheet = io.BytesIO(), io.BytesIO()
    rows = [("内容",), (words,)]
    assert write_csv(rows, table) == write_xlsx(rows, sheet) == 1
    [_, [in_csv]] = list(csv.reader(io.StringIO(table.getvalue().decode("utf-8-sig"), newline="")))
    cell = load_workbook(sheet).active["A2"]
    assert (cell.value or "") == in_csv
    assert cell.data_type != "f"


@pytest.fixture
def program(program):
    """With an account, as a web process needs it; the key of tests."""
    return program


@pytest.fixture
def web(program, tmp_path, clock, reader):
    from testbed import settings_for

    from bot.assembly import assemble

    settings = settings_for(str(program.engine.url.render_as_string(hide_password=False)), tmp_path, wechat=_account(1))
    made = assemble(settings, clock, reader)
    yield made, create_app(made).test_client()
    made.engine.dispose()


@pytest.fixture
def chat(web):
    return Chat(web[0])


@pytest.fixture
def town_of_two(chat):
    chat.says(RESIDENT, "=1+1 德尚小区3号楼电梯坏了，电话13812345678")
    chat.says(PROPERTY, f"接 {chat.ticket().number}")
    chat.says(NEIGHBOUR, "德尚小区5号楼2单元502室，物业乱收费，收了停车费不给发票")
    return chat


def link_for(chat, who, words="导出"):
    assert "回 1 生成链接" in chat.says(who, words)
    reply = chat.says(who, "1")
    return reply[reply.index("http://bot.test") :].strip().removeprefix("http://bot.test")


def rows_of(response):
    sheet = load_workbook(io.BytesIO(response.data)).active
    return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_a_supervisor_downloads_the_list_without_numbers_names_and_formulas(town_of_two, web):
    response = web[1].get(link_for(town_of_two, SUPERVISOR))
    heading, *rows = rows_of(response)
    assert response.status_code == 200
    assert tuple(heading) == HEADING
    assert len(rows) == 2
    everything = "\n".join("\t".join(map(str, row)) for row in rows)
    assert "138****5678" in everything
    for secret in ("13812345678", RESIDENT, NEIGHBOUR, "王秀兰", "李建国", "502"):
        assert secret not in everything
    lift = next(dict(zip(heading, row, strict=True)) for row in rows if row[3] == "电梯")
    assert lift["内容"].startswith("'=1+1")
    assert lift["经办人"][1:] == "*" * (len(lift["经办人"]) - 1) != ""
    assert lift["报来时间"] == datetime(2026, 11, 16, 10, 0)


def test_a_link_gives_no_more_than_its_owner_oversees(town_of_two, web):
    assert "没有工单可导出" in town_of_two.says(OTHER_SUPERVISOR, "导出")
    assert len(rows_of(web[1].get(link_for(town_of_two, ADMIN, "导出 本周")))) == 3


def test_numbers_and_moments_are_such_and_a_sheet_of_figures_lies_beside(town_of_two, web, clock):
    town_of_two.says(PROPERTY, "结 修好了")
    book = load_workbook(io.BytesIO(web[1].get(link_for(town_of_two, SUPERVISOR)).data))
    assert book.sheetnames == ["工单", "数字", "口径", "考评"]
    sheet = book["工单"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:Y{sheet.max_row}"
    assert sheet.column_dimensions["F"].width > sheet.column_dimensions["V"].width
    cells = dict(zip(HEADING, next(sheet.iter_rows(min_row=2)), strict=True))
    assert cells["报来时间"].is_date
    assert cells["催办"].data_type == "n"
    figures = [[cell.value for cell in row] for row in book["数字"].iter_rows()]
    assert figures[1][:2] == ["全部", 2]
    teams = {row[0]: row[1] for row in figures}
    assert teams["德尚物业"] == 1
    assert all(not isinstance(cell, str) for row in figures[1:2] for cell in row[1:])
    formats = {cell.value: cell.number_format for cell in book["数字"][2]}
    assert [formats[2], formats[1]] == ["General", "0.0%"]
    assert book["数字"].column_dimensions["A"].width > book["数字"].column_dimensions["B"].width
    assert book["数字"].auto_filter.ref is None


def test_each_ticket_that_is_not_counted_is_listed_with_why(town_of_two, web):
    town_of_two.says(RESIDENT, "撤回")
    town_of_two.says(RESIDENT, "1")
    book = load_workbook(io.BytesIO(web[1].get(link_for(town_of_two, SUPERVISOR)).data))
    three = [[cell.value for cell in row] for row in book["口径"].iter_rows()]
    assert three[0][1::3] == ["原始", "剔除、挂账后", "申诉后"]
    assert [row[0] for row in three[1:4]] == ["按期", "解决", "满意"]
    withdrawn = [row[0].value for row in book["工单"].iter_rows() if row[1].value == "已撤回"]
    assert [row[:2] for row in three[6:]] == [["居民撤回", number] for number in withdrawn]
    assert withdrawn


def test_an_area_may_be_named_with_the_time(town_of_two, web):
    assert "文苑社区本周的 2 张" in town_of_two.says(SUPERVISOR, "导出 文苑社区 本周")
    town_of_two.says(SUPERVISOR, "2")
    assert "没有工单可导出" in town_of_two.says(SUPERVISOR, "导出 本周 离柳社区")
    assert "没看懂" in town_of_two.says(SUPERVISOR, "导出 火星 本周")
    assert "不在您督导的范围里" in town_of_two.says(OTHER_SUPERVISOR, "导出 文苑社区")
    rows = rows_of(web[1].get(link_for(town_of_two, SUPERVISOR, "导出 文苑社区本周")))
    assert len(rows) == 3


def test_names_in_free_words_are_masked(chat, web):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了，我叫王秀兰")
    everything = str(rows_of(web[1].get(link_for(chat, SUPERVISOR))))
    assert "德尚小区3号楼电梯坏了" in everything
    assert "王秀兰" not in everything


def test_a_link_expires(town_of_two, web, clock):
    link = link_for(town_of_two, SUPERVISOR)
    clock.turn(minutes=29)
    assert web[1].get(link).status_code == 200
    clock.turn(minutes=1)
    response = web[1].get(link)
    assert response.status_code == 410
    assert "过期" in response.get_data(as_text=True)


def test_a_changed_or_made_up_link_is_refused(town_of_two, web):
    link = link_for(town_of_two, SUPERVISOR)
    others = Links(KeyRing((new_key(),)), "").to(
        Download(1, *[town_of_two.program.clock() + timedelta(days=days) for days in (-30, 0, 1)])
    )
    body, _, signature = link.rpartition(".")
    for wrong in (link[:-1], f"{body}x.{signature}", f"{body}.", others, "/files/x", "/files/..%2f..%2fetc%2fpasswd"):
        assert web[1].get(wrong).status_code in {403, 404}, wrong
    assert web[1].get(others).status_code == 403


def test_a_link_of_somebody_who_is_no_supervisor_any_more_is_dead(town_of_two, web):
    link = link_for(town_of_two, SUPERVISOR)
    with web[0].sessions.begin() as session:
        person = session.scalars(select(Person).where(Person.openid == SUPERVISOR)).one()
        person.role_rows = [PersonRole(role="grid_staff")]
    assert web[1].get(link).status_code == 403


def test_every_download_is_in_the_read_log(town_of_two, web):
    web[1].get(link_for(town_of_two, SUPERVISOR))
    with web[0].reading() as session:
        look = session.scalars(select(Look)).one()
        assert (look.via, look.ticket_id) == ("导出", None)
        assert session.get(Person, look.person_id).openid == SUPERVISOR


def test_two_gives_no_link_and_staff_and_residents_have_no_such_command(town_of_two):
    town_of_two.says(SUPERVISOR, "导出")
    assert "没有生成" in town_of_two.says(SUPERVISOR, "2")
    for who in (RESIDENT, PROPERTY, COMMUNITY):
        assert "链接" not in town_of_two.says(who, "导出")
        assert "http" not in town_of_two.says(who, "1")


def test_links_signed_with_the_key_before_still_work_and_expire_by_our_clock(clock):
    old, new = new_key(), new_key()
    wanted = Download(7, clock.now, clock.now, clock.now + timedelta(minutes=5))
    token = Links(KeyRing((old,)), "").to(wanted).rpartition("/")[2]
    rotated = Links(KeyRing((new, old)), "")
    assert rotated.read(token, clock.now) == wanted
    with pytest.raises(ExpiredLinkError):
        rotated.read(token, clock.now + timedelta(minutes=5))
    with pytest.raises(BadLinkError):
        Links(KeyRing((new,)), "").read(token, clock.now)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/files/x", "/nowhere", "/wechat", "/"])
def test_every_answer_has_the_headers_of_security(web, path):
    for call in (web[1].get, web[1].post):
        headers = call(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"


def test_the_command_line_exports_both_formats_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("BOT_DATABASE__URL", f"sqlite:///{tmp_path}/w.db")
    for command in (["migrate"], ["import", "bot/demo_world"], ["say", RESIDENT, "德尚小区3号楼电梯坏了"]):
        done = CliRunner().invoke(main, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    for ending in ("csv", "xlsx"):
        target = tmp_path / f"工单.{ending}"
        done = CliRunner().invoke(main, ["export", str(target), "--grid", "WY-01"], catch_exceptions=False)
        assert done.output == f"已导出 1 张工单到 {target}\n"
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "德尚小区" in (tmp_path / "工单.csv").read_text(encoding="utf-8-sig")
    for wrong in ([str(tmp_path / "x.doc")], [str(tmp_path / "x.csv"), "--grid", "MARS"]):
        assert CliRunner().invoke(main, ["export", *wrong]).exit_code != 0
        assert not (tmp_path / "x.csv").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("tmp")]
