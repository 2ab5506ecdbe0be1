"""A voice from the phone to words, over real HTTP on both sides; what it leads to."""

import threading
import time

import pytest
from chat import PROPERTY, RESIDENT
from fake_api import Says, says, serving
from outbox import outbox
from samples import amr
from sqlalchemy import select

from bot.simulator.faults import Refuses
from handlers.dialogue.message import Kind
from models.push import Push
from models.ticket import Attachment

pytestmark = pytest.mark.slow

PATH = "/v1/audio/transcriptions"
LIFT = "德尚小区3号楼电梯又坏了"
SILENCE = b"#!AMR\n" + bytes([0x3C] + [0] * 31) * 50


@pytest.fixture
def ears():
    with serving() as running:
        yield running


@pytest.fixture
def box(databases, kind, reader, tmp_path, clock, ears):
    speech = {"server": ears.url, "model": "m"}
    with outbox(databases.fresh(kind, with_town=True), tmp_path, clock, reader, speech=speech) as made:
        yield made


def speaks(box, content=None):
    media_id = box.platform.media.put("voice", amr() if content is None else content)
    box.opens(RESIDENT)
    return box.chat.sends(RESIDENT, Kind.VOICE, media_id=media_id)


def works(box):
    """The worker, and the threads that listen beside it, until nothing more is due."""
    for _ in range(20):
        busy = box.worker.once()
        listening = [each for each in threading.enumerate() if each.name == "hear"]
        for each in listening:
            each.join(20)
        if not busy and not listening:
            return
    raise AssertionError("the worker finds no end")


def test_what_was_heard_is_read_back_and_confirmed_by_one_digit(box, ears):
    ears.put(PATH, says(text=LIFT))
    assert "正在听写" in speaks(box)
    works(box)
    assert f"听到您说：“{LIFT}”（机器听写）" in box.heard(RESIDENT)[-1]
    assert box.chat.tickets() == []
    assert "已受理" in box.says(RESIDENT, "1")
    ticket = box.chat.ticket()
    assert (ticket.text, ticket.item) == (LIFT, "lift")
    with box.program.reading() as session:
        kept = session.scalars(select(Attachment)).one()
        assert (kept.ticket_id, kept.fields["heard"]) == (ticket.id, LIFT)


def test_heard_wrong_it_is_said_again_and_only_the_last_counts(box, ears):
    ears.put(PATH, says(text="德尚小区三号楼电视坏了"), says(text=LIFT))
    speaks(box)
    works(box)
    assert "再说一遍" in box.says(RESIDENT, "不对")
    speaks(box)
    works(box)
    assert "已受理" in box.says(RESIDENT, "1")
    assert box.chat.ticket().text == LIFT
    assert len(box.chat.tickets()) == 1


def test_the_platform_labels_the_machine_s_words(box, ears):
    ears.put(PATH, says(text=LIFT))
    speaks(box)
    works(box)
    with box.program.reading() as session:
        assert session.scalars(select(Push).where(Push.event == "heard")).one().outcome == "sent"
    assert [body.by_machine for body in box.platform.received(RESIDENT)] == [True]


def test_a_plain_danger_waits_for_no_digit(box, ears):
    box.opens(PROPERTY)
    ears.put(PATH, says(text="德尚小区3号楼着火了"))
    speaks(box)
    works(box)
    assert box.chat.ticket().red_flag == "fire"
    said = box.heard(RESIDENT)[-1]
    assert "机器听写" in said
    assert "119" in said
    assert any("红色警情" in told for told in box.heard(PROPERTY))
    assert any("还没有经本人确认" in note for note in box.notes())


@pytest.mark.parametrize("content", [SILENCE, amr(60.0)], ids=["silence", "a minute of a tone"])
def test_where_nobody_speaks_it_says_so_and_keeps_it(box, ears, content):
    ears.put(PATH, says(text=""))
    speaks(box, content)
    works(box)
    assert "没有听清" in box.heard(RESIDENT)[-1]
    with box.program.reading() as session:
        assert session.scalars(select(Attachment)).one().stored


def test_a_broken_voice_is_kept_and_asked_for_in_words(box, ears):
    ears.put(PATH, says(text="never asked"))
    assert "正在听写" in speaks(box, b"#!AMR\n\x3c")
    works(box)
    assert "没有听清" in box.heard(RESIDENT)[-1]
    assert ears.calls(PATH) == []


def test_who_speaks_to_a_recogniser_that_is_away_is_told_at_once_and_heard_when_it_is_back(box, ears, clock):
    ears.put(PATH, Says(b"", status=503), Says(b"", status=503), says(text=LIFT))
    speaks(box)
    works(box)
    assert "现在还听不了" in box.heard(RESIDENT)[-1]
    clock.turn(seconds=21)
    works(box)
    assert len(box.heard(RESIDENT)) == 1, "told once"
    clock.turn(seconds=61)
    works(box)
    assert f"听到您说：“{LIFT}”" in box.heard(RESIDENT)[-1]
    assert "已受理" in box.says(RESIDENT, "1")


def test_a_recogniser_that_stays_away_stops_nothing(box, ears, clock):
    ears.put(PATH, Says(b"", status=503))
    speaks(box)
    for minutes in (0, 1, 2, 6, 30):
        clock.turn(minutes=minutes)
        works(box)
    assert len(ears.calls(PATH)) == 4
    assert ["现在还听不了" in told for told in box.heard(RESIDENT)] == [True]
    assert "已受理" in box.says(RESIDENT, LIFT)


def test_who_speaks_to_a_slow_recogniser_is_told_before_it_answers(box, ears, monkeypatch):
    monkeypatch.setattr("bot.worker.transcription._PATIENCE", 0.1)
    ears.put(PATH, Says(says(text=LIFT).body, wait=0.5))
    speaks(box)
    works(box)
    first, second = box.heard(RESIDENT)
    assert "现在还听不了" in first
    assert LIFT in second


def test_a_voice_that_can_not_be_fetched_yet_is_told_of_too(box, ears, clock):
    ears.put(PATH, says(text=LIFT))
    box.platform.faults.inject(Refuses(-1), path="media/get")
    speaks(box)
    works(box)
    assert "现在还听不了" in box.heard(RESIDENT)[-1]
    clock.turn(minutes=1)
    works(box)
    assert LIFT in box.heard(RESIDENT)[-1]


@pytest.mark.parametrize("code", [40001, 42001])
def test_a_token_that_ends_while_a_voice_is_fetched_is_renewed(box, ears, code):
    ears.put(PATH, says(text=LIFT))
    box.platform.faults.inject(Refuses(code), path="media/get")
    speaks(box)
    works(box)
    assert [LIFT in told for told in box.heard(RESIDENT)] == [True]


def test_a_voice_that_belongs_to_a_worker_s_ticket_stands_in_its_history(box, ears):
    ears.put(PATH, says(text="皮带断了要换"))
    for openid in (PROPERTY,):
        box.opens(openid)
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.says(PROPERTY, "接")
    media_id = box.platform.media.put("voice", amr())
    box.chat.sends(PROPERTY, Kind.VOICE, media_id=media_id)
    works(box)
    assert "语音（机器听写）：皮带断了要换" in box.notes()


def test_pushes_do_not_wait_for_a_recogniser(box, ears):
    ears.put(PATH, Says(b'{"text": "x"}', wait=3))
    speaks(box)
    began = time.monotonic()
    box.worker.once()
    box.worker.once()
    assert time.monotonic() - began < 3
    works(box)
