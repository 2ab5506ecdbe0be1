"""A backup is one whole moment of a running program, and restoring it brings that moment back, row by row."""

import sqlite3
import stat
import threading

import click
import pytest
from chat import RESIDENT, Chat
from filled_tables import content
from sqlalchemy import func, select
from testbed import settings_for

from bot.operating.backups import backup, restore
from models.connecting import connect
from models.conversation import Inbound
from models.sessions import reading_sessions
from models.ticket import Ticket, TicketEvent

pytestmark = pytest.mark.both_databases

TROUBLE = "德尚小区3号楼电梯又坏了"


@pytest.fixture
def another(databases, kind, tmp_path):
    """Settings of a second database of the same kind, with other content."""
    return settings_for(databases.fresh(kind, with_town=False), tmp_path)


def rows(settings):
    engine = connect(settings.database.url)
    found = content(engine)
    engine.dispose()
    return found


def test_what_was_backed_up_comes_back_row_by_row_on_another_machine(program, another, tmp_path):
    chat = Chat(program)
    for said in (TROUBLE, "电话13812345678", "进度"):
        chat.says(RESIDENT, said)
    program.engine.dispose()
    then = rows(program.settings)
    backup(program.settings, tmp_path / "copy")
    restore(another, tmp_path / "copy")
    assert rows(another) == then
    assert sum(map(len, then.values())) > 500


def test_what_came_later_is_gone_after_restoring_and_the_program_goes_on(program, tmp_path):
    chat = Chat(program)
    chat.says(RESIDENT, TROUBLE)
    backup(program.settings, tmp_path / "copy")
    chat.says("oNeighbour", "园丁小区2号楼门口垃圾成堆没人清")
    program.engine.dispose()
    restore(program.settings, tmp_path / "copy")
    with program.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert "已受理" in chat.says("oNeighbour", "园丁小区2号楼门口垃圾成堆没人清")


def test_a_backup_under_load_is_one_moment_with_all_that_was_acknowledged_before(program, another, tmp_path):
    chat = Chat(program)
    heard: list[str] = []
    stop = threading.Event()

    def write(name, trouble):
        number = 0
        while not stop.is_set():
            number += 1
            who = f"o{name}{number:020d}"
            assert "已受理" in chat.says(who, f"城南宜居家园{number % 40 + 1}号楼{trouble}")
            heard.append(who)

    threads = [threading.Thread(target=write, args=each) for each in (("East", "楼道灯不亮"), ("West", "下水道堵了"))]
    for each in threads:
        each.start()
    try:
        while len(heard) < 6 and all(each.is_alive() for each in threads):
            stop.wait(0.05)
        before = list(heard)
        backup(program.settings, tmp_path / "copy")
    finally:
        stop.set()
        for each in threads:
            each.join()
    assert len(heard) > len(before) >= 6
    program.engine.dispose()
    restore(another, tmp_path / "copy")
    engine = connect(another.database.url)
    with reading_sessions(engine)() as session:
        check(session, before)
    engine.dispose()


def check(session, before):
    """Every message has its reply and ticket, every ticket its history; nothing acknowledged is missing."""
    kept = set(session.scalars(select(Inbound.openid).where(Inbound.reply.is_not(None))))
    assert set(before) <= kept
    tickets = session.scalar(select(func.count()).select_from(Ticket))
    assert tickets == session.scalar(select(func.count()).select_from(Inbound))
    histories = select(TicketEvent.ticket_id).group_by(TicketEvent.ticket_id).having(func.count() >= 2)
    assert len(session.scalars(histories).all()) == tickets


def test_a_backup_is_for_its_owner_alone(program, tmp_path):
    backup(program.settings, tmp_path / "copy")
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert list(tmp_path.glob("*.part")) == []


def test_a_backup_that_fails_leaves_the_one_before(program, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    copy.write_bytes(b"last night's")

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.operating.backups._copy", full)
    monkeypatch.setattr("bot.operating.backups._postgres", full)
    with pytest.raises(click.ClickException, match="盘满了"):
        backup(program.settings, copy)
    assert copy.read_bytes() == b"last night's"
    assert list(tmp_path.glob("*.part")) == []


def test_rubbish_and_half_a_backup_change_nothing(program, tmp_path):
    Chat(program).says(RESIDENT, TROUBLE)
    program.engine.dispose()
    then = rows(program.settings)
    copy = tmp_path / "copy"
    backup(program.settings, copy)
    half = tmp_path / "half"
    half.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"SQLite format 3\x00" + b"?" * 5000)
    for bad in (half, rubbish):
        with pytest.raises(click.ClickException):
            restore(program.settings, bad)
        assert rows(program.settings) == then


@pytest.mark.parametrize("kind", ["sqlite"])  # any archive of pg_dump is taken: what it holds is the operator's to know
def test_a_database_of_something_else_is_no_backup(program, tmp_path):
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("create table recipes (name)")
    other.close()
    with pytest.raises(click.ClickException, match="不是完整的吹哨备份"):
        restore(program.settings, tmp_path / "other")


def test_the_password_is_not_on_the_command_line(tmp_path, monkeypatch):
    seen = {}

    class Done:
        returncode, stderr = 0, ""

    def run(command, **how):
        seen.update(command=command, env=how["env"])
        return Done()

    monkeypatch.setattr("subprocess.run", run)
    monkeypatch.setattr("bot.operating.backups.open_database", lambda _settings: connect("postgresql+psycopg://h/town"))
    backup(settings_for("postgresql+psycopg://bot:geheim@h/town", tmp_path), tmp_path / "copy")
    assert "geheim" not in str(seen["command"])
    assert seen["env"]["PGPASSWORD"] == "geheim"
    assert "postgresql://bot@h/town" in seen["command"]
