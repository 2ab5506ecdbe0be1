"""Alarms: rare enough to be read, and what they say is so."""

import re

import pytest
from chat import NEIGHBOUR, OTHER_SUPERVISOR, PROPERTY, RESIDENT, SUPERVISOR
from planted import measure
from sqlalchemy import insert, select, update

from bot.worker.alarm_watch import Watching
from handlers.alarms.notify import KIND
from handlers.alarms.rules import Conduct, chance_of, is_cluster, misconduct
from handlers.timers.periodic_jobs import plan_chores
from models.push import Push, Timer
from models.ticket import Ticket, TicketEvent

LIFT = "德尚小区3号楼电梯又坏了"


def watch(program, clock):
    """As the worker does once an hour."""
    with program.sessions.begin() as session:
        plan_chores(session, clock.now)
        timer = session.scalars(select(Timer.id).where(Timer.kind == KIND).order_by(Timer.id.desc())).first()
    Watching(program.sessions, program.reading, program.towns)(timer, clock.now)


def told(program, openid_of=None):
    with program.reading() as session:
        return [push.text for push in session.scalars(select(Push).where(Push.event == "alarm").order_by(Push.id))]


@pytest.mark.slow
def test_what_is_planted_in_years_is_found_and_wolf_is_seldom_cried():
    for name, got in measure(range(101, 106)).items():
        assert got.recall >= 0.9, name
        assert got.false_a_week <= 1, name


def test_chance_is_what_counting_says():
    """Beside the exact sum over all means that such a past leaves possible, by Simpson's rule."""
    from math import exp, factorial, gamma

    past, count = [1, 0, 2, 1], 4
    shape, rate = sum(past) + 0.5, len(past)
    steps, width = 20_000, 30 / 20_000

    def weighed(mean):
        density = rate**shape * mean ** (shape - 1) * exp(-rate * mean) / gamma(shape)
        return density * (1 - sum(exp(-mean) * mean**k / factorial(k) for k in range(count)))

    total = sum((1, 4, 2)[(at > 0) + (at % 2 == 0 and at > 0)] * weighed(at * width) for at in range(1, steps))
    assert chance_of(count, past) == pytest.approx(total * width / 3, rel=0.01)


def test_nine_where_two_are_usual_is_an_alarm_and_three_is_none():
    usual = [2, 1, 3, 2, 2, 1, 2, 3]
    assert is_cluster(12, usual)
    assert not is_cluster(5, usual)
    assert not is_cluster(3, [0] * 8)
    assert is_cluster(5, [0] * 8)


def test_a_team_is_compared_with_the_others_and_few_cases_are_none():
    usual = {f"{n}": Conduct(closed=60, defaults=12) for n in range(5)}
    assert list(misconduct(usual)) == []
    assert [each[:2] for each in misconduct(usual | {"x": Conduct(closed=60, defaults=40)})] == [("x", "defaults")]
    assert list(misconduct(usual | {"x": Conduct(closed=3, defaults=3)})) == []


def report_many(chat, text, times, clock):
    for number in range(times):
        chat.says(RESIDENT if number % 2 else NEIGHBOUR, text.format(number + 1))
        clock.turn(minutes=5)


def test_a_burst_is_told_to_the_supervisors_of_its_place_once(chat, clock):
    report_many(chat, "文苑花园{}号楼门口的垃圾桶满了好几天没人倒", 7, clock)
    with chat.program.reading() as session:
        items = {(ticket.place_name, ticket.item) for ticket in session.scalars(select(Ticket))}
    assert len(items) == 1
    watch(chat.program, clock)
    said = [text for text in chat.pushed(SUPERVISOR) if "留意" in text]
    assert len(said) == 1
    assert re.search(r"文苑花园今天.* 7 件，平时这一天约 0 件", said[0])
    assert not [text for text in chat.pushed(OTHER_SUPERVISOR) if "留意" in text]
    clock.turn(hours=1)
    watch(chat.program, clock)
    assert not [text for text in chat.pushed(SUPERVISOR) if "留意" in text]


def solve(chat, clock):
    for who, text in ((PROPERTY, "接"), (PROPERTY, "到"), (PROPERTY, "结 换了配件，试运行正常"), (RESIDENT, "1")):
        chat.says(who, text)
        clock.turn(minutes=10)


def test_the_third_time_in_a_month_a_ticket_for_the_cause_is_offered_and_linked(chat, clock):
    numbers = []
    for _ in range(3):
        chat.says(RESIDENT, LIFT)
        numbers.append(chat.ticket().number)
        watch(chat.program, clock)
        assert bool(told(chat.program)) == (len(numbers) == 3)
        solve(chat, clock)
        clock.turn(days=6)
    [text] = [text for text in chat.pushed(SUPERVISOR) if "反复" in text]
    assert all(number in text for number in numbers)
    said = chat.says(SUPERVISOR, re.search(r"根治 \d+", text)[0])
    cause = chat.ticket()
    assert cause.number in said
    assert cause.text.startswith("根治：")
    assert all(number in cause.text for number in numbers)
    assert cause.place_name == "德尚小区"
    with chat.program.reading() as session:
        notes = session.scalars(select(TicketEvent.note).where(TicketEvent.note.contains(cause.number))).all()
    assert len(notes) == 3
    assert "已经有一张根治单" in chat.says(SUPERVISOR, f"根治 {numbers[0]}")


def test_once_is_not_again_and_again(chat, clock):
    chat.says(RESIDENT, LIFT)
    watch(chat.program, clock)
    assert told(chat.program) == []
    assert "还谈不上反复" in chat.says(SUPERVISOR, f"根治 {chat.ticket().number}")
    assert "根治单" not in chat.says(PROPERTY, f"根治 {chat.ticket().number}")


def test_done_minutes_before_the_limit_is_remembered(chat, clock):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    clock.now = chat.ticket().handle_by.replace(second=0)
    clock.turn(minutes=-20)
    chat.says(PROPERTY, "结 好了")
    assert chat.ticket().rushed_at == clock.now
    chat.says(RESIDENT, "没解决")
    assert chat.ticket().rushed_at is not None


def test_who_confirms_their_own_work_is_seen(chat, clock):
    chat.says(RESIDENT, LIFT)
    solve(chat, clock)
    with chat.program.sessions.begin() as session:
        ticket = session.scalars(select(Ticket)).one()
        from models.person import Person

        member = session.scalars(select(Person.id).where(Person.openid == PROPERTY)).one()
        session.execute(update(TicketEvent).where(TicketEvent.move == "close").values(by_person=member))
        row = {c.name: getattr(ticket, c.name) for c in Ticket.__table__.c if c.name not in {"id", "number"}}
        events = session.scalars(select(TicketEvent).where(TicketEvent.move == "close")).all()
        for number in range(2):
            made = session.execute(insert(Ticket).values(**row, number=f"x{number}").returning(Ticket.id)).scalar_one()
            for each in events:
                values = {c.name: getattr(each, c.name) for c in TicketEvent.__table__.c if c.name != "id"}
                session.execute(insert(TicketEvent).values(values | {"ticket_id": made}))
    watch(chat.program, clock)
    assert any("自己确认解决或评价" in text for text in told(chat.program))
