"""What leaders hear at once, what in digests, and that every line opens."""

from datetime import timedelta

import pytest
from chat import OTHER_SUPERVISOR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select

from handlers.alarms.notify import tell
from handlers.alarms.scan import Alarm
from handlers.timers.periodic_jobs import plan_digests
from models.clock_jumps import bring_back
from models.digest import NewsWish
from models.person import Person
from models.push import Outcome, Push, Rank
from models.status_moves import Status
from models.ticket import Ticket

LAMP = "德尚小区3号楼楼道灯不亮"


def lives(program, clock, chat, **span):
    """Timers ring at their own times; digests are planned every hour."""
    end = clock.now + timedelta(**span)
    while clock.now < end:
        with program.sessions.begin() as session:
            plan_digests(session, program.towns.current(session), clock.now)
        chat.timers_ring()
        clock.now = min(end, clock.now + timedelta(minutes=30))
    chat.timers_ring()


def told(program, openid=SUPERVISOR):
    """What is sent to them by itself."""
    with program.reading() as session:
        mine = select(Push).join(Person).where(Person.openid == openid, Push.rank <= Rank.NEWS)
        return list(session.scalars(mine.order_by(Push.id)))


def test_what_could_wait_is_said_at_half_past_and_opens_by_its_number(program, clock, chat):
    chat.says(RESIDENT, LAMP)
    lives(program, clock, chat, hours=26)
    digests = [push for push in told(program) if push.event == "digest"]
    assert digests
    first = digests[0]
    assert first.text.startswith("简报")
    assert "1 超时未签收 1件" in first.text
    assert first.created_at.astimezone().minute == 30
    assert {push.event for push in told(program)} <= {"digest", "escalate"}
    answer = chat.says(SUPERVISOR, "1")
    number = chat.ticket().number
    assert number in answer
    assert LAMP in chat.says(SUPERVISOR, "1")


def test_a_red_flag_a_climb_and_a_whistle_do_not_wait(program, clock, chat):
    chat.says(RESIDENT, "德尚小区2号楼着火了")
    assert any(push.event == "red_flag" for push in told(program))


def test_a_ticket_left_alone_for_a_month_tells_each_leader_once_a_level(program, clock, chat):
    chat.says(RESIDENT, LAMP)
    lives(program, clock, chat, days=30)
    pushes = told(program)
    singles = [push for push in pushes if push.event != "digest"]
    levels = {"community", "street", "county"}
    assert chat.ticket().status == Status.DISPATCHED
    assert len(singles) <= len(levels)
    assert len({push.event for push in singles}) == 1
    by_day = [push.created_at.date() for push in pushes]
    assert max(by_day.count(day) for day in by_day) <= 3


def test_silence_is_kept_for_as_long_as_it_was_asked_for(program, clock, chat):
    assert "12:00前" in chat.says(SUPERVISOR, "静音 2小时")
    with program.sessions.begin() as session:
        wish = session.scalars(select(NewsWish)).one()
        assert wish.muted_until == clock.now + timedelta(hours=2)
    chat.says(RESIDENT, "人工")
    ticket = chat.ticket()
    human = [push for push in told(program) if push.ticket_id == ticket.id]
    assert {push.due_at for push in human} == {clock.now + timedelta(hours=2)}
    chat.says(RESIDENT, "德尚小区2号楼着火了")
    red = [push for push in told(program) if push.event == "red_flag"]
    assert {push.due_at for push in red} <= {clock.now, None}
    assert "有事马上说" in chat.says(SUPERVISOR, "取消静音")
    assert "有事马上说" in chat.says(SUPERVISOR, "静音 取消")
    assert "要静音多久" in chat.says(SUPERVISOR, "静音")


def test_a_day_s_silence_is_no_clock_that_ran_ahead(program, clock, chat):
    chat.says(SUPERVISOR, "静音 3天")
    chat.says(RESIDENT, LAMP)
    clock.now = chat.ticket().accept_by
    for _ in range(2):
        chat.timers_ring()
    with program.sessions.begin() as session:
        mine = select(Push).join(Person).where(Person.openid == SUPERVISOR)
        before = [push.due_at for push in session.scalars(mine)]
        bring_back(session, clock.now)
        session.expire_all()
        assert [push.due_at for push in session.scalars(mine)] == before
    assert before


def test_who_wants_only_red_hears_climbs_in_the_digest(program, clock, chat):
    chat.says(SUPERVISOR, "只要红色")
    chat.says(RESIDENT, LAMP)
    lives(program, clock, chat, days=4)
    assert {push.event for push in told(program)} == {"digest"}


def test_who_wants_the_week_alone_hears_no_daily_digest(program, clock, chat):
    chat.says(RESIDENT, LAMP)
    assert "上周新增" in chat.says(SUPERVISOR, "周报")
    lives(program, clock, chat, days=6)
    assert [push for push in told(program) if push.event == "digest"] == []
    lives(program, clock, chat, days=2)
    (monday,) = [push for push in told(program) if push.event == "digest"]
    assert monday.text.startswith("周总结 11.16—11.22")
    assert "1 上周新增 1件，比前周+1" in monday.text
    assert "卡住的：超时没办好 1件" in monday.text


def test_the_week_s_figures_are_those_of_the_tickets(program, clock, chat):
    for house in range(1, 6):
        chat.says(RESIDENT, f"德尚小区{house}号楼楼道灯不亮")
    chat.says(PROPERTY, f"接 {chat.ticket().number}")
    lives(program, clock, chat, days=7)
    monday = next(push for push in told(program) if push.text.startswith("周总结"))
    with program.reading() as session:
        filed = len(session.scalars(select(Ticket)).all())
    assert f"上周新增 {filed}件" in monday.text


def test_what_has_not_been_said_yet_is_said_when_it_is_asked_for(program, clock, chat):
    chat.says(RESIDENT, LAMP)
    lives(program, clock, chat, hours=7)
    said = chat.says(SUPERVISOR, "日报")
    assert "每天 08:30、17:30" in said
    assert "超时未签收" in said
    assert chat.ticket().number in chat.says(SUPERVISOR, "1")
    with program.reading() as session:
        mine = select(Push).join(Person).where(Person.openid == SUPERVISOR, Push.rank == Rank.DIGEST)
        assert {push.due_at for push in session.scalars(mine)} == {None}


@pytest.mark.parametrize("words", ["日报", "周报", "只要红色", "静音 2小时"])
def test_to_residents_these_are_no_commands(program, chat, words):
    chat.says(RESIDENT, words)
    with program.reading() as session:
        assert session.scalars(select(NewsWish)).all() == []


def test_a_leader_of_another_street_hears_nothing_of_it(program, clock, chat):
    chat.says(RESIDENT, LAMP)
    lives(program, clock, chat, hours=26)
    assert told(program, OTHER_SUPERVISOR) == []


def alarms(program, clock, *names):
    """As the worker tells them; an alarm is about a place, not about a ticket."""
    with program.sessions.begin() as session:
        for name in names:
            said = {"where": name, "what": "路灯", "count": 7, "usual": "1"}
            alarm = Alarm(f"cluster:{name}", "alarms.cluster", "WY-01", said)
            tell(session, program.towns.current(session), [alarm], clock.now)


def goes_out(program, openid=SUPERVISOR):
    """The platform takes what is due, as the worker offers it."""
    for push in told(program, openid):
        with program.sessions.begin() as session:
            if push.outcome != Outcome.MERGED.value:
                session.get_one(Push, push.id).finish(Outcome.SENT, push.created_at)


def test_an_alarm_waits_for_the_digest_and_its_number_shows_all_of_it(program, clock, chat):
    alarms(program, clock, "德尚小区", "文苑花园")
    assert told(program) == []
    lives(program, clock, chat, hours=8)
    (digest,) = told(program)
    assert "1 【留意】德尚小区今天路灯 7 件，平时这一天约 1 件。（共 2 条）" in digest.text
    answer = chat.says(SUPERVISOR, "1")
    assert "德尚小区" in answer
    assert "文苑花园" in answer


def test_who_wants_red_alone_or_silence_is_spared_alarms_too(program, clock, chat):
    chat.says(SUPERVISOR, "静音 10小时")
    alarms(program, clock, "德尚小区")
    until = clock.now + timedelta(hours=10)
    lives(program, clock, chat, hours=9)
    assert told(program) == []
    lives(program, clock, chat, hours=15)
    assert [push.event for push in told(program) if push.due_at is None or push.due_at >= until] == ["digest"]


def test_a_silence_asked_for_in_between_holds_the_digest_too(program, clock, chat):
    alarms(program, clock, "德尚小区")
    chat.says(SUPERVISOR, "静音 10小时")
    until = clock.now + timedelta(hours=10)
    lives(program, clock, chat, hours=8)
    assert [push.due_at for push in told(program)] == [until]


def test_what_a_lost_digest_said_is_said_by_the_next_one(program, clock, chat):
    alarms(program, clock, "德尚小区")
    lives(program, clock, chat, hours=8)
    alarms(program, clock, "文苑花园")
    lives(program, clock, chat, hours=15)
    first, second = told(program)
    assert first.outcome == Outcome.MERGED.value
    assert "德尚小区" in second.text
    goes_out(program)
    alarms(program, clock, "东关公租房")
    lives(program, clock, chat, hours=10)
    assert "德尚小区" not in told(program)[-1].text


def test_on_monday_both_digests_are_one_message(program, clock, chat):
    chat.says(RESIDENT, LAMP)
    lives(program, clock, chat, days=6, hours=22)
    goes_out(program)
    before = len(told(program))
    alarms(program, clock, "德尚小区")
    lives(program, clock, chat, hours=3)
    new = [push for push in told(program)[before:] if push.outcome != Outcome.MERGED.value]
    (monday,) = new
    assert monday.text.startswith("周总结")
    assert "上周新增 1件" in monday.text
    assert "【留意】德尚小区" in monday.text


def test_who_wants_the_week_alone_reads_its_alarms_on_monday(program, clock, chat):
    chat.says(RESIDENT, LAMP)
    chat.says(SUPERVISOR, "周报")
    alarms(program, clock, "德尚小区", "文苑花园")
    lives(program, clock, chat, days=8)
    (monday,) = [push for push in told(program) if push.event == "digest"]
    assert "上周的留意、反复 2条" in monday.text
    number = next(line.split()[0] for line in monday.text.splitlines() if "留意" in line)
    assert "文苑花园" in chat.says(SUPERVISOR, number)


def leave_on_desk(chat, text):
    """Nobody serves the place that it is about."""
    chat.says(RESIDENT, text)
    if not chat.tickets():
        chat.says(RESIDENT, "就是阳光新城")
    ticket = chat.ticket()
    assert (ticket.team, ticket.grid) == (None, None)
    return ticket


def test_what_nobody_takes_from_the_desk_is_told_once_and_then_in_digests(program, clock, chat):
    ticket = leave_on_desk(chat, "阳光新城门口的垃圾堆成山了没人管")
    lives(program, clock, chat, days=10)
    mine = [push for push in told(program) if push.ticket_id == ticket.id]
    assert [push.event for push in mine] == ["unrouted"]
    digests = [push for push in told(program) if push.event == "digest"]
    assert any("还没人接，待派 1件" in push.text for push in digests)


def tell_often(program, clock, count):
    """A leader of a large town hears hundreds of things a day."""
    with program.sessions.begin() as session:
        leader = session.scalars(select(Person).where(Person.openid == SUPERVISOR)).one()
        told = {"person_id": leader.id, "event": "handle_overdue", "text": "", "rank": Rank.DIGEST.value}
        told |= {"created_at": clock.now, "outcome": Outcome.MERGED.value, "finished_at": clock.now}
        session.add_all(Push(key=f"often:{number}", **told) for number in range(count))


def test_of_what_lies_on_the_desk_a_day_s_first_is_told_at_once_and_the_rest_in_the_digest(program, clock, chat):
    def left(text):
        chat.says(RESIDENT, text)
        chat.says(RESIDENT, "就是阳光新城")
        return chat.ticket()

    danger, first = (left(f"阳光新城{what}") for what in ("2号楼着火了", "垃圾堆成山了没人管"))
    tell_often(program, clock, 300)
    second = left("阳光新城路灯全灭了")
    lives(program, clock, chat, hours=9)
    (digest,) = [push for push in told(program) if push.event == "digest"]
    assert "待派 2件" in digest.text
    assert second.number in chat.says(SUPERVISOR, "1")
    left("阳光新城水管漏水漏了一地")
    clock.turn(hours=14)
    next_day = left("阳光新城电梯坏了")
    at_once = {push.ticket_id for push in told(program) if push.event == "unrouted"}
    assert at_once == {danger.id, first.id, next_day.id}


def test_a_danger_on_the_desk_is_told_again_but_ever_more_seldom(program, clock, chat):
    ticket = leave_on_desk(chat, "阳光新城2号楼着火了")
    clock.turn(minutes=5)
    for _ in range(24 * 12):
        chat.timers_ring()
        clock.turn(minutes=5)
    mine = [push for push in told(program) if push.ticket_id == ticket.id and push.event == "unrouted_still"]
    assert 5 <= len(mine) <= 10
    assert {push.rank for push in mine} == {Rank.URGENT}
