"""Who is there: days and nights, leave and stand-ins, and nobody lost where the roster has a hole."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from importing_town import write_town

from handlers.tables.table import TableError
from handlers.town_import.importing import import_world, read_world
from handlers.town_import.writing import Tally
from handlers.world.rosters import Roster, holds_on, minutes
from models.person import Person
from models.roster import Shift

HEADER = "team,person,days,from,to,kind,stand_in\n"
DEMO = Path(__file__).parents[3] / "bot" / "demo_world"


def works_on(day):
    return day.weekday() < 5


def at(text):
    """A moment in China."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("days", "day", "held"),
    [
        ("周一-周五", "2026-11-16", True),
        ("周一-周五", "2026-11-21", False),
        ("周六至周一", "2026-11-16", True),
        ("周六至周一", "2026-11-18", False),
        ("星期天", "2026-11-22", True),
        ("工作日", "2026-11-16", True),
        ("休息日", "2026-11-16", False),
        ("周二；2026-11-16", "2026-11-16", True),
        ("2026-11-10~2026-11-16", "2026-11-16", True),
        ("2026-11-10~2026-11-15", "2026-11-16", False),
        ("2026-11-16T00:00:00", "2026-11-16", True),
        ("", "2026-11-16", True),
        ("每天", "2026-11-22", True),
    ],
)
def test_days_are_read_as_clerks_write_them(days, day, held):
    assert holds_on(days, datetime.fromisoformat(day).date(), works_on) is held


@pytest.mark.parametrize("days", ["周八", "2026-13-01", "2026-11-16~2026-11-10", "周一-周五;随便", "1-5"])
def test_what_is_not_a_day_is_refused_even_behind_one_that_holds(days):
    with pytest.raises(ValueError, match="“"):
        holds_on(days, datetime(2026, 11, 16).date(), works_on)


def test_clock_times_are_read():
    assert [minutes(text, 7) for text in ("08:30", "8:05", "24:00", "08:30:00", "")] == [510, 485, 1440, 510, 7]
    for text in ("25:00", "8点", "08:60", "24:01"):
        with pytest.raises(ValueError):
            minutes(text, 0)


def roster(*shifts):
    people = {number: Person(id=number, name=f"{number}", team="P") for number in range(1, 5)}
    return Roster(people, tuple(Shift(id=n, **shift) for n, shift in enumerate(shifts)), works_on)


def shift(person, kind="duty", days="", starts=0, ends=1440, stand_in_id=None, team="P"):
    return {
        "person_id": person, "kind": kind, "days": days, "starts": starts, "ends": ends, "stand_in_id": stand_in_id,
        "team": team,
    }  # fmt: skip


def on_duty(made, moment):
    return [present.person.id for present in made.on_duty(list(made.people.values()), at(moment))]


def test_without_a_roster_everybody_is_there():
    assert on_duty(roster(), "2026-11-16T10:00") == [1, 2, 3, 4]


def test_only_those_on_shift_are_told_and_between_shifts_everybody():
    made = roster(shift(1, starts=480, ends=720), shift(2, starts=720, ends=1080))
    assert on_duty(made, "2026-11-16T10:00") == [1]
    assert on_duty(made, "2026-11-16T12:00") == [2]
    assert on_duty(made, "2026-11-16T19:00") == [1, 2, 3, 4]


def test_a_night_shift_belongs_to_the_day_on_which_it_begins():
    made = roster(shift(1, days="周五", starts=1080, ends=480))
    assert on_duty(made, "2026-11-20T23:00") == [1]
    assert on_duty(made, "2026-11-21T07:59") == [1]
    assert on_duty(made, "2026-11-21T08:00") == [1, 2, 3, 4]
    assert on_duty(made, "2026-11-20T07:00") == [1, 2, 3, 4]


def test_who_is_on_leave_is_replaced_by_the_stand_in():
    made = roster(shift(1), shift(1, "leave", "2026-11-16", stand_in_id=2))
    assert on_duty(made, "2026-11-16T10:00") == [2]
    assert on_duty(made, "2026-11-17T10:00") == [1]


def test_a_stand_in_on_leave_has_a_stand_in_and_a_circle_ends():
    chain = roster(shift(1), shift(1, "leave", stand_in_id=2), shift(2, "leave", stand_in_id=3))
    assert on_duty(chain, "2026-11-16T10:00") == [3]
    circle = roster(shift(1), shift(1, "leave", stand_in_id=2), shift(2, "leave", stand_in_id=1))
    assert on_duty(circle, "2026-11-16T10:00") == [3, 4]


def test_leave_without_a_stand_in_leaves_the_others_and_all_on_leave_means_all():
    made = roster(*(shift(person, "leave") for person in (1, 2, 3)))
    assert on_duty(made, "2026-11-16T10:00") == [4]
    made = roster(*(shift(person, "leave") for person in (1, 2, 3, 4)))
    assert on_duty(made, "2026-11-16T10:00") == [1, 2, 3, 4]


def test_a_line_for_a_team_that_somebody_has_left_says_nothing():
    made = roster(shift(1, team="Q"), shift(2))
    assert on_duty(made, "2026-11-16T10:00") == [2]


def test_on_call_is_for_danger_alone():
    made = roster(shift(1, "oncall", starts=1080, ends=480), shift(2, starts=480, ends=1080))
    people = list(made.people.values())
    assert [each.person.id for each in made.on_call(people, at("2026-11-16T23:00"))] == [1]
    assert [each.person.id for each in made.on_call(people, at("2026-11-16T10:00"))] == [2]
    assert made.on_call(people[2:], at("2026-11-16T10:00")) == []


@pytest.fixture
def folder(tmp_path):
    town = write_town(tmp_path)
    people = (town / "people.csv").read_text("utf-8")
    (town / "people.csv").write_text(people + "田小虎,oTian,property_staff,P,,13800000004,\n", "utf-8")
    return town


def bring_in(sessions, folder, lines):
    (folder / "roster.csv").write_text(HEADER + lines, "utf-8")
    with sessions.begin() as session:
        return import_world(session, read_world(folder))


def shifts(sessions):
    with sessions() as session:
        rows = session.query(Shift).order_by(Shift.id)
        names = {person.id: person.name for person in session.query(Person)}
        return [(names[s.person_id], s.kind, s.days, s.starts, s.ends, names.get(s.stand_in_id)) for s in rows]


def test_a_roster_comes_in_with_the_town_and_its_file_is_the_roster(sessions, folder):
    lines = "P,周立新,周一-周五,08:00,18:00,duty,\n,周立新 13800000003,2026-12-01,,,leave,oTian\n"
    assert bring_in(sessions, folder, lines).roster == Tally(2, 0, 0)
    assert shifts(sessions) == [
        ("周立新", "duty", "周一-周五", 480, 1080, None),
        ("周立新", "leave", "2026-12-01", 0, 1440, "田小虎"),
    ]
    assert not bring_in(sessions, folder, lines).changed
    assert bring_in(sessions, folder, "P,田小虎,,,,oncall,\n").roster == Tally(1, 2, 0)
    (folder / "roster.csv").unlink()
    with sessions.begin() as session:
        summary = import_world(session, read_world(folder))
    assert "roster" not in summary.tallies()
    assert [line[:2] for line in shifts(sessions)] == [("田小虎", "oncall")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("P,不在册,,,,duty,", "不在 people 里"),
        (",王秀兰,,,,leave,", "不参加排班"),
        ("K,周立新,,,,duty,", "不在“K”"),
        ("P,周立新,周八,,,duty,", "不是日子"),
        ("P,周立新,,8点,18:00,duty,", "不是钟点"),
        ("P,周立新,,08:00,,duty,", "要么都写"),
        ("P,周立新,,,,站岗,", "不认识的排班"),
        (",周立新,,,,leave,陈小玲", "同一单位的另一个人"),
        (",周立新,,,,leave,周立新", "同一单位的另一个人"),
        ("P,,,,,duty,", "person 不能为空"),
    ],
)
def test_a_wrong_line_is_named_by_file_and_line(folder, line, told):
    (folder / "roster.csv").write_text(HEADER + "P,田小虎,,,,duty,\n" + line + "\n", "utf-8")
    with pytest.raises(TableError) as error:
        read_world(folder)
    assert [(each.file, each.line) for each in error.value.problems] == [("roster.csv", 3)]
    assert told in str(error.value)


def test_two_of_one_name_must_be_told_apart(folder):
    people = (folder / "people.csv").read_text("utf-8")
    (folder / "people.csv").write_text(people + "田小虎,oTian2,property_staff,P,,13800000005,\n", "utf-8")
    (folder / "roster.csv").write_text(HEADER + "P,田小虎,,,,duty,\nP,田小虎/13800000005,,,,duty,\n", "utf-8")
    with pytest.raises(TableError) as error:
        read_world(folder)
    assert [(each.line, "同名" in each.message) for each in error.value.problems] == [(2, True)]


def test_the_demonstration_town_has_a_roster_that_comes_in(sessions, tmp_path):
    town = shutil.copytree(DEMO, tmp_path / "town")
    with sessions.begin() as session:
        assert import_world(session, read_world(town)).roster.added == 4
