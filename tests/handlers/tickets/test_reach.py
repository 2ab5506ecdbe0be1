"""What somebody finds by the ways of their reach is what their reach holds, neither more nor less."""

import itertools

import pytest
from sqlalchemy import select, true

from bot.synth.filling import fill
from handlers.figures.counts import MOST_URGENT_FIRST, still_open
from handlers.tickets.access import called, newest, reached, worked
from handlers.tickets.scope import FirstOf, first_of_open, newest_open
from handlers.world.world import load_world
from models.grid import Team
from models.person import Person
from models.sessions import reading_sessions
from models.status_moves import ENDED, Status
from models.supporting_teams import Support
from models.ticket import Ticket, not_ended

TICKETS, ALL = 420, 1000


@pytest.fixture
def session(program):
    """A town that has worked for a year, with helpers, and with calls in every state of theirs."""
    with reading_sessions(program.engine)() as session:
        world = load_world(session)
    fill(program.engine, world, program.settings.routing, TICKETS, 3, program.clock(), lambda _done: None)
    with program.sessions() as session, session.begin():
        call_all(session, program.clock())
    with reading_sessions(program.engine)() as session:
        yield session


def call_all(session, now):
    """Every team is called to some tickets, ended ones among them; a few twice."""
    teams = itertools.cycle(session.scalars(select(Team.code).order_by(Team.code)).all())
    states = itertools.cycle([{}, {"reported_at": now}, {"finished_at": now}, {"released_at": now}])
    for ticket in session.scalars(select(Ticket).where((Ticket.id % 3 == 0) | not_ended())):
        team = next(teams)
        for _ in range(1 + (ticket.id % 7 == 0)):
            how = {"team": team, "called_at": now, "ground": "means", "ended_at": ticket.ended_at}
            session.add(Support(ticket_id=ticket.id, **how, **next(states)))


def staff(session):
    return [person for person in session.scalars(select(Person)).all() if person.is_staff]


SCOPES = {
    "worked": worked,
    "called": called,
    "a share that is open": lambda person: called(person, share_open=True),
    "worked or called": lambda person: worked(person) | called(person),
    "reached": reached,
    "every other one worked": lambda person: worked(person).narrowed(Ticket.id % 2 == 0),
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_the_ways_find_what_the_condition_holds(session, scope):
    found_by_some = 0
    for person in staff(session):
        reach = scope(person)
        wanted = session.scalars(select(Ticket.id).where(reach, not_ended()).order_by(Ticket.id.desc())).all()
        assert [ticket.id for ticket in session.scalars(newest_open(reach, not_ended(), ALL))] == wanted, person.name
        assert [ticket.id for ticket in session.scalars(newest_open(reach, not_ended(), 3))] == wanted[:3], person.name
        found_by_some += bool(wanted)
    assert found_by_some > 1


def test_the_most_urgent_come_first_and_all_are_counted(session, program):
    now = program.clock()
    for person in staff(session):
        reach = worked(person) | called(person)
        rows = session.scalars(select(Ticket).where(reach, still_open())).all()
        wanted = sorted(rows, key=lambda ticket: (not ticket.urgent, _due(ticket) or now, ticket.id))
        first, count = first_of_open(session, reach, FirstOf(still_open(), MOST_URGENT_FIRST), now, 5)
        assert (count, [ticket.id for ticket in first]) == (len(rows), [ticket.id for ticket in wanted[:5]])


def _due(ticket):
    """The limit that runs."""
    if ticket.stopped_at:
        return None
    return ticket.accept_by if ticket.status in {"pending", "received", "dispatched"} else ticket.handle_by


def test_one_who_is_no_staff_finds_nothing(session):
    residents = [person for person in session.scalars(select(Person)).all() if not person.is_staff]
    assert residents
    for person in residents:
        assert session.scalars(newest_open(worked(person) | called(person), not_ended(), ALL)).all() == []


STATUSES = [(Status.DISPATCHED, Status.WORKING), (Status.RESOLVED, Status.CLOSED), (Status.CLOSED,), tuple(ENDED)]


@pytest.mark.parametrize("statuses", STATUSES)
def test_what_a_command_fits_is_found_whether_it_is_open_or_ended(session, statuses):
    """「重办」 with one ticket just finished and one closed: both are meant."""
    standing = Ticket.status.in_([status.value for status in statuses])
    scopes = [true(), *(worked(person) | called(person) for person in staff(session)[:12])]
    for scope in scopes:
        wanted = session.scalars(select(Ticket).where(scope, standing).order_by(Ticket.id.desc())).all()
        assert newest(session, scope, statuses, ALL) == wanted
        assert newest(session, scope, statuses, 2) == wanted[:2]


def test_of_all_that_staff_reach_the_open_ones_are_meant(session):
    for person in staff(session):
        reach = worked(person) | called(person)
        open_ones = session.scalars(select(Ticket).where(reach, not_ended()).order_by(Ticket.id.desc())).all()
        everything = session.scalars(select(Ticket).where(reach).order_by(Ticket.id.desc())).all()
        assert newest(session, reach, (), ALL) == (open_ones or everything)
    assert newest(session, true(), (), ALL) == session.scalars(select(Ticket).order_by(Ticket.id.desc())).all()
