"""吹哨报到: what is called, who may call, and what the clock does to those who don't come."""

from datetime import timedelta

import pytest
from chat import ADMIN, CAST, COMMUNITY, GRID_STAFF, RESIDENT, STREET, SUPERVISOR, Chat
from sqlalchemy import select

from handlers.disclosure.policy import EVERYTHING
from handlers.figures.call_counts import attendance
from handlers.notifications import ticket_text
from handlers.town.whistle_rules import WhistleRules, ground_of
from models.person import Role
from models.push import Push
from models.status_moves import RESOLVE
from models.supporting_teams import Ground, Support
from models.ticket import Actor, IllegalMove, Ticket

POWER, CITY, POLICE, HOUSING = (CAST[name] for name in ("供电", "城管", "派出所", "住建"))


@pytest.fixture
def chat(program):
    chat = Chat(program)
    chat.says(RESIDENT, "府前街有个卖水果的摊子天天占道")
    return chat


def calls_of(chat):
    with chat.program.reading() as session:
        return {call.team: call for call in session.scalars(select(Support).where(Support.ground != ""))}


def as_json(chat):
    with chat.program.reading() as session:
        town = chat.program.towns.current(session)
        newest = session.scalars(select(Ticket).order_by(Ticket.id)).all()[-1]
        return ticket_text.as_json(session, town, newest, EVERYTHING)


@pytest.mark.parametrize("caller", [COMMUNITY, STREET, SUPERVISOR, ADMIN])
def test_communities_streets_and_overseers_call_teams_in_one_line(chat, clock, caller):
    number = chat.ticket().number
    reply = chat.says(caller, f"吹哨 {number} 供电 派出所 突发险情，电线垂到摊子上")
    assert "已吹哨" in reply
    assert "突发紧急" in reply
    assert set(calls_of(chat)) == {"D-GD", "D-PCS1"}
    call = calls_of(chat)["D-GD"]
    assert (call.ground, call.reason) == ("emergency", "突发险情，电线垂到摊子上")
    assert call.due_at == clock.now + timedelta(minutes=30)


def test_who_is_in_charge_already_hides_none_of_the_others(chat):
    number, lead = chat.ticket().number, chat.ticket().team
    name = {"P-DS": "德尚物业", "D-CG": "城管"}[lead]
    assert "已吹哨" in chat.says(COMMUNITY, f"吹哨 {number} {name} 派出所 突发险情，电线垂到摊子上")
    assert set(calls_of(chat)) == {"D-PCS1"}


def test_only_those_who_are_at_it_already_is_said_so(chat):
    number, lead = chat.ticket().number, chat.ticket().team
    name = {"P-DS": "德尚物业", "D-CG": "城管"}[lead]
    assert "已经在办" in chat.says(COMMUNITY, f"吹哨 {number} {name}")


def test_a_grid_calls_nobody_and_hears_what_it_may_do(chat):
    chat.says(RESIDENT, "德尚小区3号楼外墙裂了条缝")
    reply = chat.says(GRID_STAFF, f"吹哨 {chat.ticket().number} 住建 突发险情")
    assert "上报" in reply
    assert calls_of(chat) == {}


def test_a_whistle_rings_at_night_too(chat, clock):
    clock.turn(hours=13)  # 23:00
    chat.says(COMMUNITY, f"吹哨 {chat.ticket().number} 供电 突发险情")
    with chat.program.reading() as session:
        (push,) = session.scalars(select(Push).where(Push.event == "whistle", Push.text.startswith("吹哨")))
        assert push.due_at == clock.now


def test_the_clock_may_wait_for_working_hours_where_the_town_says_so():
    section = WhistleRules.model_validate({"joint": "2工作时"})
    assert str(section.report_in(Ground.JOINT)) == "2个工作时"
    assert str(section.report_in(Ground.EMERGENCY)) == "30分钟"
    with pytest.raises(ValueError, match="不是时限"):
        WhistleRules.model_validate({"joint": "马上"})


@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("电线要掉，突发险情", Ground.EMERGENCY),
        ("需要联合执法", Ground.JOINT),
        ("这事超出社区权限", Ground.BEYOND),
        ("突发险情，需联合处置", None),
        ("私拉电线", None),
    ],
)
def test_the_ground_is_read_off_the_reason_or_asked(words, ground):
    assert ground_of(words) == ground


def test_no_handler_can_resolve_past_a_called_team(chat):
    """The rule stands at the ticket's one door, for every caller."""
    number = chat.ticket().number
    chat.says(COMMUNITY, f"吹哨 {number} 供电 突发险情")
    chat.says(CITY, f"接 {number}")
    with chat.program.sessions() as session, session.begin():
        ticket = session.scalars(select(Ticket)).one()
        with pytest.raises(IllegalMove):
            ticket.apply(RESOLVE, by=Actor(Role.GRID_STAFF), at=chat.program.clock(), note="好了")
        session.rollback()
    assert chat.ticket().status == "working"


def test_a_called_team_stays_called_when_the_ticket_changes_hands(chat):
    number = chat.ticket().number
    chat.says(COMMUNITY, f"吹哨 {number} 供电 突发险情")
    chat.says(CITY, f"上报 {number} 城管一家办不了")
    assert as_json(chat)["team"] != "D-CG"
    assert [call["team"] for call in as_json(chat)["calls"]] == ["D-GD"]


def test_who_was_missing_is_late_for_ever_and_told_once(chat, clock):
    number = chat.ticket().number
    chat.says(COMMUNITY, f"吹哨 {number} 供电 突发险情")
    chat.pushed(POWER)
    chat.pushed(SUPERVISOR)
    clock.turn(minutes=30)
    chat.timers_ring()
    chat.timers_ring()
    assert len([text for text in chat.pushed(POWER) if "报到超时" in text]) == 1
    assert len([text for text in chat.pushed(SUPERVISOR) if "未到：孝义市供电公司" in text]) == 1
    assert chat.says(POWER, f"到 {number}").count("迟到") == 0  # to the minute
    assert calls_of(chat)["D-GD"].late
    call = as_json(chat)["calls"][0]
    assert call["late"] is True
    assert call["reported_at"] == "2026-11-16T10:30:00+08:00"
    assert [event["move"] for event in as_json(chat)["events"]][-2:] == ["note", "report_in"]


def test_a_released_team_is_rung_no_more(chat, clock):
    number = chat.ticket().number
    chat.says(COMMUNITY, f"吹哨 {number} 供电 突发险情")
    assert "已放行" in chat.says(COMMUNITY, f"放 {number} 供电")
    chat.pushed(POWER)
    clock.turn(minutes=31)
    chat.timers_ring()
    assert chat.pushed(POWER) == []
    assert not calls_of(chat)["D-GD"].late


def test_a_team_called_again_has_a_line_for_each_time(chat, clock):
    number = chat.ticket().number
    chat.says(COMMUNITY, f"吹哨 {number} 供电 突发险情")
    clock.turn(minutes=40)
    chat.timers_ring()
    chat.says(POWER, f"结 {number} 线收好了")
    chat.says(COMMUNITY, f"吹哨 {number} 供电 又出险情")
    assert [(call["late"], call["finished_at"] is None) for call in as_json(chat)["calls"]] == [
        (True, False),
        (False, True),
    ]
    with chat.program.reading() as session:
        (row,) = attendance(session, Ticket.id > 0, clock.now - timedelta(days=1), clock.now + timedelta(days=1))
    assert (row.team, row.called, row.late, row.missing) == ("D-GD", 2, 1, 0)
    assert row.minutes == pytest.approx(40)


def test_the_residents_room_is_nothing_that_called_teams_must_guess(chat):
    """A called team opens the ticket like the team in charge, and the look is written down."""
    chat.says(COMMUNITY, f"吹哨 {chat.ticket().number} 住建 突发险情")
    assert "经过" in chat.says(HOUSING, "看")
    assert chat.says(POLICE, f"看 {chat.ticket().number}").startswith("没有找到工单")


def test_a_supervisors_question_about_late_teams_counts_calls(chat, clock):
    number = chat.ticket().number
    chat.says(COMMUNITY, f"吹哨 {number} 供电 派出所 突发险情")
    chat.says(POWER, f"到 {number}")
    clock.turn(minutes=31)
    chat.timers_ring()
    clock.turn(days=7)
    reply = chat.says(SUPERVISOR, "上周报到迟到最多的单位")
    assert "新义派出所 1次" in reply
    assert "上周 · 按承办单位 · 报到迟到" in reply
    assert "供电公司 100%" in chat.says(SUPERVISOR, "上周各单位按时报到率")
