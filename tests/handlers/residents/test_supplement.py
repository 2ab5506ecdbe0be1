"""What is said right after a report: more of it, another trouble at the same place, or a danger."""

import pytest
from chat import PROPERTY, RESIDENT

BIN = "德尚小区2号楼垃圾桶满了"


@pytest.mark.parametrize("words", ["老鼠都来了", "味儿太大", "我们不敢开窗户"])
def test_what_goes_on_about_it_is_added_to_it(chat, words):
    chat.says(RESIDENT, BIN)
    assert f"已补充到工单 {chat.ticket().number}" in chat.says(RESIDENT, words)
    assert len(chat.tickets()) == 1


def test_after_an_hour_it_is_a_matter_of_its_own(chat, clock):
    chat.says(RESIDENT, BIN)
    clock.turn(minutes=70)
    assert "已补充" not in chat.says(RESIDENT, "味儿太大")


def test_a_danger_is_never_only_added(chat):
    chat.says(RESIDENT, BIN)
    assert "119" in chat.says(RESIDENT, "垃圾桶着火了")
    assert chat.tickets()[-1].red_flag == "fire"


@pytest.mark.parametrize(
    ("answer", "house"), [("1", ""), ("是的", ""), ("3号楼", "3"), ("就在楼下", ""), ("不是，园丁小区", None)]
)
def test_another_trouble_is_offered_the_place_told_before(chat, answer, house):
    chat.says(RESIDENT, BIN)
    assert "是德尚小区吗" in chat.says(RESIDENT, "还有路灯也不亮")
    chat.says(RESIDENT, answer)
    filed = chat.tickets()[-1]
    assert (filed.item, filed.place_name) == ("street_lamp", "园丁小区" if house is None else "德尚小区")
    assert filed.building == (house or "")


def test_days_later_what_is_still_so_goes_to_the_open_ticket(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼没暖气")
    clock.turn(days=2)
    assert f"已补充到工单 {chat.ticket().number}" in chat.says(RESIDENT, "还是冰冰凉")
    assert "催" in chat.says(RESIDENT, "还没人来")
    assert len(chat.tickets()) == 1


def test_of_two_open_tickets_it_is_asked_which_is_still_so(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼没暖气")
    chat.says(RESIDENT, "德尚小区3号楼2单元电梯坏了")
    clock.turn(days=2)
    assert "哪一张" in chat.says(RESIDENT, "依旧老样子")
    assert "已补充到工单" in chat.says(RESIDENT, "2")
    assert len(chat.tickets()) == 2


def test_to_whether_it_is_solved_it_is_a_refusal_with_its_reason(chat):
    chat.says(RESIDENT, "德尚小区3号楼2单元电梯坏了")
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, "结 调了门")
    chat.says(RESIDENT, "还是抖")
    assert chat.ticket().status == "dispatched"
    assert any("还是抖" in told for told in chat.pushed(PROPERTY))


@pytest.mark.parametrize("words", ["我要投诉德尚物业，打电话从来不接", "德尚小区物业的电话打了十几遍没人接"])
def test_who_can_t_reach_them_complains_and_calls_for_nobody(chat, words):
    chat.says(RESIDENT, words)
    assert (chat.ticket().category, chat.ticket().team) == ("property", "C-WY")


@pytest.mark.parametrize("words", ["天然气费在哪儿交来着", "还有5号楼的垃圾桶也满了"])
def test_a_question_and_another_house_are_not_more_of_it(chat, words):
    chat.says(RESIDENT, BIN)
    assert "已补充" not in chat.says(RESIDENT, words)


def test_a_trouble_told_after_a_person_was_called_is_filed(chat):
    chat.says(RESIDENT, "绑定 德尚小区2号楼1单元401")
    chat.says(RESIDENT, "人工")
    chat.says(RESIDENT, "结束")
    chat.says(RESIDENT, "我家厨房下水道堵了")
    assert [(ticket.item, ticket.room) for ticket in chat.tickets()][-1] == ("drain", "401")


def test_who_says_that_it_is_right_complains_of_nobody(chat):
    chat.says(RESIDENT, "德尚小区1号楼3单元201水管接头渗水")
    team = chat.ticket().team
    chat.says(RESIDENT, "补充 师傅不用来了，我儿子给换好了")
    assert chat.ticket().team == team


def test_a_danger_told_behind_more_words_has_the_place_told_first(chat):
    chat.says(RESIDENT, "德尚小区有条大狗老是不拴")
    chat.says(RESIDENT, "昨天差点咬着孩子")
    assert "先按德尚小区" in chat.says(RESIDENT, "咬了！快来人！孩子腿上全是血")
    assert chat.ticket().red_flag


def test_the_same_thing_of_another_house_is_a_matter_of_its_own(chat):
    for house in (1, 2, 3):
        chat.says(RESIDENT, f"德尚小区{house}号楼电梯坏了")
    assert [ticket.building for ticket in chat.tickets()] == ["1", "2", "3"]
