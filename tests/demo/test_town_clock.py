"""The demonstration's clock and its past: moved forward, made again, and never in a town where somebody lives."""

from datetime import timedelta

import click
import pytest
from chat import PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import func, select

from bot.demo.clock import TownClock, after_next_limit, in_an_hour, next_morning
from bot.demo.past import _settle, live, start_over
from bot.demo.town import people
from models.care import CaredFor, CareVisit
from models.day_sums import DaySums
from models.grid import Fact, Grid
from models.patrol import CheckIn
from models.public_notice import Notice
from models.push import Push
from models.reception import Demand
from models.ticket import CHINA, Ticket
from models.volunteers import VolunteerCall

LIFT = "德尚小区3号楼电梯又坏了"


@pytest.fixture
def demonstration(program):
    """The town of the tests is one for demonstrations."""
    with program.sessions.begin() as session:
        session.add(Fact(name="demonstration", value="yes"))
    return program


def count(program, table):
    with program.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_the_clock_goes_forward_and_is_found_as_it_was_left(program):
    clock = TownClock()
    before = clock()
    clock.move(program.sessions, in_an_hour)
    assert timedelta(hours=1) <= clock() - before < timedelta(hours=1, seconds=10)
    clock.move(program.sessions, next_morning)
    local = clock().astimezone(CHINA)
    assert (local.hour, local.minute) == (8, 30)
    again = TownClock()
    again.read(program.reading)
    assert abs(again() - clock()) < timedelta(seconds=1)


def test_it_is_put_just_after_the_next_limit_and_the_team_hears_of_it(chat, clock):
    chat.says(RESIDENT, LIFT)
    limit = chat.ticket().accept_by
    with chat.program.reading() as session:
        assert after_next_limit(session, clock.now) == limit + timedelta(minutes=1)
    chat.pushed(PROPERTY)
    clock.now = limit + timedelta(minutes=1)
    for _ in range(3):
        chat.timers_ring()
    assert any(chat.ticket().number in text for text in chat.pushed(PROPERTY))


def test_where_no_limit_runs_time_stays(program, clock):
    with program.reading() as session:
        assert after_next_limit(session, clock.now) == clock.now


def test_the_town_has_lived_eight_weeks_and_its_board_is_summed_up(demonstration, clock):
    live(demonstration.engine, demonstration.settings, clock.now)
    with demonstration.reading() as session:
        oldest = session.scalar(select(func.min(Ticket.created_at)))
        assert timedelta(weeks=7) < clock.now - oldest <= timedelta(weeks=8, minutes=2)
        still = select(func.count()).where(Ticket.ended_at.is_(None), Ticket.place_name == "德尚小区")
        assert session.scalar(still) == 0
    assert count(demonstration, Ticket) == 800
    assert count(demonstration, DaySums) > 500
    assert all(not person.openid.startswith("oSynth") for person in people(demonstration))


def test_starting_over_makes_the_town_as_it_was(chat, clock):
    program = chat.program
    with program.sessions.begin() as session:
        session.add(Fact(name="demonstration", value="yes"))
    chat.says(RESIDENT, LIFT)
    start_over(program.engine, program.settings, clock.now)
    assert count(program, Ticket) == 802
    there = {
        kind.__name__: count(program, kind) for kind in (Demand, CheckIn, CaredFor, CareVisit, VolunteerCall, Notice)
    }
    assert there == {"Demand": 5, "CheckIn": 4, "CaredFor": 3, "CareVisit": 2, "VolunteerCall": 2, "Notice": 1}
    with program.reading() as session:
        assert program.towns.current(session).world.houses.keys() == {"WY-02-2"}
        assert session.scalar(select(func.count()).where(Push.due_at.is_not(None))) == 0
    with program.reading() as session:
        assert session.scalar(select(func.count()).where(Ticket.text == LIFT)) == 0
    assert "已受理" in chat.says(RESIDENT, LIFT)
    assert "新增" in chat.says(SUPERVISOR, "今日")
    assert count(program, Push) > 0


def test_a_town_where_somebody_lives_is_never_made_over(program, clock):
    grids = count(program, Grid)
    with pytest.raises(click.ClickException):
        start_over(program.engine, program.settings, clock.now)
    with pytest.raises(click.ClickException), program.sessions.begin() as session:
        _settle(session)
    assert count(program, Grid) == grids
