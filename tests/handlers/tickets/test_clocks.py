"""The clocks of a ticket, told through the chat: reminders, overdue, the climb, quiet nights, stops."""

from datetime import datetime, timedelta

import pytest
from chat import CAST, COMMUNITY, NEIGHBOUR, PROPERTY, RENTAL, RENTAL_COLLEAGUE, RESIDENT, STREET, SUPERVISOR
from sqlalchemy import select

from models.person import Person
from models.push import Push, Rank, Timer, claim
from models.ticket import CHINA

CITY = CAST["城管"]
LIFT = "德尚小区3号楼电梯又坏了"


def at(day, hour, minute=0):
    """November 2026, Beijing time; the 16th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def _live_until(chat, clock, moment):
    """Timers ring in their order at their own time, as under a worker that never sleeps."""
    while True:
        with chat.program.reading() as session:
            due = select(Timer.due_at).where(Timer.due_at <= moment, Timer.kind != "fetch_media")
            following = session.scalar(due.order_by(Timer.due_at).limit(1))
        if following is None:
            break
        clock.now = max(clock.now, following)
        chat.timers_ring()
    clock.now = moment


def _moves(chat):
    with chat.program.reading() as session:
        ticket = session.merge(chat.ticket(), load=False)
        return [(each.move, each.by_role, each.note) for each in session.scalars(ticket.events.select())]


def test_a_reminder_comes_before_the_limit_and_word_of_its_end_after(chat, clock):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    chat.pushed(PROPERTY)
    _live_until(chat, clock, at(17, 8, 29))
    assert any("快到时限" in text for text in chat.pushed(PROPERTY))
    _live_until(chat, clock, at(17, 10, 1))
    assert any("超时未办结" in text for text in chat.pushed(PROPERTY))
    assert any("超时未办结" in text for text in chat.pushed(SUPERVISOR))


def test_what_nobody_does_climbs_level_by_level_to_the_county_and_stays_there(chat, clock):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    levels = []
    for day in range(16, 30):
        _live_until(chat, clock, at(day, 20))
        levels.append((chat.ticket().level, chat.ticket().team))
    seen = list(dict.fromkeys(levels))
    assert seen == [("grid", "P-DS"), ("community", "C-WY"), ("street", "S-XINYI"), ("county", "XY-CITY")]
    assert chat.ticket().first_team == "P-DS"
    climbs = [(role, note) for move, role, note in _moves(chat) if move == "escalate"]
    assert len(climbs) == 3
    assert all(role == "system" and "自动上报" in note for role, note in climbs)
    assert climbs[0][1] == "超过处置时限（1个工作日）未办结，自动上报"


def test_everybody_reads_why_it_climbed(chat, clock):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    _live_until(chat, clock, at(17, 20))
    told = {who: "\n".join(chat.pushed(who)) for who in (RESIDENT, PROPERTY, COMMUNITY, SUPERVISOR)}
    assert all("自动上报" in said or who == COMMUNITY for who, said in told.items()), told
    assert "超过处置时限（1个工作日）未办结" in told[PROPERTY]
    assert "超过处置时限（1天，休息日不算）未办结" in told[RESIDENT]
    assert "工作日" not in told[RESIDENT]
    assert "新工单" not in "\n".join(chat.pushed(STREET))


def test_a_level_that_takes_over_has_limits_of_its_own(chat, clock):
    chat.says(RESIDENT, "德尚小区的物业费收得不合理")
    first = chat.ticket()
    chat.says(COMMUNITY, "接")
    chat.says(COMMUNITY, "上报 要查收费批文")
    climbed = chat.ticket()
    assert (climbed.level, climbed.team, climbed.handle_limit) == ("street", "S-XINYI", "3个工作日")
    assert climbed.handle_by < first.handle_by
    assert climbed.accept_by == at(16, 12)


def test_nobody_is_rung_out_of_bed_for_a_lamp(chat, clock):
    clock.now = at(16, 22)
    chat.says(RESIDENT, "德尚小区2号楼楼道灯不亮")
    with chat.program.reading() as session:
        pushes = session.scalars(select(Push)).all()
    assert pushes
    assert {push.due_at for push in pushes} == {at(17, 7, 30)}
    assert "今日" in pushes[0].text  # in the morning it is today that it must be signed
    assert "明日" not in pushes[0].text


NOISE = "德尚小区门口的广场音响商店促销吵死了，商业噪音"


def _pushes(chat, event):
    """To whom, when, for the last time."""
    with chat.program.reading() as session:
        rows = select(Person.openid, Push.due_at).join(Push, Push.person_id == Person.id).where(Push.event == event)
        return dict(iter(session.execute(rows.order_by(Push.id))))


def test_where_nobody_is_on_call_a_clock_that_runs_at_night_begins_in_the_morning(chat, clock):
    clock.now = at(16, 22, 30)
    reply = chat.says(RESIDENT, NOISE)
    assert chat.ticket().accept_by == at(17, 8)  # 30 minutes from half past seven
    assert chat.ticket().handle_by == at(17, 9, 30)  # and 2 紧急工作时
    assert "明日08:00前签收" in reply
    assert "明日09:30前" in reply
    assert "没有人值班，明日07:30起通知、起算" in reply
    assert "0358-7620000" in reply
    assert set(_pushes(chat, "dispatch").values()) == {at(17, 7, 30)}
    _live_until(chat, clock, at(17, 7, 59))
    assert not _pushes(chat, "accept_overdue")
    _live_until(chat, clock, at(17, 8, 1))
    assert _pushes(chat, "accept_overdue")


DRAIN = "城南宜居家园3号楼前面的排水管道断裂了，污水淌了一地"


def test_where_somebody_is_on_call_they_alone_are_woken_and_the_clock_runs(chat, clock):
    clock.now = at(16, 22, 30)
    reply = chat.says(RESIDENT, DRAIN)
    assert (chat.ticket().team, chat.ticket().red_flag) == ("P-CNYJ", "")
    assert (chat.ticket().accept_by, chat.ticket().handle_by) == (at(16, 23), at(16, 23, 30))
    assert "没有人值班" not in reply
    with chat.program.reading() as session:
        assert (
            session.scalar(select(Push.rank).where(Push.due_at == clock.now, Push.event == "dispatch")) == Rank.URGENT
        )
    told = _pushes(chat, "dispatch")
    assert told.pop(RENTAL_COLLEAGUE) == at(16, 22, 30)
    assert RENTAL not in told
    assert set(told.values()) <= {at(17, 7, 30)}  # those who help
    _live_until(chat, clock, at(16, 23, 1))
    assert _pushes(chat, "accept_remind")[RENTAL_COLLEAGUE] == at(16, 22, 52) + timedelta(seconds=30)
    late = _pushes(chat, "accept_overdue")
    assert late.pop(RENTAL_COLLEAGUE) == at(16, 23)
    assert set(late.values()) == {at(17, 7, 30), at(17, 8, 30)}  # their overseers sleep; leaders read it in the digest


def test_a_team_that_gets_it_at_night_signs_from_the_morning_on(chat, clock):
    clock.now = at(16, 21, 20)
    chat.says(RESIDENT, NOISE)
    promised = chat.ticket().handle_by
    clock.now = at(16, 21, 45)
    chat.says(CITY, "退 不归我们管")
    assert chat.ticket().team != "D-CG"
    assert chat.ticket().accept_by == at(17, 8)
    assert chat.ticket().handle_by == promised == at(16, 23, 20)  # told in the evening: it stands
    assert "23:20前赶不上了" in "".join(chat.pushed(RESIDENT))  # and they hear that it will not be kept


def test_after_an_answer_at_night_the_clock_goes_on_in_the_morning(chat, clock):
    clock.now = at(16, 20)
    chat.says(RESIDENT, NOISE)
    chat.says(CITY, "接")
    chat.says(CITY, "问 是哪一家")
    clock.now = at(16, 22)
    chat.pushed(RESIDENT)
    chat.says(RESIDENT, "门口第一家")
    assert chat.ticket().handle_by == at(17, 9, 30)


@pytest.mark.parametrize(
    ("when", "words"), [(at(16, 15), NOISE), (at(16, 23), LIFT), (at(16, 23), "德尚小区3号楼有人困在电梯里了")]
)
def test_by_day_and_where_the_morning_is_soon_enough_the_night_is_no_matter(chat, clock, when, words):
    clock.now = when
    assert "夜里" not in chat.says(RESIDENT, words)
    if words == LIFT:  # nobody can sign for what nobody was told
        assert chat.ticket().accept_by == at(17, 9, 30)


def test_a_danger_is_told_in_the_middle_of_the_night(chat, clock):
    clock.now = at(17, 2)
    chat.says(RESIDENT, "德尚小区3号楼有人困在电梯里了")
    with chat.program.reading() as session:
        assert {push.due_at for push in session.scalars(select(Push))} == {at(17, 2)}


def test_what_waits_for_the_morning_does_not_hold_up_a_danger(chat, clock):
    clock.now = at(16, 22)
    chat.says(RESIDENT, "德尚小区2号楼楼道灯不亮")
    chat.says(NEIGHBOUR, "德尚小区3号楼有人困在电梯里了")
    with chat.program.sessions() as session, session.begin():
        assert any(push.event == "red_flag" for push in claim(session, Push, clock.now))


def test_a_resident_who_is_just_writing_hears_at_night_what_comes_of_it(chat, clock):
    clock.now = at(16, 22)
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    with chat.program.reading() as session:
        accepted = session.scalars(select(Push).where(Push.event == "accept")).one()
    assert accepted.due_at == at(16, 22)


def test_the_climb_waits_for_the_morning_too(chat, clock):
    clock.now = at(16, 19)
    chat.says(RESIDENT, "德尚小区门口的广场音响商店促销吵死了，商业噪音")
    ticket = chat.ticket()
    _live_until(chat, clock, at(17, 7, 29))
    with chat.program.reading() as session:
        night = session.scalars(select(Push).where(Push.due_at > at(16, 21, 30), Push.due_at < at(17, 7, 30))).all()
    assert night == []
    assert chat.ticket().level == ticket.level


def test_while_the_resident_is_asked_the_clock_stands_still(chat, clock):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    before = chat.ticket().handle_by
    chat.says(PROPERTY, "问 是哪一部电梯")
    assert chat.ticket().stopped_at
    _live_until(chat, clock, at(16, 16))
    assert "超时" not in "\n".join(chat.pushed(PROPERTY))
    chat.says(RESIDENT, "东边那部")
    went_on = chat.ticket()
    assert went_on.stopped_at is None
    assert before == at(17, 10)
    assert went_on.handle_by == at(17, 16)  # six hours by the clock, of which two were the lunch break
    assert [move for move, *_ in _moves(chat)][-2:] == ["ask", "answer"]


def test_a_resident_who_never_answers_does_not_stop_the_clock_for_ever(chat, clock):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, "问 是哪一部电梯")
    chat.pushed(PROPERTY)
    _live_until(chat, clock, at(18, 10, 1))
    assert chat.ticket().stopped_at is None
    assert "一直没有答复" in "\n".join(chat.pushed(PROPERTY))
    assert chat.ticket().handle_by == at(19, 10)


def test_returning_buys_no_time_and_the_second_return_is_the_last(chat, clock):
    chat.says(RESIDENT, LIFT)
    promised = chat.ticket().handle_by
    chat.says(PROPERTY, "退 不归我们")
    assert (chat.ticket().team, chat.ticket().handle_by) == ("C-WY", promised)
    chat.says(COMMUNITY, "转 德尚物业 合同里写明归物业")
    chat.says(PROPERTY, "退 还是不归我们")
    assert (chat.ticket().team, chat.ticket().returns) == ("C-WY", 2)
    assert "不能再退" in chat.says(COMMUNITY, "退 也不归我们")
    assert chat.ticket().status == "dispatched"


def test_a_ticket_reopened_twice_climbs_with_a_reason(chat, clock):
    chat.says(RESIDENT, LIFT)
    for _ in range(2):
        chat.says(PROPERTY, "接")
        chat.says(PROPERTY, "结 修好了")
        chat.says(RESIDENT, "4")
        chat.says(RESIDENT, "还是不行")
    ticket = chat.ticket()
    assert (ticket.reopenings, ticket.level, ticket.team) == (2, "community", "C-WY")
    assert ("escalate", "system", "第二次没办好，自动上报") in _moves(chat)


def test_what_lies_on_the_desk_is_told_again_until_somebody_takes_it(chat, clock):
    chat.says(RESIDENT, "阳光新城门口的垃圾堆成山了没人管")
    chat.says(RESIDENT, "就是阳光新城")
    chat.pushed(SUPERVISOR)
    _live_until(chat, clock, at(17, 20))
    assert "没找到归属" in "\n".join(chat.pushed(SUPERVISOR))
    clock.turn(hours=13)
    chat.says(SUPERVISOR, f"派 {chat.ticket().number} 德尚小区")
    chat.pushed(SUPERVISOR)
    _live_until(chat, clock, at(18, 9, 5))
    assert "没找到归属" not in "\n".join(chat.pushed(SUPERVISOR))


def test_two_tickets_become_one_and_followers_of_either_hear_the_end(chat, clock):
    chat.says(RESIDENT, LIFT)
    first = chat.ticket().number
    chat.says(NEIGHBOUR, "德尚小区大门口的垃圾桶满了没人倒")
    second = chat.ticket().number
    chat.pushed(NEIGHBOUR)
    chat.says(COMMUNITY, f"并 {second} 到 {first}")
    assert "已并入" in chat.says(COMMUNITY, "1")
    merged = chat.ticket()
    assert (merged.status, merged.merged_into) == ("merged", chat.tickets()[0].id)
    assert f"工单 {first} 是同一件事" in "\n".join(chat.pushed(NEIGHBOUR))
    chat.says(PROPERTY, f"接 {first}")
    chat.says(PROPERTY, f"结 {first} 修好了")
    assert "已办结" in "\n".join(chat.pushed(NEIGHBOUR))
    clock.turn(days=3)
    chat.pushed(PROPERTY)
    _live_until(chat, clock, clock.now + timedelta(days=1))
    assert second not in "\n".join(chat.pushed(PROPERTY))


def test_a_danger_is_not_swallowed_by_an_ordinary_ticket(chat):
    chat.says(RESIDENT, "德尚小区大门口的垃圾桶满了没人倒")
    ordinary = chat.ticket().number
    chat.says(NEIGHBOUR, "德尚小区3号楼有人困在电梯里了")
    danger = chat.ticket().number
    assert "红色警情" in chat.says(COMMUNITY, f"并 {danger} 到 {ordinary}")
    assert chat.ticket().status == "dispatched"
