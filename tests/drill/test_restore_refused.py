"""Nobody restores a backup under a program that runs; what was killed stands in nobody's way."""

import os
import signal
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg
import pytest
from chat import RESIDENT, Chat
from fake_api import serving
from sqlalchemy import func, make_url, select
from testbed import free_port, settings_for
from whole_program import environment, run, started, wait_until_ready

from bot.assembly import assemble
from bot.installation import running_processes
from bot.operating.backups import backup, restore
from models.connecting import connect
from models.sessions import reading_sessions
from models.ticket import Ticket

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]


@pytest.fixture
def settings(databases, kind, reader, tmp_path):
    """A database with one ticket more than `copy`, the backup of it."""
    made = settings_for(databases.fresh(kind, with_town=True), tmp_path)
    program = assemble(made, reader=reader)
    backup(made, tmp_path / "copy")
    Chat(program).says(RESIDENT, "德尚小区3号楼电梯又坏了")
    program.engine.dispose()
    return made


def count(settings):
    engine = connect(settings.database.url)
    with reading_sessions(engine)() as session:
        found = session.scalar(select(func.count()).select_from(Ticket))
    engine.dispose()
    return found


def url_of(settings):
    return make_url(settings.database.url)


@contextmanager
def web(env):
    port = free_port()
    with started("serve", "--port", str(port), env=env) as process:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield process


@contextmanager
def sending(env):
    with started("worker", env=env) as process:
        yield process


def refusal(settings, copy):
    with pytest.raises(click.ClickException) as refused:
        restore(settings, copy)
    return refused.value.message


def refused_once_it_runs(settings, copy, process, seconds=60.0):
    """Looked at from outside: to try whether we are alone would stop a program that is just starting."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, process.stderr.read()
        if _runs(settings, process):
            return refusal(settings, copy)
        time.sleep(0.1)
    raise AssertionError("it did not start in time")


def _runs(settings, process):
    url = url_of(settings)
    if url.get_backend_name() == "sqlite":
        opened = (link.readlink() for link in Path(f"/proc/{process.pid}/fd").iterdir() if link.is_symlink())
        return any(file.name.endswith(".running") for file in opened)
    with psycopg.connect(postgresql(settings)) as looking:
        names = looking.execute("select 1 from pg_stat_activity where application_name like 'whistle %'")
        return names.fetchone() is not None


def postgresql(settings):
    return url_of(settings).set(drivername="postgresql").render_as_string(hide_password=False)


def restored_within(settings, copy, seconds=15.0):
    """Web processes look every second whether the one that keeps them is still there."""
    until = time.monotonic() + seconds
    while True:
        try:
            restore(settings, copy)
        except click.ClickException:
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return


@pytest.mark.parametrize("running", [web, sending], ids=["serve", "worker"])
def test_a_program_that_runs_keeps_its_database_and_a_killed_one_lets_go_of_it(settings, running, tmp_path):
    name, copy = "serve" if running is web else "worker", tmp_path / "copy"
    with (
        serving() as api,
        running(environment(settings.database.url, tmp_path, BOT_WECHAT__API_BASE=api.url)) as process,
    ):
        told = refused_once_it_runs(settings, copy, process)
        assert "程序还在这个数据库上运行" in told
        assert name in told
        assert "\n" not in told
        assert count(settings) == 1
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        restored_within(settings, copy)
    assert count(settings) == 0


def test_so_does_the_demonstration_and_who_stops_it_can_restore(databases, kind, model, tmp_path):
    settings = settings_for(databases.fresh(kind, with_town=False), tmp_path)
    copy = tmp_path / "copy"
    backup(settings, copy)
    with started("demo", "--port", str(free_port()), env=environment(settings.database.url, tmp_path)) as process:
        assert "demo" in refused_once_it_runs(settings, copy, process)
        process.send_signal(signal.SIGINT)
        process.wait(30)
        restored_within(settings, copy)


@pytest.mark.parametrize("kind", ["sqlite"])  # PostgreSQL's own locks keep what comes meanwhile waiting
def test_nobody_starts_while_a_backup_is_restored(settings, tmp_path):
    env = environment(settings.database.url, tmp_path)
    with running_processes.stopped(url_of(settings)):
        for command in (("serve", "--port", str(free_port())), ("worker",)):
            done = run(*command, env=env)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr == "正在恢复备份，等它结束再启动\n"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_command_says_so_in_one_line_and_ends_with_status_2(settings, tmp_path):
    with running_processes.present(url_of(settings)):
        done = run("restore", str(tmp_path / "copy"), env=environment(settings.database.url, tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "什么都没有改" in done.stderr
    assert count(settings) == 1


@pytest.mark.parametrize("kind", ["sqlite"])
def test_another_way_to_the_same_file_is_the_same_database(settings, tmp_path):
    other = tmp_path / "link.db"
    other.symlink_to(url_of(settings).database)
    with running_processes.present(url_of(settings)), pytest.raises(click.ClickException, match="还在这个数据库上运行"):
        restore(settings_for(f"sqlite:///{other}", tmp_path), tmp_path / "copy")


def test_a_lock_that_cannot_be_opened_is_said_in_words(tmp_path):
    with (
        pytest.raises(click.ClickException, match="打不开"),
        running_processes.present(make_url(f"sqlite:///{tmp_path}/nowhere/town.db")),
    ):
        pass


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_connection_that_has_been_silent_for_a_while_is_nobody_s(settings, tmp_path, monkeypatch):
    """As a pooler keeps it, or a machine that lost its power leaves it."""
    with psycopg.connect(postgresql(settings), application_name="whistle worker", autocommit=True) as left:
        left.execute("select 1")
        assert "worker" in refusal(settings, tmp_path / "copy")
        monkeypatch.setattr(running_processes, "_BELIEVED_SECONDS", 0.2)
        time.sleep(0.3)
        restore(settings, tmp_path / "copy")
    assert count(settings) == 0


@pytest.mark.parametrize("kind", ["postgresql"])
def test_one_who_says_so_while_we_look_is_seen(settings, tmp_path, monkeypatch):
    """A pooler may have given us the connection on which they said so last."""
    monkeypatch.setattr(running_processes, "_LOOKS_SECONDS", 5)
    with psycopg.connect(postgresql(settings), autocommit=True) as quiet:
        later = threading.Timer(1, lambda: quiet.execute("set application_name = 'whistle serve'"))
        later.start()
        assert "serve" in refusal(settings, tmp_path / "copy")
        later.join()
    assert count(settings) == 1


@pytest.mark.parametrize("kind", ["postgresql"])
def test_who_only_looks_at_the_database_is_no_program_that_runs(settings, tmp_path):
    with psycopg.connect(postgresql(settings), application_name="psql", autocommit=True) as looking:
        looking.execute("select 1")
        restore(settings, tmp_path / "copy")
    assert count(settings) == 0
