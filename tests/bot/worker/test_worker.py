"""The outbox, sent over real HTTP to the fake platform: order, every kind of failure, pictures, timers."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from chat import COLLEAGUE, PROPERTY, RESIDENT, SUPERVISOR
from outbox import CUSTOM, TEMPLATE, after, outbox
from samples import photo
from sqlalchemy import select, update
from testbed import take_no_writes

from bot.evidence.storage import thumb_of
from bot.simulator.faults import Garbles, Hangs, Refuses
from handlers.dialogue.message import Kind
from models.person import Person
from models.push import Push
from models.ticket import Attachment

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

LIFT = "德尚小区3号楼电梯又坏了"
PNG = photo(kind="PNG")
BACKOFF = (10, 60, 300, 1800, 7200)


@pytest.fixture
def box(databases, kind, reader, tmp_path, clock):
    with outbox(databases.fresh(kind, with_town=True), tmp_path, clock, reader) as made:
        yield made


@pytest.fixture
def plain_box(databases, kind, reader, tmp_path, clock):
    """An account without templates: outside of 48 hours nobody can be reached."""
    with outbox(databases.fresh(kind, with_town=True), tmp_path, clock, reader, templates=False) as made:
        yield made


def filed(box):
    """A ticket on its way: the stewards have written lately, the resident too."""
    for openid in (PROPERTY, COLLEAGUE):
        box.opens(openid)
    assert "已受理" in box.says(RESIDENT, LIFT)


def the_push(box, openid=PROPERTY):
    (push,) = box.pushes(openid)
    return push


# -- the ordinary day ----------------------------------------------------------------------------------------------


def test_a_new_ticket_reaches_the_team_once(box):
    filed(box)
    box.turns()
    for steward in (PROPERTY, COLLEAGUE):
        (told,) = box.heard(steward)
        assert told.startswith("新工单")
        assert "德尚小区3号楼" in told
        assert (the_push(box, steward).outcome, the_push(box, steward).due_at) == ("sent", None)
    assert box.heard(RESIDENT) == []
    box.turns()
    assert len(box.heard(PROPERTY)) == 1


def test_one_who_has_been_silent_for_two_days_gets_a_card(box):
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.turns()
    (card,) = box.heard(PROPERTY)
    assert card.startswith("卡片 ")
    assert box.chat.ticket().number in card
    assert card.removeprefix("卡片 ").startswith("新工单"), "what happened comes first"
    assert "电梯又坏了" in card, "in the resident's words"
    assert (the_push(box).msgid > "", the_push(box).way) == (True, "template")


def test_what_happens_quickly_is_told_in_order(box):
    filed(box)
    for words in ("接", "到", "结 换了皮带"):
        box.says(PROPERTY, words)
    box.turns()
    told = box.heard(RESIDENT)
    assert ["已签收" in told[0], "已到现场" in told[1], "已办结" in told[2]] == [True, True, True]


def test_a_push_that_must_wait_is_not_overtaken_by_the_next_one(box, clock):
    filed(box)
    box.says(PROPERTY, "接")
    box.says(PROPERTY, "到")
    box.platform.faults.inject(Refuses(-1), path=CUSTOM)
    box.worker.once()
    stuck = next(push for openid in (PROPERTY, COLLEAGUE, RESIDENT) for push in box.pushes(openid) if push.reason)
    assert stuck.due_at == after(clock, 10)
    box.turns()
    clock.turn(seconds=11)
    box.turns()
    first, second = box.heard(RESIDENT)
    assert "已签收" in first
    assert "已到现场" in second


def test_a_resident_s_first_push_holds_back_the_second_while_it_is_retried(box, clock):
    filed(box)
    box.turns()
    box.says(PROPERTY, "接")
    box.says(PROPERTY, "到")
    box.platform.faults.inject(Refuses(-1), path=CUSTOM)
    box.turns()
    assert box.heard(RESIDENT) == []
    assert [push.attempts for push in box.pushes(RESIDENT)] == [1, 0]
    clock.turn(seconds=11)
    box.turns()
    assert ["签收" in told for told in box.heard(RESIDENT)] == [True, False]


def test_danger_overtakes_what_waits(box, clock):
    filed(box)
    box.platform.faults.inject(Refuses(-1), calls=2, path=CUSTOM)
    box.turns()
    assert box.heard(PROPERTY) == []
    box.says(RESIDENT, "德尚小区2号楼着火了")
    box.turns()
    (told,) = box.heard(PROPERTY)
    assert "红色警情" in told


# -- bad days ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [Refuses(-1), Refuses(43117), Refuses(99999), Garbles(), Garbles(b"", status=502), Garbles(b"{}")],
    ids=["busy", "too often", "a code nobody knows", "a proxy's page", "502", "no errcode"],
)
def test_a_passing_failure_is_tried_again_a_little_later(box, clock, fault):
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.opens(PROPERTY)
    box.platform.faults.inject(fault, path=CUSTOM)
    box.turns()
    push = the_push(box)
    assert (push.outcome, push.attempts, push.due_at) == ("", 1, after(clock, BACKOFF[0]))
    assert push.reason
    clock.turn(seconds=BACKOFF[0])
    box.turns()
    assert the_push(box).outcome == "sent"
    assert len(box.heard(PROPERTY)) == 1


def test_what_fails_for_days_is_kept_for_the_next_message(plain_box, clock):
    box = plain_box
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.opens(PROPERTY)
    box.platform.faults.inject(Refuses(-1), calls=999, path=CUSTOM)
    for wait in BACKOFF[:3]:
        box.turns()
        assert box.pushes(PROPERTY)[0].due_at == after(clock, wait)
        clock.turn(seconds=wait)
    clock.turn(days=3)
    for _ in range(3):  # by now there is so much to send that the platform is taken for down, and probed
        box.turns()
        clock.turn(minutes=1)
    assert box.pushes(PROPERTY)[0].outcome == "kept"
    box.platform.faults.clear()
    box.opens(PROPERTY)
    box.turns()
    assert box.pushes(PROPERTY)[0].outcome == "sent"


@pytest.mark.parametrize("code", [45015, 45047, 48002, 43019])
def test_where_a_message_can_t_reach_somebody_a_card_does(box, code):
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.opens(PROPERTY)
    box.platform.faults.inject(Refuses(code), calls=9, path=CUSTOM)
    box.turns()
    (card,) = box.heard(PROPERTY)
    assert card.startswith("卡片")
    assert the_push(box).outcome == "sent"


def test_who_has_unfollowed_gets_neither_message_nor_card(box):
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.platform.faults.inject(Refuses(43004), calls=9, path=TEMPLATE)
    box.turns()
    push = the_push(box)
    assert push.outcome == "gave_up"
    assert "43004" in push.reason
    assert any("43004" in note for note in box.notes())


def test_whom_we_know_to_have_left_is_not_even_tried(box):
    box.chat.does(PROPERTY, "unsubscribe")
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.platform.faults.inject(Refuses(40001), calls=99)
    with box.program.sessions.begin() as session:
        session.execute(update(Push).where(Push.person_id != the_push(box).person_id).values(due_at=None))
    box.turns()
    assert the_push(box).outcome == "gave_up"
    assert box.platform.tokens.issued == 0


def test_a_message_without_an_answer_is_sent_once_more_and_never_a_third_time(box, clock):
    """It may have arrived: two of one message are bearable, five are not."""
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.opens(PROPERTY)
    box.hurries()
    box.platform.faults.inject(Hangs(1, after=True), calls=2, path=CUSTOM)
    box.turns()
    assert (the_push(box).outcome, the_push(box).due_at) == ("", after(clock, BACKOFF[0]))
    clock.turn(seconds=BACKOFF[0])
    box.turns()
    assert the_push(box).outcome == "unknown"
    assert any("没送到" in note for note in box.notes())
    clock.turn(days=2)
    box.turns()
    assert len([told for told in box.heard(PROPERTY) if told.startswith("新工单")]) == 2


def test_a_card_without_an_answer_arrives_once_however_often_it_is_sent(box, clock):
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.hurries()
    box.platform.faults.inject(Hangs(1, after=True), path=TEMPLATE)
    box.turns()
    clock.turn(seconds=BACKOFF[0])
    box.turns()
    assert the_push(box).outcome == "sent"
    assert len(box.heard(PROPERTY)) == 1


def test_a_token_that_the_platform_forgot_is_fetched_again(box):
    filed(box)
    box.turns()
    box.platform.tokens.forget()
    box.says(PROPERTY, "接")
    box.turns()
    assert "已签收" in box.heard(RESIDENT)[0]


# -- leases, poison, slow calls ------------------------------------------------------------------------------------


def test_one_broken_row_stops_no_other_and_ends_some_day(box, clock):
    filed(box)
    with box.program.sessions.begin() as session:
        poison = session.scalars(select(Push).join(Person).where(Person.openid == PROPERTY)).one()
        poison.fields = {"number": 7}  # a card's field must be words
        session.scalars(select(Person).where(Person.openid == PROPERTY)).one().wrote_at = None
    box.turns()
    assert len(box.heard(COLLEAGUE)) == 1
    broken = the_push(box)
    assert (broken.outcome, broken.due_at) == ("", after(clock, 3600))
    assert broken.reason == "TypeError"
    for _ in BACKOFF:
        clock.turn(hours=1)
        box.turns()
    assert box.pushes(PROPERTY)[0].outcome == "gave_up"


def test_slow_calls_give_back_what_they_can_t_begin_within_the_lease(box, clock):
    """Otherwise a second worker would send, after the lease, what the first still has in its hands."""
    filed(box)
    gateway = box.worker.gateway
    calls = []

    class Slow:
        def __getattr__(self, name):
            return getattr(gateway, name)

        def send_text(self, openid, text, **more):
            calls.append(openid)
            clock.turn(seconds=25)
            return gateway.send_text(openid, text, **more)

    replace(box.worker, gateway=Slow(), work=box.worker.work.model_copy(update={"at_once": 1})).once()
    assert len(calls) == 1
    waiting = [push for openid in (PROPERTY, COLLEAGUE) for push in box.pushes(openid) if not push.outcome]
    assert [(push.attempts, push.due_at <= clock()) for push in waiting] == [(0, True)]
    box.turns()
    assert [len(box.heard(openid)) for openid in (PROPERTY, COLLEAGUE)] == [1, 1]


def test_several_people_are_told_at_the_same_time(box):
    """The platform takes a tenth of a second for each: one after the other, a bad hour's pushes would take the morning."""
    filed(box)
    gateway, together = box.worker.gateway, threading.Barrier(2, timeout=20)

    class Waits:
        def __getattr__(self, name):
            return getattr(gateway, name)

        def send_text(self, openid, text, **more):
            together.wait()  # breaks, and the push with it, if the second is not on its way too
            return gateway.send_text(openid, text, **more)

    replace(box.worker, gateway=Waits()).once()
    assert [len(box.heard(openid)) for openid in (PROPERTY, COLLEAGUE)] == [1, 1]


# -- receipts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "outcome"), [("success", "delivered"), ("failed:user block", "kept")])
def test_the_platform_s_receipt_closes_the_circle(box, status, outcome):
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.turns()
    receipt = {"msgid": the_push(box).msgid, "status": status}
    assert box.chat.does(PROPERTY, "templatesendjobfinish", extra=receipt) == ""
    assert the_push(box).outcome == outcome
    assert any("没送到" in note for note in box.notes()) == (outcome == "kept")
    assert the_push(box, COLLEAGUE).outcome == "sent"


# -- pictures ------------------------------------------------------------------------------------------------------


def test_a_photo_is_fetched_kept_and_stands_with_its_ticket(box, tmp_path):
    media_id = box.platform.media.put("image", PNG)
    box.chat.sends(RESIDENT, Kind.IMAGE, media_id=media_id)
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.turns()
    with box.program.reading() as session:
        kept = session.scalars(select(Attachment)).one()
        assert kept.ticket_id == box.chat.ticket().id
        assert kept.content_type == "image/jpeg"
        assert (tmp_path / "media" / kept.stored).read_bytes().startswith(b"\xff\xd8\xff")
        assert (tmp_path / "media" / thumb_of(kept.stored)).exists()
    (timer,) = box.timers("fetch_media")
    assert (timer.outcome, timer.due_at) == ("done", None)


def test_a_photo_that_can_t_be_had_now_is_tried_again(box, clock):
    media_id = box.platform.media.put("image", PNG)
    box.chat.sends(RESIDENT, Kind.IMAGE, media_id=media_id)
    box.platform.faults.inject(Refuses(-1), path="media/get")
    box.turns()
    (timer,) = box.timers("fetch_media")
    assert (timer.outcome, timer.due_at) == ("", after(clock, 10))
    clock.turn(seconds=10)
    box.turns()
    assert box.timers("fetch_media")[0].outcome == "done"


def test_a_photo_that_is_gone_is_said_to_be_gone(box):
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.chat.sends(RESIDENT, Kind.IMAGE, media_id="of four days ago")
    box.turns()
    (timer,) = box.timers("fetch_media")
    assert timer.outcome == "gave_up"
    assert any("没能从微信取回" in note for note in box.notes())


# -- timers --------------------------------------------------------------------------------------------------------


def test_a_limit_that_runs_out_rings_once(box, clock):
    filed(box)
    box.opens(SUPERVISOR)
    box.turns()
    clock.now = box.chat.ticket().accept_by + timedelta(minutes=1)
    box.turns()
    late = [told for told in box.heard(PROPERTY) if told.startswith("超时未签收")]
    assert len(late) == 1
    assert [told for told in box.heard(SUPERVISOR) if told.startswith("超时未签收")] == [], "it waits for the digest"
    clock.turn(minutes=5)
    box.turns()
    assert [told for told in box.heard(PROPERTY) if told.startswith("超时未签收")] == late


def test_a_limit_that_was_kept_rings_nobody(box, clock):
    filed(box)
    box.opens(SUPERVISOR)
    box.says(PROPERTY, "接")
    clock.now = box.chat.ticket().accept_by + timedelta(minutes=1)
    box.turns()
    assert not [told for told in box.heard(SUPERVISOR) if "超时" in told]
    assert box.timers("accept_remind")[0].outcome == "done"
    assert box.timers("accept_overdue") == []


def test_whom_nobody_answers_is_asked_no_more_after_a_week_and_it_counts_as_not_solved(box, clock):
    filed(box)
    for words in ("接", "结 修好了"):
        box.says(PROPERTY, words)
    clock.turn(days=7, minutes=1)
    box.turns()
    ticket = box.chat.ticket()
    assert (ticket.status, ticket.closing) == ("closed", "default")
    assert box.pushes(RESIDENT)[-1].event == "lapse"


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # on SQLite it is an error of the usual kind
def test_a_database_that_can_only_be_read_is_waited_for(box):
    filed(box)
    take_no_writes(box.program.engine, "on")
    stop = threading.Event()
    working = threading.Thread(target=box.worker.run, args=(stop,), daemon=True)
    working.start()
    working.join(1)
    assert working.is_alive()
    assert box.heard(PROPERTY) == []
    stop.set()
    working.join()
    take_no_writes(box.program.engine, "off")
    box.turns()
    assert len(box.heard(PROPERTY)) == 1
