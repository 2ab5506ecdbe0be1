"""Whom people.csv awaits and who then joins are one person, with telephone and roster."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer
from testbed import WORLD

from handlers.staff.roles import invite
from handlers.town_import.importing import import_world, read_world
from models.person import Person, Role
from models.roster import Shift, ShiftKind

JOINED = "oJoinedNow"


def awaited(session, name, phone, team="P-DS", role=Role.PROPERTY_STAFF):
    person = Person(name=name, phone=phone, team=team)
    person.give(role)
    session.add(person)
    session.flush()
    session.add(Shift(person_id=person.id, team=team, kind=ShiftKind.DUTY.value, days="每天"))
    return person.id


def people(chat, **wanted):
    with chat.program.reading() as session:
        found = select(Person).filter_by(**wanted).options(undefer(Person.phone))
        return [(each.openid, each.phone, each.team) for each in session.scalars(found)]


@pytest.fixture
def code(chat):
    with chat.program.sessions.begin() as session:
        for person in session.scalars(select(Person).where(Person.openid.is_(None), Person.team == "P-DS")):
            person.openid = f"oBefore{person.id}"
        awaited(session, "郝建平", "13900000001")
        return invite(session, Role.PROPERTY_STAFF, None, "P-DS", chat.program.clock(), 3)


def test_the_one_who_is_awaited_takes_their_row_with_telephone_and_roster(chat, code):
    chat.says(JOINED, f"加入 {code}")
    assert people(chat, name="郝建平") == [(JOINED, "13900000001", "P-DS")]
    with chat.program.reading() as session:
        (shift,) = session.scalars(
            select(Shift).join(Person, Person.id == Shift.person_id).where(Person.openid == JOINED)
        )
        assert shift.days == "每天"


def test_of_two_awaited_the_name_tells_which(chat, code):
    with chat.program.sessions.begin() as session:
        awaited(session, "任小宁", "13900000002")
    chat.says(JOINED, f"加入 {code} 任小宁")
    assert people(chat, name="任小宁") == [(JOINED, "13900000002", "P-DS")]
    assert people(chat, name="郝建平") == [(None, "13900000001", "P-DS")]


def test_where_nobody_can_tell_which_nothing_is_taken(chat, code):
    with chat.program.sessions.begin() as session:
        awaited(session, "任小宁", "13900000002")
    assert "报到成功" in chat.says(JOINED, f"加入 {code}")
    assert people(chat, openid=JOINED) == [(JOINED, "", "P-DS")]
    assert people(chat, name="郝建平") == [(None, "13900000001", "P-DS")]


def test_somebody_awaited_elsewhere_is_not_taken_for_them(chat, code):
    with chat.program.sessions.begin() as session:
        awaited(session, "赵文", "13900000003", team="P-CNYJ")
    chat.says(JOINED, f"加入 {code} 赵文")
    assert people(chat, name="赵文") == [(None, "13900000003", "P-CNYJ")]


def test_the_next_import_knows_them_again(chat, code):
    chat.says(JOINED, f"加入 {code}")
    files = read_world(WORLD)
    with chat.program.sessions.begin() as session:
        before = len(session.scalars(select(Person)).all())
        import_world(session, files)
        assert len(session.scalars(select(Person)).all()) == before
