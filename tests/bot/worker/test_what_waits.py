"""Pushes outlive what passes: they wait for the person, for the platform, for the morning, and are then told together."""

from datetime import UTC, datetime

import pytest
from chat import ADMIN, COLLEAGUE, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from outbox import CUSTOM, TEMPLATE, outbox
from sqlalchemy import func, select, update

from bot.simulator.faults import Garbles, Refuses
from models.breaker import Breaker
from models.person import Person
from models.push import Push

pytestmark = pytest.mark.slow

LIFT = "德尚小区3号楼电梯又坏了"
LATE = datetime(2026, 11, 16, 13, 29, tzinfo=UTC)
"""A minute before the quiet hours: 21:29 in China"""


@pytest.fixture
def box(databases, kind, reader, tmp_path, clock):
    """An account without templates: the plainest, where nothing goes a second way."""
    with outbox(databases.fresh(kind, with_town=True), tmp_path, clock, reader, templates=False) as made:
        yield made


@pytest.fixture
def box_with_cards(databases, kind, reader, tmp_path, clock):
    with outbox(databases.fresh(kind, with_town=True), tmp_path, clock, reader) as made:
        yield made


def filed(box):
    for openid in (PROPERTY, COLLEAGUE):
        box.opens(openid)
    assert "已受理" in box.says(RESIDENT, LIFT)


def outcomes(box, openid):
    return [push.outcome for push in box.pushes(openid)]


def used_up(box, openid):
    """The platform takes no more for this person until they write."""
    for _ in range(5):
        box.platform.allowances.spend(openid, box.platform.now())


# -- the person -----------------------------------------------------------------------------------------------------


def test_the_sixth_of_48_hours_waits_and_is_told_with_the_next_message(box, clock):
    filed(box)
    box.turns()
    used_up(box, RESIDENT)
    for words in ("接", "到"):
        box.says(PROPERTY, words)
        box.turns()
    assert outcomes(box, RESIDENT) == ["kept", "kept"]
    assert box.heard(RESIDENT) == []
    clock.turn(hours=3)
    told = box.says(RESIDENT, "谢谢")
    assert "已到现场" in told, "said in the answer; that it was signed is overtaken"
    box.turns()
    assert box.heard(RESIDENT) == []
    assert outcomes(box, RESIDENT) == ["merged", "sent"]
    assert [push.way for push in box.pushes(RESIDENT)] == ["", "reply"]


def test_several_that_waited_are_told_in_one_message_and_the_question_comes_last(box, clock):
    filed(box)
    box.says(RESIDENT, "德尚小区5号楼楼道灯不亮")
    box.turns()
    used_up(box, RESIDENT)
    lift, lamp = box.chat.tickets()[-2:]
    box.says(PROPERTY, f"接 {lift.number}")
    box.says(PROPERTY, f"结 {lift.number} 换了皮带")
    box.says(PROPERTY, f"接 {lamp.number}")
    box.turns()
    assert box.heard(RESIDENT) == []
    clock.turn(hours=3)
    box.says(RESIDENT, "你好")
    box.turns()
    (told,) = box.heard(RESIDENT)
    assert told.startswith("您有2条进展")
    assert told.index(lamp.number) < told.index(lift.number), "the question stands at the end"
    assert told.rstrip().endswith("4 没解决")
    assert "很高兴" in box.says(RESIDENT, "1") or box.chat.tickets()[-2].status == "closed"


def test_who_wrote_lately_hears_each_thing_by_itself(box):
    filed(box)
    for words in ("接", "到"):
        box.says(PROPERTY, words)
    box.turns()
    assert len(box.heard(RESIDENT)) == 2


def test_who_unfollowed_hears_no_more(box):
    filed(box)
    box.turns()
    box.chat.does(RESIDENT, "unsubscribe")
    box.says(PROPERTY, "接")
    box.turns()
    assert outcomes(box, RESIDENT) == ["gave_up"]


# -- the account ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [40001, 40164, 40125])
def test_while_nothing_goes_out_all_waits_and_catches_up(box, clock, code):
    filed(box)
    box.platform.faults.inject(Refuses(code), calls=9999)
    for _ in range(8):
        box.turns()
        clock.turn(seconds=1)
    assert set(outcomes(box, PROPERTY) + outcomes(box, COLLEAGUE)) == {""}
    assert 1 <= 9999 - box.platform.faults._waiting[0].calls <= 2 * box.program.settings.work.at_once
    box.platform.faults.clear()
    clock.turn(seconds=3)
    box.turns()
    assert [len(box.heard(openid)) for openid in (PROPERTY, COLLEAGUE)] == [1, 1]


def test_a_probe_a_minute_is_all_that_goes_out(box, clock):
    filed(box)
    box.platform.faults.inject(Refuses(40164), calls=9999)
    box.turns()
    clock.turn(seconds=11)
    box.turns()
    before = box.platform.faults._waiting[0].calls
    for _ in range(60):
        clock.turn(seconds=2)
        box.turns()
    assert 1 <= before - box.platform.faults._waiting[0].calls <= 3


def test_a_danger_is_tried_all_the_same_and_goes_first_when_it_is_over(box, clock):
    filed(box)
    box.opens(SUPERVISOR)
    box.platform.faults.inject(Refuses(40164), calls=9999)
    box.turns()
    box.says(NEIGHBOUR, "德尚小区2号楼着火了")
    clock.turn(seconds=5)
    box.turns()
    box.platform.faults.clear()
    clock.turn(seconds=11)
    box.turns()
    first, *_ = box.heard(PROPERTY)
    assert "红色警情" in first
    assert "没通知到" in "".join(box.heard(SUPERVISOR))


def test_a_platform_that_is_down_is_left_alone(box, clock):
    filed(box)
    for number in (4, 5, 6, 7):
        box.says(RESIDENT, f"德尚小区{number}号楼楼道灯不亮")
        box.says(NEIGHBOUR, f"德尚小区{number}号楼门禁坏了")
    box.platform.faults.inject(Garbles(b"", status=502), calls=99999)
    with box.program.sessions.begin() as session:  # five people, five pushes
        people = session.scalars(select(Person).where(Person.openid.is_not(None)).limit(6)).all()
        for person in people:
            person.wrote_at = clock()
            values = {"event": "note", "text": "说一声", "due_at": clock(), "created_at": clock()}
            session.add(Push(key=f"down:{person.id}", person_id=person.id, **values))
    box.turns()
    with box.program.reading() as session:
        assert session.scalars(select(Breaker.name).where(Breaker.opened_at.is_not(None))).all() == ["account"]


def test_operators_are_told_once_and_in_the_answer(box, clock):
    filed(box)
    box.opens(ADMIN)
    box.platform.faults.inject(Refuses(40164), calls=9999)
    box.turns()
    told = box.says(ADMIN, "今日")
    assert "通知发不出去了" in told
    assert "白名单" in told
    assert "通知发不出去了" not in box.says(ADMIN, "今日")
    assert "通知发不出去了" not in box.says(SUPERVISOR, "今日")
    (alert,) = (push for push in box.pushes(ADMIN) if push.event == "ways_shut")
    assert (alert.template, alert.fields["happened"]) == ("staff", "通知发不出去了"), "for who hasn't written for days"
    box.platform.faults.clear()
    clock.turn(seconds=61)
    box.turns()
    assert not [words for words in box.heard(ADMIN) if "发不出去" in words]


def test_who_was_not_told_meanwhile_hears_that_it_is_over(box, clock):
    filed(box)
    box.opens(ADMIN)
    box.platform.faults.inject(Refuses(40164), calls=9999)
    box.turns()
    clock.turn(minutes=30)
    box.platform.faults.clear()
    box.turns()
    assert [words for words in box.heard(ADMIN) if "有30分钟发不出去" in words]


def test_after_the_day_s_quota_nobody_is_told_at_night(box, clock):
    """It was to be told by day: the morning will do. A danger would be told at any hour."""
    clock.now = LATE
    filed(box)
    box.platform.faults.inject(Refuses(45009), calls=9999, path=CUSTOM)
    box.turns()
    assert set(outcomes(box, PROPERTY)) == {"held"}
    clock.turn(hours=3)
    box.platform.faults.clear()
    box.turns()
    assert box.heard(PROPERTY) == []
    clock.turn(hours=8)
    box.turns()
    assert len(box.heard(PROPERTY)) == 1


def test_one_shut_way_leaves_the_other_open(box_with_cards, clock):
    box = box_with_cards
    filed(box)
    box.platform.faults.inject(Refuses(45009), calls=9999, path=TEMPLATE)
    box.says(SUPERVISOR, "今日")
    with box.program.sessions.begin() as session:
        session.execute(update(Person).where(Person.openid == COLLEAGUE).values(last_inbound_at=None, wrote_at=None))
    box.turns()
    assert outcomes(box, PROPERTY) == ["sent"]
    assert outcomes(box, COLLEAGUE) == ["held"]
    box.says(COLLEAGUE, "待办")
    box.turns()
    assert outcomes(box, COLLEAGUE) == ["sent"], "they wrote: words go where cards don't"


def test_what_opens_in_another_process_opens_here(box, clock):
    filed(box)
    box.platform.faults.inject(Refuses(45009), calls=9999, path=CUSTOM)
    box.turns()
    assert set(outcomes(box, PROPERTY)) == {"held"}
    box.platform.faults.clear()
    with box.program.sessions.begin() as session:
        session.execute(update(Breaker).values(opened_at=None))
    box.turns()
    assert set(outcomes(box, PROPERTY)) == {"sent"}


def test_two_workers_probe_once(box, clock):
    filed(box)
    box.platform.faults.inject(Refuses(40164), calls=9999)
    box.turns()
    clock.turn(seconds=61)
    with box.program.sessions.begin() as session:
        taken = [box.worker.breakers.to_probe(session, "account") for _ in range(2)]
    assert taken == [["account"], []]


def test_nothing_is_left_when_all_is_over(box, clock):
    filed(box)
    box.platform.faults.inject(Refuses(45009), calls=3, path=CUSTOM)
    unsent = Push.outcome.in_(["", "kept"])
    for _ in range(5):
        box.turns()
        clock.turn(seconds=61)
    with box.program.reading() as session:
        assert session.scalar(select(func.count()).where(Push.outcome == "held")) == 0
        silent = Person.last_inbound_at.is_(None)
        assert session.scalar(select(func.count()).select_from(Push).join(Person).where(~silent, unsent)) == 0
