"""「删除我的信息」: nothing that names the person is left anywhere, and the figures stay as they were."""

import pytest
from chat import COMMUNITY, GRID_STAFF, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import func, select

from handlers.dialogue.message import Kind
from handlers.privacy.erasure import DROP_MEDIA, FORGET, GONE
from models.base import Base
from models.conversation import Inbound
from models.person import Person
from models.push import Push, Timer
from models.ticket import Attachment, Ticket, TicketEvent

pytestmark = pytest.mark.both_databases

SECRETS = [RESIDENT, "13812345678", "王秀兰", "猫咪叫大橘", "还抖得像筛子", "502室", "'502'", "快点吧大爷"]


def everything(program) -> str:
    """All that stands in all tables, as one text."""
    with program.reading() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
    return "\n".join(map(repr, rows))


def ring_all(program, clock, **later):
    """What the worker's timers would do by then."""
    from handlers.timers.ring import ring

    clock.turn(**later)
    with program.sessions() as session, session.begin():
        due = select(Timer).where(Timer.due_at <= clock.now, Timer.kind.not_in(["fetch_media", DROP_MEDIA]))
        for timer in session.scalars(due.order_by(Timer.id)).all():
            ring(session, program.towns.current(session), timer, clock.now)


@pytest.fixture
def told(chat, clock):
    """A resident who has left traces of every kind: home, reports, words in histories, a photo, an open question."""
    with chat.program.sessions.begin() as session:
        me = session.scalars(select(Person).where(Person.openid == RESIDENT)).one()
        me.name, me.phone = "王秀兰", "13812345678"
    chat.says(RESIDENT, "绑定 德尚小区3号楼2单元502室")
    chat.says(RESIDENT, "我家猫咪叫大橘，3号楼电梯坏了它下不来，电话13812345678")
    number = chat.ticket().number
    chat.sends(RESIDENT, Kind.IMAGE, media_id="m1")
    chat.says(PROPERTY, f"接 {number}")
    clock.turn(hours=1)
    chat.says(RESIDENT, f"催办 {number}")
    assert "13812345678" in chat.says(PROPERTY, f"看 {number}")
    chat.says(PROPERTY, f"备注 {number} 已打13812345678联系")
    chat.says(PROPERTY, f"结 {number} 换了皮带")
    chat.says(RESIDENT, f"重办 {number} 还抖得像筛子")
    chat.says(PROPERTY, f"接 {number}")
    chat.says(PROPERTY, f"结 {number} 换了主板")
    chat.says(RESIDENT, "2")
    assert chat.ticket().status == "closed"
    return chat


def erase(chat):
    chat.says(RESIDENT, "删除我的信息")
    return chat.says(RESIDENT, "确认删除")


def test_nothing_that_names_the_person_is_left(told, clock):
    traces = [secret for secret in SECRETS if secret in everything(told.program)]
    assert len(traces) >= 5, "the test must have something to find"
    assert "已删除" in erase(told)
    ring_all(told.program, clock, minutes=16)
    left = everything(told.program)
    assert [secret for secret in SECRETS if secret in left] == []


def test_the_ticket_and_its_history_stand_without_their_words(told):
    before = told.ticket()
    erase(told)
    after = told.ticket()
    assert (after.text, after.title, after.room, after.unit, after.lat) == (GONE, GONE, "", "", None)
    same = ("number", "status", "closing", "rating", "reopenings", "category", "team", "building", "created_at")
    assert [getattr(before, name) for name in same] == [getattr(after, name) for name in same]
    with told.program.reading() as session:
        events = session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == after.id)).all()
        moves = [event.move for event in events]
        assert moves.count("rate") == 1
        assert {"urge", "reopen", "close"} <= set(moves)
        reopened = next(event for event in events if event.move == "reopen")
        assert reopened.note == GONE
        assert next(event for event in events if event.move == "rate").note == "基本满意"  # a figure, no words
        assert "138****5678" in next(event.note for event in events if event.by_role == "property_staff" and event.note)
        assert events[-1].note == "按居民要求删除了个人信息"


def test_the_figures_stay_as_they_were(told):
    before = told.says(SUPERVISOR, "今日")
    erase(told)
    assert told.says(SUPERVISOR, "今日") == before


def test_a_redelivery_of_the_confirmation_gets_the_same_reply_and_erases_nobody_else(told):
    told.says(RESIDENT, "删除我的信息")
    message = told.message(RESIDENT, "确认删除")
    answered = told.program.answering.answer
    first = answered(message)
    assert answered(message) == first
    with told.program.reading() as session:
        assert session.scalar(select(func.count()).where(Person.openid == RESIDENT)) == 0


def test_one_who_writes_again_is_a_stranger_whose_new_words_stay(told, clock):
    erase(told)
    clock.turn(minutes=1)
    told.says(RESIDENT, "德尚小区5号楼门禁坏了")
    ring_all(told.program, clock, minutes=16)
    with told.program.reading() as session:
        kept = session.scalars(select(Inbound).where(Inbound.openid == RESIDENT)).all()
        assert [row.content["text"] for row in kept] == ["德尚小区5号楼门禁坏了"]
        people = session.scalars(select(Person.openid).where(Person.openid.like("erased-%"))).all()
        assert len(people) == 1
    assert told.ticket().text == "德尚小区5号楼门禁坏了"


def test_pushes_that_wait_are_not_sent_any_more(told):
    erase(told)
    with told.program.reading() as session:
        erased = session.scalars(select(Person).where(Person.openid.like("erased-%"))).one()
        mine = session.scalars(select(Push).where(Push.person_id == erased.id)).all()
        assert mine
        assert {push.due_at for push in mine} == {None}


def test_a_photos_file_is_due_to_be_deleted_and_a_fetch_that_waits_is_dropped(chat):
    for number, stored in (("m1", "ab/abc.jpg"), ("m2", "")):
        chat.sends(RESIDENT, Kind.IMAGE, media_id=number)
        with chat.program.sessions.begin() as session:
            session.scalars(select(Attachment).where(Attachment.media_id == number)).one().stored = stored
    erase(chat)
    with chat.program.reading() as session:
        assert session.scalar(select(func.count()).where(Timer.kind == DROP_MEDIA)) == 1
        fetches = session.scalars(select(Timer).where(Timer.kind == "fetch_media")).all()
        assert {timer.outcome for timer in fetches} == {"dropped"}


def test_neighbours_tickets_are_not_touched(told):
    told.says(NEIGHBOUR, "德尚小区5号楼门禁坏了，电话13700001111")
    theirs = told.ticket()
    erase(told)
    with told.program.reading() as session:
        assert session.get(Ticket, theirs.id).text == "德尚小区5号楼门禁坏了，电话13700001111"
        assert session.scalar(select(Person.openid).where(Person.openid == NEIGHBOUR)) == NEIGHBOUR


@pytest.fixture
def shared(chat):
    """A neighbour's lift, in which this person had many a word: joined, supplemented, found it unsolved."""
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯坏了")
    number = chat.ticket().number
    chat.says(PROPERTY, f"接 {number}")
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了，我家猫咪叫大橘下不来")
    chat.says(RESIDENT, "1")
    chat.says(RESIDENT, "补充 孩子叫宝丁丁，电话13812345678")
    chat.says(NEIGHBOUR, f"补充 {number} 我这边灯也不亮")
    chat.says(PROPERTY, f"看 {number}")
    chat.says(SUPERVISOR, f"查 {number}")
    chat.says(PROPERTY, f"结 {number} 修好了")
    chat.says(RESIDENT, "4")
    chat.says(RESIDENT, "还抖得像筛子")
    return number


WORDS = ("大橘", "宝丁丁", "13812345678", "138****5678", "筛子", RESIDENT)


def test_nothing_is_left_of_their_words_in_a_neighbours_ticket(shared, chat, clock):
    assert [word for word in WORDS if word in everything(chat.program)] == list(WORDS)
    erase(chat)
    ring_all(chat.program, clock, minutes=16)
    left = everything(chat.program)
    assert [word for word in WORDS if word in left] == []
    assert "我这边灯也不亮" in left
    assert any("我这边灯也不亮" in words for words in chat.pushed(PROPERTY))
    with chat.program.reading() as session:
        votes = session.scalars(select(TicketEvent.note).where(TicketEvent.move == "rate")).all()
    assert votes == ["没解决"]


def test_what_they_began_and_left_to_their_neighbours_goes_on_in_the_neighbours_words(chat, clock):
    chat.delivers = False
    chat.says(RESIDENT, "德尚小区3号楼2单元502室门口电梯坏了，我家猫咪叫大橘下不来")
    number = chat.ticket().number
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯坏了不动")
    chat.says(NEIGHBOUR, "1")
    chat.says(RESIDENT, f"撤回 {number}")
    chat.says(RESIDENT, "1")
    erase(chat)
    ring_all(chat.program, clock, minutes=16)
    left = everything(chat.program)
    assert [word for word in ("大橘", "502室", "'502'", RESIDENT) if word in left] == []
    [waiting] = [words for words in chat.pushed(PROPERTY) if words.startswith("新工单")]
    assert "电梯 · 德尚小区3号楼" in waiting, "what was not sent yet is still told"
    assert (chat.tickets()[0].status, chat.tickets()[0].text) == ("dispatched", "德尚小区3号楼电梯坏了不动")


def test_what_was_merged_into_a_neighbours_ticket_is_not_quoted_there_any_more(chat, clock):
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯坏了不动")
    stays = chat.ticket().number
    chat.says(RESIDENT, "德尚小区3号楼2单元502室门口电梯坏了，猫咪叫大橘下不来")
    chat.says(RESIDENT, "2")
    assert chat.ticket().number != stays
    merge(chat, chat.ticket().number, stays)
    assert "大橘" in chat.says(PROPERTY, f"看 {stays}")
    erase(chat)
    ring_all(chat.program, clock, minutes=16)
    left = everything(chat.program)
    assert [word for word in ("大橘", "502室", "'502'", RESIDENT) if word in left] == []


def merge(chat, number, stays):
    chat.says(COMMUNITY, f"并 {number} 到 {stays}")
    chat.says(COMMUNITY, "1")


def test_open_tickets_are_taken_back_and_their_team_is_told(chat):
    chat.says(RESIDENT, "德尚小区3号楼2单元502室下水道堵了")
    chat.pushed(PROPERTY)
    assert "还有 1 件没办完" in chat.says(RESIDENT, "删除我的信息")
    assert "已删除" in chat.says(RESIDENT, "确认删除")
    assert (chat.ticket().status, chat.ticket().text) == ("withdrawn", GONE)
    [told] = chat.pushed(PROPERTY)
    assert "不用办了" in told
    assert "502" not in told


@pytest.mark.parametrize("staff", [PROPERTY, GRID_STAFF, SUPERVISOR])
def test_staff_are_told_to_ask_their_administrator(chat, staff):
    assert "工作岗位" in chat.says(staff, "删除我的信息")
    assert "已删除" not in chat.says(staff, "1")


def test_two_and_anything_else_leave_everything(chat):
    chat.says(RESIDENT, "绑定 德尚小区3号楼")
    chat.says(RESIDENT, "删除我的信息")
    assert "什么都没动" in chat.says(RESIDENT, "2")
    chat.says(RESIDENT, "删除我的信息")
    chat.says(RESIDENT, "德尚小区3号楼路灯不亮")
    with chat.program.reading() as session:
        assert session.scalars(select(Person).where(Person.openid == RESIDENT)).one().home_building == "3"


def test_the_timers_key_forgets_too(told, clock):
    erase(told)
    with told.program.reading() as session:
        [timer] = session.scalars(select(Timer).where(Timer.kind == FORGET)).all()
        assert RESIDENT in timer.key
    ring_all(told.program, clock, minutes=16)
    with told.program.reading() as session:
        assert session.get(Timer, timer.id).key == f"{FORGET}:{timer.id}"
