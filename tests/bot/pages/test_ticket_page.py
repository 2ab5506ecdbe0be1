"""A ticket's page: who opens it, what they see there, and that nobody else does."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from chat import COLLEAGUE, NEIGHBOUR, OTHER_PROPERTY, PROPERTY, RESIDENT, SUPERVISOR
from outbox import outbox
from PIL import Image
from samples import amr, photo, photo_with_notes, video
from sqlalchemy import select

from bot.installation.keys import KeyRing, new_key
from bot.installation.signed_links import Links, links
from bot.simulator.chat_bodies import Card, Words
from bot.web.app import create_app
from handlers.dialogue.message import Kind
from handlers.town.downloads import TicketLink
from models.person import Look, Person, Role
from models.ticket import Attachment

pytestmark = pytest.mark.slow

LIFT = "德尚小区3号楼电梯又坏了，我姓王，电话13800138000"
ADDRESS = re.compile(r"http://bot\.test(/t/[\w.\-]+)")


@pytest.fixture
def box(databases, kind, reader, tmp_path, clock):
    database = databases.fresh(kind, with_town=True)
    with outbox(database, tmp_path, clock, reader, public_url="http://bot.test") as made:
        yield made


@pytest.fixture
def web(box):
    return create_app(box.program).test_client()


def sends(box, openid, content, kind=Kind.IMAGE):
    media_id = box.platform.media.put({Kind.IMAGE: "image", Kind.VIDEO: "video"}.get(kind, "voice"), content)
    box.opens(openid)
    box.chat.sends(openid, kind, media_id=media_id)


@pytest.fixture
def filed(box):
    """A ticket with a picture, a voice and a video; all of its team have heard of it."""
    for openid in (PROPERTY, COLLEAGUE):
        box.opens(openid)
    sends(box, RESIDENT, photo_with_notes())
    assert "已受理" in box.says(RESIDENT, LIFT)
    sends(box, RESIDENT, amr(), Kind.VOICE)
    sends(box, RESIDENT, video(), Kind.VIDEO)
    box.turns()
    return box


def link_to(box, openid):
    """The last that they were sent."""
    said = [
        body.text if isinstance(body, Words) else body.url
        for body in box.platform.received(openid)
        if isinstance(body, Words | Card)
    ]
    return [found for text in said for found in ADDRESS.findall(text)][-1]


def person(box, openid):
    with box.program.reading() as session:
        return session.scalars(select(Person).where(Person.openid == openid)).one()


def made_for(box, openid, role, days=1):
    wanted = TicketLink(box.chat.ticket().id, person(box, openid).id, role, box.program.clock() + timedelta(days=days))
    return links(box.program.settings).to_ticket(wanted).removeprefix("http://bot.test")


def text_of(response):
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_every_push_leads_to_the_page_and_so_does_the_word_for_it(filed, web):
    for link in (link_to(filed, PROPERTY), ADDRESS.search(filed.says(PROPERTY, "看"))[1]):
        page = text_of(web.get(link))
        number = filed.chat.ticket().number
        for wanted in (
            number,
            "电梯",
            "德尚小区3号楼",
            "又坏了",
            "待签收",
            "签收",
            f"接 {number}",
            "<audio",
            "<video",
            "<img",
        ):
            assert wanted in page, wanted
    resident = ADDRESS.search(filed.says(RESIDENT, f"进度 {filed.chat.ticket().number}"))[1]
    assert f"催办 {filed.chat.ticket().number}" in text_of(web.get(resident))


def test_a_card_leads_to_the_page(box, web):
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.turns()
    (card,) = [body for body in box.platform.received(PROPERTY) if isinstance(body, Card)]
    assert "电梯" in text_of(web.get(card.url.removeprefix("http://bot.test")))


def test_the_files_are_there_small_and_whole_and_tell_no_place(filed, web):
    link = link_to(filed, PROPERTY)
    with filed.program.reading() as session:
        kinds = {each.kind: each.id for each in session.scalars(select(Attachment))}
    small, whole = (web.get(f"{link}/{kinds['image']}{size}") for size in ("?small=1", ""))
    assert (small.mimetype, whole.mimetype) == ("image/jpeg", "image/jpeg")
    assert len(small.data) < len(whole.data)
    assert not dict(Image.open(BytesIO(whole.data)).getexif())
    assert web.get(f"{link}/{kinds['voice']}").mimetype == "audio/mpeg"
    part = web.get(f"{link}/{kinds['video']}", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.data)) == (206, 10)
    assert web.get(f"{link}/999").status_code == 403


def test_the_map_opens_at_the_compound(filed, web):
    assert "apis.map.qq.com/uri/v1/marker?marker=coord%3A3" in text_of(web.get(link_to(filed, PROPERTY)))


def test_before_and_after_stand_apart(filed, web):
    filed.says(PROPERTY, "接")
    sends(filed, PROPERTY, photo(2))
    filed.says(PROPERTY, "结 换了皮带")
    filed.turns()
    page = text_of(web.get(link_to(filed, RESIDENT)))
    assert page.index("报来时的照片") < page.index("办的人拍的照片")
    assert "换了皮带" in page
    assert "没解决" in page


def test_each_opening_by_staff_is_written_down_and_a_resident_s_own_is_not(filed, web):
    web.get(link_to(filed, PROPERTY))
    web.get(ADDRESS.search(filed.says(RESIDENT, f"进度 {filed.chat.ticket().number}"))[1])
    with filed.program.reading() as session:
        looks = session.scalars(select(Look)).all()
        assert [(look.via, look.person_id) for look in looks] == [("网页", person(filed, PROPERTY).id)]


def wrong_links(box):
    link = link_to(box, PROPERTY)
    body, _, signature = link.rpartition(".")
    yield "changed", f"{body}x.{signature}"
    yield "cut", link[:-1]
    yield "unsigned", f"{body}."
    yield "made up", "/t/x"
    wanted = TicketLink(1, person(box, PROPERTY).id, Role.PROPERTY_STAFF, box.program.clock() + timedelta(days=1))
    yield "of another installation", Links(KeyRing((new_key(),)), "").to_ticket(wanted)
    yield "expired", made_for(box, PROPERTY, Role.PROPERTY_STAFF, days=-1)
    yield "of another company", made_for(box, OTHER_PROPERTY, Role.PROPERTY_STAFF)
    yield "of a stranger", made_for(box, NEIGHBOUR, Role.RESIDENT)
    yield "in a role that they never had", made_for(box, PROPERTY, Role.SUPERVISOR)


def test_whatever_is_wrong_with_a_link_it_is_one_line(filed, web):
    filed.opens(NEIGHBOUR)
    for why, link in wrong_links(filed):
        for path in (link, f"{link}/1"):
            answer = web.get(path)
            assert answer.status_code == 403, (why, path)
            assert answer.get_data(as_text=True).count("\n") == 1, why
            assert "电梯" not in answer.get_data(as_text=True), why


@pytest.mark.parametrize("path", ["/t/", "/t/x", "/t/%3Cscript%3E1%3C/script%3E"])
def test_a_link_that_is_none_is_one_line_too(filed, web, path):
    answer = web.get(path)
    assert (answer.status_code, answer.get_data(as_text=True).count("\n")) == (403, 1)


def test_a_link_dies_with_the_role(filed, web):
    link = link_to(filed, PROPERTY)
    assert web.get(link).status_code == 200
    with filed.program.sessions.begin() as session:
        one = session.scalars(select(Person).where(Person.openid == PROPERTY)).one()
        one.role_rows = []
    assert web.get(link).status_code == 403


def test_a_link_dies_with_the_team(filed, web):
    link = link_to(filed, PROPERTY)
    with filed.program.sessions.begin() as session:
        one = session.scalars(select(Person).where(Person.openid == PROPERTY)).one()
        other = session.scalars(select(Person).where(Person.openid == OTHER_PROPERTY)).one()
        one.team, one.grid = other.team, other.grid
    assert web.get(link).status_code == 403


def test_two_weeks_later_it_is_over(filed, web, clock):
    link = link_to(filed, PROPERTY)
    clock.turn(days=13)
    assert web.get(link).status_code == 200
    clock.turn(days=2)
    assert web.get(link).status_code == 403


def test_those_complained_of_see_nothing_of_it(box, web):
    box.opens(PROPERTY)
    sends(box, RESIDENT, photo())
    assert "已受理" in box.says(RESIDENT, "投诉德尚小区物业保安骂人，我住3号楼502，姓王")
    box.turns()
    ticket = box.chat.ticket()
    with box.program.sessions.begin() as session:
        one = session.scalars(select(Person).where(Person.openid == PROPERTY)).one()
        held = session.get(type(ticket), ticket.id)
        held.team = one.team
    page = text_of(web.get(made_for(box, PROPERTY, Role.PROPERTY_STAFF)))
    for secret in ("骂人", "502", "姓王", "<img"):
        assert secret not in page, secret
    assert "按规定不在这里显示" in page
    with box.program.reading() as session:
        attachment = session.scalars(select(Attachment.id)).one()
    assert web.get(f"{made_for(box, PROPERTY, Role.PROPERTY_STAFF)}/{attachment}").status_code == 403


def test_what_people_wrote_stays_text_and_nothing_runs(box, web):
    assert "已受理" in box.says(RESIDENT, "德尚小区3号楼电梯坏了<script>alert(1)</script>")
    box.opens(SUPERVISOR)
    answer = web.get(made_for(box, RESIDENT, Role.RESIDENT))
    assert "<script" not in text_of(answer)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_picture_on_its_way_is_said_to_be_on_its_way(box, web):
    assert "已受理" in box.says(RESIDENT, LIFT)
    box.chat.sends(RESIDENT, Kind.IMAGE, media_id="m1")
    assert "还在从微信取回" in text_of(web.get(made_for(box, RESIDENT, Role.RESIDENT)))


def test_a_file_that_is_gone_is_said_to_be_gone(filed, web, tmp_path):
    link = link_to(filed, PROPERTY)
    for path in (tmp_path / "media").rglob("*.*"):
        path.unlink()
    with filed.program.reading() as session:
        attachment = session.scalars(select(Attachment.id).limit(1)).one()
    assert web.get(f"{link}/{attachment}").status_code == 404


@pytest.mark.parametrize("word", ["查", "看"])
def test_supervisors_come_by_the_word_for_it(filed, web, word):
    page = text_of(web.get(ADDRESS.search(filed.says(SUPERVISOR, f"{word} {filed.chat.ticket().number}"))[1]))
    assert "督办" in page
