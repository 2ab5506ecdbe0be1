"""Who answers at the same time on PostgreSQL: they wait in one order, and a circle all the same is no apology."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from chat import RESIDENT, Chat
from sqlalchemy import select, text
from testbed import settings_for

from bot.assembly import assemble
from handlers.neighbours.same_event import MatterTakenError, lock_matters
from models.person import Person
from models.ticket import Ticket

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

LIFT = "德尚小区3号楼电梯又坏了"
ONE, OTHER = (1, "repairs"), (2, "repairs")
_BLOCKED = text("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
_TICKETS_LOCKED = text(
    "select count(*) from pg_locks where relation = 'tickets'::regclass and mode = 'RowExclusiveLock'"
    " and pid <> pg_backend_pid()"
)


@pytest.fixture
def chat(databases, reader, tmp_path, clock):
    program = assemble(settings_for(databases.fresh("postgresql", with_town=True), tmp_path), clock, reader)
    yield Chat(program)
    program.engine.dispose()


def wait_for(seen, seconds=30.0):
    until = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.02)


def blocked(program):
    with program.engine.connect() as connection:
        return connection.scalar(_BLOCKED)


@contextmanager
def elsewhere(program, *matters):
    """Another process has these."""
    with program.sessions() as session, session.begin():
        lock_matters(session, matters)
        yield


def test_what_is_locked_late_is_only_tried(chat):
    sessions = chat.program.sessions
    with elsewhere(chat.program, ONE), sessions() as mine, mine.begin():
        lock_matters(mine, [OTHER])
        began = time.monotonic()
        with pytest.raises(MatterTakenError) as taken:
            lock_matters(mine, [OTHER, ONE])
        assert time.monotonic() - began < 0.5
    assert taken.value.matters == [ONE]
    with sessions() as mine, mine.begin():
        lock_matters(mine, [OTHER])
        lock_matters(mine, [ONE])
        with sessions() as third, third.begin():
            lock_matters(third, [])
            with pytest.raises(MatterTakenError):
                lock_matters(third, [ONE])


def test_a_message_that_turns_out_to_be_about_what_somebody_is_at_waits_for_it_first(chat):
    """What kind of trouble it is was asked: only the answer tells what it is to be compared with."""
    program = chat.program
    assert "1" in chat.says(RESIDENT, "德尚小区3号楼那个不太好")
    with program.reading() as session:
        place = next(each for each in program.towns.current(session).world.places_named("德尚小区"))
    with ThreadPoolExecutor(1) as other:
        with elsewhere(program, (place.id, "repairs")):
            answer = other.submit(chat.says, RESIDENT, "1")
            wait_for(lambda: blocked(program))
            with program.engine.connect() as connection:
                assert connection.scalar(_TICKETS_LOCKED) == 0, "it has begun again and holds no ticket"
        assert "已受理" in answer.result(20)


def test_a_deadlock_is_tried_again_however_late_it_is(chat):
    """PostgreSQL takes a second to see it, as long as the patience for another try."""
    program = chat.program
    assert "已受理" in chat.says(RESIDENT, LIFT)
    chat.delivers = False
    done = threading.Event()
    with ThreadPoolExecutor(1) as other:
        with program.sessions() as rival, rival.begin():
            rival.execute(select(Ticket.id).where(Ticket.id == chat.ticket().id).with_for_update())
            answer = other.submit(chat.says, RESIDENT, "补充 电梯里还有人")
            wait_for(lambda: blocked(program))
            rival.execute(select(Person.id).where(Person.openid == RESIDENT).with_for_update())
            done.set()
        reply = answer.result(20)
    assert done.is_set(), "the message was the one that PostgreSQL took back"
    assert chat.ticket().number in reply
    with program.engine.connect() as connection:
        counted = text("select deadlocks from pg_stat_database where datname = current_database()")
        wait_for(lambda: connection.scalar(counted) == 1 or connection.rollback())
