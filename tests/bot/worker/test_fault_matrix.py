"""Every error code × every kind of push: what becomes of it at once, and whether it arrives when the fault is over.

What is expected stands in docs/faults.py, which is also the table of docs/faults.md.
"""

from datetime import timedelta

import pytest
from chat import COLLEAGUE, PROPERTY, RESIDENT
from outbox import CUSTOM, TEMPLATE, outbox
from sqlalchemy import select

from bot.simulator.faults import Garbles, Hangs, Refuses
from bot.simulator.message_quota import Trigger
from bot.wechat.errors import KINDS, Trouble
from docs import faults
from docs.faults import EVERY_WAY_REFUSES, Became, when_over, words_refused
from models.person import Person
from models.push import Push, Rank

pytestmark = pytest.mark.slow

FIELDS = {
    "happened": "新工单",
    "words": "电梯坏了",
    "number": "260001",
    "what": "电梯",
    "where": "德尚小区",
    "status": "待签收",
    "due": "2026-11-21 16:30",
}
PUSHES = {
    "staff news": {"template": "staff", "in_window": True},
    "a question": {"template": "resident", "in_window": True, "rank": Rank.QUESTION},
    "news by template alone": {"template": "resident", "in_window": False},
    "urgent": {"template": "staff", "in_window": True, "rank": Rank.URGENT},
    "words alone": {"template": "", "in_window": True},
}

FAULTS = {"没见过的码": Refuses(99999), "502": Garbles(status=502), "200，不是 JSON": Garbles(), "不回答": Hangs(0.7)}


def fault(error):
    return FAULTS.get(error) or Refuses(int(error))


def test_the_table_tells_of_every_kind_of_push_and_every_code():
    assert set(faults.PUSHES) == set(PUSHES)
    assert {*map(str, KINDS), *FAULTS} == set(faults.ERRORS)


@pytest.fixture
def box(databases, reader, tmp_path, clock):
    with outbox(databases.fresh("sqlite", with_town=True), tmp_path, clock, reader) as made:
        yield made


def sort_of(push):
    return push.outcome or "due"


def written(box, clock):
    """One push of each kind, each to a person of their own."""
    with box.program.sessions.begin() as session:
        for name, kind in PUSHES.items():
            person = Person(openid=f"oMatrix{name.replace(' ', ''):_<21}", last_inbound_at=None)
            session.add(person)
            session.flush()
            box.platform.follow(person.openid)
            if kind["in_window"]:
                writes(box, clock, person)
            values = {"rank": kind.get("rank", Rank.NEWS).value, "template": kind["template"], "fields": FIELDS}
            due = {"due_at": clock(), "created_at": clock()}
            session.add(Push(key=name, person_id=person.id, event="note", text=f"说一声：{name}", **values, **due))


def writes(box, clock, person):
    person.last_inbound_at = person.wrote_at = clock()
    box.platform.allowances.open(person.openid, Trigger.MESSAGE, box.platform.now())


def became(box):
    with box.program.reading() as session:
        return {push.key: sort_of(push) for push in session.scalars(select(Push)) if push.key in PUSHES}


def everybody_writes(box, clock):
    """What the edge does at a message: the window opens, what waits for it is due."""
    for name in PUSHES:
        box.opens(f"oMatrix{name.replace(' ', ''):_<21}")


def fails(box, error, *paths):
    if error == "不回答":
        box.hurries()
    for path in paths:
        box.platform.faults.inject(fault(error), calls=999, path=path)


@pytest.mark.parametrize(("error", "trouble"), faults.ERRORS.items())
def test_where_every_way_refuses(box, clock, error, trouble):
    written(box, clock)
    fails(box, error, CUSTOM, TEMPLATE)
    box.worker.once()
    assert became(box) == dict.fromkeys(PUSHES, EVERY_WAY_REFUSES[trouble]), trouble

    box.platform.faults.clear()
    if trouble is Trouble.MOMENT:
        everybody_writes(box, clock)
    for seconds in (11, 60, 60):
        clock.turn(seconds=seconds)
        box.turns()
    assert set(became(box).values()) == {when_over(trouble)}
    with box.program.reading() as session:
        assert all(error in push.reason for push in session.scalars(select(Push)) if push.outcome == Became.GAVE_UP)


@pytest.mark.parametrize(("error", "trouble"), faults.ERRORS.items())
def test_where_only_words_are_refused_a_card_goes_instead(box, clock, error, trouble):
    written(box, clock)
    if trouble is Trouble.ACCOUNT:  # that is never one interface alone
        fails(box, error, CUSTOM, TEMPLATE)
    else:
        fails(box, error, CUSTOM)
    box.worker.once()
    assert became(box) == {push: words_refused(trouble, push) for push in PUSHES}


@pytest.mark.parametrize(("error", "trouble"), faults.ERRORS.items())
def test_a_danger_that_can_t_be_told_is_told_otherwise_within_a_minute(box, clock, error, trouble):
    """All ways to one of the team refuse; the colleague and the overseers hear of it, and it is tried again."""
    for openid in (PROPERTY, COLLEAGUE):
        box.opens(openid)
    box.says(RESIDENT, "德尚小区2号楼着火了")
    with box.program.sessions.begin() as session:
        theirs = session.scalars(select(Push).where(Push.event == "red_flag")).all()
        mine = next(push for push in theirs if session.get_one(Person, push.person_id).openid == PROPERTY)
        for push in theirs:
            if push is not mine:
                session.delete(push)
    fails(box, error, "")
    began = clock()
    box.worker.once()
    if trouble in {Trouble.BUSY, Trouble.UNKNOWN}:
        clock.turn(seconds=11)
        box.worker.once()
    with box.program.reading() as session:
        mine = session.get_one(Push, mine.id)
        assert mine.unreached_at is not None
        assert mine.unreached_at - began <= timedelta(minutes=1)
        instead = session.scalars(select(Push).where(Push.event == "red_flag_instead")).all()
        overseers = session.scalars(select(Push).where(Push.event == "red_flag_unreached")).all()
        assert [session.get_one(Person, push.person_id).openid for push in instead] == [COLLEAGUE]
        assert overseers
        assert all("没通知到" in push.text and push.rank == Rank.DANGER for push in overseers)
    code = error if error in map(str, KINDS) else ""
    assert any("没通知到" in note and code in note for note in box.notes())
    box.platform.faults.clear()
    for _ in range(3):
        clock.turn(seconds=60)
        box.turns()
    assert any("红色警情" in told or "卡片" in told for told in box.heard(COLLEAGUE))
    with box.program.reading() as session:
        found = sort_of(session.get_one(Push, mine.id))
    assert found == (Became.KEPT if trouble is Trouble.MOMENT else when_over(trouble))
