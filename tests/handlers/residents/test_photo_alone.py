"""A photo, a voice or a pin without a word: asked once more what it is about, and kept for the words of that day."""

import pytest
from chat import NEIGHBOUR, PROPERTY, RESIDENT
from sqlalchemy import select

from handlers.dialogue.message import Kind
from models.push import Push
from models.ticket import CHINA, Attachment

LAMP = "德尚小区3号楼路灯不亮"


@pytest.fixture
def belongs(chat):
    def of():
        with chat.program.reading() as session:
            return session.scalars(select(Attachment.ticket_id).order_by(Attachment.id)).all()

    return of


@pytest.mark.parametrize(("kind", "what"), [(Kind.IMAGE, "照片"), (Kind.VOICE, "语音"), (Kind.VIDEO, "视频")])
def test_who_sends_it_and_no_word_is_asked_once_what_it_is_about(chat, clock, belongs, kind, what):
    chat.sends(RESIDENT, kind, media_id="p1")
    clock.turn(minutes=31)
    chat.timers_ring()
    assert f"您发的{what}收着呢" in "\n".join(chat.pushed(RESIDENT))
    chat.says(RESIDENT, LAMP)
    assert belongs() == [chat.ticket().id]
    clock.turn(days=1)
    chat.timers_ring()
    assert "收着呢" not in "\n".join(chat.pushed(RESIDENT))


def test_a_question_that_stays_without_answer_is_not_repeated(chat, clock):
    chat.sends(RESIDENT, Kind.IMAGE, media_id="p1")
    for _ in range(8):
        clock.turn(minutes=40)
        chat.timers_ring()
    assert len(chat.pushed(RESIDENT)) == 1
    assert chat.tickets() == []


def test_of_several_photos_in_a_row_one_question(chat, clock):
    for number in range(3):
        chat.sends(RESIDENT, Kind.IMAGE, media_id=f"p{number}")
        clock.turn(minutes=10)
        chat.timers_ring()
    clock.turn(minutes=31)
    chat.timers_ring()
    assert len(chat.pushed(RESIDENT)) == 1


def test_the_words_of_the_evening_take_the_photo_of_the_morning_along(chat, clock, belongs):
    chat.sends(RESIDENT, Kind.IMAGE, media_id="p1")
    clock.turn(minutes=31)
    chat.timers_ring()
    chat.says(RESIDENT, "谢谢")
    clock.turn(minutes=9 * 60)
    assert "已受理" in chat.says(RESIDENT, LAMP)
    assert belongs() == [chat.ticket().id]


def test_the_words_of_two_days_later_are_about_something_else(chat, clock, belongs):
    chat.sends(RESIDENT, Kind.IMAGE, media_id="p1")
    clock.turn(days=2)
    chat.says(RESIDENT, LAMP)
    assert belongs() == [None]


def test_one_who_sends_it_at_night_is_asked_in_the_morning(chat, clock):
    clock.turn(minutes=13 * 60)  # 23:00
    chat.sends(RESIDENT, Kind.IMAGE, media_id="p1")
    clock.turn(minutes=31)
    chat.timers_ring()
    with chat.program.reading() as session:
        said_at = session.scalars(select(Push.due_at).where(Push.event == "words_wanted")).one()
    assert f"{said_at.astimezone(CHINA):%d %H:%M}" == "17 07:30"
    clock.turn(minutes=8 * 60 + 5)
    assert "已受理" in chat.says(RESIDENT, LAMP)


def test_a_pin_alone_is_asked_about_too(chat, clock):
    chat.sends(RESIDENT, Kind.LOCATION, latitude=37.144, longitude=111.778, label="街边")
    clock.turn(minutes=31)
    chat.timers_ring()
    assert "您发的位置收着呢" in "\n".join(chat.pushed(RESIDENT))
    chat.says(RESIDENT, "路灯不亮")
    assert chat.ticket().lat is not None


def test_thanks_are_not_the_words(chat, belongs):
    chat.sends(RESIDENT, Kind.IMAGE, media_id="p1")
    assert "还差一句话" in chat.says(RESIDENT, "谢谢")
    chat.says(RESIDENT, LAMP)
    assert belongs() == [chat.ticket().id]


def test_who_cannot_type_gets_a_person_and_the_voice_goes_along(chat, belongs):
    chat.says(RESIDENT, LAMP)
    chat.says(NEIGHBOUR, "德尚小区6号楼停水了")
    said = chat.sends(NEIGHBOUR, Kind.VOICE, media_id="v0")
    assert chat.ticket().number in said, "it follows a report just made"
    chat.says(NEIGHBOUR, "你好")
    assert "回“0”" in chat.sends("oWhistleOldNeighbour0000000009", Kind.VOICE, media_id="v1")
    assert "已请值班人员联系您" in chat.says("oWhistleOldNeighbour0000000009", "0")
    assert belongs()[-1] == chat.ticket().id
    assert chat.ticket().category == "consult"


def test_a_worker_s_stray_photo_waits_for_no_other_matter(chat, clock, belongs):
    chat.sends(PROPERTY, Kind.IMAGE, media_id="p1")
    clock.turn(minutes=4 * 60)
    chat.says(PROPERTY, LAMP)
    assert belongs() == [None]
