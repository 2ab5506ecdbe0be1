"""One resident's flood is told to wait, politely, and holds up neither dangers nor those who work."""

from chat import NEIGHBOUR, PROPERTY, RESIDENT
from sqlalchemy import insert, update

from models.person import Person
from models.ticket import Ticket

LAMP = "德尚小区3号楼楼道灯不亮"
DRAIN = "德尚小区5号楼下水道堵了"
TRAPPED = "德尚小区3号楼有人困在电梯里了"


def has_left(chat, **left):
    with chat.program.sessions() as session, session.begin():
        session.execute(update(Person).where(Person.openid.in_([RESIDENT, PROPERTY])).values(**left))


def test_whoever_writes_too_fast_is_asked_to_wait_and_is_heard_again_after_a_moment(chat, clock):
    said = [chat.says(RESIDENT, "你好") for _ in range(61)]
    assert "发得太快" not in said[59]
    assert "发得太快" in said[60]
    assert "发得太快" in chat.says(RESIDENT, LAMP)
    assert chat.tickets() == []
    assert "发得太快" not in chat.says(NEIGHBOUR, "你好")
    clock.turn(minutes=1)
    assert "已受理" in chat.says(RESIDENT, LAMP)


def test_a_report_too_many_is_not_filed_and_words_are_still_answered(chat, clock):
    chat.says(RESIDENT, LAMP)
    with chat.program.sessions() as session, session.begin():
        made = {column.name: getattr(chat.ticket(), column.name) for column in Ticket.__table__.columns}
        copies = [made | {"id": made["id"] + n, "number": f"{made['number']}-{n}"} for n in range(100, 149)]
        session.execute(insert(Ticket), copies)
    assert "报了很多件" in chat.says(RESIDENT, DRAIN)
    assert "已受理" in chat.says(NEIGHBOUR, DRAIN)
    assert "报了很多件" not in chat.says(RESIDENT, "进度")
    chat.says(RESIDENT, TRAPPED)
    assert any(ticket.red_flag for ticket in chat.tickets())
    clock.turn(minutes=24 * 60 + 1)
    assert "已受理" in chat.says(RESIDENT, "德尚小区2号楼楼道灯不亮")


def test_a_danger_is_never_held_up(chat):
    chat.says(RESIDENT, "你好")
    has_left(chat, messages_left=0.0)
    chat.says(RESIDENT, TRAPPED)
    assert chat.ticket().red_flag


def test_the_answer_to_whether_there_is_danger_is_not_either(chat):
    assert "1" in chat.says(RESIDENT, "德尚小区3号楼楼道里有股怪味像煤气")
    has_left(chat, messages_left=0.0)
    assert "发得太快" not in chat.says(RESIDENT, "1")


def test_a_question_that_is_open_stays_so(chat, clock):
    chat.says(RESIDENT, "楼道灯坏了")
    has_left(chat, messages_left=0.0)
    assert "发得太快" in chat.says(RESIDENT, "德尚小区3号楼")
    clock.turn(minutes=1)
    chat.says(RESIDENT, "德尚小区3号楼")
    assert [ticket.place_name for ticket in chat.tickets()] == ["德尚小区"]


def test_whoever_works_here_is_not_counted(chat):
    chat.says(PROPERTY, "你好")
    has_left(chat, messages_left=0.0)
    assert "发得太快" not in chat.says(PROPERTY, "待办")
