"""Somebody leaves in the middle of their work: what they had signed for is told to the others, and one of them takes it."""

import pytest
from chat import COLLEAGUE, OTHER_PROPERTY, PROPERTY, RESIDENT
from sqlalchemy import select

from models.person import Person

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

LIFT = "德尚小区3号楼电梯坏了"


def person(session, openid):
    return session.scalars(select(Person).where(Person.openid == openid)).one()


@pytest.fixture
def left(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    with chat.program.sessions.begin() as session:
        person(session, PROPERTY).role_rows = []
    for each in (PROPERTY, COLLEAGUE):
        chat.pushed(each)
    return chat


def test_the_others_hear_of_it_and_who_left_does_not(left):
    left.says(RESIDENT, "催办")
    assert "催办" in left.pushed(COLLEAGUE)[-1]
    assert left.pushed(PROPERTY) == []


def test_a_colleague_takes_it_over(left):
    number = left.ticket().number
    assert f"{number}（德尚小区3号楼）由您接手" in left.says(COLLEAGUE, f"接 {number}")
    with left.program.reading() as session:
        assert left.ticket().assignee_id == person(session, COLLEAGUE).id
    assert "接手" in left.says(COLLEAGUE, f"看 {number}")
    assert "已办结" in left.says(COLLEAGUE, "结 换了皮带")


def test_who_changed_the_company_has_left_this_one(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    with chat.program.sessions.begin() as session:
        person(session, PROPERTY).team = person(session, OTHER_PROPERTY).team
    chat.pushed(COLLEAGUE)
    chat.says(RESIDENT, "催办")
    assert "催办" in chat.pushed(COLLEAGUE)[-1]


def test_who_is_still_there_keeps_it(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    chat.pushed(COLLEAGUE)
    chat.says(RESIDENT, "催办")
    assert chat.pushed(COLLEAGUE) == []
    assert "已经接了" in chat.says(COLLEAGUE, f"接 {chat.ticket().number}")


def test_who_lost_the_last_post_is_told_of_no_new_ticket(left):
    left.says(RESIDENT, "德尚小区2号楼楼道灯不亮")
    assert "新工单" in left.pushed(COLLEAGUE)[-1]
    assert left.pushed(PROPERTY) == []
