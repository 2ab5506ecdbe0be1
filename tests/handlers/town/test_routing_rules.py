"""Rules over place, source and working time; the explanation of a choice; and what a config may not say."""

from datetime import UTC, datetime

import pytest
from chat import COMMUNITY, RESIDENT, Chat
from pydantic import ValidationError
from testbed import settings_for

from bot.assembly import assemble
from handlers.town.routing import Case, Routing, When
from handlers.what_if.preview import preview
from handlers.world.nodes import PlaceNode
from models.ticket import Source

DESHANG = PlaceNode(1, "德尚小区", "WY", "compound", "cover", None, None, {})
RULES = [
    {"name": "热线件先到社区", "when": {"source": ["hotline"]}, "lead": ["community"]},
    {"name": "下班后德尚由网格接", "when": {"place": ["德尚小区"], "working_time": False}, "lead": ["grid"]},
    {"name": "其余", "lead": ["property", "community"]},
]
NIGHT = datetime(2026, 11, 16, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "case", "missing"),
    [
        ({"place": ["德尚小区"]}, Case("repairs", place=DESHANG), []),
        ({"place": ["德尚小区"]}, Case("repairs"), ["place"]),
        ({"source": ["hotline", "patrol"]}, Case("repairs", source=Source.PATROL), []),
        ({"source": ["hotline"]}, Case("repairs"), ["source"]),
        ({"working_time": False}, Case("repairs"), ["working_time"]),
        ({"working_time": True, "urgent": False}, Case("repairs"), []),
        ({"mode": ["self"], "kind": ["road"], "category": ["noise"]}, Case("noise", place=DESHANG), ["mode", "kind"]),
        ({"item": ["lift"], "red_flag": True}, Case("repairs", "lift", urgent=True), ["red_flag"]),
    ],
)
def test_all_conditions_that_are_given_must_hold_and_those_that_don_t_are_named(when, case, missing):
    rule = When.model_validate(when)
    assert sorted(rule.missing(case)) == sorted(missing)
    assert rule.holds(case) == (not missing)


@pytest.mark.parametrize(
    "rule",
    [
        {"grid": ["WY-01"]},
        {"level": ["community"]},
        {"source": ["telegram"]},
        {"working_time": "有时"},
    ],
)
def test_rules_speak_of_no_towns_codes_and_only_of_known_things(rule):
    with pytest.raises(ValidationError):
        Routing.model_validate(
            {"rules": [{"name": "错", "when": rule, "lead": ["grid"]}, {"name": "其余", "lead": ["grid"]}]}
        )


def test_only_known_ways_of_sharing_and_kinds_of_teams_are_taken():
    last = {"name": "其余", "lead": ["grid"]}
    for wrong in ({"within": {"property": "抓阄"}}, {"within": {"board": "steward"}}):
        with pytest.raises(ValidationError):
            Routing.model_validate({"rules": [last], **wrong})
    with pytest.raises(ValidationError):
        Routing.model_validate({"rules": [last | {"assign": "抓阄"}]})


@pytest.fixture
def program(databases, kind, reader, tmp_path, clock):
    routing = {"rules": RULES, "within": {"property": "round_robin"}}
    made = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path, routing=routing), clock, reader)
    yield made
    made.engine.dispose()


def test_the_same_words_go_elsewhere_after_hours(program, clock):
    chat = Chat(program)
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    assert (chat.ticket().rule, chat.ticket().source) == ("其余", "chat")
    clock.now = NIGHT
    chat.says(RESIDENT, "德尚小区5号楼下水道堵了")
    assert (chat.ticket().rule, chat.ticket().team) == ("下班后德尚由网格接", "G-WY-01")


def test_the_source_of_a_demand_chooses_its_rule_and_stays_on_the_ticket(program):
    chat = Chat(program)
    chat.says(COMMUNITY, "代报 德尚小区3号楼电梯坏了")
    assert (chat.ticket().source, chat.ticket().rule, chat.ticket().team) == ("hotline", "热线件先到社区", "C-WY")
    assert chat.ticket().text == "德尚小区3号楼电梯坏了"
    chat.says(COMMUNITY, "巡查 德尚小区5号楼垃圾桶满了")
    assert (chat.ticket().source, chat.ticket().rule, chat.ticket().team) == ("patrol", "其余", "P-DS")


def test_a_source_outlives_the_questions_that_follow(program):
    chat = Chat(program)
    chat.says(COMMUNITY, "代报 楼道灯不亮了")
    assert chat.tickets() == []
    chat.says(COMMUNITY, "德尚小区3号楼")
    assert (chat.ticket().source, chat.ticket().rule) == ("hotline", "热线件先到社区")


def explained(program, text, source=Source.CHAT):
    with program.reading() as session:
        return preview(session, program.towns.current(session), text, program.clock(), source=source)


def test_a_choice_is_explained_and_nothing_is_written(program, clock):
    told = explained(program, "城南宜居家园3号楼楼道灯不亮")
    why = told["why"]
    assert (told["rule"], why["rule_number"]) == ("其余", 3)
    assert why["passed_over"] == [
        {"rule": "热线件先到社区", "because": ["来源"]},
        {"rule": "下班后德尚由网格接", "because": ["地点", "工作时间"]},
    ]
    assert explained(program, "城南宜居家园3号楼楼道灯不亮", Source.HOTLINE)["rule"] == "热线件先到社区"
    assert [team["code"] for team in why["candidates"]] == ["P-CNYJ", "C-CN"]
    assert (why["told"], why["assign"], why["asked_first"]) == (["梁玉龙"], "round_robin", "梁玉龙")
    clock.now = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    assert explained(program, "城南宜居家园3号楼楼道灯不亮")["why"]["told"] == ["任翠平"]
    assert Chat(program).tickets() == []
