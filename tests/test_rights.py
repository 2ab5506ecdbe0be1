"""Who may do what to which ticket: every command × every role × every place of a person in the town, generated.

The table below is the rule as a town would write it down; the program's own conditions are not asked.
"""

from dataclasses import dataclass
from itertools import count, product

import pytest
from chat import PROPERTY, RESIDENT, Chat

from handlers.answering.router_order import COMMANDS
from handlers.answering.routers import route
from handlers.dialogue.context import Context
from models.care import CaredFor
from models.person import Person, PersonRole, Role
from models.ticket import Ticket

pytestmark = pytest.mark.both_databases

# Where the ticket lies, and where a person may stand to it. Rights reach from a grid to all below it.
GRIDS = {
    "own grid": "WY-01",
    "community above": "WY",
    "county above": "XY",
    "sibling grid": "WY-02",
    "other street": "XY-ZYL",
    "no grid": None,
}
ABOVE = {"own grid", "community above", "county above"}
TEAMS = {"own team": "P-DS", "other team": "P-LLY", "no team": None}
EVERYWHERE = set(GRIDS)

# role → team → the grids from which its people reach the ticket
WORKS = {
    Role.GRID_STAFF: {"own team": EVERYWHERE, "other team": ABOVE, "no team": ABOVE},
    Role.PROPERTY_STAFF: {"own team": ABOVE | {"no grid"}, "other team": set(), "no team": set()},
}
OVERSEES = {
    Role.SUPERVISOR: dict.fromkeys(TEAMS, ABOVE | {"no grid"}),
    Role.ADMIN: dict.fromkeys(TEAMS, EVERYWHERE),
}
REACHES = WORKS | OVERSEES
HIGHER = {"community above", "county above"}
WHISTLES = {Role.GRID_STAFF: {"own team": HIGHER | {"other street"}, "other team": HIGHER}} | OVERSEES
"""Of the staff only those whose grid is a community or more"""
NOBODY: dict[Role, dict[str, set[str]]] = {}

# command → who reaches a ticket of another's by it. Residents reach their own by all of theirs, and no other.
RULES = {
    **dict.fromkeys(["接", "到", "结", "退", "上报", "备注", "告知", "约", "异议", "申诉"], WORKS),
    **dict.fromkeys(["查", "督办", "谁看过", "重办", "派", "根治", "裁定"], OVERSEES),
    **dict.fromkeys(
        [
            "放",
            "点名",
            "属实",
            "延",
            "挂账",
            "恢复",
            "问",
            "不受理",
            "解释",
            "为什么",
            "改类",
            "权属",
            "回访",
            "照片",
            "看",
        ],
        REACHES,
    ),
    **dict.fromkeys(["并", "转"], REACHES),
    "吹哨": WHISTLES,
    **dict.fromkeys(["进度", "催办", "补充", "更正", "撤回", "另报"], NOBODY),
}
ABOUT_NO_TICKET = {
    "待办", "今日", "本周", "超时", "网格", "类别", "排行", "导出", "吹哨排行", "推演", "同意", "不同意",
    "巡查", "代报", "回", "结束", "评价", "加入", "人工", "绑定", "帮助", "取消", "删除我的信息",
    "看板", "口径", "日报", "周报", "只要红色", "静音", "取消静音", "通知", "撤通知",
}  # fmt: skip
"""Lists, figures and a person's own affairs. Their reach is tested where they are. Approvals go by who was asked"""

COMPOUNDS = {
    "接待日": "德尚小区 每月5日 18:00-20:00",
    "停接待日": "德尚小区",
    "接待": "",
    "接待单": "",
    "接待情况": "德尚小区",
    "招": "德尚小区 3人 明天9点 清楼道",
    "志愿完成": "1 2小时",
}
"""Acts for a compound, and what is said with each: who works or oversees there may, and nobody else"""
DONE = ("排好了", "不办了", "怎么记", "登记 ", "诉求 ", "已告诉")
REFUSED = ("没有1号活动", "没有找到您管的这个小区", "现在没有您的接待", "小区里没有这位", "最近的接待")
OF_RESIDENTS = {"预约接待", "取消预约接待", "公示", "志愿", "志愿报名", "志愿退出", "参加"}
"""A resident's own, like their reports, and what is public"""
OF_PATROLS = {"到点", "巡查路线", "巡查情况"}
OF_VISITS = {"走访", "走访名单", "走访情况", "走访记录"}
OF_SCORES = {"考评", "考评季报", "争分", "裁分", "评社区", "致谢", "最美"}
OF_VOICES = {"楼栋"}
"""Tested where they are: who speaks for a house or a compound has no role"""
OF_MEETINGS = {"议程", "议", "议事季报"}


@dataclass(frozen=True)
class Stand:
    """One person's role and place in the town."""

    role: Role
    grid: str
    team: str

    def person(self) -> Person:
        roles = [PersonRole(role=self.role.value)] if self.role is not Role.RESIDENT else []
        return Person(openid="oStand", name="某某", grid=GRIDS[self.grid], team=TEAMS[self.team], role_rows=roles)


STANDS = [
    *(Stand(*each) for each in product(WORKS, GRIDS, ["own team", "other team"])),
    *(Stand(*each) for each in product(OVERSEES, GRIDS, ["no team"])),
    Stand(Role.RESIDENT, "no grid", "no team"),
    Stand(Role.RESIDENT, "own grid", "own team"),  # a post without a role is no post
]


def first_words() -> set[str]:
    return {command.words[0] for command in COMMANDS}


def test_every_command_has_its_row_in_the_table():
    assert (
        first_words()
        == set(RULES)
        | ABOUT_NO_TICKET
        | COMPOUNDS.keys()
        | OF_RESIDENTS
        | OF_MEETINGS
        | OF_PATROLS
        | OF_VISITS
        | OF_SCORES
        | OF_VOICES
    )


@pytest.fixture
def ticket(program):
    chat = Chat(program)
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了，猫咪大橘下不来")
    assert (chat.ticket().grid, chat.ticket().team) == ("WY-01", "P-DS")
    return chat.ticket()


def said(program, stand: Stand, text: str) -> tuple[str, bool]:
    """The reply, and whether the ticket changed; nothing of it is kept."""
    with program.sessions() as session:
        try:
            person = stand.person()
            session.add(person)
            session.flush()
            before = session.get_one(Ticket, 1).version
            message = Chat(program).message("oStand", text)
            context = Context(message, session, program.clock(), person, program.towns.current(session))
            reply = route(context)
            session.flush()
            return reply.text, session.get_one(Ticket, 1).version != before
        finally:
            session.rollback()


WORDS = {"转": "城管 归他们", "延": "2工作日 等配件", "挂账": "2026-12-01 等配件", "并": "到 99999999999", "改类": "停车",
         "吹哨": "城管 供电 联合执法", "派": "城管 归他们", "约": "明天上午9点"}  # fmt: skip


def wrongs(program, ticket: Ticket, word: str, stand: Stand) -> str:
    """What is not as the table says, or nothing."""
    held_by = {role for command in COMMANDS if word in command.words for role in command.roles}
    reply, changed = said(program, stand, f"{word} {ticket.number} {WORDS.get(word, '已经看过')}")
    refused = any(sign in reply for sign in (f"没有找到工单 {ticket.number}", "没有可以", "吹哨由社区、街道发起"))
    told = changed or "大橘" in reply or "德尚" in reply
    if stand.role not in held_by and Role.RESIDENT not in held_by:
        return "is told of such a command" if refused or told or ticket.number in reply else ""
    if (stand.grid in RULES[word].get(stand.role, {}).get(stand.team, set())) == refused:
        return f"{'refused' if refused else 'reached'}: {reply}"
    return f"refused, and yet: {reply}" if refused and told else ""


def test_every_command_reaches_a_ticket_exactly_as_the_table_says(program, ticket, kind):
    stands = STANDS if kind == "sqlite" else STANDS[::7]  # the same conditions, in another dialect
    tried = [(word, stand) for word in sorted(RULES) for stand in stands]
    found = [(word, stand, wrong) for word, stand in tried if (wrong := wrongs(program, ticket, word, stand))]
    assert found == []


def test_every_act_for_a_compound_is_for_those_who_serve_it(program, ticket, kind, clock):
    chat = Chat(program)
    chat._numbers = count(100)  # the fixture's own chat began at one
    clock.turn(hours=1)
    assert "排好了" in chat.says(PROPERTY, "接待日 德尚小区 今天 11:30-12:00")
    assert "1号活动" in chat.says(PROPERTY, "招 德尚小区 3人 明天9点 清楼道")
    found = []
    stands = STANDS if kind == "sqlite" else STANDS[::7]
    for (word, words), stand in product(COMPOUNDS.items(), stands):
        reply, _ = said(program, stand, f"{word} {words}".strip())
        allowed = stand.grid in REACHES.get(stand.role, {}).get(stand.team, set())
        if stand.role is Role.RESIDENT:
            wrong = any(sign in reply for sign in DONE)
        else:
            wrong = allowed == any(sign in reply for sign in REFUSED)
        found += [(word, stand, reply)] if wrong else []
    assert found == []


def test_meetings_are_seen_by_those_who_serve_there_and_decided_by_the_community(program, ticket, kind):
    """Only the community, and who stands above it, writes down what was decided."""
    lay_aside(program, ticket)
    found = []
    for stand in STANDS if kind == "sqlite" else STANDS[::7]:
        sees = stand.grid in REACHES.get(stand.role, {}).get(stand.team, set())
        shown = ticket.number in said(program, stand, "议程 文苑社区")[0]
        reply, changed = said(program, stand, "议 1 物业12月底前换配件")
        above = stand.role in OVERSEES or (stand.role is Role.GRID_STAFF and stand.grid in HIGHER)
        if shown != sees or (changed and not (sees and above)) or (changed and "记下了" not in reply):
            found.append((stand, shown, changed, reply))
    assert found == []
    assert said(program, Stand(Role.GRID_STAFF, "community above", "other team"), "议 1 物业12月底前换配件")[1]


def test_the_private_list_is_read_by_its_visitors_and_by_those_above_alone(program, ticket, kind):
    """One line of it in the ticket's grid, with nobody named to go there."""
    with program.sessions() as session, session.begin():
        session.add(
            CaredFor(name="李桂英", address="德尚小区3号楼", kind="", phone="", grid="WY-01", every=7, left_out=False)
        )
    found = []
    for stand in STANDS if kind == "sqlite" else STANDS[::7]:
        goes = stand.role is Role.GRID_STAFF and stand.grid == "own grid"
        oversees = stand.grid in OVERSEES.get(stand.role, {}).get(stand.team, set())
        shown = tuple(
            "李桂英" in said(program, stand, word)[0] for word in ("走访", "走访名单", "走访情况", "走访记录")
        )
        if shown != (goes, oversees, False, False):
            found.append((stand, shown))
    assert found == []


def test_a_statement_is_read_by_whom_it_scores_and_by_those_above(program, ticket, kind):
    """A company's: its own people, the community above it, supervisors. Nobody else learns a single point of it."""
    found = []
    for stand in STANDS if kind == "sqlite" else STANDS[::7]:
        own = stand.role is Role.PROPERTY_STAFF and stand.team == "own team"
        own |= stand.role is Role.GRID_STAFF and (stand.team == "own team" or stand.grid in HIGHER)
        oversees = stand.grid in OVERSEES.get(stand.role, {}).get(stand.team, set())
        shown = "75 分" in said(program, stand, "考评 德尚物业")[0]
        report = "考评" in said(program, stand, "考评季报")[0]
        if shown != (own or oversees) or (report and stand.role not in OVERSEES):
            found.append((stand, shown, report))
    assert found == []


def lay_aside(program, ticket: Ticket) -> None:
    with program.sessions() as session, session.begin():
        session.get_one(Ticket, ticket.id).status = "suspended"


def test_lists_and_figures_reach_as_far_as_tickets_do(program, ticket, kind):
    found = []
    for stand in STANDS if kind == "sqlite" else STANDS[::7]:
        works = stand.grid in WORKS.get(stand.role, {}).get(stand.team, set())
        oversees = stand.grid in OVERSEES.get(stand.role, {}).get(stand.team, set())
        shown = (
            ticket.number in said(program, stand, "待办")[0],
            "新增 1" in said(program, stand, "今日")[0],
            "1 张工单" in said(program, stand, "导出")[0],
        )
        if shown != (works, oversees, oversees):
            found.append((stand, shown))
    assert found == []


@pytest.mark.parametrize("resident", [stand for stand in STANDS if stand.role is Role.RESIDENT], ids=lambda s: s.team)
def test_residents_cannot_discover_what_staff_can_do(resident, program, ticket):
    staff = [command for command in COMMANDS if Role.RESIDENT not in command.roles]
    shown = said(program, resident, "帮助")[0]
    assert [command.help for command in staff if command.help in shown] == []
    plain = said(program, resident, "哗哗哗")[0]
    for command in staff:
        for word in command.words:
            if any(word in mine.words for mine in COMMANDS if Role.RESIDENT in mine.roles):
                continue
            assert said(program, resident, word)[0] == plain, word
