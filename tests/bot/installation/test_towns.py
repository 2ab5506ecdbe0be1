"""The town in memory while its world changes in the database: nobody waits for it, and nobody sees half of it."""

import shutil
import threading

import pytest
from chat import NEIGHBOUR, RESIDENT, Chat
from sqlalchemy import update
from testbed import WORLD

from bot.installation import town_keeper
from handlers.town_import.importing import import_world, read_world
from models.grid import Fact, Place

NEWCOMER = "万象新城,,WY-01,,compound,cover,,\n"


@pytest.fixture
def newcomer(program, tmp_path):
    """Imports one place more than there was."""
    folder = shutil.copytree(WORLD, tmp_path / "world")
    with (folder / "places.csv").open("a", encoding="utf-8") as places:
        places.write(NEWCOMER)

    def bring():
        with program.sessions() as session, session.begin():
            import_world(session, read_world(folder))

    return bring


def test_a_small_world_is_there_for_the_next_message(program, newcomer):
    chat = Chat(program)
    newcomer()
    chat.says(RESIDENT, "你好")  # read beside it
    chat.says(RESIDENT, "万象新城3号楼楼道灯不亮")
    assert (chat.ticket().place_name, chat.ticket().grid) == ("万象新城", "WY-01")


def test_while_a_large_world_is_read_the_old_one_answers_and_no_writer_waits(program, newcomer, monkeypatch):
    chat, reading, may_end = Chat(program), threading.Event(), threading.Event()
    loads = []

    def slowly(session):
        loads.append(threading.current_thread().name)
        reading.set()
        assert may_end.wait(30)
        return load_world(session)

    load_world = town_keeper.load_world
    monkeypatch.setattr(town_keeper, "load_world", slowly)
    newcomer()
    assert "已受理" in chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    assert reading.is_set()
    assert "已受理" in chat.says(NEIGHBOUR, "德尚小区5号楼楼道灯不亮")
    assert loads == ["world"]  # one reader, and not within a message
    may_end.set()
    program.towns.settled()
    chat.says(RESIDENT, "万象新城3号楼楼道灯不亮")
    assert chat.ticket().place_name == "万象新城"


def test_a_world_that_changes_while_it_is_read_is_read_again(program, monkeypatch):
    """As PostgreSQL shows it: each statement sees what is committed by then."""
    from handlers.world import world

    versions = iter(["one", "two", "two", "two"])
    monkeypatch.setattr(world, "world_version", lambda _session: next(versions))
    with program.reading() as session:
        assert world.load_world(session).version == "two"


def test_where_it_cannot_be_read_the_old_one_stays_and_the_next_message_tries_again(program, monkeypatch):
    from sqlalchemy.exc import OperationalError

    chat, tries = Chat(program), []

    def gone(session):
        tries.append(session)
        raise OperationalError("select", {}, Exception("gone"))

    load_world = town_keeper.load_world
    monkeypatch.setattr(town_keeper, "load_world", gone)
    with program.sessions() as session, session.begin():
        session.execute(update(Fact).where(Fact.name == "world_version").values(value="another"))
        session.execute(update(Place).where(Place.name == "德尚小区").values(name="德尚花园里"))
    assert "已受理" in chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    monkeypatch.setattr(town_keeper, "load_world", load_world)
    chat.says(RESIDENT, "你好")
    chat.says(RESIDENT, "德尚花园里5号楼楼道灯不亮")
    assert len(tries) == 1
    assert chat.ticket().place_name == "德尚花园里"
