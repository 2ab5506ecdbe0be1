"""The worker's sums are what a plain count of the rows says, after whatever has happened to the tickets."""

import random
from collections import defaultdict
from datetime import timedelta

import pytest
from chat import COMMUNITY, PROPERTY, RESIDENT
from sqlalchemy import delete, event, select, update
from summing import fill_town, look_once, sum_up

from handlers.board.keep_sums import read_mark
from handlers.board.sums import add_to
from models.day_sums import DaySums
from models.ticket import CHINA, Ticket

LIFT = "德尚小区3号楼电梯又坏了"


def plainly(program):
    """Counted afresh in plain Python, knowing nothing of how the program counts."""
    found = defaultdict(lambda: [0] * 8)
    with program.reading() as session:
        again = repeated(session)
        for t in session.scalars(select(Ticket)):
            at = t.created_at.astimezone(CHINA)
            closed = t.status == "closed" and t.closing in ("confirmed", "explained")
            judged = t.status not in ("withdrawn", "declined", "merged")
            due = judged and t.handle_by is not None and t.resolved_at is not None
            counts = [1, due, due and t.resolved_at <= t.handle_by]
            counts += [closed, closed and t.closing == "confirmed", t.rating is not None, t.rating in (2, 3)]
            counts += [t.id in again]
            for area in {"", t.grid, t.community, t.street, t.county} - {None}:
                for division, key in (
                    ("category", t.category),
                    ("team", t.team or ""),
                    ("place", t.place_id or ""),
                    ("hour", at.hour),
                ):
                    row = found[f"{at:%y%m%d}", area, t.shut_out or "", division, str(key)]
                    found[f"{at:%y%m%d}", area, t.shut_out or "", division, str(key)] = [
                        a + b for a, b in zip(row, counts, strict=True)
                    ]
    return dict(found)


def repeated(session):
    """The numbers of tickets whose like was reported within 30 days before, each compared with each."""
    all_of_them = session.scalars(select(Ticket)).all()
    live = [t for t in all_of_them if t.item and t.status not in ("withdrawn", "declined", "merged")]
    same = defaultdict(list)
    for t in live:
        same["person", t.reporter_id, t.category, t.item].append(t)
        if t.place_id:
            same["house", t.place_id, t.building, t.category, t.item].append(t)
    return {
        later.id
        for group in same.values()
        for later in group
        if any(timedelta() < later.created_at - one.created_at <= timedelta(days=30) for one in group)
    }


def kept(program):
    with program.reading() as session:
        return {
            (row.day, row.area, row.shut_out, division, key): counts
            for row in session.scalars(select(DaySums))
            for division, keys in row.sums.items()
            for key, counts in keys.items()
        }


def test_a_town_with_a_past_is_summed_up_from_the_newest_day_back(program, clock):
    fill_town(program, clock, 300)
    assert look_once(program, clock)
    with program.reading() as session:
        assert "251116" < read_mark(session).since < "261116"
    sum_up(program, clock)
    assert kept(program) == plainly(program)


def test_what_happens_to_a_ticket_corrects_the_sums_of_its_day(chat, clock):
    program = chat.program
    chat.says(RESIDENT, LIFT)
    chat.says(RESIDENT, "我要投诉德尚小区物业保安骂人")
    sum_up(program, clock)
    assert kept(program) == plainly(program)
    clock.turn(days=1)
    for who, text in ((PROPERTY, "接"), (PROPERTY, "到"), (PROPERTY, "结 换了门机皮带"), (RESIDENT, "1")):
        chat.says(who, text)
        clock.turn(minutes=20)
        sum_up(program, clock)
        assert kept(program) == plainly(program)
    chat.says(RESIDENT, "文苑小区门口垃圾没人倒")
    clock.turn(minutes=1)
    sum_up(program, clock)
    chat.says(RESIDENT, "撤回")
    chat.says(RESIDENT, "1")
    clock.turn(minutes=1)
    sum_up(program, clock)
    assert kept(program) == plainly(program)
    assert {key[2] for key in kept(program)} > {""}  # the complaint is summed apart


def test_what_was_not_yet_committed_at_one_look_is_seen_at_the_next(chat, clock):
    """A line of a history has its number before its transaction is there for others."""
    program = chat.program
    chat.says(RESIDENT, LIFT)
    sum_up(program, clock)
    number = chat.ticket().id
    chat.says(COMMUNITY, "待办")
    clock.turn(seconds=30)
    with program.sessions.begin() as session:  # as if it came to light only now: no new line, another count
        session.execute(update(Ticket).where(Ticket.id == number).values(rating=3))
    sum_up(program, clock)
    assert kept(program) == plainly(program)


def test_what_went_past_unseen_is_corrected_in_the_night(chat, clock):
    program = chat.program
    chat.says(RESIDENT, LIFT)
    for _ in range(3):
        sum_up(program, clock)
        clock.turn(minutes=1)
    with program.sessions.begin() as session:
        session.execute(delete(DaySums))
    sum_up(program, clock)
    assert kept(program) == {}
    clock.turn(days=1)
    sum_up(program, clock)
    assert kept(program) == plainly(program)


@pytest.mark.parametrize("seed", [1, 2])
def test_days_whose_tickets_are_gone_are_gone_too(chat, clock, seed):
    program = chat.program
    fill_town(program, clock, 40)
    sum_up(program, clock)
    with program.sessions.begin() as session:
        numbers = session.scalars(select(Ticket.id)).all()
        moved = random.Random(seed).sample(list(numbers), 20)
        session.execute(update(Ticket).where(Ticket.id.in_(moved)).values(created_at=clock.now))
    clock.turn(days=1)
    sum_up(program, clock)
    assert kept(program) == plainly(program)


def test_a_quiet_town_costs_a_look_and_no_count(chat, clock):
    """Nothing has happened: neither a day is counted nor a row written but the mark."""
    program = chat.program
    fill_town(program, clock, 60)
    sum_up(program, clock)
    look_once(program, clock)
    said = []
    event.listen(program.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    look_once(program, clock)
    assert [text for text in said if "day_sums" in text and not text.startswith("SELECT")] == []
    assert sum("tickets.category" in text for text in said) == 0


def test_sums_that_were_kept_before_a_number_was_added_are_added_up():
    column = {}
    for counts in ([1] * 7, [1] * 8, [1] * 7):
        add_to(column, "parking", counts)
    assert column == {"parking": [3] * 7 + [1]}
