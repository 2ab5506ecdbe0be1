"""Commands came after guesses: 「加入 CODE」 was read as a home to remember, 「重办 号 …」 as a rating."""

import pytest
from chat import PROPERTY, RESIDENT

from handlers.staff.roles import invite
from models.person import Role


@pytest.mark.parametrize("letters", ["DUJ9VZR3", "ABCDEFGH", "3H2D5S22"])
def test_an_invitation_code_is_no_home_whatever_its_letters_look_like(chat, letters):
    assert "邀请码" in chat.says(RESIDENT, f"加入 {letters}")


def test_a_code_works_in_the_middle_of_a_question(chat, clock):
    with chat.program.sessions.begin() as session:
        code = invite(session, Role.GRID_STAFF, "WY-01", None, clock.now, 3)
    assert "哪个小区" in chat.says(RESIDENT, "楼道灯坏了")
    assert "报到成功" in chat.says(RESIDENT, f"加入 {code}")


def test_words_behind_a_number_do_not_turn_a_command_into_something_else(chat):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    number = chat.ticket().number
    chat.says(PROPERTY, f"接 {number}")
    chat.says(PROPERTY, f"结 {number} 换了皮带")
    assert "退回重办" in chat.says(RESIDENT, f"重办 {number} 还抖得像筛子")


def test_an_address_with_a_trouble_behind_it_is_a_report(chat):
    assert "已受理" in chat.says(RESIDENT, "德尚小区3号楼2单元502室下水道堵了")
    assert "记住了" in chat.says(RESIDENT, "我住德尚小区3号楼")
