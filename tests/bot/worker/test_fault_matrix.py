"""Every error code × every kind of push: what becomes of it at once, and whether it arrives when the fault is over."""

from datetime import timedelta

import pytest
from chat import COLLEAGUE, PROPERTY, RESIDENT
from outbox import CUSTOM, TEMPLATE, outbox
from sqlalchemy import select

from bot.simulator.allowance import Trigger
from bot.simulator.faults import Refuses
from bot.wechat.errors import KINDS, Trouble
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
NOBODY_S = {Trouble.RATE, Trouble.INTERFACE, Trouble.ACCOUNT, Trouble.BUSY}
"""Troubles that pass without anybody's doing on our side"""

PUSHES = {
    "staff news": {"template": "staff", "in_window": True},
    "a question": {"template": "resident", "in_window": True, "rank": Rank.QUESTION},
    "news by template alone": {"template": "resident", "in_window": False},
    "urgent": {"template": "staff", "in_window": True, "rank": Rank.URGENT},
    "words alone": {"template": "", "in_window": True},
}

AT_ONCE = {
    Trouble.GONE: "gave_up",
    Trouble.REFUSED: "gave_up",
    Trouble.CONTENT: "gave_up",
    Trouble.MOMENT: "kept",
    Trouble.RATE: "held",
    Trouble.INTERFACE: "held",
    Trouble.BUSY: "due",
    Trouble.ACCOUNT: "due",
}
"""Where every way answers with the code"""


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


@pytest.mark.parametrize("code", sorted(KINDS))
def test_where_every_way_refuses(box, clock, code):
    written(box, clock)
    for path in (CUSTOM, TEMPLATE):
        box.platform.faults.inject(Refuses(code), calls=999, path=path)
    box.worker.once()
    kind = KINDS[code]
    assert became(box) == dict.fromkeys(PUSHES, AT_ONCE[kind]), kind

    box.platform.faults.clear()
    if kind is Trouble.MOMENT:
        everybody_writes(box, clock)
    for seconds in (11, 60, 60):
        clock.turn(seconds=seconds)
        box.turns()
    arrives = kind in NOBODY_S | {Trouble.MOMENT}
    assert set(became(box).values()) == {"sent" if arrives else "gave_up"}
    with box.program.reading() as session:
        assert all(str(code) in push.reason for push in session.scalars(select(Push)) if push.outcome == "gave_up")


@pytest.mark.parametrize("code", sorted(code for code, kind in KINDS.items() if kind is not Trouble.ACCOUNT))
def test_where_only_words_are_refused_a_card_goes_instead(box, clock, code):
    written(box, clock)
    box.platform.faults.inject(Refuses(code), calls=999, path=CUSTOM)
    box.worker.once()
    kind = KINDS[code]
    with_card = {name for name, kind in PUSHES.items() if kind["template"] and kind["in_window"]}
    other_way = {Trouble.MOMENT, Trouble.REFUSED, Trouble.CONTENT, Trouble.INTERFACE, Trouble.RATE}
    found = became(box)
    assert {found[name] for name in with_card} == {"sent" if kind in other_way else AT_ONCE[kind]}
    assert found["news by template alone"] == "sent"
    assert found["words alone"] == AT_ONCE[kind]


@pytest.mark.parametrize("code", [*sorted(KINDS), 99999])
def test_a_danger_that_can_t_be_told_is_told_otherwise_within_a_minute(box, clock, code):
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
        box.platform.faults.inject(Refuses(code), calls=999)
        began = clock()
    passing = KINDS.get(code, Trouble.BUSY) == Trouble.BUSY
    box.worker.once()
    if passing:
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
    assert any("没通知到" in note and str(code) in note for note in box.notes())
    box.platform.faults.clear()
    for _ in range(3):
        clock.turn(seconds=60)
        box.turns()
    assert any("红色警情" in told or "卡片" in told for told in box.heard(COLLEAGUE))
