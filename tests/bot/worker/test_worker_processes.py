"""Worker processes as operators run them: several at once, and one killed in the middle of a call."""

import os
import signal
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from chat import Chat
from outbox import CUSTOM, account_environment, account_settings
from sqlalchemy import func, select
from whole_program import environment, started

from bot.assembly import assemble, worker
from bot.simulator.chat_bodies import Card, Words
from bot.simulator.faults import Hangs
from bot.simulator.journal import Verdict
from bot.simulator.message_quota import Trigger
from bot.simulator.server import running_platform, serving
from bot.web.app import create_app
from models.person import Person
from models.push import LEASE, Push

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

PEOPLE = [f"oSomebody{number:018d}" for number in range(10)]


def utc_now():
    return datetime.now(UTC)


@pytest.fixture
def platform():
    with running_platform(followers=PEOPLE, templates={letter * 43: ["thing2"] for letter in "SR"}) as running:
        for openid in PEOPLE:
            running.allowances.open(openid, Trigger.MESSAGE, running.now())
        yield running


@pytest.fixture
def home(databases, kind, reader, tmp_path, platform):
    """A database with the town, and the program over it as this process holds it."""
    settings = account_settings(databases.fresh(kind, with_town=True), tmp_path, platform.api_base, templates=False)
    program = assemble(settings, utc_now, reader)
    yield program
    program.engine.dispose()


def worker_environment(program, platform, folder):
    url = program.engine.url.render_as_string(hide_password=False)
    return environment(url, folder) | account_environment(platform.api_base) | {"BOT_WORK__POLL_SECONDS": "0.05"}


def due_now(program, each=1):
    """So many pushes foreverybody, all due; nobody's template helps."""
    now = utc_now()
    with program.sessions.begin() as session:
        people = [Person(openid=openid, last_inbound_at=now, wrote_at=now) for openid in PEOPLE]
        session.add_all(people)
        session.flush()
        for number in range(each):
            for person in people:
                key, text = f"{number}:{person.id}", f"第{number + 1}条"
                session.add(Push(key=key, person_id=person.id, event="note", text=text, due_at=now, created_at=now))


def wait_for(seen, seconds=90.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if seen():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def count(program, *conditions):
    with program.reading() as session:
        return session.scalar(select(func.count()).select_from(Push).where(*conditions))


def test_several_workers_send_each_thing_once_in_order_with_one_token(home, platform, tmp_path):
    due_now(home, each=4)
    env = worker_environment(home, platform, tmp_path)
    with ExitStack() as running:
        for _ in range(2):
            running.enter_context(started("worker", env=env))
        wait_for(lambda: count(home, Push.outcome == "") == 0)
    for openid in PEOPLE:
        assert platform.received(openid) == [Words(f"第{number}条") for number in (1, 2, 3, 4)]
    assert count(home, Push.outcome == "sent", Push.attempts == 1) == 4 * len(PEOPLE)
    assert platform.tokens.issued == 1


def test_what_a_killed_worker_held_is_sent_once_more_after_its_lease(home, platform, tmp_path):
    due_now(home)
    platform.faults.inject(Hangs(3, after=False), calls=99, path=CUSTOM)
    with started("worker", env=worker_environment(home, platform, tmp_path)) as process:
        wait_for(lambda: platform.faults._waiting[0].calls < 99)  # it hangs in its first call
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
    platform.faults.clear()
    assert count(home, Push.outcome == "", Push.due_at > utc_now()) == len(PEOPLE), "all leased, none finished"
    second = worker(home)
    second.once()
    assert [platform.received(openid) for openid in PEOPLE] == [[]] * len(PEOPLE), "the lease still runs"
    replace(second, clock=lambda: utc_now() + LEASE + timedelta(seconds=1)).once()
    assert [platform.received(openid) for openid in PEOPLE] == [[Words("第1条")]] * len(PEOPLE)
    assert count(home, Push.outcome == "sent", Push.attempts == 2) == len(PEOPLE)


def test_a_worker_that_is_told_to_stop_finishes_what_it_has_in_hand(home, platform, tmp_path):
    due_now(home)
    with started("worker", env=worker_environment(home, platform, tmp_path)) as process:
        wait_for(lambda: count(home, Push.outcome == "sent") > 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert count(home, Push.outcome == "", Push.attempts > 0) == 0


def test_from_words_over_the_wire_to_a_card_and_its_receipt(databases, kind, reader, tmp_path):
    """Everything real: signed and encrypted in, tickets, cards out, and the platform's receipt closes the circle."""
    fields = ["thing1", "thing2", "thing3", "character_string4", "time5"]
    resident, steward = "oWhistleResident000000000001", "oWhistleProperty000000000001"
    with running_platform(followers=[resident, steward], templates={letter * 43: fields for letter in "SR"}) as wechat:
        url = databases.fresh(kind, with_town=True)
        program = assemble(account_settings(url, tmp_path, wechat.api_base), utc_now, reader)
        with serving(create_app(program)) as address:
            wechat.point_at(f"{address}/wechat")
            outcome = wechat.say(resident, "德尚小区2号楼着火了")
            assert (outcome.verdict, outcome.tries) == (Verdict.REPLIED, 1)
            assert Chat(program).ticket().number in outcome.body.text
            worker(program).once()
            (card,) = wechat.received(steward)
            assert isinstance(card, Card)
            wait_for(lambda: count(program, Push.outcome == "delivered") == 1)
            with program.reading() as session:
                delivered = session.scalars(select(Push).where(Push.outcome == "delivered")).one()
                assert session.get_one(Person, delivered.person_id).openid == steward
        program.engine.dispose()
