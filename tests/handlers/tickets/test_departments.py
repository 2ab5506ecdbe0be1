"""A department sees and moves what it was given or called to, wherever that is, and nothing else of the town."""

from chat import CAST, COMMUNITY, RESIDENT

CITY = CAST["城管"]


def test_what_is_not_theirs_is_not_on_their_list(chat):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    number = chat.ticket().number
    assert number not in chat.says(CITY, "待办")
    assert "没有找到工单" in chat.says(CITY, f"看 {number}")


def test_what_they_are_given_is_theirs(chat):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    number = chat.ticket().number
    chat.says(COMMUNITY, f"转 {number} 城管 请协助")
    assert number in chat.says(CITY, "待办")
    assert "已签收" in chat.says(CITY, f"接 {number}")
