"""Was it solved? A share of those who answer decides; nobody is outvoted into silence."""

import pytest
from chat import CAST, RESIDENT, Chat
from sqlalchemy import select

from handlers.neighbours.votes import Tally
from handlers.town.same_event_rules import SameEventRules
from models.follower import Follower

WATER = CAST["供水"]


def household(number: int) -> str:
    return f"oWhistleHousehold{number:011d}"


@pytest.fixture
def chat(program):
    """An outage with four neighbours beside the reporter, which the water works say they have mended."""
    chat = Chat(program)
    chat.says(RESIDENT, "德尚小区停水了")
    for number in range(4):
        chat.says(household(number), "德尚小区没水")
    chat.says(WATER, "接")
    chat.says(WATER, "结 抢修好了")
    return chat


def a_tally(votes, waiting=0):
    return Tally([Follower(vote=vote) for vote in votes], waiting)


def most_are_content(chat):
    for who in (RESIDENT, household(0), household(3)):
        chat.says(who, "1")


@pytest.mark.parametrize(
    ("votes", "waiting", "solved", "unsolved"),
    [
        ([], 5, False, False),
        ([3], 4, False, False),  # one speaks for nobody else, the reporter neither
        ([3, 3], 3, False, False),  # two of five are not enough
        ([3, 3, 0], 2, True, False),
        ([3, 0, 0], 2, False, True),
        ([3, 0], 0, False, False),  # neither side has its share
        ([3], 1, False, False),
        ([2], 0, True, False),  # everybody has answered
    ],
)
def test_what_the_answers_decide(votes, waiting, solved, unsolved):
    counted = a_tally(votes, waiting)
    assert (counted.is_solved(SameEventRules()), counted.is_unsolved(SameEventRules())) == (solved, unsolved)


def test_three_neighbours_decide_without_the_reporter(chat):
    assert "还在等其他邻居" in chat.says(household(0), "1")
    assert "还在等其他邻居" in chat.says(household(1), "3")
    assert chat.ticket().status == "resolved"
    assert "已结案" in chat.says(household(2), "2")
    ticket = chat.ticket()
    assert (ticket.status, ticket.closing, ticket.rating) == ("closed", "confirmed", 2)
    assert any("3位邻居回话，3位说解决了" in text for text in chat.pushed(RESIDENT))


def test_one_answers_once(chat):
    chat.says(household(0), "1")
    chat.says(household(0), "1")
    chat.says(household(0), "1")
    assert chat.ticket().status == "resolved"
    with chat.program.reading() as session:
        assert len(session.scalars(select(Follower).where(Follower.vote.is_not(None))).all()) == 1


def test_most_say_no_and_the_whole_event_goes_back(chat):
    chat.says(household(0), "4")
    chat.says(household(0), "还是没水")
    assert len(chat.tickets()) == 2  # one alone: a ticket of their own
    chat.says(household(1), "4")
    chat.says(household(1), "我家也没水")
    chat.pushed(household(3))
    chat.says(RESIDENT, "4")
    assert "退回重办" in chat.says(RESIDENT, "滴水都没有")
    event = chat.tickets()[0]
    assert (event.status, event.reopenings, len(chat.tickets())) == ("dispatched", 1, 3)
    assert any("有邻居说没解决，已退回重办" in text for text in chat.pushed(household(3)))
    with chat.program.reading() as session:
        assert session.scalars(select(Follower).where(Follower.vote.is_not(None))).all() == []


def test_a_dissenters_own_ticket_knows_where_it_comes_from(chat):
    most_are_content(chat)
    event = chat.tickets()[0]
    assert event.status == "closed"
    assert "还差什么" in chat.says(household(1), f"重办 {event.number}")
    reply = chat.says(household(1), "我家还是一滴水没有")
    own = chat.ticket()
    assert own.number in reply
    assert (own.split_from, own.status, own.text) == (
        event.id,
        "dispatched",
        "德尚小区没水。没解决：我家还是一滴水没有",
    )
    assert chat.tickets()[0].status == "closed"
    assert any("新工单" in text for text in chat.pushed(WATER))


def test_a_late_no_to_a_closed_event_needs_no_command(chat):
    most_are_content(chat)
    assert any("已结案" in text for text in chat.pushed(household(2)))
    assert "还差什么" in chat.says(household(2), "4")


def test_a_late_voter_hears_how_it_ended(chat):
    most_are_content(chat)
    assert "已结案：4位邻居回话，4位说解决了" in chat.says(household(2), "1")


def test_the_answers_given_decide_when_the_time_is_over(chat, clock):
    chat.says(household(0), "1")
    chat.says(household(1), "1")
    clock.turn(days=7, minutes=1)
    chat.timers_ring()
    assert (chat.ticket().status, chat.ticket().closing) == ("closed", "confirmed")


def test_without_an_answer_it_ends_by_default_and_not_as_solved(chat, clock):
    clock.turn(days=7, minutes=1)
    chat.timers_ring()
    assert (chat.ticket().status, chat.ticket().closing) == ("closed", "default")


def test_who_withdraws_leaves_the_others_waiting(chat, program):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(household(0), "德尚小区3号楼电梯坏了")
    chat.says(household(0), "1")
    chat.says(RESIDENT, f"撤回 {chat.ticket().number}")
    assert "还有1位邻居在等" in chat.says(RESIDENT, "1")
    ticket = chat.ticket()
    assert (ticket.status, ticket.neighbours) == ("dispatched", 0)
    with program.reading() as session:
        waiting = session.scalars(select(Follower.person_id).where(Follower.ticket_id == ticket.id)).all()
    assert waiting == [ticket.reporter_id]
