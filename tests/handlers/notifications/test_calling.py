"""Whom a ticket is told to, in a running program: shifts, calls for danger, and who of a team is asked first."""

import itertools
from datetime import UTC, datetime

import pytest
from chat import COMMUNITY, RENTAL, RENTAL_COLLEAGUE, RESIDENT, Chat
from sqlalchemy import select
from testbed import settings_for

from bot.assembly import assemble
from handlers.timers.ring import ring
from models.person import Person
from models.push import Timer, claim
from models.roster import Shift
from models.ticket import Ticket

# 宜居公益物业 (P-CNYJ) has two people: one on weekdays from 8 to 18, the other at weekends and on call at night.
LAMP, FIRE = "城南宜居家园3号楼楼道灯不亮", "城南宜居家园3号楼着火了快来人"
GRIDMAN, COMMUNITY_MAN = "oWhistleGridStaff00000000002", "oWhistleCommunity00000000001"
HOURS = {"monday": 10, "saturday": 10}


@pytest.fixture
def town(databases, kind, reader, tmp_path, clock):
    """A program whose rules share work within teams as a test says."""
    made = []

    def make(**routing):
        settings = settings_for(databases.fresh(kind, with_town=True), tmp_path, routing=routing)
        made.append(assemble(settings, clock, reader))
        return Chat(made[-1])

    yield make
    for program in made:
        program.engine.dispose()


def told(chat, *openids):
    return [bool(chat.pushed(openid)) for openid in openids]


def ring_due(chat):
    program = chat.program
    with program.sessions() as session, session.begin():
        for timer in claim(session, Timer, program.clock(), 50):
            ring(session, program.towns.current(session), timer, program.clock())


def proposed(chat):
    with chat.program.reading() as session:
        ids = session.scalars(select(Ticket.proposed_id).order_by(Ticket.id)).all()
        names = {person.id: person.openid for person in session.scalars(select(Person))}
        return [names.get(each) for each in ids]


def no_roster(chat):
    with chat.program.sessions() as session, session.begin():
        session.query(Shift).delete()


def test_ordinary_work_is_told_to_those_on_shift(town):
    chat = town()
    assert "已受理" in chat.says(RESIDENT, LAMP)
    assert told(chat, RENTAL, RENTAL_COLLEAGUE) == [True, False]


def test_at_the_weekend_it_is_the_other(town, clock):
    chat = town()
    clock.now = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    chat.says(RESIDENT, LAMP)
    assert told(chat, RENTAL, RENTAL_COLLEAGUE) == [False, True]


def test_danger_at_night_goes_to_those_on_call(town, clock):
    chat = town()
    clock.now = datetime(2026, 11, 16, 15, 30, tzinfo=UTC)
    chat.says(RESIDENT, FIRE)
    assert told(chat, RENTAL, RENTAL_COLLEAGUE) == [False, True]


def test_danger_without_anybody_on_call_goes_to_the_whole_team_and_the_level_above(town):
    chat = town()
    no_roster(chat)
    chat.says(RESIDENT, FIRE)
    assert told(chat, GRIDMAN, RENTAL, RENTAL_COLLEAGUE, COMMUNITY_MAN) == [True] * 4
    assert told(chat, COMMUNITY) == [False]


def test_a_shift_that_nobody_can_be_reached_on_is_the_whole_teams(town):
    chat = town()
    with chat.program.sessions() as session, session.begin():
        session.query(Shift).delete()
        gone = Person(name="未加入", team="P-CNYJ")
        session.add(gone)
        session.flush()
        session.add(Shift(person_id=gone.id, team="P-CNYJ", kind="duty", days=""))
    chat.says(RESIDENT, LAMP)
    assert told(chat, RENTAL, RENTAL_COLLEAGUE) == [True, True]


def test_round_robin_asks_one_after_the_other_across_restarts(town):
    chat = town(within={"property": "round_robin"})
    no_roster(chat)
    for _ in range(4):
        chat.says(RESIDENT, LAMP)
        chat.says(RESIDENT, "2")  # the neighbours' question, where there is one: report apart
    asked = proposed(chat)
    assert len(asked) >= 2
    assert all(one != other for one, other in itertools.pairwise(asked))
    assert set(asked) == {RENTAL, RENTAL_COLLEAGUE}


def test_the_least_loaded_is_asked_and_finished_work_is_no_load(town):
    chat = town(within={"property": "least_loaded"})
    no_roster(chat)
    chat.says(RESIDENT, LAMP)
    first = proposed(chat)[0]
    other = RENTAL_COLLEAGUE if first == RENTAL else RENTAL
    assert chat.says(first, "接").startswith("已签收")
    chat.says(RESIDENT, "城南宜居家园8号楼电梯坏了")
    chat.says(RESIDENT, "城南宜居家园5号楼门禁坏了")
    assert proposed(chat)[1] == other
    assert proposed(chat)[2] in {first, other}
    chat.says(first, f"结 {chat.tickets()[0].number} 换了灯泡")
    chat.says(RESIDENT, "城南宜居家园9号楼下水道堵了")
    assert len(chat.tickets()) == 4


def test_who_is_asked_first_hears_it_alone_and_the_others_may_sign(town):
    chat = town(within={"property": "round_robin"})
    no_roster(chat)
    chat.says(RESIDENT, LAMP)
    heard = chat.pushed(RENTAL)
    assert "这件先请您办" in heard[0]
    assert chat.pushed(RENTAL_COLLEAGUE) == []
    assert "已签收" in chat.says(RENTAL_COLLEAGUE, f"接 {chat.ticket().number}")


def test_a_promise_is_its_giver_s_where_one_of_the_team_is_asked_first(town):
    chat = town(within={"property": "least_loaded"})
    no_roster(chat)
    chat.program.clock.turn(hours=1)
    chat.says(RENTAL, "接待日 城南宜居家园 今天 11:30-12:00")
    chat.says(RENTAL, "接待 3号楼水泵坏了 限期 11月25日 换水泵")
    with chat.program.reading() as session:
        giver = session.scalars(select(Person).where(Person.openid == RENTAL)).one()
        assert session.scalars(select(Ticket)).one().assignee_id == giver.id


def test_half_the_time_over_the_colleagues_hear_it_once(town, clock):
    chat = town(within={"property": "round_robin"})
    no_roster(chat)
    chat.says(RESIDENT, LAMP)
    told(chat, RENTAL, RENTAL_COLLEAGUE)
    half = chat.ticket().proposed_until
    assert clock.now < half < chat.ticket().accept_by
    clock.now = half
    ring_due(chat)
    assert [len([text for text in chat.pushed(each) if "还没人接" in text]) for each in (RENTAL, RENTAL_COLLEAGUE)] == [
        0,
        1,
    ]
    clock.turn(minutes=1)
    ring_due(chat)
    assert chat.pushed(RENTAL_COLLEAGUE) == []


def test_signed_in_time_nobody_else_is_bothered(town, clock):
    chat = town(within={"property": "round_robin"})
    no_roster(chat)
    chat.says(RESIDENT, LAMP)
    chat.says(RENTAL, "接")
    clock.now = chat.ticket().proposed_until
    ring_due(chat)
    assert chat.pushed(RENTAL_COLLEAGUE) == []


def test_a_steward_is_who_looks_after_the_grid(town):
    chat = town(within={"grid": "steward"})
    chat.says(RESIDENT, "城南宜居家园3号楼邻居遛狗不拴绳")
    assert chat.ticket().team == "G-CN"
    assert proposed(chat) == [GRIDMAN]


def test_danger_is_everybodys_whatever_the_rule_says(town):
    chat = town(within={"property": "round_robin", "grid": "round_robin"})
    no_roster(chat)
    chat.says(RESIDENT, FIRE)
    assert proposed(chat) == [None]
    assert told(chat, RENTAL, RENTAL_COLLEAGUE) == [True, True]
