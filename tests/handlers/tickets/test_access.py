"""In which role somebody acts on a ticket, whose work it is, and which ticket a few digits mean."""

import pytest
from chat import COLLEAGUE, GRID_STAFF, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select, true

from handlers.tickets.access import actor, by_number, is_own_work, mover
from models import status_moves
from models.person import Person, Role
from models.ticket import Source, Ticket

LIFT = "德尚小区3号楼电梯坏了"


@pytest.fixture
def kind():
    return "sqlite"


def person(session, openid):
    return session.scalars(select(Person).where(Person.openid == openid)).one()


@pytest.mark.parametrize(
    ("openid", "team", "role"),
    [
        (PROPERTY, "P-DS", Role.PROPERTY_STAFF),
        (PROPERTY, "C-WY", Role.PROPERTY_STAFF),
        (GRID_STAFF, "G-WY-01", Role.GRID_STAFF),
        (GRID_STAFF, "P-DS", Role.GRID_STAFF),
    ],
)
def test_staff_act_in_a_role_of_theirs(program, openid, team, role):
    with program.reading() as session:
        assert actor(person(session, openid), Ticket(team=team)).role == role


def test_who_is_both_acts_for_the_company_on_its_tickets_only(program):
    with program.sessions() as session:
        both = person(session, PROPERTY)
        both.give(Role.GRID_STAFF)
        assert actor(both, Ticket(team=both.team)).role == Role.PROPERTY_STAFF
        assert actor(both, Ticket(team="C-WY")).role == Role.GRID_STAFF
        assert actor(both, Ticket(team="A")).role == Role.GRID_STAFF
        session.rollback()


def test_nobody_moves_a_ticket_without_the_role(program):
    with program.reading() as session:
        ticket = Ticket(team="P-DS", status="working")
        assert mover(person(session, PROPERTY), ticket, status_moves.RESOLVE).role == Role.PROPERTY_STAFF
        assert mover(person(session, PROPERTY), ticket, status_moves.SUPERVISE) is None
        assert mover(person(session, SUPERVISOR), ticket, status_moves.SUPERVISE).role == Role.SUPERVISOR


@pytest.mark.parametrize(
    ("openid", "source", "own"),
    [
        (PROPERTY, Source.CHAT, True),
        (COLLEAGUE, Source.CHAT, False),
        (COLLEAGUE, Source.PATROL, True),
        (GRID_STAFF, Source.PATROL, False),
        (RESIDENT, Source.PATROL, False),
    ],
)
def test_whose_work_a_ticket_is(chat, openid, source, own):
    """Its handler's, and that of their team where staff filed it: none of them confirms that it is solved."""
    chat.says(RESIDENT, "进度")
    with chat.program.reading() as session:
        ticket = Ticket(team="P-DS", source=source, assignee_id=person(session, PROPERTY).id)
        assert is_own_work(person(session, openid), ticket) is own


def test_another_team_s_work_is_not_theirs(program):
    with program.reading() as session:
        for team in ("C-WY", "P-YD"):
            assert not is_own_work(person(session, PROPERTY), Ticket(team=team, source=Source.PATROL))


def test_the_last_digits_mean_the_latest_tickets_that_end_so(program, chat):
    chat.says(RESIDENT, LIFT)
    first = chat.ticket()
    with program.sessions.begin() as session:
        values = {column.name: getattr(first, column.name) for column in Ticket.__table__.columns}
        for number in range(2, 103):
            session.add(Ticket(**values | {"id": number, "number": str(int(first.number) + number - 1)}))
    with program.reading() as session:
        found = [int(each.number) - int(first.number) + 1 for each in by_number(session, true(), "001")]
        assert found == [1]
        found = [int(each.number) - int(first.number) + 1 for each in by_number(session, true(), "102")]
        assert found == [102]
        assert by_number(session, true(), "02") == []
        assert by_number(session, true(), "999") == []
