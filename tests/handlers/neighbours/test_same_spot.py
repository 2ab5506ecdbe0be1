"""Where and when two reports have to be told to be of one thing, whether the first is in the database yet or not."""

from dataclasses import replace

import pytest
from chat import NEIGHBOUR, RESIDENT
from sqlalchemy import select

from handlers.neighbours.same_event import find
from handlers.tickets.change import UnansweredChange
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file
from models.person import Person

pytestmark = pytest.mark.both_databases

HERE, EDGE = (37.1420, 111.7613), (37.1420, 111.7629)
"""In WGS-84, in the grid CN-02 and in no compound; the second is twenty metres from CN-03"""
NEAR, FAR = 0.0014, 0.0016
"""Degrees to each side of what is taken for nearby, 0.0015"""
PINS = [
    ("north, near", HERE, (NEAR, 0), True),
    ("south, near", HERE, (-NEAR, 0), True),
    ("east, near", HERE, (0, NEAR), True),
    ("west, near", HERE, (0, -NEAR), True),
    ("north, far", HERE, (FAR, 0), False),
    ("south, far", HERE, (-FAR, 0), False),
    ("east, far", HERE, (0, FAR), False),
    ("west, far", HERE, (0, -FAR), False),
    ("twenty metres on, in the next grid", EDGE, (0, 0.0002), False),
]
LAMP = Draft("路灯不亮了", category="repairs", item="street_lamp")
LIFT = Draft("德尚小区3号楼电梯又坏了", category="repairs", item="lift", place_name="德尚小区", building="3")


class Reports:
    """Reports of several people in one transaction."""

    def __init__(self, chat, session):
        self.chat, self.session = chat, session
        self.people = dict(session.execute(select(Person.openid, Person)).all())
        self.place = {place.name: place.id for place in self.town.world.places.values()}

    @property
    def town(self):
        return self.chat.program.towns.current(self.session)

    def moment(self, openid):
        return UnansweredChange(self.session, self.town, self.chat.program.clock(), self.people[openid])

    def files(self, draft, openid=RESIDENT, *, written):
        ticket = file(self.moment(openid), draft, self.people[openid])
        number = ticket.number
        if written:
            self.session.flush()
        return number

    def finds(self, draft, openid=NEIGHBOUR):
        """The number of the ticket that a report belongs to."""
        same = find(self.moment(openid), draft)
        return same and same.ticket.number

    def at(self, draft, name):
        return replace(draft, place_id=self.place[name], place_name=name)


@pytest.fixture
def reports(chat):
    with chat.program.sessions() as session:
        yield Reports(chat, session)
        session.rollback()


@pytest.fixture(params=[True, False], ids=["written", "unwritten"])
def written(request):
    """Whether the first report is a row already, or was filed in this very transaction and waits to be written."""
    return request.param


def test_pins_are_of_one_thing_where_they_are_near_and_in_one_grid(reports, written):
    found = {}
    for told, where, by, _ in PINS:
        first = replace(LAMP, lat=where[0], lng=where[1], place_name="路边")
        reports.files(first, written=written)
        found[told] = reports.finds(replace(first, lat=where[0] + by[0], lng=where[1] + by[1])) is not None
        reports.session.rollback()
    assert found == {told: same for told, *_, same in PINS}


def test_a_report_at_a_place_is_not_found_from_a_pin_nor_from_another_place(reports, written):
    here = reports.at(LIFT, "德尚小区")
    number = reports.files(here, written=written)
    assert reports.finds(here) == number
    assert reports.finds(reports.at(LIFT, "文苑花园")) is None
    assert reports.finds(replace(LIFT, lat=HERE[0], lng=HERE[1])) is None
    assert reports.finds(replace(here, category="safety")) is None


def test_of_several_alike_the_one_of_the_same_house_is_found(reports, written):
    words = {"text": "德尚小区路灯不亮了", "category": "repairs", "item": "street_lamp"}
    houses = {house: reports.at(Draft(**words, building=house), "德尚小区") for house in ("2", "", "5", "9")}
    numbers = {house: reports.files(houses[house], written=written) for house in ("2", "", "5")}
    assert [reports.finds(houses[house]) for house in ("2", "5")] == [numbers["2"], numbers["5"]]
    assert reports.finds(houses["9"]) == numbers[""]


def test_it_is_known_who_waits_for_it_already(reports, written):
    here = reports.at(LIFT, "德尚小区")
    reports.files(here, written=written)
    assert find(reports.moment(RESIDENT), here).mine
    assert not find(reports.moment(NEIGHBOUR), here).mine


def test_a_danger_without_a_word_of_where_is_the_one_they_have_just_told_of(reports, clock, written):
    fire = replace(LIFT, text="着火了", category="safety", item="", red_flag="fire", place_name="", building="")
    number = reports.files(reports.at(fire, "德尚小区"), written=written)
    own = find(reports.moment(RESIDENT), fire)
    assert (own.ticket.number, own.at_once, own.mine) == (number, True, True)
    assert reports.finds(fire) is None, "another's fire may be anywhere"
    assert reports.finds(replace(fire, red_flag="gas"), RESIDENT) is None
    assert reports.finds(replace(fire, red_flag=""), RESIDENT) is None
    clock.turn(minutes=reports.town.habits.recent_minutes + 1)
    assert reports.finds(fire, RESIDENT) is None


def test_only_what_was_told_of_late_is_compared(reports, clock):
    here = reports.at(LIFT, "德尚小区")
    number = reports.files(here, written=True)
    clock.turn(hours=reports.town.joining.window_hours)
    assert reports.finds(here) == number
    clock.turn(minutes=1)
    assert reports.finds(here) is None
