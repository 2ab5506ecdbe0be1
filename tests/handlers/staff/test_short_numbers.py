"""One or two digits behind a command: a place in the list just shown, else the end of a ticket's number."""

import pytest
from chat import COMMUNITY, NEIGHBOUR, PROPERTY, RESIDENT

PARKING, LIFT = "德尚小区地下车库有人占我车位", "德尚小区3号楼2单元电梯坏了"


@pytest.fixture
def two(chat):
    """The lift is the second ticket and the first of 待办, because it is due earlier."""
    chat.says(RESIDENT, PARKING)
    chat.says(NEIGHBOUR, LIFT)
    return chat


def stand(chat):
    return [ticket.status for ticket in chat.tickets()]


def test_behind_a_list_they_are_places_in_it(two):
    assert "1 主办" in two.says(PROPERTY, "待办")
    assert "德尚小区3号楼" in two.says(PROPERTY, "接 1")
    assert stand(two) == ["dispatched", "working"]


def test_words_may_follow_them(two):
    two.says(PROPERTY, "待办")
    two.says(PROPERTY, "结 1 换了接触器")
    assert stand(two) == ["dispatched", "resolved"]
    assert two.tickets()[1].answer == "换了接触器"


def test_without_a_list_they_are_the_end_of_a_number(two):
    two.says(PROPERTY, "结 1 已请车主挪走")
    assert stand(two) == ["resolved", "dispatched"]
    assert two.tickets()[0].answer == "已请车主挪走"


@pytest.mark.parametrize("words", ["2 号轿厢换了接触器", "2楼按钮换了", "2 天才等到配件，换好了"])
def test_a_count_or_a_house_is_no_ticket(two, words):
    two.says(PROPERTY, "接 2")
    two.says(PROPERTY, f"结 {words}")
    assert two.tickets()[1].answer == words


def test_a_count_that_ends_no_number_belongs_to_the_words(two, clock):
    two.says(PROPERTY, "接 1")
    clock.turn(minutes=1)
    two.says(PROPERTY, "接 2")
    two.says(PROPERTY, "结 9 块砖都换了")
    assert stand(two) == ["working", "resolved"]
    assert two.tickets()[1].answer == "9 块砖都换了"


def test_the_reason_alone_answers_why_it_is_handed_on(two):
    lift = two.tickets()[1].number
    assert "为什么转给孝义市供水公司" in two.says(COMMUNITY, f"转 {lift} 供水")
    refused = two.says(COMMUNITY, "派 1 德尚物业")  # a supervisor's command is no reason
    assert "用不了" in refused
    assert two.tickets()[1].team == "P-DS"
    two.says(COMMUNITY, "水泵房在他们那边")
    assert two.tickets()[1].team == "D-GS"


def test_one_character_names_no_team(two):
    lift = two.tickets()[1].number
    assert "没找到“派”" in two.says(COMMUNITY, f"转 {lift} 派 归他们管")
