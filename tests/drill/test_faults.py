"""What a machine does to a program: a locked file, a full disk, a database that goes away, a clock that jumps."""

import json
import resource
import shutil
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from chat import RESIDENT, Chat
from sqlalchemy import func, make_url, select, text, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from testbed import Databases, settings_for
from whole_program import environment, run

from bot.assembly import assemble, worker
from bot.bench import load, messages, servers
from bot.installation.town_keeper import TownKeeper
from bot.wechat.gateway import Sent
from bot.wechat.shared_tokens import TokensInDatabase
from models.connecting import LOCK_WAIT_SECONDS
from models.conversation import Inbound
from models.person import Person
from models.push import LEASE, Push, claim
from models.ticket import Ticket, TicketEvent
from nlp.reading.reader import Reader

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

LIFT = "德尚小区3号楼电梯又坏了"


@pytest.fixture
def small(databases, model, tmp_path, clock):
    """The program on SQLite, whose file a test may mishandle."""
    made = assemble(settings_for(databases.fresh("sqlite", with_town=True), tmp_path), clock)
    yield made
    made.engine.dispose()


def count(program, table):
    with program.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


@contextmanager
def locked(program, seconds):
    """Another process's transaction holds the file, and lets go after a while."""
    with closing(sqlite3.connect(program.engine.url.database, check_same_thread=False)) as other:
        other.execute("begin immediate")
        letting_go = threading.Timer(seconds, other.rollback)
        letting_go.start()
        yield
        letting_go.join()


def test_a_message_waits_for_a_lock_that_is_let_go_soon(small):
    chat = Chat(small)
    with locked(small, 1):
        assert "已受理" in chat.says(RESIDENT, LIFT)
    assert count(small, Ticket) == 1


def test_a_lock_held_too_long_is_told_in_time_and_the_redelivery_files_it(small):
    assert 3 * LOCK_WAIT_SECONDS < 5  # for those before, and as long again for the apology: WeChat still listens
    chat = Chat(small)
    message = chat.message(RESIDENT, LIFT)
    with locked(small, 4):
        started = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):
            small.answering.answer(message)
        assert time.monotonic() - started < 3.8  # by itself, not because the lock was let go
    assert count(small, Inbound) == 0
    assert "已受理" in small.answering.answer(message)
    assert count(small, Ticket) == 1


def test_a_command_waits_for_a_lock_as_long_as_a_person_does(small, tmp_path):
    """A list only reads; a person who opens a ticket is written down first."""
    assert "已受理" in Chat(small).says(RESIDENT, LIFT)
    number, env = Chat(small).ticket().number, environment(str(small.engine.url), tmp_path)
    with locked(small, 5):
        listed = run("tickets", "--json", env=env)
        assert (listed.returncode, json.loads(listed.stdout)["number"]) == (0, number), listed.stderr
    with locked(small, 6):
        opened = run("ticket", number, "--json", env=env)
    assert (opened.returncode, json.loads(opened.stdout)["number"]) == (0, number), opened.stderr


def test_all_who_write_while_the_lock_is_held_are_told_in_time(databases):
    """One thread answers them: it must not wait for the lock once for each."""
    url = databases.fresh("sqlite", with_town=True)
    with servers.program(url, workers=1) as served, closing(sqlite3.connect(make_url(url).database)) as other:
        load.drive(served.port, messages.requests(20))
        other.execute("begin immediate")
        answers = load.drive(served.port, messages.requests(16, seed=2), connections=16).answers
        other.rollback()
        after = load.drive(served.port, messages.requests(20, seed=3)).answers
    assert {answer.status for answer in (*answers, *after)} == {200}
    assert max(answer.seconds for answer in answers) < 5
    assert max(answer.seconds for answer in after) < 2


def test_a_worker_outlives_a_database_that_is_away(small):
    Chat(small).says(RESIDENT, LIFT)
    hand, stop, sent = worker(small), threading.Event(), threading.Event()

    class Platform:
        def send_text(self, *_args, **_fields):
            sent.set()
            return Sent()

        send_template = send_text

    with small.sessions.begin() as session:
        session.execute(update(Person).values(last_inbound_at=small.clock(), wrote_at=small.clock()))
    hand = replace(hand, gateway=Platform(), work=hand.work.model_copy(update={"poll_seconds": 0.05}))
    running = threading.Thread(target=hand.run, args=(stop,))
    with locked(small, 3), capture_logs() as logs:  # longer than a writer waits
        running.start()
        time.sleep(2.8)
        assert running.is_alive()
    assert sent.wait(20)
    stop.set()
    running.join(20)
    assert {"database_away"} <= {line["event"] for line in logs}


@contextmanager
def disk_full(program):
    """No file may grow further: what a full disk says."""
    with small_connection(program) as file:
        file.execute("pragma wal_checkpoint(truncate)")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def small_connection(program):
    return closing(sqlite3.connect(program.engine.url.database))


def test_a_full_disk_loses_nothing_and_the_program_goes_on_when_there_is_room(small):
    chat = Chat(small)
    chat.says(RESIDENT, LIFT)
    message = chat.message("oNeighbour", "德尚小区2号楼楼道灯不亮")
    with disk_full(small), pytest.raises(OperationalError):
        small.answering.answer(message)
    assert count(small, Ticket) == 1
    assert "已受理" in small.answering.answer(message)
    with small_connection(small) as file:
        assert file.execute("pragma integrity_check").fetchone() == ("ok",)
    assert count(small, Ticket) == 2


def test_connections_that_the_server_cut_are_replaced_without_anybody_noticing(databases, model, tmp_path, clock):
    """A restart of PostgreSQL as the program sees it: every connection of the pool is dead."""
    url = databases.fresh("postgresql", with_town=True)
    program = assemble(settings_for(url, tmp_path), clock)
    chat = Chat(program)
    chat.says(RESIDENT, LIFT)
    held = [program.engine.connect() for _ in range(3)]
    for each in held:
        each.close()
    cut_all(url)
    assert "待签收" in chat.says(RESIDENT, "进度")
    cut_all(url)
    time.sleep(1.1)  # who reads is told of it only where the connection was in use this very second
    with program.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    program.engine.dispose()


def cut_all(url):
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server:
        server.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


def test_postgresql_stopped_and_started_again(tmp_path_factory, model, tmp_path, clock):
    """Refused while it is away, by an error that the webhook turns into words; then all as before."""
    folder = tmp_path_factory.mktemp("pg")
    short = Databases(folder)
    url = short.fresh("postgresql", with_town=True)
    program = assemble(settings_for(url, tmp_path), clock)
    chat = Chat(program)
    chat.says(RESIDENT, LIFT)
    message = chat.message("oNeighbour", "德尚小区2号楼楼道灯不亮")
    short._server.stop()
    started = time.monotonic()
    with pytest.raises(OperationalError):
        program.answering.answer(message)
    assert time.monotonic() - started < 4
    short._server.ensure_postgres_running()
    assert "已受理" in program.answering.answer(message)
    assert count(program, Ticket) == 2
    assert count(program, TicketEvent) == 4
    program.engine.dispose()
    short.close()


def test_a_clock_that_jumps_back_delays_a_push_and_loses_none(small, clock):
    Chat(small).says(RESIDENT, LIFT)
    clock.turn(hours=-1)
    assert due(small, clock) == 0
    clock.turn(hours=1, seconds=1)
    written = due(small, clock)
    assert written > 0
    clock.turn(days=400)  # far ahead: what was leased is due again, nothing is lost
    assert due(small, clock) >= written
    clock.turn(days=-400)
    clock.now += LEASE * 2
    assert due(small, clock) == 0  # leased in that far future
    worker(small)._plan()  # every hour, and at every start
    assert due(small, clock) == written


def test_a_worker_whose_clock_went_back_plans_anew(small, clock):
    stop, planned = threading.Event(), []
    hand = worker(small)

    def plan(self):
        planned.append(self.clock())
        clock.turn(days=-400 if len(planned) == 1 else 0)
        if len(planned) == 2:
            stop.set()
        return planned[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(hand), "_plan", plan)
        hand.run(stop)
    assert planned[1] < planned[0]


def test_a_claim_on_the_token_made_under_a_wrong_clock_is_free(small):
    tokens, now = TokensInDatabase(small.sessions, small.reading), datetime.now(UTC)
    assert tokens.claim("wx", now + timedelta(seconds=20))
    assert not tokens.claim("wx", now + timedelta(seconds=20))
    tokens.release("wx")
    assert tokens.claim("wx", now + timedelta(days=400))
    assert tokens.claim("wx", now + timedelta(seconds=20))


def due(program, clock):
    with program.sessions() as session, session.begin():
        return len(claim(session, Push, clock(), 100))


@pytest.mark.parametrize("damage", ["no pointer", "half a model", "a pointer to nothing"])
def test_a_running_program_reads_on_with_the_model_it_has(small, tmp_path, model, damage):
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    settings = small.settings.model_copy(update={"files": small.settings.files.model_copy(update={"model": folder})})
    towns = TownKeeper(settings, Reader.load(folder))
    before = towns.reader().understand(LIFT).category
    if damage == "no pointer":
        (folder / "current").unlink()
    elif damage == "a pointer to nothing":
        (folder / "current").write_text("9999-none")
    else:
        version = (folder / "current").read_text().strip()
        shutil.copytree(folder / version, folder / "9999-half")
        (folder / "9999-half" / "arrays.npz").write_bytes((folder / version / "arrays.npz").read_bytes()[:1000])
        (folder / "current").write_text("9999-half")
    for _ in range(2):
        assert towns.reader().understand(LIFT).category == before


def test_the_database_is_as_safe_as_we_say(small):
    with small.engine.connect() as connection:
        assert connection.scalar(text("pragma synchronous")) == 2
        assert connection.scalar(text("pragma journal_mode")) == "wal"
    assert timedelta(seconds=30) < LEASE
