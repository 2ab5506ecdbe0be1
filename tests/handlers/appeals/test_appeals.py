"""申诉 changes what counts and nothing that happened; the three figures say what is left out of which."""

import re

import pytest
from chat import ADMIN, COLLEAGUE, OTHER_SUPERVISOR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select, update
from summing import fill_town

from handlers.appeals.three_figures import exclusions, rates
from handlers.dialogue.message import Kind
from handlers.staff.roles import appoint
from models.appeal import Appeal
from models.person import Person, Role
from models.push import Push
from models.ticket import Ticket, TicketEvent

LIFT = "德尚小区3号楼电梯又坏了"
WHY = "住户自己把电梯门撞坏了，不是我们维护的事"


@pytest.fixture
def closed(chat, clock):
    """Too late, and confirmed."""
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    clock.turn(days=9)
    chat.says(PROPERTY, "结 换了门机皮带")
    chat.says(RESIDENT, "1")
    assert chat.ticket().status == "closed"
    return chat


def with_photo(chat):
    chat.sends(PROPERTY, Kind.IMAGE, media_id="photo")
    return chat.says(PROPERTY, f"申诉 {chat.ticket().number} {WHY}")


def second_supervisor(chat):
    """The street has two; the administrator is one of them."""
    return ADMIN


def test_a_reason_and_a_photo_are_needed_and_it_goes_once(closed):
    number = closed.ticket().number
    assert "写明理由" in closed.says(PROPERTY, f"申诉 {number}")
    assert "先发照片" in closed.says(PROPERTY, f"申诉 {number} {WHY}")
    assert "已记下" in with_photo(closed)
    assert "只能申诉一次" in closed.says(PROPERTY, f"申诉 {number} {WHY}")
    assert any(number in text and WHY in text for text in closed.pushed(SUPERVISOR))
    assert not any("申诉" in text for text in closed.pushed(OTHER_SUPERVISOR))
    assert "申诉待裁定 1件" in closed.says(SUPERVISOR, "日报")
    assert "要拿主意：等您裁定的申诉 1件" in closed.says(SUPERVISOR, "周报")
    assert "等您裁定的申诉" not in closed.says(OTHER_SUPERVISOR, "周报")


def test_two_who_say_the_same_decide_and_one_says_it_once(closed):
    with_photo(closed)
    number = closed.ticket().number
    assert "还要再有一位" in closed.says(SUPERVISOR, f"裁定 {number} 成立 照片看得清")
    assert "已经表过态" in closed.says(SUPERVISOR, f"裁定 {number} 不成立")
    assert "申诉成立" in closed.says(second_supervisor(closed), f"裁定 {number} 成立")
    with closed.program.reading() as session:
        assert session.scalars(select(Appeal)).one().upheld is True
    assert any(f"{number} 的申诉成立" in text for text in closed.pushed(PROPERTY))
    with closed.program.reading() as session:
        told = session.scalars(select(Push).where(Push.event == "appeal").order_by(Push.id.desc())).first()
    # who made it may not have written for two days
    assert (told.template, told.fields["happened"]) == ("staff", f"{number} 的申诉成立")


def test_where_they_differ_a_third_decides(closed):
    with_photo(closed)
    number = closed.ticket().number
    with closed.program.sessions.begin() as session:
        person = session.scalars(select(Person).where(Person.openid == COLLEAGUE)).one()
        person.team = None
        appoint(person, Role.SUPERVISOR, "XY-XINYI", None)
    closed.says(SUPERVISOR, f"裁定 {number} 不成立")
    assert "还要再有一位" in closed.says(ADMIN, f"裁定 {number} 成立")
    assert "申诉不成立" in closed.says(COLLEAGUE, f"裁定 {number} 不成立")
    with closed.program.reading() as session:
        assert session.scalars(select(Appeal)).one().upheld is False


def test_it_is_too_late_after_a_month_and_others_cannot(closed, clock):
    number = closed.ticket().number
    assert "裁定" not in closed.says(RESIDENT, f"申诉 {number} {WHY}")
    clock.turn(days=31)
    closed.sends(PROPERTY, Kind.IMAGE, media_id="photo")
    assert "超过 30 天" in closed.says(PROPERTY, f"申诉 {number} {WHY}")


def test_the_statistic_changes_and_the_fact_stays(closed):
    before = closed.ticket()
    assert "按期：0%（0/1） → 0%（0/1） → 0%（0/1）" in closed.says(SUPERVISOR, "口径 德尚物业")
    with_photo(closed)
    for who in (SUPERVISOR, ADMIN):
        closed.says(who, f"裁定 {before.number} 成立")
    said = closed.says(SUPERVISOR, "口径 德尚物业")
    assert "按期：0%（0/1） → 0%（0/1） → —（0/0）" in said
    assert f"申诉成立 1 件（{before.number}）" in said
    after = closed.ticket()
    for name in ("status", "closing", "rating", "resolved_at", "ended_at", "handle_by"):
        assert getattr(after, name) == getattr(before, name)
    assert "成立" in closed.says(SUPERVISOR, f"查 {before.number}")
    with closed.program.reading() as session:
        notes = session.scalars(select(TicketEvent.note).where(TicketEvent.note.contains("申诉"))).all()
    assert len(notes) == 3


def plainly(tickets, appealed, now):
    """Counted afresh in plain Python."""

    def pair(part, whole):
        return sum(map(part, whole)), len(whole)

    unjudged = ("withdrawn", "declined", "merged")
    kept = lambda t: t.resolved_at is not None and t.handle_by is not None and t.resolved_at <= t.handle_by  # noqa: E731
    promised = [t for t in tickets if t.handle_by]
    raw = [t for t in promised if t.resolved_at or t.ended_at or t.handle_by < now]
    due = [
        t for t in promised
        if t.status not in (*unjudged, "suspended") and (t.resolved_at or t.handle_by < (t.stopped_at or now))
    ]  # fmt: skip
    ended = [t for t in tickets if t.status in ("closed", "declined")]
    followed = [t for t in tickets if t.status == "closed" and t.closing in ("confirmed", "explained")]
    solved = lambda t: t.closing == "confirmed" and t.status == "closed"  # noqa: E731
    rated = [t for t in tickets if t.rating is not None]
    judged = [t for t in rated if t.status not in unjudged]
    content = lambda t: t.rating >= 2  # noqa: E731

    def three(part, first, second):
        third = [t for t in second if t.id not in appealed]
        return [pair(part, first), pair(part, second), pair(part, third)]

    return [three(kept, raw, due), three(solved, ended, followed), three(content, rated, judged)]


def test_all_three_figures_of_a_year_counted_once_more(chat, clock):
    program = chat.program
    fill_town(program, clock, 300)
    with program.sessions.begin() as session:
        person = session.scalars(select(Person.id).where(Person.openid == PROPERTY)).one()
        numbers = session.scalars(select(Ticket.id).where(Ticket.status == "closed").limit(12)).all()
        for at, number in enumerate(numbers):
            made = {"team": "P-DS", "asked_by": person, "asked_at": clock.now, "reason": "x"}
            session.add(Appeal(ticket_id=number, upheld=(True, False, None)[at % 3], **made))
        working = session.scalars(select(Ticket.id).where(Ticket.status == "working").limit(4)).all()
        session.execute(update(Ticket).where(Ticket.id.in_(working)).values(status="suspended", stopped_at=clock.now))
    with program.reading() as session:
        tickets = session.scalars(select(Ticket)).all()
        told = [rate.told for rate in rates(session, Ticket.id > 0, clock.now)]
        upheld = set(numbers[::3])
        assert told == plainly(tickets, upheld, clock.now)
        left = {each.name: each.count for each in exclusions(session, program.towns.say, Ticket.id > 0)}
        assert left["申诉成立"] == 4
        assert left["挂账中"] == len(working)
        assert left["居民撤回"] == sum(t.status == "withdrawn" for t in tickets)


def test_whose_figures_can_be_asked(chat, clock):
    fill_town(chat.program, clock, 120)
    assert "文苑社区 · 本月" in chat.says(SUPERVISOR, "口径 文苑社区 本月")
    assert "没找到" in chat.says(SUPERVISOR, "口径 火星")
    assert "不在您督导的范围里" in chat.says(OTHER_SUPERVISOR, "口径 文苑社区")
    assert re.search(r"按期：\d+%", chat.says(ADMIN, "口径"))
