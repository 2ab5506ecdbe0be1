"""A session that only reads can't write, in whatever way it is tried; its connection serves a writer next."""

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from testbed import MONDAY, take_no_writes

from models.deferred_inserts import append
from models.person import Look, Person
from models.sessions import ReadOnlyError, reading_sessions

pytestmark = pytest.mark.both_databases

ROW = {"via": "x", "at": MONDAY}


@pytest.fixture
def reading(engine, sessions):
    with sessions.begin() as session:
        session.add(Person(openid="oSomebody", name="某某"))
    return reading_sessions(engine)


def added(session):
    session.add(Look(**ROW))
    session.flush()


def changed(session):
    session.scalars(select(Person)).one().name = "别人"
    session.commit()


def removed(session):
    session.delete(session.scalars(select(Person)).one())
    session.flush()


@pytest.mark.parametrize("write", [added, changed, removed])
def test_its_objects_are_not_written(reading, write):
    with reading() as session, pytest.raises(ReadOnlyError, match=r"Look|Person"):
        write(session)


@pytest.mark.parametrize("past", [lambda session: session, lambda session: session.connection()])
@pytest.mark.parametrize("statement", [insert(Look).values(ROW), update(Person).values(name="别人"), delete(Person)])
def test_what_goes_past_them_is_refused_by_the_database(reading, past, statement):
    with reading() as session, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        past(session).execute(statement)


def test_its_connection_serves_a_writer_next(engine, reading, sessions):
    for _ in range(3):
        with reading() as session:
            assert session.scalars(select(Person.name)).one() == "某某"
        assert engine.pool.checkedin() == 1
        with sessions.begin() as session:
            session.add(Look(**ROW))
    with reading() as session:
        assert len(session.scalars(select(Look)).all()) == 3


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_writer_that_comes_after_it_does_not_overrule_a_server_that_takes_no_writes(engine, reading, sessions):
    take_no_writes(engine, "on")
    with reading() as session:
        session.scalars(select(Person)).one()
    with pytest.raises(DBAPIError, match="read-only"), sessions.begin() as session:
        session.add(Look(**ROW))
    take_no_writes(engine, "off")
    with sessions.begin() as session:
        session.add(Look(**ROW))


def test_a_line_to_append_is_refused_as_any_other_write(reading):
    with reading() as session, pytest.raises(ReadOnlyError, match="Look"):
        append(session, Look, **ROW)
