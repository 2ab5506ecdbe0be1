"""Other systems are told of changes: signed, tried again with growing pauses, given up in the end, and naming nobody."""

import hashlib
import hmac
import json
import threading
from datetime import timedelta

import pytest
from chat import ADMIN, PROPERTY, RESIDENT
from fake_api import Says, serving
from sqlalchemy import select
from testbed import settings_for

from bot.assembly import assemble, courier, worker
from bot.installation.config_problems import ConfigError
from bot.installation.integration_settings import Webhooks
from handlers.privacy.retention import tidy
from models.push import Push
from models.status_moves import NOTE
from models.ticket import SYSTEM, Ticket
from models.webhook_delivery import Delivery

KEYS = {"cityhall": "c" * 20, "archive": "a" * 20}
PAUSES = (10, 60, 300)


@pytest.fixture
def api():
    with serving() as made:
        for path in ("/cityhall", "/archive"):
            made.put(path, Says(b"ok"))
        yield made


@pytest.fixture
def kind():
    """What is claimed on PostgreSQL is tested with pushes and timers."""
    return "sqlite"


@pytest.fixture
def program(databases, kind, reader, tmp_path, clock, api):
    told = {
        "subscribers": [
            {"name": "cityhall", "url": f"{api.url}/cityhall"},
            {"name": "archive", "url": f"{api.url}/archive", "moves": ["accept", "close"]},
        ],
        "keys": ",".join(f"{name}={key}" for name, key in KEYS.items()),
        "retry_seconds": PAUSES,
        "give_up_hours": 1,
    }
    settings = settings_for(databases.fresh(kind, with_town=True), tmp_path, webhooks=told)
    made = assemble(settings, clock, reader)
    yield made
    made.engine.dispose()


def rows(program):
    with program.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def send(program, times=10):
    for _ in range(times):
        if not courier(program).once():
            break


def test_each_change_is_told_signed_to_who_wants_it(program, chat, api):
    chat.says(RESIDENT, "德尚小区3号楼2单元502室楼道灯不亮，我叫王秀兰，13912345678")
    chat.says(PROPERTY, "接")
    send(program)
    told = [json.loads(asked.raw) for asked in api.calls("/cityhall")]
    assert [each["event"] for each in told] == ["receive", "dispatch", "accept"]
    assert [json.loads(asked.raw)["event"] for asked in api.calls("/archive")] == ["accept"]
    ticket = told[-1]["ticket"]
    assert (ticket["service_request_id"], ticket["address"]) == (chat.ticket().number, "德尚小区")
    for asked in (*api.calls("/cityhall"), *api.calls("/archive")):
        key = KEYS[asked.path.strip("/")].encode()
        signed = asked.headers["X-Whistle-Timestamp"].encode() + b"." + asked.raw
        assert asked.headers["X-Whistle-Signature"] == f"sha256={hmac.new(key, signed, hashlib.sha256).hexdigest()}"
        assert json.loads(asked.raw)["delivery"] == asked.headers["X-Whistle-Delivery"]
        words = asked.raw.decode()
        assert not [each for each in ("王秀兰", "13912345678", "502", "3号楼", "2单元") if each in words]
    assert {row.outcome for row in rows(program)} == {"sent"}


def test_a_change_that_is_rolled_back_is_told_to_nobody(program, chat):
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    before = len(rows(program))
    with program.sessions() as session:
        session.scalars(select(Ticket)).one().apply(NOTE, by=SYSTEM, at=program.clock(), note="x")
        session.flush()
        session.rollback()
    assert len(rows(program)) == before


def test_who_fails_is_tried_again_ever_later_and_others_are_told_meanwhile(program, chat, api, clock):
    api.put("/cityhall", Says(b"", status=500))
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    chat.says(PROPERTY, "接")
    send(program)
    assert len(api.calls("/cityhall")) == 1
    assert len(api.calls("/archive")) == 1
    for number, pause in enumerate(PAUSES, start=2):
        clock.turn(seconds=pause - 1)
        send(program)
        assert len(api.calls("/cityhall")) == number - 1
        clock.turn(seconds=1)
        send(program)
        assert len(api.calls("/cityhall")) == number
    api.put("/cityhall", Says(b"ok"))
    clock.turn(seconds=PAUSES[-1])
    send(program)
    told = [json.loads(asked.raw)["delivery"] for asked in api.calls("/cityhall")]
    assert len(set(told)) == 3
    assert {row.outcome for row in rows(program)} == {"sent"}
    assert api.calls("/cityhall")[-1].headers["X-Whistle-Timestamp"] == str(int(clock().timestamp()))


def test_what_is_never_taken_is_given_up_and_operators_hear_of_it_once(program, chat, api, clock):
    api.put("/cityhall", Says(b"", status=302, headers={"Location": f"{api.url}/archive"}))
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    for _ in range(20):
        send(program)
        clock.turn(seconds=PAUSES[-1])
    assert {(row.outcome, row.reason) for row in rows(program)} == {("gave_up", "HTTP 302")}
    with program.reading() as session:
        (told,) = session.scalars(select(Push).where(Push.event == "subscriber_given_up"))
    assert "cityhall" in told.text
    assert "2 条" in told.text
    assert chat.pushed(ADMIN)
    assert api.calls("/archive") == []


def test_a_complaint_and_a_danger_are_told_to_no_system(program, chat, api):
    chat.says(RESIDENT, "投诉德尚小区物业保安骂人")
    chat.says(RESIDENT, "德尚小区5号楼煤气泄漏了")
    send(program)
    assert len(chat.tickets()) == 2
    assert api.calls("/cityhall") == []
    assert {row.outcome for row in rows(program)} == {"dropped"}


def test_what_was_told_is_kept_no_longer_than_messages(program, chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    send(program)
    clock.now += timedelta(days=program.settings.privacy.message_days + 1)
    with program.sessions.begin() as session:
        tidy(session, program.towns.current(session), clock())
    assert rows(program) == []


def test_nobody_is_told_anything_unless_the_town_wants_it(databases, kind, reader, tmp_path, clock):
    program = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path), clock, reader)
    assert courier(program) is None
    program.engine.dispose()


def test_a_subscriber_without_a_key_or_with_a_strange_move_stops_the_start(tmp_path):
    one = {"name": "cityhall", "url": "https://x.cn/h"}
    with pytest.raises(ConfigError, match="BOT_WEBHOOKS__KEYS"):
        settings_for("sqlite:///x.db", tmp_path, webhooks={"subscribers": [one]})
    with pytest.raises(ConfigError, match="vanish"):
        settings_for("sqlite:///x.db", tmp_path, webhooks={"subscribers": [{**one, "moves": ["vanish"]}]})
    with pytest.raises(ValueError, match="https"):
        Webhooks(subscribers=[{**one, "url": "city.cn"}])


def test_the_worker_tells_subscribers_and_begins_again_where_its_thread_has_ended(program, chat, api):
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    stop, hand = threading.Event(), worker(program)
    first = hand._telling(None, stop)
    assert hand._telling(first, stop) is first
    while len(api.calls("/cityhall")) < 2:
        assert first.is_alive()
        stop.wait(0.01)
    stop.set()
    first.join()
    second = hand._telling(first, stop)
    assert second is not first
    second.join()
