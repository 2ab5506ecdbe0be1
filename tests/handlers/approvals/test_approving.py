"""One digit of the next level decides a request: the right one, once, and only while it still means something."""

from datetime import timedelta

import pytest
from chat import COMMUNITY, PROPERTY, RESIDENT, STREET, SUPERVISOR
from sqlalchemy import select

from handlers.dialogue.message import Kind
from handlers.world.coordinates import wgs_to_gcj
from models.ticket import CHINA, Attachment

LIFT, DRAIN = "德尚小区3号楼电梯又坏了", "德尚小区5号楼二单元下水道堵了往外冒"


def _signed(chat, words):
    chat.says(RESIDENT, words)
    number = chat.ticket().number
    chat.says(PROPERTY, f"接 {number}")
    return number


def test_of_two_requests_the_digit_is_asked_which_it_is_for(chat):
    lift, drain = _signed(chat, LIFT), _signed(chat, DRAIN)
    chat.says(PROPERTY, f"延 {lift} 4工作时 等配件")
    chat.says(PROPERTY, f"延 {drain} 1工作时 等疏通车")
    before = {ticket.number: ticket.handle_by for ticket in chat.tickets()}
    asked = chat.says(COMMUNITY, "1")
    assert "要“同意”哪一件" in asked
    assert "等配件" in asked
    assert "等疏通车" in asked
    assert "已同意" in chat.says(COMMUNITY, "2")
    after = {ticket.number: ticket.handle_by for ticket in chat.tickets()}
    assert after[lift] == before[lift]
    assert after[drain] > before[drain]
    assert "未同意" in chat.says(COMMUNITY, "2")
    assert {ticket.number: ticket.handle_by for ticket in chat.tickets()} == after
    assert "未同意" in chat.says(COMMUNITY, "1")  # said again: how it was decided
    assert {ticket.number: ticket.handle_by for ticket in chat.tickets()} == after


def test_one_who_asked_hears_a_no_and_the_limit_stands(chat):
    _signed(chat, LIFT)
    promised = chat.ticket().handle_by
    chat.says(PROPERTY, "延 4工作时 等配件")
    chat.pushed(PROPERTY)
    chat.says(COMMUNITY, "2")
    assert "未同意，请按原时限" in "\n".join(chat.pushed(PROPERTY))
    assert chat.ticket().handle_by == promised
    assert "延期" not in "\n".join(chat.pushed(RESIDENT))


def test_a_request_dies_when_the_ticket_goes_to_somebody_else(chat):
    number = _signed(chat, LIFT)
    chat.says(PROPERTY, "挂账 12月1日 等厂家")
    chat.says(PROPERTY, f"上报 {number} 要动用维修资金")
    assert "已失效" in chat.says(COMMUNITY, f"同意 {number}")
    assert chat.ticket().status == "dispatched"


def test_nobody_grants_their_own_request(chat):
    chat.says(RESIDENT, "德尚小区的物业费收得不合理")
    chat.says(COMMUNITY, "接")
    chat.says(COMMUNITY, "延 1工作日 要查批文")
    assert "已同意" not in chat.says(COMMUNITY, "同意")
    assert "已同意" in chat.says(STREET, "1")


def test_what_nobody_decides_comes_to_the_supervisors_who_may_decide_it(chat, clock):
    _signed(chat, LIFT)
    chat.says(PROPERTY, "延 4工作时 等配件")
    chat.pushed(SUPERVISOR)
    clock.turn(hours=6)
    chat.timers_ring()
    assert "还没人批：延期4个工作时" in "\n".join(chat.pushed(SUPERVISOR))
    assert "已同意" in chat.says(SUPERVISOR, "1")
    assert "已同意，不用再批" in chat.says(COMMUNITY, "1")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("延 2工作日 等配件", "不能超过原时限"),
        ("延 等配件", "延多久"),
        ("延 0工作时 等配件", "延多久"),
        ("挂账 2月30日 等配件", "挂到哪天"),
        ("挂账 2027-11-01 等配件", "日期要在"),
        ("挂账 11月16日 等配件", "日期要在"),
        ("恢复", "没有可以“恢复”的工单"),
    ],
)
def test_what_cannot_be_asked_for_is_said_at_once(chat, said, told):
    _signed(chat, LIFT)
    assert told in chat.says(PROPERTY, said)
    assert chat.ticket().status == "working"


def test_after_the_limit_it_is_too_late_to_ask_and_a_third_time_is_one_too_many(chat, clock):
    number = _signed(chat, LIFT)
    for _ in range(2):
        chat.says(PROPERTY, f"延 {number} 1工作时 还差一点")
        chat.says(COMMUNITY, f"同意 {number}")
    assert "已延过两次" in chat.says(PROPERTY, f"延 {number} 1工作时 还差一点")
    clock.now = chat.ticket().handle_by + timedelta(minutes=1)
    assert "已过时限" in chat.says(PROPERTY, f"延 {number} 1工作时 还差一点")


def test_what_staff_note_for_themselves_is_never_read_by_a_resident(chat):
    number = _signed(chat, LIFT)
    chat.says(PROPERTY, f"备注 {number} 业主态度很差，先拖着")
    chat.says(PROPERTY, f"延 {number} 4工作时 等配件")
    chat.says(COMMUNITY, "1")
    chat.says(PROPERTY, f"结 {number} 换了皮带")
    heard = "\n".join([*chat.pushed(RESIDENT), chat.says(RESIDENT, f"进度 {number}")])
    assert "换了皮带" in heard
    assert "态度" not in heard
    assert "申请延期" not in heard


@pytest.mark.parametrize("said", ["同意", "不同意", "批准 12345"])
def test_who_agrees_where_nothing_waits_is_told_so_and_files_nothing(chat, said):
    assert "没有等您批的申请" in chat.says(COMMUNITY, said)
    assert not chat.says(COMMUNITY, "1").startswith("已受理")
    assert chat.tickets() == []


def test_more_time_until_a_day_off_ends_on_the_next_working_day(chat, clock):
    clock.turn(days=1)
    number = _signed(chat, "德尚小区1号楼路灯不亮")
    assert "延期" in chat.says(PROPERTY, f"延 {number} 到周六 等灯具")
    assert "已同意" in chat.says(COMMUNITY, "1")
    until = next(each.handle_by for each in chat.tickets() if each.number == number)
    assert f"{until.astimezone(CHINA):%m-%d %a}" == "11-23 Mon"


def test_what_the_community_says_is_not_its_own_goes_above_it(chat):
    latitude, longitude = wgs_to_gcj(37.1370, 111.7920)
    chat.sends(RESIDENT, Kind.LOCATION, latitude=latitude, longitude=longitude, label="路边")
    chat.says(RESIDENT, "路灯不亮了")
    before = chat.ticket()
    assert "批准" in chat.says(COMMUNITY, f"异议 {before.number} 路灯归市政")
    assert any("路灯归市政" in told for told in chat.pushed(STREET))
    chat.says(STREET, "1")
    assert chat.ticket().level == "street"
    assert chat.ticket().team != before.team


def test_a_no_in_words_grants_nothing(chat):
    number = _signed(chat, LIFT)
    promised = chat.ticket().handle_by
    chat.says(PROPERTY, "延 4工作时 等配件")
    assert "已同意" not in chat.says(COMMUNITY, f"不同意 {number}")
    assert chat.ticket().handle_by == promised
    assert "已同意" not in chat.says(COMMUNITY, "同意")


def test_what_was_suspended_goes_on_earlier_by_a_word_of_its_team(chat):
    number = _signed(chat, LIFT)
    chat.says(PROPERTY, "挂账 12月1日 等厂家")
    chat.says(COMMUNITY, "1")
    assert chat.ticket().status == "suspended"
    assert number in chat.says(PROPERTY, "恢复")
    assert chat.ticket().status == "working"


def test_a_suspension_counts_as_no_extension(chat):
    _signed(chat, LIFT)
    chat.says(PROPERTY, "挂账 12月1日 等厂家")
    chat.says(COMMUNITY, "1")
    chat.says(PROPERTY, "恢复")
    for _ in range(2):
        chat.says(PROPERTY, "延 1工作时 等配件")
        assert "已同意" in chat.says(COMMUNITY, "1")
    assert "两次" in chat.says(PROPERTY, "延 1工作时 等配件")


def test_a_danger_is_merged_into_a_danger_only_and_takes_its_photos_along(chat):
    chat.says(RESIDENT, "德尚小区5号楼二单元楼道灯坏了")
    chat.sends(RESIDENT, Kind.IMAGE, media_id="lamp")
    lamp = chat.ticket()
    chat.says(RESIDENT, "德尚小区3号楼着火了")
    fire = chat.ticket()
    assert "红色警情" in chat.says(SUPERVISOR, f"并 {fire.number} {lamp.number}")
    chat.says(SUPERVISOR, f"并 {lamp.number} {fire.number}")
    chat.says(SUPERVISOR, "1")
    assert [ticket.status for ticket in chat.tickets()] == ["merged", "dispatched"]
    with chat.program.reading() as session:
        assert session.scalars(select(Attachment.ticket_id)).all() == [fire.id]


def test_merging_leaves_the_photos_of_other_tickets_where_they_are(chat):
    for house in (2, 5, 7):
        chat.says(RESIDENT, f"德尚小区{house}号楼二单元楼道灯坏了")
        chat.sends(RESIDENT, Kind.IMAGE, media_id=f"m{house}")
    one, two, three = chat.tickets()
    chat.says(SUPERVISOR, f"并 {one.number} {two.number}")
    chat.says(SUPERVISOR, "1")
    with chat.program.reading() as session:
        assert session.scalars(select(Attachment.ticket_id).order_by(Attachment.id)).all() == [two.id, two.id, three.id]
