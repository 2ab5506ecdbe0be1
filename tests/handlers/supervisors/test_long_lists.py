"""Lists longer than a reply: true totals, the most urgent first, pages that lose nothing and repeat nothing."""

import re

from chat import ADMIN, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select

from models.supporting_teams import Support
from models.ticket import Ticket

NUMBER = re.compile(r"\b(26\d{9})\b")


def report(chat, clock, many, *, what="楼道灯不亮"):
    """Of many houses, a minute apart, so that each has a limit of its own."""
    for house in range(1, many + 1):
        clock.turn(minutes=1)
        chat.says(f"oWhistleHousehold{house:011d}", f"德尚小区{house}号楼{what}")


def in_hand(chat, team="P-DS"):
    with chat.program.reading() as session:
        return session.scalars(select(Ticket).where(Ticket.team == team).order_by(Ticket.id)).all()


def test_todo_says_how_many_there_are_and_shows_what_is_due_first(chat, clock):
    report(chat, clock, 13)
    mine = in_hand(chat)
    assert len(mine) == 13
    told = chat.says(PROPERTY, "待办")
    due = sorted(mine, key=lambda ticket: (not ticket.urgent, ticket.accept_by, ticket.id))
    assert told.startswith("待办 13 件")
    assert NUMBER.findall(told) == [ticket.number for ticket in due[:10]]
    assert "还有 3 件" in told


def test_a_number_behind_todo_opens_the_ticket_of_that_line(chat, clock):
    report(chat, clock, 3)
    second = NUMBER.findall(chat.says(PROPERTY, "待办"))[1]
    opened = chat.says(PROPERTY, "2")
    assert second in opened
    assert "承办" in opened


def test_todo_says_since_when_a_limit_is_over(chat, clock):
    report(chat, clock, 1)
    clock.turn(hours=48)
    told = chat.says(PROPERTY, "待办")
    assert "已超时" in told
    assert "前\n" not in told


def test_pages_repeat_nothing_and_lose_nothing_while_tickets_come_and_go(chat, clock):
    report(chat, clock, 20)
    before = {ticket.number for ticket in chat.tickets()}
    clock.turn(hours=72)
    pages = [chat.says(SUPERVISOR, "超时")]
    assert f"超时（{len(before)} 件）" in pages[0]
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    gone = NUMBER.findall(pages[0])[0]
    chat.says(PROPERTY, f"接 {gone}")
    chat.says(PROPERTY, f"结 {gone} 换好了")
    while "更多" in pages[-1] and "没有更多" not in pages[-1]:
        pages.append(chat.says(SUPERVISOR, "更多"))
    listed = [number for page in pages for number in NUMBER.findall(page)]
    assert len(pages) > 2
    assert set(listed) == before
    assert len(listed) == len(before)
    assert "没有更多" in chat.says(SUPERVISOR, "更多")


def test_what_is_late_is_listed_by_the_limit_that_is_over(chat, clock):
    report(chat, clock, 2)
    first, second = in_hand(chat)
    chat.says(PROPERTY, f"接 {first.number}")  # its limit is now the one to put it right, days later
    clock.turn(hours=500)
    assert NUMBER.findall(chat.says(SUPERVISOR, "超时")) == [second.number, first.number]


def test_a_number_behind_what_is_late_opens_it_and_who_looked_is_written_down(chat, clock):
    report(chat, clock, 2)
    clock.turn(hours=72)
    last = NUMBER.findall(chat.says(SUPERVISOR, "超时"))[1]
    assert last in chat.says(SUPERVISOR, "2")
    assert "查看" not in chat.says(SUPERVISOR, "9")


def test_who_names_no_grid_or_half_a_name_hears_what_can_be_asked(chat):
    assert "哪个" in chat.says(SUPERVISOR, "网格")
    names = chat.says(SUPERVISOR, "网格 社区")
    assert "不止一个" in names
    assert "、" in names


def test_a_sub_item_is_counted_by_itself(chat):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(RESIDENT, "德尚小区5号楼楼道灯不亮")
    told = chat.says(SUPERVISOR, "类别 电梯")
    assert "电梯" in told.splitlines()[0]
    assert "新增 1" in told
    assert NUMBER.findall(chat.says(SUPERVISOR, "1")) == [chat.tickets()[0].number]


def test_a_ranking_that_shows_the_first_says_how_many_there_are(chat, monkeypatch):
    monkeypatch.setattr("handlers.supervisors.overview._RANKED", 1)
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(RESIDENT, "德尚小区门口停水了")
    told = chat.says(ADMIN, "类别")
    assert "共 2" in told


def test_help_with_a_ticket_ends_with_it(chat):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    number = chat.ticket().number

    def ends():
        with chat.program.reading() as session:
            return {row.ended_at for row in session.scalars(select(Support))}

    assert ends() == {None}
    chat.says(PROPERTY, f"接 {number}")
    chat.says(PROPERTY, f"结 {number} 修好了")
    chat.says(RESIDENT, "1")
    assert ends() == {chat.ticket().ended_at}
