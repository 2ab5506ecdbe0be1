"""「人救出来了」 was taken for somebody in despair, and a figure sent next for the place where that was."""

import pytest
from chat import PROPERTY, RESIDENT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "words", ["人救出来了", "人已经救出来了", "人出来了", "救出来了，人没事", "人没事了", "火灭了"]
)
def test_its_end_is_no_alarm(reader, words):
    assert reader.understand(words).red_flag == ""


@pytest.mark.parametrize("words", ["电梯里人还没救出来", "救出来了可是没呼吸了", "火又着起来了，房子着火了"])
def test_what_goes_on_is_one(reader, words):
    read = reader.understand(words)
    assert read.red_flag or read.danger_question


def test_staff_who_have_put_it_right_close_it(chat):
    chat.says(RESIDENT, "德尚小区3号楼2单元有人被困电梯里了")
    chat.says(PROPERTY, "好的马上去")
    chat.says(PROPERTY, "到了")
    chat.says(PROPERTY, "人救出来了")
    assert (chat.ticket().status, chat.ticket().answer, len(chat.tickets())) == ("resolved", "人救出来了", 1)


def test_a_figure_is_no_place(chat):
    chat.says(RESIDENT, "我妈被关在电梯里出不来了")
    assert "哪个小区几号楼" in chat.says(RESIDENT, "1")
    assert "已受理" in chat.says(RESIDENT, "德尚小区3号楼")
