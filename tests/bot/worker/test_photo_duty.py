"""A picture of work that was sent before, or elsewhere, has somebody else look; nobody is accused."""

import pytest
from chat import COLLEAGUE, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from outbox import outbox
from PIL import ImageOps
from samples import encoded, photo, photo_with_notes, scene
from sqlalchemy import func, select

from handlers.dialogue.message import Kind
from handlers.privacy.erasure import drop_media
from models.picture_print import PicturePrint
from models.ticket import Attachment

pytestmark = pytest.mark.slow

LIFT, LAMP = "德尚小区3号楼电梯又坏了", "德尚小区5号楼2单元楼道灯不亮"


@pytest.fixture
def box(databases, kind, reader, tmp_path, clock):
    with outbox(databases.fresh(kind, with_town=True), tmp_path, clock, reader) as made:
        for openid in (PROPERTY, COLLEAGUE, SUPERVISOR):
            made.opens(openid)
        yield made


def sends(box, openid, content):
    box.opens(openid)
    box.chat.sends(openid, Kind.IMAGE, media_id=box.platform.media.put("image", content))
    box.turns()


def done(box, openid, text, content):
    """A ticket from its report to 办结 with this picture; its number."""
    assert "已受理" in box.says(openid, text)
    number = box.chat.ticket().number
    box.says(PROPERTY, f"接 {number}")
    sends(box, PROPERTY, content)
    assert "已办结" in box.says(PROPERTY, f"结 {number} 修好了")
    box.turns()
    return number


def asked_to_check(box):
    return [told for told in box.heard(SUPERVISOR) if "请核实" in told]


def test_pictures_of_their_own_are_believed(box):
    done(box, RESIDENT, LIFT, photo(1))
    done(box, NEIGHBOUR, LAMP, photo(2))
    assert asked_to_check(box) == []


def test_a_mirrored_cut_of_another_ticket_s_picture_is_looked_at(box):
    first = done(box, RESIDENT, LIFT, photo(1))
    copy = ImageOps.mirror(scene(1)).crop((60, 40, 600, 440))
    second = done(box, NEIGHBOUR, LAMP, encoded(copy, quality=60))
    (asked,) = asked_to_check(box)
    assert second in asked
    assert f"和工单 {first} 里的一张很像，也许是巧合" in asked
    assert "核实属实" in box.says(SUPERVISOR, "1")


def test_the_resident_s_own_picture_sent_back_is_looked_at(box):
    sends(box, RESIDENT, photo(3))
    done(box, RESIDENT, LIFT, photo(3))
    assert len(asked_to_check(box)) == 1


def test_a_picture_that_arrives_after_the_end_is_looked_at_too(box):
    done(box, RESIDENT, LIFT, photo(1))
    assert "已受理" in box.says(NEIGHBOUR, LAMP)
    number = box.chat.ticket().number
    box.says(PROPERTY, f"接 {number}")
    box.opens(PROPERTY)
    box.chat.sends(PROPERTY, Kind.IMAGE, media_id=box.platform.media.put("image", photo(1)))
    assert "已办结" in box.says(PROPERTY, f"结 {number} 修好了")
    box.turns()
    assert len(asked_to_check(box)) == 1


@pytest.mark.parametrize(
    ("taken", "why"), [("2026:11:10 09:00:00", "像是报事以前拍的"), ("2026:11:16 10:00:00", "像是在别处拍的")]
)
def test_when_and_where_it_was_taken_count_where_the_file_tells(box, taken, why):
    done(box, RESIDENT, LIFT, photo_with_notes(4, taken))
    (asked,) = asked_to_check(box)
    assert why in asked


def test_what_is_known_of_a_picture_goes_with_it(box):
    done(box, RESIDENT, LIFT, photo(1))
    assert known(box) == 1
    with box.program.sessions() as session, session.begin():
        drop_media(session, Attachment.ticket_id.is_not(None), box.program.clock())
    box.turns()
    assert known(box) == 0


def known(box):
    with box.program.reading() as session:
        return session.scalar(select(func.count()).select_from(PicturePrint))
