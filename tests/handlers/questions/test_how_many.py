"""A list that shows the first few says how many there are, and a number that is told is the one that is kept."""

from datetime import timedelta

import pytest
from chat import ADMIN, COMMUNITY, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import insert, select

from models.follower import Follower
from models.person import Look, Person
from models.supporting_teams import Support
from models.ticket import Ticket


def filed(chat, number, who=RESIDENT):
    """So many tickets of one person, as they would have come in a long while."""
    chat.says(who, "德尚小区3号楼电梯坏了")
    with chat.program.sessions() as session, session.begin():
        first = session.scalars(select(Ticket)).one()
        row = {c.name: getattr(first, c.name) for c in Ticket.__table__.c if c.name not in {"id", "number"}}
        for more in range(1, number):
            again = row | {"id": first.id + more, "number": str(int(first.number) + more)}
            session.execute(insert(Ticket).values(again))
            session.add(Follower(ticket_id=first.id + more, person_id=first.reporter_id, joined_at=first.created_at))


def test_a_resident_is_told_of_all_that_is_open(chat):
    filed(chat, 11)
    reply = chat.says(RESIDENT, "进度")
    assert "您有 11 件在办" in reply
    assert "还有更早的 3 件" in reply
    assert reply.count("电梯") == 8
    assert "还有 6 件" in chat.says(RESIDENT, "删除我的信息")


def test_exactly_as_many_as_are_shown_is_all(chat):
    filed(chat, 8)
    reply = chat.says(RESIDENT, "进度")
    assert "您有 8 件在办" in reply
    assert "更早" not in reply
    assert "最近的" not in chat.says(COMMUNITY, "备注")


def test_a_choice_says_that_there_are_more(chat):
    filed(chat, 11)
    with chat.program.sessions() as session, session.begin():
        for ticket in session.scalars(select(Ticket)):
            ticket.proposed_id = None
    assert "（这里是最近的 8 张；别的请带上工单号）" in chat.says(COMMUNITY, "备注")


def test_who_looked_says_how_often_it_was_opened(chat, clock):
    filed(chat, 1)
    number = chat.ticket().number
    with chat.program.sessions() as session, session.begin():
        person = session.scalars(select(Person).where(Person.openid == SUPERVISOR)).one()
        session.add_all(
            Look(person_id=person.id, ticket_id=chat.ticket().id, via="对话", at=clock()) for _ in range(23)
        )
    assert "（这里是最近的 20 次，共 23 次）" in chat.says(SUPERVISOR, f"谁看过 {number}")


def test_late_teams_beyond_the_first_are_counted_and_thirty_days_are_thirty(chat, clock):
    filed(chat, 1)
    with chat.program.sessions() as session, session.begin():
        called = {"ticket_id": chat.ticket().id, "ground": "joint", "reason": "", "late": True}
        teams = sorted(chat.program.towns.current(session).world.teams)
        rows = [{"team": team, "called_at": clock.now - timedelta(days=1)} for team in teams[:14]]
        rows.append({"team": teams[0], "called_at": clock.now - timedelta(days=30)})
        session.execute(insert(Support), [called | row for row in rows])
    lines = chat.says(ADMIN, "吹哨排行").splitlines()
    assert lines[-1] == "（共 14 家，这里是迟到最多的 12 家）"
    assert sum("叫1次" in line for line in lines) == 12
    asked = chat.says(ADMIN, "近30天报到迟到最多的前20家单位").splitlines()[1:]
    assert len(asked) == 14
    assert all(line.endswith(" 1次") for line in asked)


def test_so_many_days_for_a_reopening_as_the_town_has_set(chat, clock):
    days = chat.program.settings.habits.reopen_days
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, "结 换了主板")
    clock.turn(days=chat.program.settings.habits.lapse_days, minutes=1)
    chat.timers_ring()
    assert any(f"没办好可在{days}天内回“重办”" in push for push in chat.pushed(RESIDENT))


@pytest.mark.parametrize(
    ("who", "words", "instead"),
    [(RESIDENT, "重办", "回“进度”"), (PROPERTY, "办结", "回“待办”"), (SUPERVISOR, "督办", "回“今日”")],
)
def test_where_nothing_fits_everybody_is_told_of_a_command_of_their_own(chat, who, words, instead):
    assert instead in chat.says(who, words)
