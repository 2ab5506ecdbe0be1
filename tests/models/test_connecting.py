"""A database that is not there is told soon: somebody waits for an answer. One that can be written again is."""

import itertools
import socket
import sqlite3
import time

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.exc import OperationalError
from testbed import MONDAY

from models.connecting import connect
from models.person import Look
from models.prepared_statements import Prepared

pytestmark = pytest.mark.both_databases

ROW = {"via": "x", "at": MONDAY}


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = connect(f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing")
        began = time.monotonic()
        with pytest.raises(OperationalError):
            engine.connect()
        assert time.monotonic() - began < 4


def by_the_unit_of_work(session):
    session.add(Look(**ROW))


def by_a_prepared_statement(session):
    Prepared(insert(Look), ROW).write(session, [ROW])


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("write", [by_the_unit_of_work, by_a_prepared_statement])
def test_a_file_that_may_be_written_again_is_opened_again(engine, sessions, write):
    """Two connections were opened while it could only be read."""
    numbers = itertools.count()

    @event.listens_for(engine, "do_connect")
    def _opened(*_):
        return sqlite3.connect(f"file:{engine.url.database}?mode=ro", uri=True) if next(numbers) < 2 else None

    reading = engine.execution_options(read_only=True)
    with reading.connect() as one, reading.connect() as other:
        assert one.scalar(select(1)) == other.scalar(select(1)) == 1
    with pytest.raises(OperationalError, match="readonly"), sessions.begin() as session:
        write(session)
    for _ in range(2):
        with sessions.begin() as session:
            write(session)
    with sessions() as session:
        assert len(session.scalars(select(Look)).all()) == 2
