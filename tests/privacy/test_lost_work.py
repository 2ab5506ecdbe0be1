"""The system looks for its own lost work and tells the administrators, once a day."""

from datetime import timedelta

import pytest
from chat import ADMIN, RESIDENT, SUPERVISOR
from sqlalchemy import select

from handlers.timers.lost_work import look, report
from models.conversation import Inbound
from models.person import Person
from models.push import Outcome, Push, Timer


def looked(program, clock):
    with program.reading() as session:
        return look(session, clock.now)


def reported(program, clock):
    with program.sessions.begin() as session:
        return report(session, program.towns.current(session), clock.now)


def test_a_quiet_town_has_lost_nothing_and_nobody_is_told(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    assert not looked(chat.program, clock)
    assert reported(chat.program, clock) == 0
    assert chat.pushed(ADMIN) == []


def test_a_message_that_failed_is_found_for_a_week(chat, clock):
    message = chat.message(RESIDENT, "话")
    chat.program.answering.keep_failed(message, "ValueError", "对不起")
    assert looked(chat.program, clock).failed_messages == 1
    clock.turn(days=8)
    assert looked(chat.program, clock).failed_messages == 0


def test_a_ticket_that_lies_a_day_without_team_and_timer_is_found(chat, clock):
    chat.says(RESIDENT, "阳光新城门口的垃圾堆成山了没人管")
    chat.says(RESIDENT, "就是阳光新城")
    assert chat.ticket().team is None
    with chat.program.sessions.begin() as session:
        for timer in session.scalars(select(Timer)):
            timer.finish(Outcome.DONE, clock.now)
    assert looked(chat.program, clock).ownerless_tickets == 0
    clock.turn(hours=25)
    assert looked(chat.program, clock).ownerless_tickets == 1
    with chat.program.sessions.begin() as session:
        watch = Timer(key="w", kind="x", ticket_id=chat.ticket().id, due_at=clock.now + timedelta(hours=1))
        watch.created_at = clock.now
        session.add(watch)
    assert looked(chat.program, clock).ownerless_tickets == 0


def test_pushes_that_never_end_and_timers_that_never_ring_are_found(chat, clock):
    with chat.program.sessions.begin() as session:
        person = session.scalars(select(Person).limit(1)).one()
        common = {"key": "k", "due_at": clock.now, "created_at": clock.now}
        session.add(Push(person_id=person.id, event="e", text="t", **common))
        session.add(Timer(kind="lapse", **common))
    clock.turn(minutes=10)
    assert not looked(chat.program, clock)
    clock.turn(minutes=10)
    assert looked(chat.program, clock).by_kind() == {
        "failed_messages": 0, "ownerless_tickets": 0, "unfinished_pushes": 0, "stuck_timers": 1
    }  # fmt: skip
    clock.turn(days=1)
    assert looked(chat.program, clock).unfinished_pushes == 1


def test_every_admin_is_told_once_a_day_in_figures_without_a_word_of_anybody(chat, clock):
    chat.program.answering.keep_failed(chat.message(RESIDENT, "我的秘密"), "ValueError", "对不起")
    assert reported(chat.program, clock) == 1
    assert reported(chat.program, clock) == 0
    [digest] = chat.pushed(ADMIN)
    assert "出错的消息 1 条" in digest
    assert "秘密" not in digest
    assert chat.pushed(SUPERVISOR) == []
    clock.turn(days=1)
    assert reported(chat.program, clock) == 1


def test_a_redelivered_failure_counts_once(chat, clock):
    message = chat.message(RESIDENT, "话")
    for _ in range(2):
        chat.program.answering.keep_failed(message, "ValueError", "对不起")
    with chat.program.reading() as session:
        assert len(session.scalars(select(Inbound)).all()) == 1
    assert looked(chat.program, clock).failed_messages == 1


@pytest.mark.parametrize(("text", "first"), [("德尚小区3号楼着火了", "119"), ("德尚小区3号楼电梯坏了", "")])
def test_who_tells_of_a_danger_that_could_not_be_filed_reads_what_to_do_first(chat, text, first):
    said = chat.program.answering.keep_failed(chat.message(RESIDENT, text), "ValueError", "对不起")
    assert said.endswith("对不起")
    assert (first in said) is True
    assert (said == "对不起") is not bool(first)
