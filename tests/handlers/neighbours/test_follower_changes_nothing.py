"""A follower says how it is for them; the event itself is moved by its reporter and the staff."""

import pytest
from chat import NEIGHBOUR, RESIDENT
from sqlalchemy import inspect, select

from models.ticket import Ticket

REPORT = "德尚小区3号楼电梯坏了"
THE_EVENT = (
    "status", "category", "item", "title", "text", "urgent", "red_flag", "place_id", "place_name", "building", "unit",
    "room", "lat", "lng", "grid", "community", "street", "team", "level", "accept_by", "handle_by", "closing", "rating",
    "reporter_id", "assignee_id", "merged_into", "answer",
)  # fmt: skip
SAID = (
    "撤回 {0}", "撤销 {0}", "改类 {0} 噪音扰民", "改类 噪音扰民", "更正 {0} 园丁小区5号楼", "更正 {0} 停车管理", "评价 {0} 1",
    "重办 {0} 还是坏的", "取消", "不同意 {0}", "补充 {0} 园丁小区5号楼", "不用来了，撤回吧", "已经修好了不用来了",
    "地址错了，是园丁小区5号楼", "不是电梯，是停车的事", "接 {0}", "结 {0} 好了", "退 {0} 不归我们", "转 {0} 社区 原因",
    "上报 {0} 办不了", "挂账 {0} 12月1日 等配件", "延 {0} 2工作日 等配件", "不受理 {0} 找供电", "解释 {0} 办不到", "恢复 {0}",
)  # fmt: skip


@pytest.fixture
def number(chat):
    chat.says(RESIDENT, REPORT)
    chat.says(NEIGHBOUR, REPORT)
    chat.says(NEIGHBOUR, "1")
    (ticket,) = chat.tickets()
    assert ticket.neighbours == 1
    return ticket.number


def event(chat, number):
    with chat.program.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        return {name: getattr(ticket, name) for name in THE_EVENT}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_follower_changes_nothing_of_the_event(chat, number):
    before = event(chat, number)
    for said in SAID:
        chat.says(NEIGHBOUR, said.format(number))
        assert event(chat, number) == before, said


def test_what_is_compared_is_what_a_ticket_has():
    assert set(THE_EVENT) <= set(inspect(Ticket).columns.keys())
