"""Questions written apart from the code: how many are read, and that the others are refused."""

from collections import Counter

import pytest
from chat import SUPERVISOR
from scoring import lines, outcome


@pytest.fixture
def kind():
    return "sqlite"  # nothing here differs between databases


SAME_FIGURE_SAID_OTHERWISE = {"上周紧急的几件", "各个小区上周几件"}
"""`urgent` is a measure here, not a filter, and 小区 isn't told from other kinds of places"""


@pytest.mark.parametrize(("half", "least"), [(0, 0.40), (1, 0.38)])
def test_no_other_figure_is_given_than_was_asked_for(town, half, least):
    outcomes = {str(line["text"]): outcome(town, line) for line in lines(half) if "query" in line}
    assert {text for text, each in outcomes.items() if each == "wrong"} <= SAME_FIGURE_SAID_OTHERWISE
    assert Counter(outcomes.values())["right"] / len(outcomes) >= least


@pytest.mark.parametrize("half", [0, 1])
def test_what_no_figure_answers_gets_none(town, half):
    assert {outcome(town, line) for line in lines(half) if "refuse" in line} == {"refused"}


@pytest.mark.parametrize("text", ["中阳楼街道这个月多少件", "胜溪社区本周几件", "桥北社区超时的有吗"])
def test_an_area_that_is_not_theirs_is_refused_by_name(chat, text):
    said = chat.says(SUPERVISOR, text)
    assert text[:4] in said
    assert "不在您管的范围里" in said
    assert "0件" not in said


def test_a_refusal_offers_the_nearest_question(chat):
    assert "上周 · 停车管理 · 诉求" in chat.says(SUPERVISOR, "上周3号楼停车投诉多少件")
