"""Photos and voices reach those who work, and the picture of what was done reaches those who wait."""

from datetime import timedelta
from io import BytesIO

import pytest
from chat import COLLEAGUE, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from outbox import outbox
from PIL import Image
from samples import amr, photo, photo_with_notes
from sqlalchemy import select, update

from bot.simulator.chat_bodies import Picture, Voice
from bot.simulator.faults import Refuses
from handlers.dialogue.message import Kind
from models.follower import Follower
from models.person import Look, Person
from models.push import Push
from models.ticket import Attachment

pytestmark = pytest.mark.slow

LIFT = "德尚小区3号楼电梯又坏了"


@pytest.fixture
def box(databases, kind, reader, tmp_path, clock):
    with outbox(databases.fresh(kind, with_town=True), tmp_path, clock, reader) as made:
        yield made


def sends(box, openid, content, kind=Kind.IMAGE):
    media_id = box.platform.media.put("voice" if kind is Kind.VOICE else "image", content)
    box.opens(openid)
    return box.chat.sends(openid, kind, media_id=media_id)


def pictures(box, openid):
    """What came into their chat as a picture."""
    found = [body for body in box.platform.received(openid) if isinstance(body, Picture)]
    return [box.platform.media.get(each.media_id).content for each in found]


def voices(box, openid):
    return [body for body in box.platform.received(openid) if isinstance(body, Voice)]


def filed(box, *openids):
    for openid in (PROPERTY, COLLEAGUE, *openids):
        box.opens(openid)
    assert "已受理" in box.says(RESIDENT, LIFT)


def test_a_picture_sent_before_the_words_comes_with_the_push_and_tells_no_place(box):
    assert "照片收到了" in sends(box, RESIDENT, photo_with_notes())
    box.turns()
    filed(box)
    box.turns()
    for steward in (PROPERTY, COLLEAGUE):
        (seen,) = pictures(box, steward)
        assert not dict(Image.open(BytesIO(seen)).getexif())
    assert pictures(box, RESIDENT) == []


def test_a_picture_sent_after_the_words_follows_the_push_once(box):
    filed(box)
    box.turns()
    assert "已附到工单" in sends(box, RESIDENT, photo())
    box.turns()
    assert len(pictures(box, PROPERTY)) == 1
    box.says(RESIDENT, "催办")
    box.turns()
    assert len(pictures(box, PROPERTY)) == 1


def test_a_voice_can_be_listened_to_in_the_chat(box):
    filed(box)
    box.turns()
    sends(box, RESIDENT, amr(), Kind.VOICE)
    box.turns()
    assert len(voices(box, PROPERTY)) == 1


def test_the_same_picture_is_uploaded_once_for_everybody(box):
    sends(box, RESIDENT, photo())
    box.turns()
    filed(box)
    before = len(box.platform.media._media)
    box.turns()
    assert len(box.platform.media._media) == before + 1


def test_one_who_has_been_silent_for_two_days_gets_the_card_alone(box):
    sends(box, RESIDENT, photo())
    box.turns()
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.turns()
    assert pictures(box, PROPERTY) == []
    assert any(told.startswith("卡片") for told in box.heard(PROPERTY))


def test_the_picture_of_what_was_done_comes_with_the_question(box):
    filed(box)
    box.says(PROPERTY, "接")
    assert "照片已附到" in sends(box, PROPERTY, photo(2))
    box.turns()
    assert pictures(box, RESIDENT) == []
    box.says(PROPERTY, "结 换了皮带")
    box.turns()
    assert len(pictures(box, RESIDENT)) == 1
    heard = box.platform.received(RESIDENT)
    assert isinstance(heard[-1], Picture)
    assert "已办结" in heard[-2].text


def test_who_waits_with_a_neighbour_does_not_look_into_the_flat(box):
    for openid in (PROPERTY, COLLEAGUE, NEIGHBOUR):
        box.opens(openid)
    assert "已受理" in box.says(RESIDENT, "德尚小区3号楼2单元502室漏水")
    ticket = box.chat.ticket()
    assert ticket.room == "502"
    with box.program.sessions() as session, session.begin():
        neighbour = session.scalars(select(Person).where(Person.openid == NEIGHBOUR)).one()
        session.add(Follower(ticket_id=ticket.id, person_id=neighbour.id, joined_at=box.program.clock()))
    box.says(PROPERTY, f"接 {ticket.number}")
    sends(box, PROPERTY, photo(2))
    box.turns()
    box.says(PROPERTY, f"结 {ticket.number} 换了软管")
    box.turns()
    assert (len(pictures(box, RESIDENT)), len(pictures(box, NEIGHBOUR))) == (1, 0)


def test_a_complaint_s_pictures_come_to_nobody_by_push(box):
    sends(box, RESIDENT, photo())
    box.turns()
    for openid in (PROPERTY, COLLEAGUE, SUPERVISOR):
        box.opens(openid)
    assert "已受理" in box.says(RESIDENT, "投诉德尚小区物业保安打人")
    box.turns()
    assert pictures(box, SUPERVISOR) == pictures(box, PROPERTY) == []
    with box.program.reading() as session:
        rows = session.scalars(select(Push)).all()
        assert rows
        assert [row.id for row in rows if row.fields.get("shown_pictures")] == []


def test_asked_for_they_come_again_and_it_is_written_down_who_looked(box):
    sends(box, RESIDENT, photo())
    box.turns()
    filed(box)
    box.turns()
    number = box.chat.ticket().number
    assert "1 份" in box.says(PROPERTY, f"照片 {number}")
    box.turns()
    assert len(pictures(box, PROPERTY)) == 2
    assert "1 份" in box.says(RESIDENT, f"照片 {number}")
    box.says(NEIGHBOUR, f"照片 {number}")
    box.turns()
    assert (len(pictures(box, RESIDENT)), len(pictures(box, NEIGHBOUR))) == (1, 0)
    with box.program.reading() as session:
        assert [look.via for look in session.scalars(select(Look))] == ["照片", "照片"]


def test_a_resident_looks_at_their_own_with_its_pictures_and_at_nobody_else_s(box):
    sends(box, RESIDENT, photo())
    box.turns()
    filed(box)
    number = box.chat.ticket().number
    told = box.says(RESIDENT, f"看 {number}")
    assert number in told
    assert "1 份" in told
    assert "没有找到" in box.says(NEIGHBOUR, f"看 {number}")
    box.turns()
    assert (len(pictures(box, RESIDENT)), len(pictures(box, NEIGHBOUR))) == (1, 0)
    assert "已受理" in box.says(NEIGHBOUR, "看 德尚小区5号楼电梯坏了"), "a sentence may begin so"


def test_a_page_sent_as_a_picture_is_not_kept_and_its_sender_is_told(box, tmp_path):
    filed(box)
    media = box.platform.media
    media_id = media.put("image", photo())
    media._media[media_id] = type(media._media[media_id])(b"<html>hello</html>", "image/png", box.platform.now())
    box.chat.sends(RESIDENT, Kind.IMAGE, media_id=media_id)
    box.turns()
    assert any("打不开" in told for told in box.heard(RESIDENT))
    assert "有一份照片打不开，没有留下" in box.notes()
    assert not list((tmp_path / "media").rglob("*.*"))
    assert box.timers("fetch_media")[0].outcome == "gave_up"


def test_a_picture_that_does_not_go_out_costs_nobody_the_words(box):
    sends(box, RESIDENT, photo())
    box.turns()
    filed(box)
    box.platform.faults.inject(Refuses(-1), calls=9, path="media/upload")
    box.turns()
    assert box.heard(PROPERTY)[-1].startswith("新工单")
    assert pictures(box, PROPERTY) == []
    number = box.chat.ticket().number
    box.platform.faults.clear()
    box.says(PROPERTY, f"照片 {number}")
    box.turns()
    assert len(pictures(box, PROPERTY)) == 1


def test_what_cannot_be_kept_now_is_tried_again(box, tmp_path, clock):
    (tmp_path / "media").write_text("in the way")
    sends(box, RESIDENT, photo())
    box.turns()
    assert box.timers("fetch_media")[0].outcome == ""
    (tmp_path / "media").unlink()
    clock.turn(seconds=11)
    box.turns()
    with box.program.reading() as session:
        assert session.scalars(select(Attachment)).one().stored


def test_pictures_wait_for_nobody_who_can_t_be_written_to(box, clock):
    filed(box)
    box.turns()
    clock.turn(minutes=30)
    with box.program.sessions() as session, session.begin():
        session.execute(
            update(Person).values(last_inbound_at=clock() - timedelta(hours=49), wrote_at=None, tapped_at=None)
        )
    sends(box, RESIDENT, photo())
    box.turns()
    with box.program.reading() as session:
        rows = session.scalars(select(Push).where(Push.event == "pictures")).all()
        assert {row.outcome for row in rows} == {"dropped"}
