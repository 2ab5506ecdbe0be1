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
