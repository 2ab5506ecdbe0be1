"""A ticket goes only where somebody can act: by rules, by escalation, and `check` names where nobody could."""

from chat import COMMUNITY, GRID_STAFF, PROPERTY, RESIDENT
from sqlalchemy import select

from handlers.world.town_warnings import world_warnings
from models.person import Person, Role

ELSEWHERE = "CN-01"


def moved_away(chat, team):
    """All of a team look after another grid."""
    with chat.program.sessions() as session, session.begin():
        for person in session.scalars(select(Person).where(Person.team == team)):
            person.grid = ELSEWHERE


def test_rules_pass_over_a_team_whose_people_have_another_grid(chat):
    moved_away(chat, "P-DS")
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    ticket = chat.ticket()
    assert ticket.team not in {None, "P-DS"}
    assert "26" in "".join(chat.pushed(GRID_STAFF) + chat.pushed(COMMUNITY))


def test_overseers_alone_sign_for_nothing(chat):
    with chat.program.sessions() as session, session.begin():
        for person in session.scalars(select(Person).where(Person.team == "P-DS")):
            for row in list(person.role_rows):
                row.role = Role.SUPERVISOR.value
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    assert chat.ticket().team not in {None, "P-DS"}


def test_escalation_passes_over_a_level_without_anybody(chat):
    moved_away(chat, "C-WY")
    chat.says(RESIDENT, "德尚小区3号楼下水道堵了往外冒")
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, "上报 主管道塌了要大修")
    assert chat.ticket().team == "S-XINYI"


def test_where_nobody_anywhere_could_sign_the_rule_still_holds(chat):
    with chat.program.sessions() as session, session.begin():
        for person in session.scalars(select(Person).where(Person.team.is_not(None))):
            person.grid = "JJZ-01"
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    assert chat.ticket().team == "P-DS"


def test_check_names_a_team_in_which_nobody_may_sign(chat):
    moved_away(chat, "P-DS")
    program = chat.program
    with program.reading() as session:
        found = [warning.what for warning in world_warnings(session, program.towns.current(session).world)]
    assert any("没有人能签收" in what and "德尚" in what for what in found)
