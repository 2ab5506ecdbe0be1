"""Figures come from a real streaming replica while it is fresh; never from one that is old, cut off, promoted or away."""

import re
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from chat import RESIDENT, SUPERVISOR, Chat
from cluster import PATIENCE, Server, caught_up, replica_of
from sqlalchemy import event, make_url, text
from testbed import Clock, opened, settings_for
from wechat_side import AES_KEY, APP_ID, GH_ID, TOKEN

from bot.assembly import assemble
from bot.operating.replica_warnings import replica_warnings
from bot.web.app import create_app
from models import replica as module
from models.replica import Replica, State
from models.sessions import reading_sessions

KEYS = {"token": TOKEN, "aes_key": AES_KEY, "app_id": APP_ID, "gh_id": GH_ID}


@pytest.fixture
def town(databases):
    return databases.fresh("postgresql", with_town=True)


@pytest.fixture
def standby(databases, town, tmp_path_factory):
    folder = databases.folder / f"standby{time.monotonic_ns()}"
    with replica_of(databases.server, folder) as made:
        yield made


@contextmanager
def cut_off(standby: Server):
    """Its connection to the primary is gone: it has replayed all that it received, and doesn't know what is new."""
    (conninfo,) = standby.says("show primary_conninfo")[0]
    to = "alter system set primary_conninfo = '{}'"
    standby.says(to.format("host=/nowhere"))
    standby.says("select pg_reload_conf()")
    until = time.monotonic() + 10
    while standby.says("select 1 from pg_stat_wal_receiver where status = 'streaming'"):
        assert time.monotonic() < until
        time.sleep(0.01)
    yield
    standby.says(to.format(conninfo.replace("'", "''")))
    standby.says("select pg_reload_conf()")


def test_it_is_read_while_it_is_fresh_and_never_when_it_is_not(databases, town, standby):
    """One life of a replica, in order; each change is told once."""
    told = []
    name = make_url(town).database
    with opened(town) as primary, opened(standby.url(name)) as engine, reading_sessions(primary)() as session:

        def reads(oldest: float, since_act: float | None = None) -> str:
            chooser = choosers.setdefault(oldest, Replica(engine, timedelta(seconds=oldest), told.append))
            with chooser.beside(session, since_act and timedelta(seconds=since_act)) as figures:
                assert figures.scalar(text("select 1")) == 1
                where = "primary" if figures is session else "replica"
            session.rollback()
            return where

        def writes(what: str) -> None:
            with primary.begin() as connection:
                connection.execute(text("insert into facts (name, value) values (:what, '')"), {"what": what})

        def follows() -> None:
            until = time.monotonic() + PATIENCE
            while reads(0) != "replica":  # the server writes a little by itself
                assert time.monotonic() < until

        choosers: dict[float, Replica] = {}
        writes("before")
        caught_up(databases.server, standby)
        follows()  # a quiet primary isn't lag
        told.clear()
        assert reads(60, since_act=59) == "primary"  # what they have just done must be seen
        assert reads(60, since_act=61) == "replica"
        with cut_off(standby):
            writes("meanwhile")
            assert standby.says("select pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()") == [(True,)]
            assert [reads(0), reads(0)] == ["primary", "primary"]
            assert reads(3600) == "replica"  # younger than an hour all the same
            assert told == [State.OLD]
        follows()
        standby.promote()
        assert [reads(0), reads(3600)] == ["primary", "primary"]
        assert choosers[0].state(session) is State.NOT_ONE
        standby.stop()
        assert [reads(0), reads(0)] == ["primary", "primary"]
        assert told == [State.OLD, State.FRESH, State.NOT_ONE, State.NOT_ONE, State.AWAY]


def test_questions_board_exports_and_metrics_read_it_but_rights_come_from_the_primary(
    databases, town, standby, reader, tmp_path, monkeypatch
):
    clock = Clock()
    name = make_url(town).database
    settings = settings_for(town, tmp_path, wechat=KEYS)
    with_replica = settings.database.model_copy(update={"replica": standby.url(name), "replica_seconds": 5})
    program = assemble(settings.model_copy(update={"database": with_replica}), clock, reader)
    chat = Chat(program)
    seen = []
    event.listen(program.replica.engine, "before_cursor_execute", lambda *execution: seen.append(execution[2]))

    def reads_figures(doing) -> tuple[str, bool]:
        seen.clear()
        caught_up(databases.server, standby)
        said = doing()
        return said, any(re.search(r"\bFROM tickets\b", each) for each in seen)

    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(SUPERVISOR, "帮助")
    assert reads_figures(lambda: chat.says(SUPERVISOR, "今日"))[1] is False  # they have just written
    clock.turn(seconds=10)
    said, far = reads_figures(lambda: chat.says(SUPERVISOR, "今日"))
    assert far
    assert "新增 1" in said
    assert not [each for each in seen if "FROM people" in each and "openid" in each]

    clock.turn(minutes=1)
    client = create_app(program, now=lambda: clock().timestamp()).test_client()
    board = re.search(r"/board/\S+", chat.says(SUPERVISOR, "看板"))[0]
    assert reads_figures(lambda: client.get(board).status_code) == (200, True)
    clock.turn(minutes=1)
    chat.says(SUPERVISOR, "导出 本月")
    export = re.search(r"/files/\S+", chat.says(SUPERVISOR, "1"))[0]
    assert reads_figures(lambda: client.get(export).status_code) == (200, True)
    said, far = reads_figures(lambda: client.get("/metrics").text)
    assert far
    assert 'whistle_replica_not_read{why="old"} 0.0' in said
    with program.reading() as session:
        assert list(replica_warnings(program.replica, session)) == []

    standby.stop()
    monkeypatch.setattr(module, "_AGAIN_SECONDS", 0)
    clock.turn(minutes=1)
    assert "新增 1" in chat.says(SUPERVISOR, "今日")
    said = client.get("/metrics").text
    assert 'whistle_replica_not_read{why="away"} 1.0' in said
    with program.reading() as session:
        assert [each.fatal for each in replica_warnings(program.replica, session)] == [False]
    program.replica.engine.dispose()
    program.engine.dispose()


def test_a_server_that_is_no_copy_of_this_primary_is_fatal(databases, town, tmp_path):
    other = Server(databases.folder / "other")
    other.initialise()
    (other.folder / "standby.signal").touch()
    other.start()
    try:
        with opened(town) as primary, opened(other.url("postgres")) as engine, reading_sessions(primary)() as session:
            found = list(replica_warnings(Replica(engine), session))
            assert [each.fatal for each in found] == [True]
    finally:
        other.stop()
