"""Statements that the driver executes itself: the same values in and out, the same errors, and versions that hold."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.conversation import Inbound
from models.list_condition import one_of
from models.person import Person
from models.prepared_statements import Prepared, pipelined
from models.push import Timer
from models.ticket import Ticket

pytestmark = pytest.mark.both_databases
NOW = datetime(2026, 11, 16, 2, tzinfo=UTC)


@pytest.fixture
def session(program):
    with program.sessions() as made, made.begin():
        yield made
        made.rollback()


COLUMNS = ("key", "openid", "kind", "content", "received_at", "failure")
KEEP = Prepared(insert(Inbound.__table__), COLUMNS)
LOOK = Prepared(
    select(Inbound.key, Inbound.content, Inbound.received_at)
    .where(one_of(Inbound.key, "keys"), Inbound.kind.in_(["text", "voice"]), Inbound.received_at == bindparam("at"))
    .limit(5),
    named=True,
)


def test_values_go_in_and_come_out_as_by_the_unit_of_work(session):
    """Moments, JSON, lists that are given and lists of constants."""
    KEEP.write(session, [dict(zip(COLUMNS, (f"r{n}", "o", "text", {"n": n}, NOW, ""), strict=True)) for n in (1, 2)])
    found = LOOK.rows(session, {"keys": ["r1", "r2", "r3"], "at": NOW})
    assert sorted((row.key, row.content, row.received_at) for row in found) == [
        (row.key, row.content, row.received_at)
        for row in session.scalars(select(Inbound).where(Inbound.key.in_(["r1", "r2"])).order_by(Inbound.key))
    ]


def test_what_the_driver_raises_is_raised_as_by_sqlalchemy_and_quotes_nobody(session):
    row = dict(zip(COLUMNS, ("r1", "o", "text", {"text": "secret"}, NOW, ""), strict=True))
    with pytest.raises(IntegrityError) as raised:
        KEEP.write(session, [row, row])
    assert "INSERT INTO inbound" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_several_that_are_sent_together_raise_what_the_first_of_them_did_and_leave_the_connection_whole(session):
    rows = [dict(zip(COLUMNS, (key, "o", "text", {"text": "secret"}, NOW, ""), strict=True)) for key in ("r1", "r2")]

    def twice():
        with pipelined(session):
            KEEP.write(session, [rows[0], rows[0]])
            KEEP.write(session, [rows[1]])

    with pytest.raises(IntegrityError) as raised, session.begin_nested():
        twice()
    assert "secret" not in str(raised.value)
    with pipelined(session):
        for row in rows:
            KEEP.write(session, [row])
    assert len(LOOK.rows(session, {"keys": ["r1", "r2"], "at": NOW})) == 2


def test_the_next_transaction_of_a_session_finds_its_own_connection(program):
    asked = Prepared(select(Timer.id).where(Timer.id == bindparam("id")))
    with program.sessions() as session:
        for _ in range(2):
            assert asked.rows(session, {"id": 0}) == []
            session.commit()


@pytest.fixture
def tickets(session):
    who = Person(openid="oReady")
    session.add(who)
    session.flush()
    made = [
        Ticket(category="repairs", title=text, text=text, reporter_id=who.id, created_at=NOW) for text in ("灯", "门")
    ]
    session.add_all(made)
    session.flush()
    return made


def test_changes_of_one_kind_are_one_statement_and_none_is_lost(session, tickets):
    """Each with its version; what is set to what it was before is no change."""
    for ticket in tickets:
        ticket.answer, ticket.urgent = f"{ticket.title}好了", False
    session.flush()
    assert not session.dirty
    stored = session.connection().execute(select(Ticket.answer, Ticket.version).order_by(Ticket.id)).all()
    assert stored[-2:] == [("灯好了", 2), ("门好了", 2)]
    assert [ticket.version for ticket in tickets] == [2, 2]


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(session, tickets):
    table = Ticket.__table__
    session.connection().execute(table.update().where(table.c.id == tickets[1].id).values(version=7))
    for ticket in tickets:
        ticket.answer = "好了"
    with pytest.raises(StaleDataError):
        session.flush()
