"""What the platform takes for a person is known, the last of it kept for outcomes, and no call is made in vain."""

from datetime import timedelta

import pytest
from chat import PROPERTY, RESIDENT
from outbox import outbox
from sqlalchemy import select, update

from bot.simulator.inbound import Stamp, xml_of_event
from bot.simulator.journal import ApiCall
from bot.webhook.message import to_message
from bot.webhook.xml import parse_xml
from bot.worker.person_quota import Room, room
from models.acceptance import Acceptance
from models.person import Person

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

LIFT = "德尚小区3号楼电梯又坏了"


@pytest.fixture
def box(databases, kind, reader, tmp_path, clock):
    with outbox(databases.fresh(kind, with_town=True), tmp_path, clock, reader) as made:
        yield made


def person(box, openid=RESIDENT):
    with box.program.reading() as session:
        return session.scalars(select(Person).where(Person.openid == openid)).one()


def left(box):
    return room(person(box), box.program.clock())


def codes(box):
    return [call.errcode for call in box.platform.journal.entries() if isinstance(call, ApiCall) and call.openid]


def informs(box, count):
    for number in range(count):
        box.says(PROPERTY, f"告知 第{number}批配件在路上")
        box.turns()


def signed(box):
    box.says(RESIDENT, LIFT)
    box.says(PROPERTY, "接")
    box.turns()


def test_a_window_is_counted_down_and_opened_again(box, clock):
    signed(box)
    assert left(box) == Room(0, 4)
    informs(box, 1)
    assert left(box) == Room(0, 3)
    box.says(RESIDENT, "谢谢")
    assert left(box) == Room(0, 5)
    clock.turn(hours=48)
    assert left(box) == Room(0, 0)


def test_a_tap_is_good_for_three_within_a_minute(box, clock):
    box.chat.does(RESIDENT, "click", "帮助")
    assert left(box) == Room(3, 0)
    clock.turn(minutes=1)
    assert left(box) == Room(0, 0)


def test_the_last_message_is_kept_for_the_outcome_which_takes_along_what_waited(box):
    signed(box)
    informs(box, 6)
    heard = box.heard(RESIDENT)
    assert len(heard) == 4, "one of five is kept"
    assert [push.outcome for push in box.pushes(RESIDENT)] == ["sent"] * 4 + ["kept"] * 3
    box.says(PROPERTY, "结 换了皮带")
    box.turns()
    *_, last = box.heard(RESIDENT)
    assert last.startswith("您有4条进展")
    assert last.rstrip().endswith("4 没解决")
    assert "第5批" in last
    assert set(codes(box)) == {0}
    assert "已结案" in box.says(RESIDENT, "1")


def test_when_the_window_is_over_the_outcome_comes_as_a_card_with_its_question(box, clock):
    signed(box)
    clock.turn(hours=49)
    box.says(PROPERTY, "结 换了皮带")
    box.turns()
    *_, card = box.heard(RESIDENT)
    assert card.startswith("卡片 已办结·解决了吗？回1至4 换了皮带")
    assert "已结案" in box.says(RESIDENT, "1")
    assert set(codes(box)) <= {0, 42001}, "the token alone has grown old"


def test_what_waited_is_said_below_the_next_answer_and_costs_nothing(box):
    signed(box)
    informs(box, 5)
    told = box.says(RESIDENT, "进度")
    assert "您有2条进展" in told
    assert "第4批" in told
    assert left(box) == Room(0, 5)


def test_an_acceptance_is_good_for_one_notice_which_goes_before_the_template(box, clock):
    notice = "N" * 43
    box.platform.subscriptions[RESIDENT, notice] = 1
    event = {"accepted": notice, "rejected": ""}
    box.chat.does(RESIDENT, "subscribe_msg_popup_event", extra=event)
    signed(box)
    clock.turn(hours=49)
    box.says(PROPERTY, "结 换了皮带")
    box.turns()
    push = box.pushes(RESIDENT)[-1]
    assert (push.outcome, push.way) == ("sent", "subscription")
    with box.program.reading() as session:
        assert [each.used_at for each in session.scalars(select(Acceptance))] == [clock()]
    receipt = {"msgid": push.msgid, "status": "success"}
    box.chat.does(RESIDENT, "subscribe_msg_sent_event", extra=receipt)
    assert box.pushes(RESIDENT)[-1].outcome == "delivered"


@pytest.mark.parametrize("way", ["subscription", "template"])
def test_a_receipt_that_is_faster_than_our_own_note_counts(box, clock, way):
    """It comes before the answer to the call that it is about."""
    if way == "subscription":
        box.platform.subscriptions[RESIDENT, "N" * 43] = 1
        event = {"accepted": "N" * 43, "rejected": ""}
        box.chat.does(RESIDENT, "subscribe_msg_popup_event", extra=event)
    signed(box)
    clock.turn(hours=49)
    box.says(PROPERTY, "结 换了皮带")

    def at_once(openid, event):
        xml = xml_of_event(event, box.platform.account, Stamp(openid, int(clock().timestamp()), 1))
        box.program.answering.answer(to_message(parse_xml(xml.encode())))

    box.platform.deliver_soon = at_once
    box.turns()
    push = box.pushes(RESIDENT)[-1]
    assert (push.outcome, push.way) == ("delivered", way)


def test_what_is_taken_back_in_the_settings_allows_nothing(box):
    notice = "N" * 43
    for event in ("subscribe_msg_popup_event", "subscribe_msg_popup_event"):
        box.chat.does(RESIDENT, event, extra={"accepted": notice, "rejected": ""})
    box.chat.does(RESIDENT, "subscribe_msg_change_event", extra={"accepted": "", "rejected": notice})
    with box.program.reading() as session:
        assert session.scalars(select(Acceptance)).all() == []


def test_an_acceptance_that_the_platform_does_not_know_is_tried_once(box, clock):
    notice = "N" * 43
    box.chat.does(RESIDENT, "subscribe_msg_popup_event", extra={"accepted": notice, "rejected": ""})
    signed(box)
    clock.turn(hours=49)
    box.says(PROPERTY, "结 换了皮带")
    box.turns()
    assert box.pushes(RESIDENT)[-1].way == "template"
    with box.program.reading() as session:
        assert session.scalars(select(Acceptance.used_at)).one() == clock()


def test_what_the_platform_refuses_is_believed(box, clock):
    signed(box)
    for _ in range(4):
        box.platform.allowances.spend(RESIDENT, box.platform.now())
    informs(box, 1)
    assert left(box) == Room(0, 0)
    assert codes(box).count(45047) == 1
    informs(box, 3)
    assert codes(box).count(45047) == 1, "not tried again before the next contact"


def test_a_receipt_of_a_card_that_did_not_arrive_keeps_the_outcome_for_the_next_contact(box, clock):
    signed(box)
    clock.turn(hours=49)
    box.says(PROPERTY, "结 换了皮带")
    box.turns()
    receipt = {"msgid": box.pushes(RESIDENT)[-1].msgid, "status": "failed: system failed"}
    box.chat.does(RESIDENT, "templatesendjobfinish", extra=receipt)
    assert box.pushes(RESIDENT)[-1].outcome == "kept"
    box.says(RESIDENT, "你好")
    box.turns()
    assert "解决了吗" in box.heard(RESIDENT)[-1]


def test_a_danger_is_tried_even_where_nothing_should_go(box, clock):
    with box.program.sessions.begin() as session:
        session.execute(update(Person).values(wrote_at=clock() - timedelta(days=3)))
    box.says(RESIDENT, "德尚小区2号楼着火了")
    box.turns()
    assert any("红色警情" in told for told in box.heard(PROPERTY))
