"""Two tickets that become one: the followers of either keep receipt, words, photos, outcome and vote."""

import pytest
from chat import CAST, COMMUNITY, NEIGHBOUR, PROPERTY, RESIDENT, Chat
from sqlalchemy import select

from handlers.dialogue.message import Kind
from models.follower import Follower
from models.person import Person
from models.ticket import Attachment

THIRD = CAST["邻居乙"]


def lines_of(chat, ticket):
    with chat.program.reading() as session:
        found = select(Person.openid, Follower).join(Person).where(Follower.ticket_id == ticket.id)
        return dict(session.execute(found.order_by(Person.openid)).all())


@pytest.fixture
def chat(program):
    """A lift, told by one; and told in other words by two, with a photo: merged into the first."""
    chat = Chat(program)
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    chat.says(NEIGHBOUR, "德尚小区单元门口的门禁坏了，老人上下不了楼")
    chat.sends(NEIGHBOUR, Kind.IMAGE, media_id="m1")
    chat.says(THIRD, "德尚小区单元门口的门禁坏了，进不去门")
    chat.says(THIRD, "1")
    stays, merged = chat.tickets()
    assert merged.neighbours == 1
    chat.says(COMMUNITY, f"并 {merged.number} 到 {stays.number}")
    assert "已并入" in chat.says(COMMUNITY, "1")
    for who in (RESIDENT, NEIGHBOUR, THIRD):
        chat.pushed(who)
    return chat


def solved(chat):
    chat.says(PROPERTY, f"接 {chat.tickets()[0].number}")
    chat.says(PROPERTY, f"结 {chat.tickets()[0].number} 换了主板")
    return chat.tickets()[0]


def test_the_receipt_stays_good_and_says_where_it_went(chat):
    stays, merged = chat.tickets()
    for who in (NEIGHBOUR, THIRD):
        asked = chat.says(who, f"进度 {merged.number}")
        assert merged.number in asked
        assert f"并入{stays.number}" in asked
        assert stays.number in chat.says(who, "进度")
    assert set(lines_of(chat, merged)) == {NEIGHBOUR, THIRD}
    assert stays.neighbours == 2


def test_words_and_photos_come_along(chat):
    stays, _ = chat.tickets()
    texts = {openid: line.text for openid, line in lines_of(chat, stays).items()}
    assert "老人上下不了楼" in texts[NEIGHBOUR]
    assert "进不去门" in texts[THIRD]
    with chat.program.reading() as session:
        assert session.scalars(select(Attachment.ticket_id)).all() == [stays.id]
    seen = chat.says(PROPERTY, f"看 {stays.number}")
    assert "老人上下不了楼" in seen
    assert "1 份" in seen


def test_each_hears_the_outcome_and_votes(chat):
    stays = solved(chat)
    for who in (RESIDENT, NEIGHBOUR, THIRD):
        assert f"工单 {stays.number}" in (told := "\n".join(chat.pushed(who)))
        assert "解决了吗" in told
    assert "还在等其他邻居" in chat.says(NEIGHBOUR, "1")
    assert "已结案" in chat.says(THIRD, "2")
    assert "已结案" in chat.says(RESIDENT, "1")
    assert {openid: line.vote for openid, line in lines_of(chat, stays).items()} == {
        RESIDENT: 3,
        NEIGHBOUR: 3,
        THIRD: 2,
    }
    assert chat.tickets()[0].closing == "confirmed"


def test_who_is_not_content_goes_on_with_a_ticket_of_their_own(chat):
    stays = solved(chat)
    chat.says(RESIDENT, "1")
    chat.says(NEIGHBOUR, "1")
    chat.says(THIRD, "4")
    assert "已单独给您立工单" in chat.says(THIRD, "还是进不去")
    own = chat.ticket()
    assert own.split_from == stays.id
    assert "进不去门" in own.text


def test_they_may_urge_and_leave_like_anybody_who_waits(chat):
    stays, merged = chat.tickets()
    assert f"工单 {stays.number}" in chat.says(NEIGHBOUR, "催办")
    assert stays.number in chat.says(NEIGHBOUR, "撤回")
    assert "您已退出" in chat.says(NEIGHBOUR, "1")
    assert set(lines_of(chat, stays)) == {RESIDENT, THIRD}
    assert chat.tickets()[0].status == "dispatched"
    for command in ("催办", "撤回", "重办"):  # the old number leads nowhere else, and says how it stands
        assert "已并单" in chat.says(THIRD, f"{command} {merged.number}")


def test_what_was_merged_into_something_merged_again_ends_in_the_last(chat):
    stays, merged = chat.tickets()
    chat.says(CAST["邻居丙"], "德尚小区5号楼电梯开不了门")
    last = chat.ticket()
    chat.says(COMMUNITY, f"并 {stays.number} 到 {last.number}")
    assert "已并入" in chat.says(COMMUNITY, "1")
    assert set(lines_of(chat, last)) == {RESIDENT, NEIGHBOUR, THIRD, CAST["邻居丙"]}
    assert chat.ticket().neighbours == 3
    assert f"并入{stays.number}" in chat.says(NEIGHBOUR, f"进度 {merged.number}")


def test_nothing_is_merged_before_it_was_said_twice(program):
    """A slip in three last digits would put a stranger's ticket away for good."""
    chat = Chat(program)
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    chat.says(NEIGHBOUR, "德尚小区单元门口的门禁坏了，老人上下不了楼")
    stays, other = (ticket.number for ticket in chat.tickets())
    asked = chat.says(COMMUNITY, f"并 {other[-3:]} 到 {stays[-3:]}")
    assert "门禁" in asked
    assert "电梯" in asked
    assert {ticket.status for ticket in chat.tickets()} == {"dispatched"}
    assert "没有并" in chat.says(COMMUNITY, "2")
    assert {ticket.status for ticket in chat.tickets()} == {"dispatched"}
    assert "已并入" not in chat.says(COMMUNITY, "1")


def test_what_changed_between_the_question_and_the_yes_counts(program):
    chat = Chat(program)
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    chat.says(NEIGHBOUR, "德尚小区单元门口的门禁坏了，老人上下不了楼")
    stays, other = (ticket.number for ticket in chat.tickets())
    chat.says(COMMUNITY, f"并 {other} 到 {stays}")
    chat.says(RESIDENT, f"撤回 {stays}")
    chat.says(RESIDENT, "1")
    assert "不能并到" in chat.says(COMMUNITY, "1")
    assert chat.tickets()[1].status == "dispatched"
