"""Supervisors ask in their own words; what can't be read as a question presses and withdraws nothing, and files nothing."""

import pytest
from chat import PROPERTY, RESIDENT, SUPERVISOR, Chat

pytestmark = pytest.mark.slow


@pytest.fixture
def chat(program):
    made = Chat(program)
    made.says(RESIDENT, "德尚小区3号楼电梯坏了")
    return made


@pytest.mark.parametrize(
    "words", ["哪些快到期了", "态度不好的有哪些", "德尚物业怎么样", "哪个网格员最勤快", "这个月和上个月比怎么样"]
)
def test_a_question_does_nothing_but_say_what_can_be_asked_or_answer(chat, words):
    chat.says(SUPERVISOR, "德尚小区2号楼楼道灯不亮")
    mine = chat.ticket()
    said = chat.says(SUPERVISOR, words)
    assert "撤回" not in said
    assert "已催" not in said
    assert "直接说话就行" not in said
    assert (chat.ticket().number, chat.ticket().urges) == (mine.number, 0)


@pytest.mark.parametrize(
    "words",
    [
        "昨天多少件",
        "上周哪个小区停车的诉求最多",
        "本月各物业的满意率",
        "谁超时了",
        "这周比上周多还是少",
        "今日",
        "超时",
        "排行",
    ],
)
def test_what_is_offered_can_be_asked(chat, words):
    assert words in chat.program.towns.known.say("supervising.ask_so")
    assert "没看懂" not in chat.says(SUPERVISOR, words)


@pytest.mark.parametrize("before", ["今日", "今天多少件"])
def test_neither_does_it_after_an_answer(chat, before):
    chat.says(SUPERVISOR, before)
    assert "“最勤快”我还不会算" in chat.says(SUPERVISOR, "哪个网格员最勤快")
    assert "（1 件）" in chat.says(SUPERVISOR, "1")


def test_what_they_reported_themselves_is_still_theirs_to_ask_about(chat):
    chat.says(SUPERVISOR, "德尚小区2号楼楼道灯不亮")
    chat.says(SUPERVISOR, "是的")
    assert chat.ticket().number in chat.says(SUPERVISOR, "我报的那个怎么样了")


def test_a_supervisor_may_report_too(chat):
    assert "您自己" in chat.says(SUPERVISOR, "德尚小区2号楼楼道灯不亮，谁来管管")
    assert "已受理" in chat.says(SUPERVISOR, "1")
    assert len(chat.tickets()) == 2


def test_who_works_here_and_has_reported_nothing_hears_where_their_work_is(chat):
    assert "“待办”" in chat.says(PROPERTY, "进度")
    assert "“查 工单号”" in chat.says(SUPERVISOR, "进度")
    assert "“待办”" not in chat.says("oWhistleResident000000000005", "进度")
