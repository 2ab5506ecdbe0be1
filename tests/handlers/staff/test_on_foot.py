"""A worker on foot: one hand, many pushes, commands without numbers, dictated, typed twice, taken by others."""

import pytest
from chat import COLLEAGUE, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select

from handlers.dialogue.message import Kind
from models.ticket import Attachment, Ticket

pytestmark = pytest.mark.slow

LIFT, BIN, DRAIN = "德尚小区3号楼电梯坏了", "德尚小区2号楼楼道垃圾没人扫", "德尚小区5号楼一单元下水道堵了"


def reported(chat, *troubles):
    for who, trouble in zip((RESIDENT, NEIGHBOUR, "oWhistleResident000000000003"), troubles, strict=False):
        chat.says(who, trouble)
    return [ticket.number for ticket in chat.tickets()]


def status(chat, number):
    with chat.program.reading() as session:
        return session.query(Ticket).filter_by(number=number).one().status


@pytest.mark.parametrize("words", ["接。", "接！", "接!", "接 。", "接. ", "接～", "接　"])
def test_a_dictated_command_ends_in_a_full_stop(chat, words):
    [number] = reported(chat, LIFT)
    assert "已签收" in chat.says(PROPERTY, words)
    assert status(chat, number) == "working"


def test_a_number_typed_in_wide_figures(chat):
    number, _ = reported(chat, LIFT, BIN)
    wide = "".join(chr(ord(figure) + 0xFEE0) for figure in number)
    assert number in chat.says(PROPERTY, f"接 {wide}")


def test_a_command_with_a_figure_out_of_the_list_that_was_just_shown(chat):
    _, second, third = reported(chat, LIFT, BIN, DRAIN)
    chat.says(PROPERTY, f"接 {third}")
    asked = chat.says(COLLEAGUE, "接")
    assert "回数字就行" in asked
    wanted = next(line for line in asked.splitlines() if second in line)[0]
    assert f"已签收 {second}" in chat.says(COLLEAGUE, f"接 {wanted}")


def test_a_short_figure_is_the_end_of_a_number_and_never_just_the_last_one(chat):
    first, _, third = reported(chat, LIFT, BIN, DRAIN)
    assert first[-1] != third[-1]
    assert f"已签收 {first}" in chat.says(PROPERTY, f"接 {first[-1]}")
    assert chat.says(PROPERTY, f"看 {first[-1]}").startswith(first)


def test_what_a_colleague_took_says_who_has_it(chat):
    reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    assert "同事刘建平已经接了" in chat.says(COLLEAGUE, "接")


def test_arriving_means_what_was_signed_for_though_another_was_pushed_last(chat, clock):
    first, second = reported(chat, LIFT, BIN)
    clock.turn(minutes=1)
    chat.says(PROPERTY, f"接 {first}")
    assert first in chat.says(PROPERTY, "到")
    assert (status(chat, first), status(chat, second)) == ("working", "dispatched")


def test_arriving_while_something_new_comes_in_is_asked_about(chat, clock):
    [first] = reported(chat, LIFT)
    clock.turn(minutes=1)
    chat.says(PROPERTY, "接")
    clock.turn(minutes=1)
    chat.says(NEIGHBOUR, BIN)
    second = chat.ticket().number
    asked = chat.says(PROPERTY, "到")
    assert "到哪一张" in asked
    assert status(chat, second) == "dispatched"
    assert f"已记下到场（{first}）" in chat.says(PROPERTY, "2")


def test_what_was_opened_last_is_meant(chat, clock):
    first, _ = reported(chat, LIFT, BIN)
    clock.turn(minutes=1)
    chat.says(PROPERTY, f"看 {first}")
    assert f"已签收 {first}" in chat.says(PROPERTY, "接")


def test_a_supervisor_presses_what_they_opened_last(chat, clock):
    first, _ = reported(chat, LIFT, BIN)
    clock.turn(minutes=1)
    chat.says(SUPERVISOR, f"查 {first}")
    assert f"{first} 已督办" in chat.says(SUPERVISOR, "督办")


# -- plain words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["接了", "好的我去", "好的，我去看看", "收到，马上过去", "我来处理。", "安排师傅过去了"]
)
def test_plain_words_sign(chat, words):
    [number] = reported(chat, LIFT)
    assert "已签收" in chat.says(PROPERTY, words)
    assert status(chat, number) == "working"


@pytest.mark.parametrize("words", ["到了", "我到了", "已经到现场了。", "师傅到了"])
def test_plain_words_arrive(chat, words):
    reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    assert "已记下到场" in chat.says(PROPERTY, words)


@pytest.mark.parametrize("words", ["弄好了", "已经修好了。", "处理完了", "搞定了！", "已修好"])
def test_plain_words_for_done_ask_how(chat, words):
    reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    assert "怎么办好的" in chat.says(PROPERTY, words)
    chat.says(PROPERTY, "换了门机皮带")
    assert (chat.ticket().status, chat.ticket().answer) == ("resolved", "换了门机皮带")


@pytest.mark.parametrize("words", ["弄好了，换了个门机", "修好了 换了皮带", "电梯门修好了"])
def test_plain_words_that_tell_how_are_the_answer(chat, words):
    reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, words)
    assert (chat.ticket().status, chat.ticket().answer) == ("resolved", words)


def test_who_works_on_several_is_asked_which_is_done(chat, clock):
    first, second = reported(chat, LIFT, BIN)
    for number in (first, second):
        clock.turn(minutes=1)
        chat.says(PROPERTY, f"接 {number}")
    asked = chat.says(PROPERTY, "弄好了，扫干净了")
    assert "结哪一张" in asked
    assert {status(chat, first), status(chat, second)} == {"working"}
    wanted = next(line for line in asked.splitlines() if first in line)[0]
    assert first in chat.says(PROPERTY, wanted)
    assert (status(chat, first), status(chat, second)) == ("resolved", "working")


def test_going_to_what_one_has_signs_for_nothing_else(chat, clock):
    [first] = reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    clock.turn(minutes=1)
    chat.says(COLLEAGUE, "待办")
    chat.says(RESIDENT, "快点来人")
    chat.says(PROPERTY, "马上去")
    assert status(chat, first) == "working"


@pytest.mark.parametrize("words", ["修好了吗", "还没修好", "换好了，明天再来看看", "没修好", "到期了", "收到"])
def test_other_words_do_nothing(chat, words):
    [number] = reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, words)
    assert status(chat, number) == "working"


def test_a_resident_s_plain_words_are_no_commands(chat):
    [number] = reported(chat, LIFT)
    chat.says(RESIDENT, "接了")
    chat.says(NEIGHBOUR, "到了")
    assert status(chat, number) == "dispatched"


def test_staff_who_answer_for_what_they_reported_rate_it(chat):
    chat.says(COLLEAGUE, "城南宜居家园3号楼楼道灯不亮")
    chat.says(COLLEAGUE, "1")
    number = chat.ticket().number
    chat.says("oWhistleProperty000000000003", f"接 {number}")
    chat.says("oWhistleProperty000000000003", f"结 {number} 换了灯泡")
    assert "已结案" in chat.says(COLLEAGUE, "修好了")
    assert chat.ticket().closing == "confirmed"


def test_what_was_done_without_signing_is_signed_for_by_it(chat):
    [number] = reported(chat, LIFT)
    assert "已办结" in chat.says(PROPERTY, f"结 {number} 换了皮带")
    assert chat.ticket().assignee_id is not None


def test_done_is_what_was_signed_for_rather_than_what_was_pushed_last(chat, clock):
    [first] = reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    clock.turn(minutes=5)
    chat.says(NEIGHBOUR, BIN)
    assert first in chat.says(PROPERTY, "结 换了皮带")


# -- pictures ----------------------------------------------------------------------------------------------------------


def attached(chat):
    with chat.program.reading() as session:
        return [(each.kind, each.ticket_id) for each in session.scalars(select(Attachment).order_by(Attachment.id))]


def test_a_worker_s_photos_belong_to_what_they_work_on(chat, clock):
    first, _ = reported(chat, LIFT, BIN)
    clock.turn(minutes=1)
    chat.says(PROPERTY, f"接 {first}")
    said = chat.sends(PROPERTY, Kind.IMAGE, media_id="before")
    assert first in said
    assert "德尚小区3号楼" in said
    chat.says(PROPERTY, "结")
    chat.sends(PROPERTY, Kind.IMAGE, media_id="after")
    assert "已办结" in chat.says(PROPERTY, "换了皮带")
    chat.sends(PROPERTY, Kind.VIDEO, media_id="it runs")
    ticket = chat.tickets()[0].id
    assert attached(chat) == [("image", ticket), ("image", ticket), ("video", ticket)]


def test_a_worker_s_photo_of_their_own_report_goes_with_it(chat):
    reported(chat, LIFT)
    chat.says(PROPERTY, "巡查")
    chat.sends(PROPERTY, Kind.IMAGE, media_id="p1")
    chat.says(PROPERTY, "德尚小区3号楼垃圾满了")
    assert attached(chat) == [("image", chat.ticket().id)]


# -- said in between ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["师傅说明天来修", "要等配件，明天才能来", "配件还没到货"])
def test_what_a_worker_says_of_the_work_is_a_note_not_a_report(chat, words):
    [number] = reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    assert "记成备注" in chat.says(PROPERTY, words)
    assert f"记下了（{number}" in chat.says(PROPERTY, "1")
    assert len(chat.tickets()) == 1
    assert words in chat.says(PROPERTY, "看")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("等配件，后天下午能好", "等配件，后天下午能好"),
        ("告诉住户师傅堵路上了，晚半小时到", "师傅堵路上了，晚半小时到"),
        ("跟居民说一声今天停一会儿水", "今天停一会儿水"),
    ],
)
def test_what_residents_should_know_reaches_them(chat, words, told):
    reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    if "回 3 告诉居民" in chat.says(PROPERTY, words):
        chat.says(PROPERTY, "3")
    assert told in chat.pushed(RESIDENT)[-1]


def test_of_several_tickets_it_is_asked_whose_resident_is_told(chat):
    reported(chat, LIFT, "德尚小区5号楼下水道堵了")
    for ticket in chat.tickets():
        chat.says(PROPERTY, f"接 {ticket.number}")
    assert "哪" in chat.says(PROPERTY, "告诉居民配件周五到")
    assert "已告诉居民" in chat.says(PROPERTY, "1")


def test_a_worker_who_reports_something_of_their_own_says_so(chat):
    reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, "师傅说明天来修")
    said = chat.says(PROPERTY, "2")
    assert "回数字就行" in said or "哪个小区" in said


def test_a_worker_s_plain_report_is_a_report(chat):
    reported(chat, LIFT)
    chat.says(PROPERTY, "接")
    assert "您自己" in chat.says(PROPERTY, "德尚小区2号楼楼道灯不亮")
    assert "已受理" in chat.says(PROPERTY, "是我自己要报")
    assert len(chat.tickets()) == 2


@pytest.mark.parametrize("words", ["收到", "好的", "知道了。"])
def test_an_answer_that_is_no_signature_says_how_to_sign(chat, words):
    [number] = reported(chat, LIFT)
    assert "请回“接”" in chat.says(PROPERTY, words)
    assert status(chat, number) == "dispatched"


def test_who_says_that_it_is_not_theirs_hears_how_to_give_it_back(chat):
    [number] = reported(chat, LIFT)
    assert f"退 {number}" in chat.says(PROPERTY, "这个不归我们管，是电梯厂家的")
    assert len(chat.tickets()) == 1


def test_who_waits_for_something_themselves_is_answered_as_a_resident(chat):
    reported(chat, LIFT)
    chat.says(COLLEAGUE, "城南宜居家园3号楼楼道灯不亮")
    chat.says(COLLEAGUE, "1")
    assert "已催" in chat.says(COLLEAGUE, "怎么还没来")
