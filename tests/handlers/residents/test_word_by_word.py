"""Residents who write a word at a time, ask back, chat in between: what they wrote never becomes the place."""

import pytest
from chat import PROPERTY, RESIDENT, SUPERVISOR

pytestmark = pytest.mark.slow

LIFT = "电梯"


def test_one_word_at_a_time(chat):
    assert "哪个小区" in chat.says(RESIDENT, LIFT)
    assert "哪个小区" in chat.says(RESIDENT, "坏了")
    assert "已受理" in chat.says(RESIDENT, "德尚")
    assert (chat.ticket().text, chat.ticket().place_name) == ("电梯，坏了", "德尚小区")
    assert len(chat.tickets()) == 1


@pytest.mark.parametrize(
    "words",
    [
        "坏了",
        "都坏了三天了",
        "快点来人",
        "今天天气怎么样",
        "你问这个干什么",
        "为什么要问这个",
        "哪个小区都行吗",
        "嗯",
        "好",
        "啥时候来修",
    ],
)
def test_what_tells_no_place_is_not_taken_for_one(chat, words):
    chat.says(RESIDENT, LIFT)
    assert "哪个小区" in chat.says(RESIDENT, words)
    assert chat.tickets() == []
    assert chat.pushed(SUPERVISOR) == []
    chat.says(RESIDENT, "德尚小区3号楼")
    assert chat.ticket().place_name == "德尚小区"


@pytest.mark.parametrize(
    "words", ["老刘家", "村口大槐树底下", "就那个旮旯", "坏掉的那个路灯旁边", "不清楚", "我也说不上来"]
)
def test_what_may_be_a_place_is_kept_for_somebody_to_look_up(chat, words):
    chat.says(RESIDENT, LIFT)
    assert "值班人员核实" in chat.says(RESIDENT, words)
    assert chat.ticket().place_name == words


def test_thanks_in_the_middle_leave_the_question_open(chat):
    chat.says(RESIDENT, LIFT)
    assert "不客气" in chat.says(RESIDENT, "谢谢")
    assert "已受理" in chat.says(RESIDENT, "德尚小区3号楼")


def test_a_hurry_about_an_older_report_is_passed_on(chat):
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    chat.pushed(PROPERTY)
    chat.says(RESIDENT, LIFT)
    assert "已催" in chat.says(RESIDENT, "快点来人")
    assert any("催办" in told for told in chat.pushed(PROPERTY))


UNSURE = "我家这边老是这样，真没法过了，你们管管吧"


def test_a_figure_that_no_category_has_is_asked_again(chat):
    asked = chat.says(RESIDENT, UNSURE)
    assert "哪一类" in asked
    assert chat.says(RESIDENT, "9") == asked
    assert "哪个小区" in chat.says(RESIDENT, "1")


def test_thanks_are_no_category(chat):
    chat.says(RESIDENT, UNSURE)
    assert "不客气" in chat.says(RESIDENT, "谢谢啊")
    assert "哪个小区" in chat.says(RESIDENT, "1")


def test_the_question_where_never_names_an_empty_trouble(chat):
    chat.says(RESIDENT, UNSURE)
    reply = chat.says(RESIDENT, "反正就是那个样子")
    assert "，的事" not in reply
