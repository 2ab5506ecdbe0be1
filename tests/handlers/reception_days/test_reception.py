"""Reception days: series, quotas, bookings, and every figure counted once more by hand."""

from datetime import date, datetime, timedelta

import pytest
from chat import ADMIN, COLLEAGUE, NEIGHBOUR, PROPERTY, RESIDENT, Chat
from flask import Flask
from sqlalchemy import select

from bot.installation.signed_links import links
from bot.web.files import files
from handlers.reception_days.sessions import days_of
from models.person import Person
from models.promise import Promise
from models.push import Push
from models.reception import Demand, Reception, ReceptionSeries
from models.ticket import CHINA, Ticket
from nlp.answers.recurring_dates import read_series

NOW = datetime(2026, 11, 16, 10, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("text", "month_days", "weekdays", "day", "hours", "words"),
    [
        ("德尚小区 每月5日、20日 18:00-20:00 刘建平", (5, 20), (), None, "18:00-20:00", "德尚小区 刘建平"),
        ("每月5号 18:00-20:00", (5,), (), None, "18:00-20:00", ""),
        ("德尚小区 每周三、周五 下午3点到5点", (), (3, 5), None, "15:00-17:00", "德尚小区"),
        ("12月5日 9:00-11:00 王秀兰", (), (), date(2026, 12, 5), "09:00-11:00", "王秀兰"),
    ],
)
def test_a_series_is_read(text, month_days, weekdays, day, hours, words):
    read = read_series(text, NOW)
    assert (read.month_days, read.weekdays, read.day, read.words) == (month_days, weekdays, day, words)
    assert f"{read.begins:%H:%M}-{read.ends:%H:%M}" == hours


@pytest.mark.parametrize("text", ["德尚小区 每月5日", "德尚小区 18:00-20:00", "德尚小区 每月40日 18:00-20:00", ""])
def test_what_names_no_day_or_no_hours_is_no_series(text):
    assert read_series(text, NOW) is None


def test_the_31st_is_the_last_day_of_a_shorter_month():
    series = ReceptionSeries(month_days="5;31", weekdays="", begins="18:00", ends="20:00")
    found = list(days_of(series, date(2026, 2, 1), date(2026, 3, 31)))
    assert [f"{day:%m%d}" for day in found] == ["0205", "0228", "0305", "0331"]


def held(chat: Chat, clock, text: str = "接待日 德尚小区 11月20日 18:00-20:00") -> None:
    assert "排好了" in chat.says(PROPERTY, text)
    clock.now = datetime(2026, 11, 20, 18, 0, tzinfo=CHINA)


def count(program, kind: type) -> int:
    with program.reading() as session:
        return len(session.scalars(select(kind)).all())


@pytest.mark.parametrize(
    "text",
    ["接待 1 限期 清走", "接待 1 限期 11月2日 清走", "接待 7 现场 好了", "接待 1 现场", "接待 好了"],
)
def test_a_line_that_can_t_be_entered_changes_nothing(chat, clock, text):
    chat.says(RESIDENT, "预约接待 德尚小区 楼道堆物")
    chat.says(PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00")
    chat.says(RESIDENT, "预约接待 德尚小区 楼道堆物")
    clock.now = datetime(2026, 11, 20, 18, 0, tzinfo=CHINA)
    reply = chat.says(PROPERTY, text)
    assert "\n" not in reply
    assert count(chat.program, Ticket) == 0
    with chat.program.reading() as session:
        assert [(each.settled, each.answer) for each in session.scalars(select(Demand))] == [("", "")]


def test_nobody_gets_a_number_beyond_the_session(chat, clock):
    chat.says(PROPERTY, "接待日 德尚小区 11月20日 18:00-18:20")
    replies = [chat.says(f"oStranger{number}", "预约接待 德尚小区 楼道堆物") for number in range(3)]
    assert ["排好了" in reply for reply in replies] == [True, True, False]
    assert "排满" in replies[2]


def test_a_danger_is_no_matter_to_wait_with(chat):
    chat.says(PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00")
    chat.says(RESIDENT, "预约接待 德尚小区3号楼有人困在电梯里了")
    assert chat.ticket().red_flag
    assert count(chat.program, Demand) == 0


def test_one_is_not_told_more_often_than_the_town_allows(chat, clock):
    chat.says(RESIDENT, "绑定 德尚小区3号楼2单元")
    chat.says(PROPERTY, "接待日 德尚小区 每周三、周五 18:00-20:00")
    for _ in range(13):
        clock.turn(days=1)
        chat.timers_ring()
    with chat.program.reading() as session:
        mine = select(Push).join(Person).where(Person.openid == RESIDENT, Push.event == "news_reception")
        assert len(session.scalars(mine).all()) == chat.program.settings.practices.news_a_month == 4


def test_two_sessions_never_stand_at_once(chat):
    assert "排好了" in chat.says(PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00")
    for hours in ("17:00-18:01", "19:59-21:00", "18:30-19:00", "17:00-21:00"):
        assert "撞在一起" in chat.says(ADMIN, f"接待日 德尚小区 11月20日 {hours} 周晓东")
    assert "排好了" in chat.says(ADMIN, "接待日 德尚小区 11月20日 20:00-21:00 周晓东")
    assert count(chat.program, Reception) == 2


def test_every_figure_is_what_the_rows_say(chat, clock):
    held(chat, clock)
    promised = {1: "11月23日", 2: "11月24日", 3: "11月25日", 4: "12月20日"}
    for number, day in promised.items():
        assert "记下了" in chat.says(PROPERTY, f"接待 {number}号楼楼道灯不亮 限期 {day} 换灯")
    for _ in range(3):
        chat.says(PROPERTY, "接待 问物业费 现场 已经说明")
    clock.now = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)
    chat.says(PROPERTY, f"结 {chat.tickets()[0].number} 灯换好了")
    clock.now = datetime(2026, 11, 26, 9, 0, tzinfo=CHINA)
    chat.says(PROPERTY, f"结 {chat.tickets()[1].number} 灯换好了")
    said = chat.says(PROPERTY, "接待情况")
    with chat.program.reading() as session:
        promises = session.execute(select(Promise.until, Ticket.resolved_at).join(Ticket)).all()
        settled = session.scalars(select(Demand.settled)).all()
    kept = sum(done is not None and done <= until for until, done in promises)
    broken = sum(until < clock.now and not (done and done <= until) for until, done in promises)
    expected = [("诉求", len(settled)), ("现场办了", settled.count("on_spot")), ("限期办", len(promises))]
    expected += [("按期办到", kept), ("到期没办到", broken), ("居民说没解决", 0)]
    assert [line for line in said.splitlines() if line[0].isdigit()] == [
        f"{number} {name} {value}" for number, (name, value) in enumerate(expected, start=1)
    ]
    assert (kept, broken) == (1, 2)
    for number, (_, value) in enumerate(expected, start=1):
        chat.says(PROPERTY, "接待情况")
        assert chat.says(PROPERTY, str(number)).count("\n· ") == value


def test_a_sheet_is_given_to_those_who_serve_the_compound_and_to_nobody_later(chat, clock):
    held(chat, clock)
    chat.says(PROPERTY, "接待 楼道灯不亮 现场 换了")
    link = next(word for word in chat.says(PROPERTY, "接待单").replace("（", "：").split("：") if "/files/" in word)
    app = Flask("files")
    app.register_blueprint(files(chat.program, links(chat.program.settings)))
    client = app.test_client()
    path = link.removeprefix("http://bot.test")
    assert client.get(path).status_code == 200
    changed = "A" if path[-5] != "A" else "B"  # the last character has bits that say nothing
    assert client.get(f"{path[:-5]}{changed}{path[-4:]}").status_code == 403
    clock.turn(minutes=31)
    assert client.get(path).status_code == 410


def test_a_town_without_it_sees_nothing_of_it(databases, kind, reader, tmp_path, clock):
    from testbed import settings_for

    from bot.assembly import assemble

    off = {"reception": {"enabled": False}}
    program = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path, practices=off), clock, reader)
    chat = Chat(program)
    for who in (RESIDENT, PROPERTY, ADMIN):
        assert "接待" not in chat.says(who, "帮助 全部")
        assert "接待" not in chat.says(who, "更多")
    assert "排好了" not in chat.says(PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00")
    assert count(program, Reception) == 0
    program.engine.dispose()


def test_a_town_may_call_it_by_another_name(databases, kind, reader, tmp_path, clock):
    from testbed import settings_for

    from bot.assembly import assemble

    own = {"reception": {"name": "经理见面日"}}
    program = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path, practices=own), clock, reader)
    chat = Chat(program)
    assert "经理见面日" in chat.says(PROPERTY, "帮助 全部") + chat.says(PROPERTY, "更多")
    assert "排好了" in chat.says(PROPERTY, "经理见面日 德尚小区 11月20日 18:00-20:00")
    assert "不办了" in chat.says(PROPERTY, "停经理见面日 德尚小区")
    program.engine.dispose()


def test_what_a_resident_brought_goes_with_them(chat, clock):
    chat.says(PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00")
    chat.says(NEIGHBOUR, "预约接待 德尚小区 楼道堆物的是我楼上王大娘")
    chat.says(NEIGHBOUR, "删除我的信息")
    chat.says(NEIGHBOUR, "确认删除")
    with chat.program.reading() as session:
        assert "王大娘" not in session.scalars(select(Demand.text)).one()


def test_a_series_goes_on_by_itself(chat, clock):
    chat.says(PROPERTY, "接待日 德尚小区 每月5日、20日 18:00-20:00")
    for _ in range(70):
        clock.turn(days=1)
        chat.timers_ring()
    with chat.program.reading() as session:
        days = [each.astimezone(CHINA) for each in session.scalars(select(Reception.starts_at))]
    assert [f"{day:%m%d}" for day in sorted(days)][:6] == ["1120", "1205", "1220", "0105", "0120", "0205"]
    assert max(days) > clock.now + timedelta(days=14)


def test_a_demand_that_complains_stays_with_who_promised(chat, clock):
    """It was told to their face: their name and limit stand whatever it is read as, and the team reads the errand."""
    said = ["楼道堆东西的事", "投诉物业乱收费", "物业经理骂人", "你们保安态度太差", "楼道灯不亮"]
    chat.says(PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00")
    for number, words in enumerate(said):
        assert "排好了" in chat.says(f"oStranger{number}", f"预约接待 德尚小区 {words}")
    clock.now = datetime(2026, 11, 20, 18, 0, tzinfo=CHINA)
    for number in range(1, len(said) + 1):
        assert "记下了" in chat.says(PROPERTY, f"接待 {number} 限期 12月1日 上门说清楚")
    tickets = chat.tickets()
    complaints = [(ticket, words) for ticket, words in zip(tickets, said, strict=True) if ticket.shut_out]
    limit = (datetime(2026, 12, 1, 18, tzinfo=CHINA), "刘建平承诺", tickets[-1].team)
    assert {(each.handle_by, each.limit_rule, each.team) for each in tickets} == {limit}
    assert len(complaints) >= 2
    for ticket, words in complaints:
        colleague = chat.says(COLLEAGUE, f"看 {ticket.number}")
        assert (words in colleague, "上门说清楚" in colleague) == (False, True)
        assert "已办结" in chat.says(PROPERTY, f"结 {ticket.number} 当面说清了")
    assert not any(words in push for push in chat.pushed(COLLEAGUE) for _, words in complaints)
