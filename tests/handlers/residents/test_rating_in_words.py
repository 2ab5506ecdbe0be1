"""「解决了吗」 is answered by 「满意」「根本没修」 more often than by a figure, and days later by 「又坏了」."""

import pytest
from chat import NEIGHBOUR, PROPERTY, RESIDENT

from nlp.answers.choices import choice, says_unsolved

pytestmark = pytest.mark.slow

LIFT = "德尚小区3号楼电梯坏了"


@pytest.fixture
def done(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, "结 换了皮带")
    return chat


@pytest.mark.parametrize(
    ("words", "rating"),
    [
        ("满意", 3),
        ("非常满意！", 3),
        ("解决了，满意", 3),
        ("很满意。", 3),
        ("基本满意", 2),
        ("解决了，基本满意", 2),
        ("解决了，不满意", 1),
    ],
)
def test_a_plain_word_rates(done, words, rating):
    assert "已结案" in done.says(RESIDENT, words)
    assert (done.ticket().status, done.ticket().closing, done.ticket().rating) == ("closed", "confirmed", rating)


@pytest.mark.parametrize(("rating", "heard"), [("1", "辛苦了"), ("3", "居民不满意")])
def test_who_did_it_is_thanked_only_where_somebody_was_content(done, rating, heard):
    done.says(RESIDENT, rating)
    told = done.pushed(PROPERTY)[-1]
    assert heard in told
    assert ("辛苦了" in told) == (rating == "1")


@pytest.mark.parametrize("words", ["不满意", "修是修了，就是态度太差"])
def test_what_may_mean_two_things_is_asked(done, words):
    assert "回" in done.says(RESIDENT, words)
    assert done.ticket().status == "resolved"


@pytest.mark.parametrize(
    "words", ["没修好", "根本没修！！骗人", "你们来都没来", "还是坏的", "还是不行", "没人来啊", "昨天又坏了"]
)
def test_not_solved_in_words_asks_just_what_is_missing(done, words):
    said = done.says(RESIDENT, words)
    assert "还差什么" in said
    assert "电梯" in said
    assert "退回重办" in done.says(RESIDENT, "门关不上")
    assert (done.ticket().status, len(done.tickets())) == ("dispatched", 1)


@pytest.mark.parametrize("words", ["还卡着", "师傅来过了，可还是不亮"])
def test_words_that_say_what_is_missing_are_not_asked_for_it(done, words):
    assert "退回重办" in done.says(RESIDENT, words)
    assert (done.ticket().status, len(done.tickets())) == ("dispatched", 1)


def test_who_asks_days_later_how_far_it_is_is_asked_whether_it_is_solved(done, clock):
    clock.turn(days=3)
    said = done.says(RESIDENT, "那个电梯好了没")
    assert "1 解决了，满意" in said
    assert "撤回" not in said


def test_broken_again_after_it_was_closed(done, clock):
    done.says(RESIDENT, "1")
    clock.turn(days=3)
    said = done.says(RESIDENT, "昨天又坏了")
    assert "是这件又不好了吗" in said
    assert "退回重办" in done.says(RESIDENT, "1")
    assert (done.ticket().status, done.ticket().reopenings, len(done.tickets())) == ("dispatched", 1, 1)


def test_something_else_that_is_broken_again_is_another_report(done, clock):
    done.says(RESIDENT, "1")
    clock.turn(days=3)
    done.says(RESIDENT, "又坏了")
    assert "哪个小区" in done.says(RESIDENT, "2")
    done.says(RESIDENT, "德尚小区5号楼")
    assert len(done.tickets()) == 2
    assert "哪个小区" in done.says(NEIGHBOUR, "电梯又坏了")


def test_a_house_told_with_it_makes_it_a_report(done):
    done.says(RESIDENT, "德尚小区5号楼的电梯还是不动")
    assert len(done.tickets()) == 2


def test_another_thing_that_nobody_sees_to_is_a_report(done):
    assert "哪个小区" in done.says(RESIDENT, "垃圾桶满了，还是没人来清")
    assert done.ticket().status == "resolved"


@pytest.mark.parametrize("words", ["满意吗", "3号楼", "没问题", "没有"])
def test_no_rating(words):
    assert choice(words, 4, "outcome") is None
    assert not says_unsolved(words)


def test_limits_say_what_has_to_be_done_by_then(chat, clock):
    chat.says(RESIDENT, LIFT)
    assert "今日11:00前签收" in chat.says(RESIDENT, "进度")
    chat.pushed(PROPERTY)
    assert "今日11:00前签收" in chat.says(RESIDENT, "催办")
    assert "今日11:00前签收" in chat.pushed(PROPERTY)[-1]
    chat.says(PROPERTY, "接")
    assert "明日10:00前处置" in chat.says(RESIDENT, "进度")
    clock.turn(days=2)
    assert "已超时" in chat.says(RESIDENT, "进度")


def test_a_neighbour_is_promised_the_day_of_the_repair_not_of_the_signature(chat):
    chat.says(RESIDENT, "德尚小区停水了")
    assert "明日10:00前处置" in chat.says(NEIGHBOUR, "德尚小区停水了")
