"""The town changes under tickets in flight: nothing moves by itself, and only the untouched when asked."""

from types import SimpleNamespace

import pytest
from chat import NEIGHBOUR, PROPERTY, RESIDENT, Chat
from click.testing import CliRunner
from sqlalchemy import delete, true
from testbed import settings_for

from bot.assembly import assemble
from bot.commands import shared
from bot.commands.routes import reroute as command
from handlers.what_if.reroute import changes
from handlers.what_if.reroute import reroute as send_elsewhere
from models.grid import Fact, TeamArea

RULES = [
    {"name": "电梯归社区", "when": {"item": ["lift"], "place": ["德尚小区"]}, "lead": ["community"]},
    {"name": "其余", "lead": ["property", "community"]},
]


@pytest.fixture
def towns(databases, kind, reader, tmp_path, clock):
    """The same database under the shipped rules, and under others."""
    url, made = databases.fresh(kind, with_town=True), []

    def make(**overrides):
        made.append(assemble(settings_for(url, tmp_path, **overrides), clock, reader))
        return made[-1]

    yield make
    for program in made:
        program.engine.dispose()


def moved(program):
    with program.sessions() as session, session.begin():
        town = program.towns.current(session)
        found = list(changes(session, town, true()))
        return [send_elsewhere(session, town, change.ticket_id, program.clock()) for change in found]


def test_new_rules_move_nothing_until_asked_and_then_only_what_nobody_touched(towns):
    chat = Chat(towns())
    for says in (RESIDENT, NEIGHBOUR):
        chat.says(says, "德尚小区3号楼电梯又坏了" if says == RESIDENT else "德尚小区5号楼电梯坏了")
    untouched, signed = chat.tickets()
    assert (untouched.team, signed.team) == ("P-DS", "P-DS")
    chat.says(PROPERTY, f"接 {signed.number}")
    promised = untouched.handle_by
    chat = Chat(towns(routing={"rules": RULES}))
    assert [ticket.team for ticket in chat.tickets()] == ["P-DS", "P-DS"]
    chat.pushed(RESIDENT)
    assert moved(chat.program) == [True]
    first, second = chat.tickets()
    assert (first.team, first.rule, first.status, first.handle_by) == ("C-WY", "电梯归社区", "dispatched", promised)
    assert second.team == "P-DS"
    assert "派单规则有变动" in chat.pushed(RESIDENT)[0]
    assert moved(chat.program) == []


def test_what_a_person_handed_on_stays_there(towns):
    chat = Chat(towns())
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    chat.says(PROPERTY, "转 文苑社区居委会 钥匙在社区")
    assert chat.ticket().team == "C-WY"
    chat = Chat(towns(routing={"rules": [RULES[1]]}))
    assert moved(chat.program) == []


def test_what_lay_on_the_desk_is_dispatched_once_the_world_knows_its_place(towns):
    program = towns()
    chat = Chat(program)
    with program.sessions() as session, session.begin():
        session.execute(delete(TeamArea))
        session.merge(Fact(name="world_version", value="nobody"))
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    assert (chat.ticket().team, chat.ticket().status) == (None, "pending")
    with program.sessions() as session, session.begin():
        session.add_all([TeamArea(team="P-DS", grid="WY-01"), TeamArea(team="C-WY", grid="WY")])
        session.merge(Fact(name="world_version", value="staffed"))
    assert moved(program) == [True]
    assert (chat.ticket().team, chat.ticket().status) == ("P-DS", "dispatched")
    assert any("新工单" in text for text in chat.pushed(PROPERTY))


def test_the_command_says_what_it_would_do_and_does_it(towns, monkeypatch):
    chat = Chat(towns())
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    program = towns(routing={"rules": RULES})
    monkeypatch.setattr(shared.Command, "program", lambda _self: program)

    def run(*arguments):
        return CliRunner().invoke(command, arguments, obj=shared.Command("config.yaml"), catch_exceptions=False).output

    number = chat.ticket().number
    line = f"{number} 德尚物业(WY-01) → 文苑社区居委会(WY-01) 规则：电梯归社区"
    assert run("--dry-run") == f"{line}\n会改 1 件，没有改动。\n"
    assert chat.ticket().team == "P-DS"
    assert "已重派 0 件" in run("--grid", "LL")
    assert run("--grid", "WY") == f"{line}\n已重派 1 件。\n"
    assert chat.ticket().team == "C-WY"
    assert "没有网格 火星" in CliRunner().invoke(command, ["--grid", "火星"], obj=shared.Command("x")).output


def test_one_who_sits_at_the_keyboard_is_asked_before_tickets_change_hands(towns, monkeypatch):
    chat = Chat(towns())
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    program = towns(routing={"rules": RULES})
    monkeypatch.setattr(shared.Command, "program", lambda _self: program)
    monkeypatch.setattr("bot.commands.routes.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))

    def run(answer):
        return CliRunner().invoke(command, [], obj=shared.Command("config.yaml"), input=answer).output

    assert "这 1 件会换承办单位" in run("n\n")
    assert chat.ticket().team == "P-DS"
    assert "已重派 1 件" in run("y\n")
    assert chat.ticket().team == "C-WY"
