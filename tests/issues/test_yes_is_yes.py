"""「回 1 撤回，回 2 不撤」 answered by 「是」: it was added to the ticket as a supplement."""

import pytest
from chat import RESIDENT, SUPERVISOR

from nlp.answers.choices import yes_or_no

LIFT = "德尚小区3号楼电梯坏了"


@pytest.mark.parametrize("yes", ["1", "１", "是", "是的", "好的。", "嗯嗯", "确认", "可以", "要删除"])
def test_yes(yes):
    assert yes_or_no(yes) == 0


@pytest.mark.parametrize("no", ["2", "二", "不", "不是", "不要了", "算了", "先不删", "别"])
def test_no(no):
    assert yes_or_no(no) == 1


@pytest.mark.parametrize(
    "other", ["", "3", "好像又坏了", "是不是你们弄的", "不是我家", "要等多久", "可以修了吗", "对面楼也停水"]
)
def test_anything_else_is_no_answer(other):
    assert yes_or_no(other) is None


def test_taking_back(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(RESIDENT, "撤回")
    assert "继续办" in chat.says(RESIDENT, "算了")
    assert chat.ticket().status == "dispatched"
    chat.says(RESIDENT, "撤回")
    assert "已撤回" in chat.says(RESIDENT, "是的")
    assert chat.ticket().status == "withdrawn"


def test_being_forgotten(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(RESIDENT, "删除我的信息")
    chat.says(RESIDENT, "不要")
    assert chat.ticket().text == LIFT
    chat.says(RESIDENT, "删除我的信息")
    assert LIFT in chat.ticket().text, chat.says(RESIDENT, "是")
    assert "已删除" in chat.says(RESIDENT, "确认删除")
    assert LIFT not in chat.ticket().text


def test_exporting(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(SUPERVISOR, "导出")
    assert "http" not in chat.says(SUPERVISOR, "不用")
    chat.says(SUPERVISOR, "导出")
    assert "http" in chat.says(SUPERVISOR, "是")


@pytest.mark.parametrize("words", ["还是报吧", "别撤了", "不撤了", "继续办", "留着吧。"])
def test_second_thoughts_on_taking_back(chat, words):
    chat.says(RESIDENT, LIFT)
    chat.says(RESIDENT, "撤回")
    assert "继续办" in chat.says(RESIDENT, words)
    assert chat.ticket().status == "dispatched"
