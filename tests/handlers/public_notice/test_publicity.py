"""The public notice: counted again by hand; whatever is changed behind it is found."""

import json
import random
from datetime import datetime, timedelta

import pytest
from chat import ADMIN, NEIGHBOUR, PROPERTY, RESIDENT, Chat
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import DateTime, Integer, delete, func, select, text, update

from bot.__main__ import main
from bot.web.public_notice import notice
from handlers.public_notice.figures import Month
from handlers.public_notice.issue import issue, issue_due, month_of
from handlers.public_notice.verify import verify
from models.promise import Promise
from models.public_notice import Notice, NoticeCompound, NoticeLine
from models.push import Timer
from models.status_moves import Status
from models.ticket import CHINA, Ticket, TicketEvent

TELLS = (
    "德尚小区3号楼楼道灯不亮", "德尚小区2号楼楼道堆着杂物", "德尚小区5号楼电梯坏了", "德尚小区物业费收得不合理",
    "德尚小区4号楼有人私搭乱建", "城南宜居家园8号楼下水道堵了", "府前街路灯不亮",
)  # fmt: skip


def a_month(chat: Chat, clock, seed: int = 1) -> None:
    """Reported, signed for, put right, confirmed or not, as it comes."""
    chance = random.Random(seed)
    for number in range(12):
        clock.turn(hours=chance.choice((2, 9, 20)))
        who = f"oSomebody{seed}{number}"
        chat.says(who, chance.choice(TELLS))
        if chance.random() < 0.7 and chat.tickets():
            ticket = chat.ticket()
            chat.says(PROPERTY, f"接 {ticket.number}")
            if chance.random() < 0.7:
                clock.turn(hours=chance.choice((1, 30, 100)))
                chat.says(PROPERTY, f"结 {ticket.number} 已经修好，502室王先生看过")
                if chance.random() < 0.7:
                    chat.says(who, "1")
    chat.timers_ring()


def issued(program, clock, month: str) -> None:
    following = month_of(month) + timedelta(days=32)
    clock.now = max(clock.now, following.replace(day=1, hour=9))
    with program.sessions() as session, session.begin():
        issue_due(session, program.towns.current(session), Timer(), clock.now)


@pytest.fixture
def two_months(program, chat, clock):
    chat.says(PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00")
    a_month(chat, clock)
    chat.says(ADMIN, "接待日 德尚小区 今天 23:00-23:50 刘建平")
    chat.says(PROPERTY, "接待 楼道灯不亮 限期 12月8日 换灯")
    issued(program, clock, "2026-11")
    a_month(chat, clock, 2)
    issued(program, clock, "2026-12")
    return program


def findings(program, clock) -> list:
    with program.reading() as session:
        return verify(session, clock.now)


def test_what_was_left_alone_is_sound(two_months, clock):
    assert findings(two_months, clock) == []
    a_month(Chat(two_months), clock, 3)  # life goes on
    assert findings(two_months, clock) == []


def test_every_figure_is_what_the_rows_say(two_months):
    with two_months.reading() as session:
        tickets, promises = session.scalars(select(Ticket)).all(), session.scalars(select(Promise)).all()
        found = session.execute(select(Notice.month, NoticeCompound).join(Notice)).all()
    assert len(found) >= 3
    for month, compound in found:
        counted = Month.of(json.loads(compound.figures))
        there = [each for each in tickets if each.place_id == compound.place_id]
        filed = [each for each in there if f"{each.created_at.astimezone(CHINA):%Y-%m}" == month]
        ended = [each for each in there if each.ended_at and f"{each.ended_at.astimezone(CHINA):%Y-%m}" == month]
        closed = [each for each in ended if each.status == "closed"]
        live = {each.id: each for each in there if each.status not in {"withdrawn", "merged", "declined"}}
        limits = [(live[each.ticket_id], each.until) for each in promises if each.ticket_id in live]
        told = {(ticket.id, until) for ticket, until in limits}
        running = [each for each in live.values() if each.handle_by and (each.resolved_at or not each.stopped_at)]
        limits += [(each, each.handle_by) for each in running if (each.id, each.handle_by) not in told]
        due = [(each, by) for each, by in limits if f"{by.astimezone(CHINA):%Y-%m}" == month]
        assert counted.filed == len(filed) == sum(counted.categories.values())
        assert counted.complaints == sum(each.category in {"property", "construction"} for each in filed)
        assert counted.closed == len(closed)
        assert counted.confirmed == sum(each.closing == "confirmed" for each in closed)
        assert len(counted.published) == sum(bool(each.answer and not each.shut_out) for each in closed)
        assert (counted.due, counted.kept) == (
            len(due),
            sum(bool(t.resolved_at and t.resolved_at <= by) for t, by in due),
        )
    assert {compound.name for _, compound in found} == {"德尚小区", "城南宜居家园"}  # no road


COLUMNS = {
    Ticket: [
        "number",
        "status",
        "source",
        "category",
        "item",
        "urgent",
        "red_flag",
        "building",
        "created_at",
        "accepted_at",
        "handle_by",
        "resolved_at",
        "ended_at",
        "closing",
        "rating",
        "returns",
        "reopenings",
    ],
    TicketEvent: ["move", "by_role", "by_person", "at", "before", "after", "team", "level"],
    Notice: ["month", "cut_at", "last_event", "issued_at", "lines", "before", "hash"],
    NoticeCompound: ["place_id", "name", "figures"],
    NoticeLine: ["position", "ticket_id", "number", "events", "history", "facts", "hash"],
}


def tampered(session, chance: random.Random, settled: list[int]) -> str:
    """One row changed or taken away by somebody who has the database, past the program."""
    kind = chance.choice(list(COLUMNS))
    rows = select(kind.id)
    rows = rows.where(Ticket.id.in_(settled)) if kind is Ticket else rows
    last = session.scalar(select(func.max(Notice.last_event)))
    rows = rows.where(TicketEvent.id <= last) if kind is TicketEvent else rows
    chosen = chance.choice(session.scalars(rows.order_by(kind.id)).all())
    if chance.random() < 0.3 and kind is not Notice and kind is not Ticket:
        session.execute(delete(kind.__table__).where(kind.id == chosen))
        return f"{kind.__name__} {chosen} deleted"
    column = kind.__table__.c[chance.choice(COLUMNS[kind])]
    before = session.scalar(select(column).where(kind.id == chosen))
    if isinstance(column.type, DateTime) or hasattr(before, "tzinfo") or column.name.endswith(("_at", "_by", "at")):
        after = (before or datetime(2026, 11, 20, tzinfo=CHINA)) + timedelta(days=1)
    elif isinstance(before, bool):
        after = not before
    elif isinstance(column.type, Integer):
        after = (before or 0) + 1000
    elif column.name == "status":
        after = Status.WITHDRAWN.value if before != "withdrawn" else Status.CLOSED.value
    else:
        after = f"{before or ''}1"
    if column.name == "by_person":
        after = 1 if before != 1 else 2
    if column.name == "team":
        after = None if before else "P-LLY"
    session.execute(update(kind.__table__).where(kind.id == chosen).values({column.name: after}))
    return f"{kind.__name__} {chosen}.{column.name}: {before!r} → {after!r}"


def test_whatever_is_changed_behind_it_is_found_a_hundred_times(two_months, clock):
    chance, missed = random.Random(17), []
    with two_months.reading() as session:
        settled = session.scalars(select(NoticeLine.ticket_id).distinct()).all()
    for _ in range(100):
        with two_months.sessions() as session:
            what = tampered(session, chance, list(settled))
            session.flush()
            if not verify(session, clock.now):
                missed.append(what)
            session.rollback()
    assert missed == []


def test_a_ticket_that_vanishes_is_named(two_months, clock):
    with two_months.sessions() as session:
        number = session.scalar(select(Ticket.number).where(Ticket.id == 2))
        if session.bind.dialect.name == "postgresql":
            session.execute(text("set session_replication_role = replica"))
        else:
            session.execute(text("pragma defer_foreign_keys = on"))
        session.execute(delete(TicketEvent.__table__).where(TicketEvent.ticket_id == 2))
        session.execute(delete(Ticket.__table__).where(Ticket.id == 2))
        assert ("vanished", number) in {(each.key, each.number) for each in verify(session, clock.now)}
        session.rollback()


def test_the_last_month_can_t_be_taken_away(two_months, clock):
    with two_months.sessions() as session:
        last = session.scalar(select(func.max(Notice.id)))
        for kind in (NoticeLine, NoticeCompound):
            session.execute(delete(kind.__table__).where(kind.notice_id == last))
        session.execute(delete(Notice.__table__).where(Notice.id == last))
        later = clock.now + timedelta(days=2)
        assert ("month_missing", "2026-12") in {(each.key, each.month) for each in verify(session, later)}
        session.rollback()


def test_a_month_is_issued_once_and_those_missed_are_made_up_for(program, chat, clock):
    a_month(chat, clock)
    issued(program, clock, "2026-11")
    issued(program, clock, "2026-11")
    issued(program, clock, "2027-01")
    with program.reading() as session:
        assert session.scalars(select(Notice.month).order_by(Notice.id)).all() == ["2026-11", "2026-12", "2027-01"]
    assert findings(program, clock) == []


def test_the_first_of_the_month_issues_it(program, chat, clock):
    from handlers.timers.periodic_jobs import plan_chores

    chat.says(RESIDENT, TELLS[0])
    with program.sessions() as session, session.begin():
        plan_chores(session, clock.now)
    clock.now = datetime(2026, 12, 1, 9, 0, tzinfo=CHINA)
    chat.timers_ring()
    with program.reading() as session:
        assert session.scalars(select(Notice.month)).all() == ["2026-11"]


def test_residents_read_their_compound_s(two_months, chat):
    chat.says(RESIDENT, "绑定 德尚小区3号楼2单元")
    assert "德尚小区2026年12月公示" in chat.says(RESIDENT, "公示")
    assert "德尚小区2026年11月公示" in chat.says(RESIDENT, "公示 去年11月")
    assert "城南宜居家园" in chat.says(RESIDENT, "公示 城南宜居家园 去年11月")
    assert "请说哪个小区" in chat.says(NEIGHBOUR, "公示")


def test_nobody_is_named_in_it(two_months):
    app = Flask("notice")
    app.register_blueprint(notice(two_months))
    client = app.test_client()
    with two_months.reading() as session:
        places = session.execute(select(Notice.month, NoticeCompound.place_id).join(Notice)).all()
    for month, place in places:
        for ending in ("", ".txt"):
            told = client.get(f"/notice/{month}/{place}{ending}")
            assert told.status_code == 200
            assert not any(word in told.text for word in ("502", "王先生", "oSomebody"))
    assert client.get("/notice/2020-01/1").status_code == 404
    assert client.get("/notice/2026-11/x").status_code == 404


def test_a_few_households_are_told_of_to_nobody(program, chat, clock):
    town = program.towns.known
    chat.says(RESIDENT, TELLS[0])
    with program.sessions() as session, session.begin():
        town = program.towns.current(session)
        town.households["德尚小区"] = 4
        issue(session, town, month_of("2026-11"), clock.now + timedelta(days=20))
        assert session.scalars(select(NoticeCompound)).all() == []
    town.households["德尚小区"] = 339


def test_the_command_line_verifies(two_months, monkeypatch, clock):
    from bot.commands import shared

    monkeypatch.setattr(shared.Command, "program", lambda _self: two_months)
    run = CliRunner().invoke(main, ["verify", "notice"], standalone_mode=False)
    assert (run.return_value, "核对无误：2 个月" in run.output) == (0, True)
    with two_months.sessions() as session, session.begin():
        session.execute(update(Ticket.__table__).where(Ticket.id == 1).values(category="other", status="withdrawn"))
    run = CliRunner().invoke(main, ["verify", "notice", "--month", "2026-11"], standalone_mode=False)
    assert run.return_value == 1
    assert "不一样" in run.output
    strange = CliRunner().invoke(main, ["verify", "notice", "--month", "2025-01"])
    assert strange.exit_code != 0
    assert "没有 2025-01 的公示" in strange.output
