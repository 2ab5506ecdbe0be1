"""Whose area a question may ask of, and what a refusal offers instead."""

import pytest
from chat import SUPERVISOR


@pytest.fixture
def kind():
    return "sqlite"  # nothing here differs between databases


@pytest.mark.parametrize("text", ["中阳楼街道这个月多少件", "胜溪社区本周几件", "桥北社区超时的有吗"])
def test_an_area_that_is_not_theirs_is_refused_by_name(chat, text):
    said = chat.says(SUPERVISOR, text)
    assert text[:4] in said
    assert "不在您管的范围里" in said
    assert "0件" not in said


def test_a_refusal_offers_the_nearest_question(chat):
    assert "上周 · 停车管理 · 诉求" in chat.says(SUPERVISOR, "上周3号楼停车投诉多少件")


QUESTIONS = (
    "燃气泄漏今年报过几次，都在哪",
    "居民为什么对德尚物业不满意",
    "路灯不亮的还有多少没修好",
    "这个月吹了几次哨",
    "不满意的都是因为什么",
    "停水的事一般几个小时能恢复",
    "上周五到这周三的停车投诉",
    "今年按月看停车投诉",
    "哪些小区老是漏水",
    "电梯困人都发生在哪几栋",
)


def test_a_refusal_shows_two_that_are_near(chat):
    assert "近30天 · 按小区 · 诉求；或者：近30天 · 诉求。" in chat.says(SUPERVISOR, "哪个小区最闹心")
    assert "上周 · 诉求；或者：上周 · 概况。" in chat.says(SUPERVISOR, "火星上周多少件")


def test_a_question_is_never_filed_as_a_ticket(chat):
    for text in QUESTIONS:
        chat.says(SUPERVISOR, text)
        assert chat.tickets() == [], text


def test_a_picture_is_not_promised(chat):
    chat.says(SUPERVISOR, "上周停车多少件")
    assert "画不成图" in chat.says(SUPERVISOR, "画个图")


@pytest.mark.parametrize(
    ("first", "then", "read"),
    [
        ("上周停车多少件", "按小区分一下", "上周 · 停车管理 · 按小区 · 诉求"),
        ("上周停车多少件", "超时的有几件", "上周 · 停车管理 · 超时（含已办结的）"),
        ("上月各社区满意率", "从低到高呢", "上月 · 按社区 · 满意率"),
        ("上周停车多少件", "换成噪音", "上周 · 噪音扰民 · 诉求"),
        ("上周停车多少件", "环比呢", "上周比上上周 · 停车管理 · 诉求"),
    ],
)
def test_a_question_changes_the_one_before(chat, first, then, read):
    chat.says(SUPERVISOR, first)
    assert chat.says(SUPERVISOR, then).splitlines()[0] == read
