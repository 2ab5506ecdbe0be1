"""Meetings: which tickets come before them, what a decision makes of them, and the report counted again."""

from datetime import datetime, timedelta

import pytest
from chat import COMMUNITY, PROPERTY, RESIDENT, SUPERVISOR, Chat
from sqlalchemy import event, select

from handlers.joint_meetings.agenda_candidates import stuck
from handlers.joint_meetings.decide import read_tasks
from handlers.tickets.change import Moment
from models.approval import Approval, Wish
from models.joint_meeting import Matter
from models.promise import Promise
from models.status_moves import EXTEND
from models.ticket import CHINA, Ticket, TicketEvent

NOW = datetime(2026, 11, 16, 10, tzinfo=CHINA)


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 18, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("words", "tasks"),
    [
        ("物业12月底前换泵，业委会公示费用", [("物业", "换泵", day(12, 31)), ("业委会", "公示费用", day(12, 31))]),
        ("物业12月5日前修好，社区12月10日回访", [("物业", "修好", day(12, 5)), ("社区", "回访", day(12, 10))]),
        ("由物业11月底前拆除，费用从公共收益出", [("物业", "拆除，费用从公共收益出", day(11, 30))]),
        ("物业换泵，业委会12月1日前公示", []),
        ("12月底前换泵", []),
        ("物业换泵", []),
        ("物业12月底前", []),
    ],
)
def test_who_does_what_by_when_is_read(words, tasks):
    assert [(each.who, each.words, each.until) for each in read_tasks(words, NOW)] == tasks


def change(ticket: Ticket, session, what: str) -> None:
    """As if it had come to this."""
    match what:
        case "returned":
            ticket.returns = 3
        case "suspended":
            ticket.status = "suspended"
        case "extended":
            line = {"by_role": "supervisor", "note": "x", "before": "working", "after": "working", "level": "grid"}
            for number in range(2):
                at = ticket.created_at + timedelta(hours=number)
                session.add(TicketEvent(ticket_id=ticket.id, move=EXTEND.name, at=at, **line))
        case "contested":
            asked = {"asked_by": 1, "asked_at": ticket.created_at, "reason": "不归我们"}
            session.add(Approval(ticket_id=ticket.id, wish=Wish.CONTEST.value, **asked))
        case "again":
            ticket.reopenings = 2


@pytest.mark.parametrize("what", ["returned", "suspended", "extended", "contested", "again"])
def test_each_kind_of_stuck_comes_before_the_meeting_and_nothing_else(chat, what):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says("oNeighbour", "德尚小区4号楼楼道灯不亮")
    with chat.program.sessions() as session, session.begin():
        town, now = chat.program.towns.current(session), chat.program.clock()
        assert stuck(Moment(session, town, now), "WY") == []
        change(session.get_one(Ticket, 1), session, what)
        session.flush()
        assert [(ticket.id, why) for ticket, why in stuck(Moment(session, town, now), "WY")] == [(1, [what])]


def test_what_breaks_again_and_again_comes_before_the_meeting(chat, clock):
    for who in range(3):
        chat.says(f"oSomebody{who}", "德尚小区3号楼电梯坏了")
        chat.says(f"oSomebody{who}", "2")  # not the same as the neighbour's
        clock.turn(days=5)
    same = [each for each in chat.tickets() if each.item == "elevator" or each.building == "3"]
    assert len(same) >= 3
    with chat.program.reading() as session:
        town = chat.program.towns.current(session)
        found = stuck(Moment(session, town, clock.now), "WY")
        assert {ticket.id for ticket, why in found if "again" in why} == {each.id for each in same}


@pytest.fixture
def laid_aside(chat) -> Chat:
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(PROPERTY, f"接 {chat.ticket().number}")
    with chat.program.sessions() as session, session.begin():
        session.get_one(Ticket, 1).status = "suspended"
    return chat


@pytest.mark.parametrize(
    "text",
    ["议 1 换泵", "议 1 物业换泵", "议 9 物业12月底前换泵", "议 物业12月底前换泵", "议 1 物业2026年1月1日前换泵"],
)
def test_what_can_t_be_decided_changes_nothing(laid_aside, text):
    reply = laid_aside.says(COMMUNITY, text)
    assert "\n" not in reply
    with laid_aside.program.reading() as session:
        assert session.scalars(select(Promise)).all() == []
        assert session.get_one(Ticket, 1).status == "suspended"


def test_a_decision_is_the_ticket_s_limit_and_every_party_s_promise(laid_aside, clock):
    laid_aside.says(COMMUNITY, "议 1 物业12月5日前换曳引机，业委会公示费用")
    ticket = laid_aside.ticket()
    assert (ticket.status, ticket.handle_by, ticket.stopped_at) == ("working", day(12, 5), None)
    with laid_aside.program.reading() as session:
        promises = session.scalars(select(Promise).order_by(Promise.id)).all()
        assert [(each.promiser, each.until) for each in promises] == [("物业", day(12, 5)), ("业委会", day(12, 5))]
    assert any("公示费用" in text for text in laid_aside.pushed(RESIDENT))


def test_the_report_is_what_the_rows_say(laid_aside, clock):
    laid_aside.says(COMMUNITY, "议 1 物业12月5日前换曳引机，业委会12月20日前公示费用")
    clock.now = datetime(2026, 12, 4, 10, tzinfo=CHINA)
    laid_aside.says(PROPERTY, f"结 {laid_aside.ticket().number} 换好了")
    clock.now = datetime(2026, 12, 28, 10, tzinfo=CHINA)
    with laid_aside.program.reading() as session:
        rows = session.execute(select(Promise.until, Ticket.resolved_at).join(Ticket)).all()
        decided = session.scalars(select(Matter.decided_at)).all()
    kept = sum(bool(done and done <= until) for until, done in rows)
    due = sum(until < clock.now or bool(done and done <= until) for until, done in rows)
    said = laid_aside.says(SUPERVISOR, "议事季报 文苑社区")
    expected = f"上会 {len(decided)} 件，议定 {sum(map(bool, decided))} 件；到期的承诺 {due} 件，办到 {kept} 件，没办到 {due - kept} 件"
    assert expected in said
    assert (due, kept) == (2, 2)


def test_an_agenda_costs_as_many_statements_however_long_it_is(chat, clock):
    def statements(tickets: int) -> int:
        for number in range(tickets):
            chat.says(f"oOne{clock.now.day}{number}", f"德尚小区{number % 6 + 1}号楼楼道第{number}个灯坏了")
            chat.says(f"oOne{clock.now.day}{number}", "2")
        seen = []
        with chat.program.sessions() as session:
            for each in session.scalars(select(Ticket)):
                each.status = "suspended"
            session.flush()
            listen = lambda *_: seen.append(1)  # noqa: E731
            event.listen(chat.program.engine, "before_cursor_execute", listen)
            stuck(Moment(session, chat.program.towns.current(session), clock.now), "WY")
            event.remove(chat.program.engine, "before_cursor_execute", listen)
            session.rollback()
        return len(seen)

    few = statements(2)
    assert statements(8) == few
