"""Who is asked about their report and puts the phone away: nothing is lost, nothing is filed twice, nobody is woken."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from chat import NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select

from handlers.dialogue.message import Kind
from handlers.timers.lost_work import look
from models.conversation import Asked
from models.push import Push, Timer
from models.ticket import CHINA, Attachment, Ticket, TicketEvent

pytestmark = pytest.mark.slow

LAMP = "楼道灯坏了"
UNSURE = "我家这边老是这样，真没法过了，你们管管吧"
DESHANG = (37.142267, 111.798570)


def falls_silent(chat, clock, words=LAMP, minutes=30, who=RESIDENT):
    chat.says(who, words)
    clock.turn(minutes=minutes)
    chat.timers_ring()


def stands(ticket):
    return ticket.status, ticket.category, ticket.place_name, ticket.building


def moves(chat, ticket):
    with chat.program.reading() as session:
        events = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
        return [(event.move, event.by_role) for event in session.scalars(events)]


# -- what is known is enough --------------------------------------------------------------------------------------------


def test_a_house_that_nobody_names_is_no_reason_to_wait(chat, clock):
    falls_silent(chat, clock, "城南宜居家园单元门坏了关不上")
    ticket = chat.ticket()
    assert (ticket.status, ticket.community, ticket.created_at) == ("dispatched", "CN", clock.now)
    told = "\n".join(chat.pushed(RESIDENT))
    assert ticket.number in told
    assert "补充" in told


def test_an_unsure_category_is_taken_as_the_first_choice(chat, clock):
    chat.says(RESIDENT, "绑定 德尚小区2号楼")
    asked = chat.says(RESIDENT, UNSURE)
    assert "哪一类" in asked
    first = next(line for line in asked.splitlines() if line.startswith("1 "))
    clock.turn(minutes=30)
    chat.timers_ring()
    ticket = chat.ticket()
    assert (ticket.status, ticket.place_name) == ("dispatched", "德尚小区")
    assert first == f"1 {chat.program.towns._town.catalogue.name(ticket.category)}"
    assert "改类" in chat.pushed(RESIDENT)[-1]


def test_a_name_that_only_a_person_may_know_goes_to_one_at_once(chat, clock):
    falls_silent(chat, clock, "阳光新城门口的垃圾堆成山了没人管")
    assert (chat.ticket().status, chat.ticket().place_name) == ("pending", "阳光新城")
    assert "值班人员" in chat.pushed(RESIDENT)[-1]
    assert any("没找到归属" in told for told in chat.pushed(SUPERVISOR))


def test_neighbours_who_told_of_it_before_are_joined(chat, clock):
    chat.says(NEIGHBOUR, "城南宜居家园单元门坏了关不上")
    chat.says(NEIGHBOUR, "公共")
    falls_silent(chat, clock, "城南宜居家园单元门坏了关不上了")
    assert [ticket.neighbours for ticket in chat.tickets()] == [1]
    assert "已把您加进" in chat.pushed(RESIDENT)[-1]


def test_what_they_reported_themselves_before_is_not_filed_twice(chat, clock):
    chat.says(RESIDENT, "城南宜居家园单元门坏了关不上")
    chat.says(RESIDENT, "公共")
    falls_silent(chat, clock, "城南宜居家园单元门坏了关不上")
    assert len(chat.tickets()) == 1
    assert "是同一件" in chat.pushed(RESIDENT)[-1]


# -- the place is missing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [LAMP, "幸福小区2号楼下水道堵了", UNSURE])
def test_without_a_place_it_waits_without_team_and_clocks(chat, clock, words):
    falls_silent(chat, clock, words)
    ticket = chat.ticket()
    assert (ticket.status, ticket.team, ticket.accept_by, ticket.handle_by) == ("incomplete", None, None, None)
    assert ticket.number in chat.pushed(RESIDENT)[-1]
    assert chat.pushed(SUPERVISOR) == []


@pytest.mark.parametrize(
    "answer", ["德尚小区2号楼", "补充 德尚小区2号楼", "就在德尚小区2号楼门口", "楼道灯坏了，德尚小区2号楼的"]
)
@pytest.mark.parametrize("hours", [0.1, 5])
def test_its_place_told_at_any_time_sends_it_off(chat, clock, answer, hours):
    falls_silent(chat, clock)
    clock.turn(hours=hours)
    assert "处置时限" in chat.says(RESIDENT, answer)
    ticket = chat.ticket()
    assert stands(ticket) == ("dispatched", "repairs", "德尚小区", "2")
    assert ticket.accept_by > clock.now
    assert moves(chat, ticket)[1:] == [("supplement", "resident"), ("receive", "system"), ("dispatch", "system")]
    assert any(ticket.number in told for told in chat.pushed(PROPERTY))
    assert len(chat.tickets()) == 1


def test_a_pin_sends_it_off_too(chat, clock):
    falls_silent(chat, clock)
    clock.turn(hours=5)
    reply = chat.sends(RESIDENT, Kind.LOCATION, latitude=DESHANG[0], longitude=DESHANG[1], label="德尚小区东门")
    assert "处置时限" in reply
    assert (chat.ticket().status, chat.ticket().grid) == ("dispatched", "WY-01")


def test_words_that_no_map_knows_are_kept_for_a_person(chat, clock):
    falls_silent(chat, clock)
    assert "值班人员" in chat.says(RESIDENT, "就我家这儿")
    assert stands(chat.ticket())[::2] == ("pending", "")  # no name: nobody is sent to 「就我家这儿」
    assert any("没找到归属" in told for told in chat.pushed(SUPERVISOR))


def test_of_several_places_told_later_the_resident_still_chooses(chat, clock):
    falls_silent(chat, clock)
    assert "2 桥北社区" in chat.says(RESIDENT, "幸福小区2号楼")
    assert "已受理" in chat.says(RESIDENT, "桥北那个")
    assert (chat.ticket().community, chat.ticket().building) == ("QB", "2")


def test_two_problems_of_one_message_need_their_place_once(chat, clock):
    falls_silent(chat, clock, "楼道灯坏了。还有楼下烧烤店半夜还在吵")
    lamp, noise = chat.tickets()
    assert {lamp.status, noise.status} == {"incomplete"}
    (told,) = chat.pushed(RESIDENT)
    assert lamp.number in told
    assert noise.number in told
    chat.says(RESIDENT, "德尚小区2号楼")
    assert [ticket.status for ticket in chat.tickets()] == ["dispatched", "dispatched"]


def test_a_supervisor_who_knows_the_place_needs_not_wait(chat, clock):
    falls_silent(chat, clock)
    ticket = chat.ticket()
    assert "已派给" in chat.says(SUPERVISOR, f"派 {ticket.number} 德尚小区")
    assert chat.ticket().status == "dispatched"
    assert ("supplement", "supervisor") in moves(chat, ticket)


def test_it_can_be_taken_back(chat, clock):
    falls_silent(chat, clock)
    chat.says(RESIDENT, "撤回")
    assert "已撤回" in chat.says(RESIDENT, "1")
    clock.turn(hours=30)
    chat.timers_ring()
    assert chat.ticket().status == "withdrawn"


def test_it_is_never_called_lost(chat, clock):
    falls_silent(chat, clock)
    for hours in (23, 2, 100):
        clock.turn(hours=hours)
        chat.timers_ring()
        with chat.program.reading() as session:
            assert look(session, clock.now).ownerless_tickets == 0
    assert chat.ticket().status == "pending"
    assert ("verify", "system") in moves(chat, chat.ticket())


def test_a_template_can_say_it_after_48_hours(chat, clock):
    falls_silent(chat, clock)
    with chat.program.reading() as session:
        push = session.scalars(select(Push)).one()
        assert (push.event, push.template) == ("incomplete", "resident")
        assert push.fields["status"] == "待补充"
        assert all(push.fields.values())


def test_at_night_nobody_is_woken_and_the_morning_s_answer_counts(chat, clock):
    clock.now = clock.now.astimezone(CHINA).replace(hour=22)
    falls_silent(chat, clock)
    with chat.program.reading() as session:
        due = session.scalars(select(Push.due_at)).one().astimezone(CHINA)
    assert (due.hour, due.minute) == (7, 30)
    clock.now = due + timedelta(minutes=20)
    assert "值班人员" in chat.says(RESIDENT, "我们楼门口"), "an answer, though no map knows it"
    assert len(chat.tickets()) == 1


# -- just once ----------------------------------------------------------------------------------------------------------


def test_a_newer_question_has_its_own_time(chat, clock):
    chat.says(RESIDENT, "这边楼道灯坏了")
    clock.turn(minutes=20)
    chat.says(RESIDENT, "城南宜居家园")
    clock.turn(minutes=15)
    chat.timers_ring()
    assert chat.tickets() == [], "the first question was answered, the second has 15 minutes left"
    clock.turn(minutes=15)
    chat.timers_ring()
    assert [ticket.place_name for ticket in chat.tickets()] == ["城南宜居家园"]


def test_a_photo_comes_along_and_puts_the_end_off(chat, clock):
    chat.says(RESIDENT, LAMP)
    clock.turn(minutes=20)
    chat.sends(RESIDENT, Kind.IMAGE, media_id="p1")
    clock.turn(minutes=15)
    chat.timers_ring()
    assert chat.tickets() == []
    clock.turn(minutes=15)
    chat.timers_ring()
    with chat.program.reading() as session:
        assert session.scalars(select(Attachment.ticket_id)).all() == [chat.ticket().id]


def test_an_answered_question_s_timer_finds_nothing_to_do(chat, clock):
    chat.says(RESIDENT, LAMP)
    chat.says(RESIDENT, "德尚小区2号楼")
    chat.pushed(RESIDENT)
    clock.turn(minutes=31)
    chat.timers_ring()
    assert len(chat.tickets()) == 1
    assert chat.pushed(RESIDENT) == []


def test_who_answers_late_while_no_worker_runs_has_answered(chat, clock):
    chat.says(RESIDENT, LAMP)
    clock.turn(minutes=50)
    reply = chat.says(RESIDENT, "德尚小区2号楼")
    assert "处置时限" in reply
    assert "还差地点" not in reply
    chat.timers_ring()
    assert stands(chat.ticket()) == ("dispatched", "repairs", "德尚小区", "2")
    assert len(chat.tickets()) == 1
    assert [told for told in chat.pushed(RESIDENT) if "还差地点" in told] == []


def test_who_answers_in_the_very_moment_in_which_time_runs_out_has_one_ticket(chat, clock):
    for number in range(1, 6):
        chat.says(RESIDENT, f"{LAMP}，已经{number}天了，第{number}次说")
        clock.turn(minutes=30)
        with ThreadPoolExecutor(2) as hands:
            rung, answered = (
                hands.submit(chat.timers_ring),
                hands.submit(chat.says, RESIDENT, f"锦佳园小区{number}号楼"),
            )
            rung.result()
            assert answered.result()
        assert [stands(ticket)[::3] for ticket in chat.tickets()][-1] == ("dispatched", str(number))
        assert len(chat.tickets()) == number
        clock.turn(minutes=61)  # said again within the hour, it would be the same lamp


@pytest.mark.parametrize("between", ["进度", "帮助"])
def test_a_late_question_that_keeps_what_is_open_files_it_just_once(chat, clock, between):
    chat.says(RESIDENT, LAMP)
    clock.turn(minutes=50)
    chat.says(RESIDENT, between)
    chat.timers_ring()
    assert len(chat.tickets()) == 1


def test_a_redelivery_files_nothing_again(chat, clock):
    chat.says(RESIDENT, LAMP)
    message = chat.message(RESIDENT, "绑定 德尚小区5号楼")
    first = chat.program.answering.answer(message)
    assert "先登记了" in first
    assert chat.program.answering.answer(message) == first
    assert len(chat.tickets()) == 1


@pytest.mark.parametrize("word", ["取消", "人工"])
def test_what_was_dropped_or_handed_to_a_person_is_not_filed_again(chat, clock, word):
    falls_silent(chat, clock, LAMP, 1)
    chat.says(RESIDENT, word)
    before = len(chat.tickets())
    clock.turn(minutes=40)
    chat.timers_ring()
    assert len(chat.tickets()) == before == (word == "人工")


# -- something else in between ------------------------------------------------------------------------------------------


def test_who_binds_a_home_instead_has_told_where(chat):
    chat.says(RESIDENT, LAMP)
    assert LAMP in chat.says(RESIDENT, "绑定 锦佳园小区8号楼")
    assert LAMP in [ticket.text for ticket in chat.tickets()]


@pytest.mark.parametrize("word", ["评价", "加入 12345678", "另报 德尚小区的物业费收得不合理"])
def test_whatever_else_is_said_instead_the_report_still_waits_for_its_place(chat, word):
    chat.says(RESIDENT, LAMP)
    assert "请问在哪个小区几号楼" in chat.says(RESIDENT, word)
    chat.says(RESIDENT, "锦佳园小区8号楼")
    assert LAMP in [ticket.text for ticket in chat.tickets()]


def test_who_is_offered_to_join_and_says_something_else_is_asked_again_and_has_joined(chat, clock):
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯又坏了")
    assert "回 1 加入" in chat.says(RESIDENT, "德尚小区3号楼电梯不动了")
    assert "回 1 加入" in chat.says(RESIDENT, "绑定 德尚小区3号楼")
    clock.turn(minutes=31)
    chat.timers_ring()
    assert [ticket.neighbours for ticket in chat.tickets()] == [1]
    assert "已把您加进" in chat.pushed(RESIDENT)[-1]


def test_another_trouble_told_instead_of_the_place_is_a_report_of_its_own(chat):
    chat.says(RESIDENT, LAMP)
    reply = chat.says(RESIDENT, "德尚小区的物业费收得不合理")
    assert "已受理" in reply
    assert "请问在哪个小区几号楼" in reply
    assert "已受理" in chat.says(RESIDENT, "德尚小区3号楼")
    assert {(ticket.category, ticket.status) for ticket in chat.tickets()} == {
        ("property", "dispatched"),
        ("repairs", "dispatched"),
    }


def test_a_danger_while_its_place_is_missing_is_a_report_of_its_own(chat, clock):
    falls_silent(chat, clock)
    assert "119" in chat.says(RESIDENT, "德尚小区2号楼着火了！")
    assert [(ticket.red_flag, ticket.status) for ticket in chat.tickets()] == [
        ("", "incomplete"),
        ("fire", "dispatched"),
    ]


@pytest.mark.parametrize("kept", [True, False])
def test_who_has_everything_deleted_is_not_filed_afterwards(chat, clock, kept):
    falls_silent(chat, clock, LAMP, 30 if kept else 1)
    chat.says(RESIDENT, "删除我的信息")
    chat.says(RESIDENT, "确认删除")
    clock.turn(minutes=40)
    chat.timers_ring()
    with chat.program.reading() as session:
        assert {ticket.status for ticket in session.scalars(select(Ticket))} <= {"withdrawn"}
        assert [ticket.text for ticket in session.scalars(select(Ticket)) if LAMP in ticket.text] == []
        assert session.scalars(select(Asked)).all() == []
        unfinished = select(Timer.kind).where(Timer.due_at <= clock.now, Timer.kind != "fetch_media")
        assert session.scalars(unfinished).all() == []
