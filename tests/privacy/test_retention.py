"""Nothing is kept longer than the config says, and nothing shorter."""

from datetime import timedelta

import pytest
from chat import PROPERTY, RESIDENT
from sqlalchemy import func, select

from bot.evidence.storage import Folder
from bot.worker.media_dropping import drop_media
from handlers.dialogue.message import Kind
from handlers.privacy.retention import BITE, tidy
from handlers.public_notice.issue import ISSUE
from handlers.timers.periodic_jobs import (
    ALARMS,
    CHORES,
    DAY_SUMS,
    LOST_WORK,
    PLANNER_FIGURES,
    RETENTION,
    VISITS_DUE,
    plan_chores,
)
from models.conversation import Asked, Inbound
from models.person import Guess, Person
from models.push import Outcome, Push, Timer
from models.ticket import Attachment

pytestmark = pytest.mark.both_databases


def nightly(program, clock):
    with program.sessions.begin() as session:
        return tidy(session, program.towns.current(session), clock.now)


def finish_pushes(program, clock):
    with program.sessions.begin() as session:
        for push in session.scalars(select(Push)):
            push.finish(Outcome.SENT, clock.now)


def test_failed_messages_and_pushes_lose_their_words_after_half_a_year_and_tickets_keep_theirs(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    finish_pushes(chat.program, clock)
    chat.program.answering.keep_failed(chat.message(RESIDENT, "德尚小区停水了"), "Trouble", "请稍后再发")
    clock.turn(days=179)
    nightly(chat.program, clock)
    with chat.program.reading() as session:
        (failed,) = session.scalars(select(Inbound))
        assert failed.content["text"] == "德尚小区停水了"
        assert any(session.scalars(select(Push.text)))
    clock.turn(days=2)
    nightly(chat.program, clock)
    with chat.program.reading() as session:
        assert session.scalar(select(func.count()).select_from(Inbound)) == 0
        assert set(session.scalars(select(Push.text))) == {""}
    assert chat.ticket().text == "德尚小区3号楼电梯坏了"


def test_a_question_that_was_never_answered_goes_with_the_messages(chat, clock):
    chat.says(RESIDENT, "我家502的猫叫大橘，电梯坏了")
    assert "大橘" in kept(chat)
    clock.turn(days=100)
    nightly(chat.program, clock)
    assert "大橘" in kept(chat)
    clock.turn(days=100)
    nightly(chat.program, clock)
    assert kept(chat) == ""


def kept(chat):
    with chat.program.reading() as session:
        return "".join(str(slots) for slots in session.scalars(select(Asked.slots)))


def test_a_push_that_waits_keeps_its_words(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    clock.turn(days=200)
    nightly(chat.program, clock)
    with chat.program.reading() as session:
        assert all(session.scalars(select(Push.text)))


def test_photos_of_long_ended_tickets_go_and_their_file_with_the_last_of_them(chat, clock, tmp_path):
    (tmp_path / "ab").mkdir()
    file = tmp_path / "ab" / "abc.jpg"
    file.write_bytes(b"photo")
    for _ in range(2):  # the same picture for two tickets is one file
        chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
        chat.sends(RESIDENT, Kind.IMAGE, media_id="m")
        chat.says(RESIDENT, f"撤回 {chat.ticket().number}")
        chat.says(RESIDENT, "1")
        clock.turn(hours=2)
    with chat.program.sessions.begin() as session:
        for attachment in session.scalars(select(Attachment)):
            attachment.stored = "ab/abc.jpg"
            assert attachment.ticket_id
    clock.turn(days=366)
    nightly(chat.program, clock)
    with chat.program.sessions.begin() as session:
        first, second = session.scalars(select(Timer).where(Timer.kind == "drop_media").order_by(Timer.id)).all()
        drop_media(session, Folder(tmp_path), first, clock.now)
        session.flush()
        assert file.exists()
        drop_media(session, Folder(tmp_path), second, clock.now)
        assert not file.exists()
        assert (first.outcome, second.outcome) == ("done", "done")
        assert set(session.scalars(select(Attachment.stored))) == {""}


def test_photos_of_open_tickets_stay(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.sends(RESIDENT, Kind.IMAGE, media_id="m")
    with chat.program.sessions.begin() as session:
        session.scalars(select(Attachment)).one().stored = "ab/abc.jpg"
    clock.turn(days=400)
    nightly(chat.program, clock)
    with chat.program.reading() as session:
        assert session.scalar(select(func.count()).where(Timer.kind == "drop_media")) == 0


def test_residents_who_have_not_come_for_years_are_forgotten_staff_and_those_who_wait_are_not(chat, clock):
    chat.says("oGone", "绑定 德尚小区3号楼")
    chat.says("oWaits", "德尚小区3号楼电梯坏了")
    chat.says(PROPERTY, "待办")
    clock.turn(days=731)
    nightly(chat.program, clock)
    with chat.program.reading() as session:
        known = set(session.scalars(select(Person.openid)))
    assert "oGone" not in known
    assert {"oWaits", PROPERTY} <= known


def test_what_is_much_goes_in_bites(chat, clock):
    with chat.program.sessions.begin() as session:
        for number in range(BITE + 7):
            row = {"key": f"k{number}", "openid": "o", "kind": "text", "content": {"text": "x"}}
            session.add(Inbound(**row, received_at=clock.now - timedelta(days=200), reply=""))
    assert nightly(chat.program, clock) is True
    assert nightly(chat.program, clock) is False
    with chat.program.reading() as session:
        assert session.scalar(select(func.count()).select_from(Inbound)) == 0


def test_yesterdays_guesses_are_forgotten(chat, clock):
    chat.says(RESIDENT, "加入 FALSCH23")
    clock.turn(hours=25)
    nightly(chat.program, clock)
    with chat.program.reading() as session:
        assert session.scalar(select(func.count()).select_from(Guess)) == 0


def test_chores_are_planned_once_however_many_workers_plan_them(program, clock):
    for _ in range(3):
        with program.sessions.begin() as session:
            plan_chores(session, clock.now)
    with program.reading() as session:
        planned = session.execute(select(Timer.kind, Timer.due_at).order_by(Timer.kind)).all()
    daily = [PLANNER_FIGURES, RETENTION, VISITS_DUE]
    assert [kind for kind, _ in planned] == sorted([ALARMS, DAY_SUMS, LOST_WORK, ISSUE, *daily])
    assert {at.hour for kind, at in planned if kind in {PLANNER_FIGURES, RETENTION}} == {18}  # 02:30 in China
    clock.turn(hours=1)
    with program.sessions.begin() as session:
        plan_chores(session, clock.now)
    with program.reading() as session:
        assert session.scalar(select(func.count()).select_from(Timer)) == 10


def test_what_was_answered_goes_after_a_day_and_what_became_of_it_stays(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了，电话13812345678")
    chat.says(PROPERTY, "看")
    clock.turn(hours=12)
    nightly(chat.program, clock)
    with chat.program.reading() as session:
        assert any("13812345678" in reply for reply in session.scalars(select(Inbound.reply)))
    clock.turn(hours=13)
    nightly(chat.program, clock)
    with chat.program.reading() as session:
        assert session.scalar(select(func.count()).select_from(Inbound)) == 0
    assert chat.ticket().text == "德尚小区3号楼电梯坏了，电话13812345678"


def test_every_night_the_planner_is_told_how_the_tickets_spread(chat, clock, kind):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    with chat.program.sessions.begin() as session:
        CHORES[PLANNER_FIGURES](session, chat.program.towns.current(session), Timer(), clock.now)
    if kind == "sqlite":
        with chat.program.engine.connect() as connection:
            known = set(connection.exec_driver_sql("SELECT tbl FROM sqlite_stat1").scalars())
        assert {"tickets", "pushes", "inbound"} <= known
