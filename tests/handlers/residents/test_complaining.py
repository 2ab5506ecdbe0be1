"""「我要投诉物业」: an angry resident is asked what happened; help is a few lines, not forty."""

import pytest
from chat import PROPERTY, RESIDENT, SUPERVISOR

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "words", ["我要投诉", "我要投诉德尚物业", "怎么投诉物业？", "投诉保安", "我要举报你们社区！", "我想反映一下问题"]
)
def test_what_happened_is_asked(chat, words):
    assert "什么事没办好" in chat.says(RESIDENT, words)
    assert chat.tickets() == []


def test_both_together_are_the_report(chat):
    assert "看不到是谁报的" in chat.says(RESIDENT, "我要投诉德尚物业")
    assert "已受理" in chat.says(RESIDENT, "收费太贵，不开票")
    assert (chat.ticket().text, chat.ticket().category) == ("我要投诉德尚物业：收费太贵，不开票", "property")


def test_it_is_no_wish_to_withdraw_what_was_reported_before(chat):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    assert "撤回" not in chat.says(RESIDENT, "投诉保安")


def test_a_complaint_that_tells_all_is_filed_at_once(chat):
    assert "已受理" in chat.says(RESIDENT, "我要投诉德尚物业：收费太贵，不开票")


def test_an_alarm_in_the_answer_goes_first(chat):
    chat.says(RESIDENT, "我要投诉物业")
    assert "【着火】" in chat.says(RESIDENT, "德尚小区2号楼着火了没人管")


@pytest.mark.parametrize(("who", "most"), [(RESIDENT, 12), (PROPERTY, 26), (SUPERVISOR, 26)])
def test_help_shows_the_few_words_of_every_day_and_all_where_asked(chat, who, most):
    few = chat.says(who, "帮助").splitlines()
    assert len(few) <= most
    assert "回“帮助 全部”" in few[-1]
    pages = [chat.says(who, "帮助 全部")]
    while "回“更多”" in pages[-1]:
        pages.append(chat.says(who, "更多"))
    everything = [line for page in pages for line in page.splitlines() if line.startswith("·")]
    first = [line for line in few if line.startswith("·")]
    hidden = int("".join(figure for figure in few[-1] if figure.isdecimal()))
    assert set(first) <= set(everything)
    assert len(set(everything)) == len(everything) == len(first) + hidden
