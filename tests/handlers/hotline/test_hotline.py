"""Orders of the hotline: taken whole or not at all, by their own deadline, joined to ours; and what goes back."""

import csv
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from chat import GRID_STAFF, PROPERTY, RESIDENT
from click.testing import CliRunner
from flask import Flask
from openpyxl import Workbook
from pydantic import SecretStr
from sqlalchemy import select

from bot.__main__ import main
from bot.commands import shared
from bot.web.hotline import hotline
from bot.worker.hotline_folder import HotlineFolder
from handlers.hotline.orders import deadline_of, read_file
from handlers.practice_settings.practices import Hotline
from handlers.tables.table import TableError
from models.hotline import HotlineOrder
from models.ticket import CHINA, Ticket

HEADINGS = ["工单编号", "来电人", "诉求内容", "诉求地址", "办理时限", "承办人"]
GOOD = [
    ["JN2026111600123", "某先生", "楼道灯不亮，老人摔过", "德尚小区3号楼", "2026-11-20 12:00", "刘建平"],
    ["JN2026111600124", "某女士", "下水道堵了", "德尚小区5号楼2单元", "2026/11/18", "陈小玲"],
]


def as_csv(path: Path, rows: list[list[str]], headings: list[str] = HEADINGS, encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def as_xlsx(path: Path, rows: list[list[str]]) -> Path:
    book = Workbook()
    for row in [HEADINGS, *rows]:
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture
def run(program, monkeypatch):
    monkeypatch.setattr(shared.Command, "program", lambda _self: program)

    def run(*arguments: object):
        return CliRunner().invoke(main, ["hotline", *map(str, arguments)])

    return run


def orders(program) -> list[tuple[HotlineOrder, Ticket]]:
    with program.reading() as session:
        rows = session.execute(select(HotlineOrder, Ticket).join(Ticket).order_by(HotlineOrder.id))
        return [(order, ticket) for order, ticket in rows]


@pytest.mark.parametrize("form", ["utf-8-sig", "gbk", "xlsx"])
def test_orders_come_with_their_number_deadline_and_handler(run, program, tmp_path, form):
    file = tmp_path / ("orders.xlsx" if form == "xlsx" else "orders.csv")
    as_xlsx(file, GOOD) if form == "xlsx" else as_csv(file, GOOD, encoding=form)
    assert "新立 2 件" in run("import", file).output
    found = orders(program)
    assert [order.number for order, _ in found] == [row[0] for row in GOOD]
    assert [ticket.handle_by for _, ticket in found] == [
        datetime(2026, 11, 20, 12, tzinfo=CHINA),
        datetime(2026, 11, 18, 18, tzinfo=CHINA),
    ]
    assert {ticket.source for _, ticket in found} == {"hotline"}
    assert [(ticket.place_name, ticket.building, ticket.status) for _, ticket in found] == [
        ("德尚小区", "3", "working"),
        ("德尚小区", "5", "working"),
    ]
    names = {person.id: person.name for person in program.towns.known.staff.people.values()}
    assert [names[ticket.assignee_id] for _, ticket in found] == ["刘建平", "陈小玲"]


BAD = {
    "no number": (0, "", "工单编号"),
    "no words": (2, "", "诉求内容"),
    "no deadline": (4, "", "办理时限"),
    "a deadline that is none": (4, "下周", "办理时限"),
    "nobody of that name": (5, "孙悟空", "孙悟空"),
    "a number twice": (0, GOOD[0][0], "重复"),
}


@pytest.mark.parametrize("what", BAD)
def test_one_bad_row_and_nothing_is_taken(run, program, tmp_path, what):
    column, cell, told = BAD[what]
    rows = [list(row) for row in GOOD]
    rows[1][column] = cell
    reply = run("import", as_csv(tmp_path / "orders.csv", rows))
    assert reply.exit_code != 0
    assert "第3行" in reply.output
    assert told in reply.output
    assert orders(program) == []


def test_a_file_with_a_column_too_few_is_told_in_one_line(run, program, tmp_path):
    rows = [row[:-1] for row in GOOD]
    reply = run("import", as_csv(tmp_path / "orders.csv", rows, HEADINGS[:-1]))
    assert "缺少列 承办人" in reply.output
    assert orders(program) == []


def test_a_town_s_own_headings(program, tmp_path):
    rules = Hotline(columns={"number": "受理号", "deadline": "要求办结"})
    file = as_csv(tmp_path / "o.csv", GOOD, ["受理号", "来电人", "诉求内容", "诉求地址", "要求办结", "承办人"])
    assert len(read_file(file, rules, program.towns.known.staff)) == 2
    with pytest.raises(TableError, match="缺少列"):
        read_file(file, Hotline(), program.towns.known.staff)


def test_an_order_that_comes_again_is_known(run, program, tmp_path):
    file = as_csv(tmp_path / "orders.csv", GOOD)
    run("import", file)
    assert "已有 2 件" in run("import", file).output
    later = [[*GOOD[0][:4], "2026-11-25 12:00", GOOD[0][5]]]
    assert "已有 1 件" in run("import", as_csv(file, later)).output
    assert len(orders(program)) == 2
    assert orders(program)[0][1].handle_by == datetime(2026, 11, 25, 12, tzinfo=CHINA)


def test_what_a_resident_has_told_already_is_joined(run, program, chat, tmp_path):
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    before = chat.ticket()
    assert "并入 1 件" in run("import", as_csv(tmp_path / "orders.csv", GOOD[:1])).output
    (order, ticket), *_ = orders(program)
    assert (order.joined, ticket.id, len(chat.tickets())) == (True, before.id, 1)
    assert ticket.handle_by == min(before.handle_by, datetime(2026, 11, 20, 12, tzinfo=CHINA))


def test_the_outcome_goes_back_in_its_form_and_once(run, program, chat, clock, tmp_path):
    run("import", as_csv(tmp_path / "orders.csv", GOOD))
    (_, first), (_, second) = orders(program)
    clock.turn(hours=1)
    assert "部分" in chat.says(PROPERTY, f"属实 {first.number} 部分")
    assert "没有记" in chat.says(PROPERTY, f"属实 {first.number} 大概")
    chat.says(PROPERTY, f"到 {first.number}")
    chat.says(PROPERTY, f"结 {first.number} 灯泡换了")
    chat.says(GRID_STAFF, f"解释 {second.number} 管道属市政，已报排期")
    out = tmp_path / "back.csv"
    assert "报回" in run("export", out).output
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert (rows[0]["工单编号"], rows[0]["诉求属实"], rows[0]["是否解决"]) == (GOOD[0][0], "部分", "居民未确认")
    assert "灯泡换了" in rows[0]["办理情况"]
    assert rows[0]["联系时间"]
    assert (rows[1]["是否解决"], "市政" in rows[1]["未解决原因"]) == ("否", True)
    assert "报回 0 件" in run("export", out).output
    assert "报回 2 件" in run("export", out, "--again").output


def test_the_folder_is_watched(program, clock, tmp_path):
    folder = HotlineFolder(tmp_path, program.sessions, program.towns)
    for name, rows in (("good.csv", GOOD), ("bad.csv", [[*GOOD[0][:5], "孙悟空"]])):
        file = as_csv(tmp_path / name, rows)
        old = clock.now.timestamp() - 60
        os.utime(file, (old, old))
    fresh = as_csv(tmp_path / "half.csv", GOOD)
    os.utime(fresh, (clock.now.timestamp(), clock.now.timestamp()))
    assert folder.look(clock.now) == 2
    assert (tmp_path / "done" / "good.csv").exists()
    assert "孙悟空" in (tmp_path / "refused" / "bad.txt").read_text("utf-8")
    assert fresh.exists()
    assert len(orders(program)) == 2
    assert folder.look(clock.now) == 0


def test_a_file_that_a_worker_died_over_is_taken_again(program, clock, tmp_path):
    (tmp_path / "taking").mkdir()
    left = as_csv(tmp_path / "taking" / "good.csv", GOOD)
    folder = HotlineFolder(tmp_path, program.sessions, program.towns)
    clock.now = datetime.fromtimestamp(left.stat().st_ctime, CHINA)
    assert folder.look(clock.now) == 0
    clock.turn(minutes=11)
    assert folder.look(clock.now) == 1
    assert (tmp_path / "done" / "good.csv").exists()


def test_a_disk_that_refuses_stops_no_worker(program, clock, tmp_path):
    (tmp_path / "done").write_text("a file where a folder should be")
    (tmp_path / "taking").write_text("another")
    file = as_csv(tmp_path / "good.csv", GOOD)
    os.utime(file, (clock.now.timestamp() - 60,) * 2)
    assert HotlineFolder(tmp_path, program.sessions, program.towns).look(clock.now) == 0
    assert file.exists()


@pytest.fixture
def client(program):
    told = program.settings.hotline.model_copy(update={"key": SecretStr("k" * 32)})
    object.__setattr__(program, "settings", program.settings.model_copy(update={"hotline": told}))
    app = Flask("hotline")
    app.register_blueprint(hotline(program))
    return app.test_client()


KEY = {"Authorization": f"Bearer {'k' * 32}"}
PUSHED = {
    "number": "A-1",
    "text": "楼道灯不亮",
    "address": "德尚小区3号楼",
    "deadline": "2026-11-20",
    "handler": "刘建平",
}


def test_the_hotline_pushes_and_fetches_with_its_key(client, program, chat):
    assert client.post("/hotline", json={"orders": [PUSHED]}).status_code == 401
    assert client.post("/hotline", json={"orders": [PUSHED]}, headers={"Authorization": "Bearer x"}).status_code == 401
    assert orders(program) == []
    assert client.post("/hotline", json={"orders": [PUSHED]}, headers=KEY).json == {"new": 1, "joined": 0, "known": 0}
    chat.says(PROPERTY, f"结 {chat.ticket().number} 换好了")
    (told,) = client.get("/hotline", headers=KEY).json["outcomes"]
    assert (told["number"], "换好了" in told["situation"]) == ("A-1", True)
    assert client.get("/hotline").status_code == 401
    asked = [client.get(f"/hotline?since={since}", headers=KEY) for since in ("2026-11-16", "2026-11-17", "soon")]
    assert [len(each.json.get("outcomes", ())) for each in asked] == [1, 0, 0]
    assert asked[-1].status_code == 400


@pytest.mark.parametrize("body", [None, [], {}, {"orders": 1}, {"orders": ["x"]}])
def test_what_is_no_push_is_refused(client, program, body):
    assert client.post("/hotline", json=body, headers=KEY).status_code == 400
    assert orders(program) == []


def test_json_without_an_end_is_no_push(client):
    assert client.post("/hotline", data=b"[" * 100_000, headers=KEY, mimetype="application/json").status_code == 400


@pytest.mark.parametrize("word", ["text", "address", "number", "handler", "deadline"])
def test_what_no_database_keeps_is_told_as_any_other_fault(client, program, word):
    for odd in ("\0", "\ud800"):
        told = client.post("/hotline", json={"orders": [{**PUSHED, word: f"楼道{odd}灯"}]}, headers=KEY)
        assert (told.status_code, "存不了" in told.text or "存不了" in str(told.json)) == (422, True)
    assert orders(program) == []


def test_a_bad_order_of_a_push_takes_the_others_with_it(client, program):
    reply = client.post("/hotline", json={"orders": [PUSHED, {**PUSHED, "number": "A-2", "deadline": ""}]}, headers=KEY)
    assert (reply.status_code, len(reply.json["problems"])) == (422, 1)
    assert orders(program) == []


def test_without_a_key_there_is_no_door(program):
    app = Flask("hotline")
    app.register_blueprint(hotline(program))
    assert app.test_client().get("/hotline", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-12-01 18:00", datetime(2026, 12, 1, 18, tzinfo=CHINA)),
        ("2026/12/1", datetime(2026, 12, 1, 18, tzinfo=CHINA)),
        ("2026年12月1日", datetime(2026, 12, 1, 18, tzinfo=CHINA)),
        ("2026-12-01T09:30:00", datetime(2026, 12, 1, 9, 30, tzinfo=CHINA)),
        ("明天", None),
        ("2026-13-01", None),
    ],
)
def test_a_deadline_is_read(text, read):
    assert deadline_of(text) == read


def test_its_own_deadline_is_what_runs(run, program, chat, clock, tmp_path):
    run("import", as_csv(tmp_path / "orders.csv", GOOD[:1]))
    for hour, minute in ((11, 0), (12, 5)):
        clock.now = datetime(2026, 11, 20, hour, minute, tzinfo=CHINA)
        chat.timers_ring()
    assert any("超时" in text for text in chat.pushed(PROPERTY))
    assert clock.now - orders(program)[0][1].handle_by == timedelta(minutes=5)


def test_a_complaint_of_the_handler_s_own_side_goes_above_them_unread(run, program, chat, tmp_path):
    """The hotline names whom it always names; it does not know of whom the caller complains."""
    words = "投诉德尚小区物业保安打人，我是3号楼502的王秀兰，电话13912345678"
    run("import", as_csv(tmp_path / "orders.csv", [[*GOOD[0][:2], words, "德尚小区3号楼", *GOOD[0][4:]]]))
    (order, ticket), *_ = orders(program)
    assert program.towns.known.staff.people[order.handler_id].team == "P-DS"
    assert (ticket.team != "P-DS", "property" in ticket.shut_out, ticket.assignee_id) == (True, True, None)
    said = chat.says(PROPERTY, f"看 {ticket.number}") + "".join(chat.pushed(PROPERTY))
    assert not [each for each in ("王秀兰", "13912345678", "502", "打人") if each in said]


def test_the_handler_does_not_confirm_their_own_work(run, program, chat, clock, tmp_path):
    run("import", as_csv(tmp_path / "orders.csv", GOOD[:1]))
    number = chat.ticket().number
    chat.says(PROPERTY, f"到 {number}")
    chat.says(PROPERTY, f"结 {number} 灯泡换了")
    chat.says(PROPERTY, "1")
    chat.says(PROPERTY, f"评价 {number} 满意")
    assert (chat.ticket().closing, chat.ticket().rating) == ("", None)
    clock.turn(days=8)
    chat.timers_ring()
    assert chat.ticket().closing == "default"


def test_a_later_deadline_changes_nothing_of_what_has_ended(run, program, chat, clock, tmp_path):
    run("import", as_csv(tmp_path / "orders.csv", GOOD[:1]))
    chat.says(GRID_STAFF, f"解释 {chat.ticket().number} 管道属市政，已报排期")
    before = chat.ticket().handle_by
    assert chat.ticket().ended_at is not None
    later = [[*GOOD[0][:4], "2026-12-25 12:00", GOOD[0][5]]]
    assert "已有 1 件" in run("import", as_csv(tmp_path / "again.csv", later)).output
    assert chat.ticket().handle_by == before
