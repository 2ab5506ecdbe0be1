"""Every way out of the program, whenever it was added: what those complained of could find there of who complained.

`test_shielding.py` lets them say every command about a ticket that they know of; here they say every command without
one, let a month go by, and open every link that they are given. The lists at the end are of all ways that there are.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from chat import COLLEAGUE, COMMUNITY, PROPERTY, RESIDENT, STREET
from sqlalchemy import select, update
from testbed import ROOT

from bot.web.app import create_app
from handlers.alarms.scan import look
from handlers.answering.router_order import COMMANDS
from handlers.disclosure.policy import VisibleFields, passing
from handlers.hotline.outcome import outcome
from handlers.notifications import ticket_text
from handlers.public_notice.figures import months
from handlers.reception_days.sheet import rows
from handlers.tickets.change import Moment
from handlers.timers.periodic_jobs import plan_chores
from models.person import Person
from models.push import Push
from models.reception import Reception
from models.ticket import CHINA, Ticket

ACCOUNT = {"token": "t" * 8, "aes_key": "a" * 43, "app_id": "wx0123456789abcdef", "gh_id": "gh_0123456789ab"}
CORP = {
    "corp_id": "ww0123456789abcdef",
    "agent_id": "1000002",
    "secret": "s" * 43,
    "token": "t" * 8,
    "aes_key": "a" * 43,
}
COMPLAINT = "德尚小区3号楼8单元502王秀兰，物业刘经理收黑钱，电话13812345678"
SECRETS = ("王秀兰", "502", "8单元", "13812345678", "收黑钱")


def leaked(*told: str) -> list[str]:
    return [words for words in told if any(secret in words for secret in SECRETS)]


def app_of(program):
    """All routes, those that a town may do without among them."""
    changed = {
        "wechat": program.settings.wechat.model_validate(ACCOUNT),
        "open311": program.settings.open311.model_copy(update={"enabled": True}),
        "wecom": program.settings.wecom.model_validate(CORP),
    }
    return create_app(replace(program, settings=program.settings.model_copy(update=changed)))


def content_of(answer: bytes) -> str:
    """A page, or all parts of a workbook."""
    if not answer.startswith(b"PK"):
        return answer.decode()
    with ZipFile(BytesIO(answer)) as archive:
        return "\n".join(
            archive.read(name).decode(errors="replace") for name in archive.namelist() if name[:3] == "xl/"
        )


@pytest.fixture
def received(chat, clock):
    """A reception of the company's: somebody has booked it, to complain of the company."""
    chat.says(PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00")
    assert "排好了" in chat.says(RESIDENT, f"预约接待 {COMPLAINT}")
    clock.now = datetime(2026, 11, 20, 18, 0, tzinfo=CHINA)
    return chat


def test_what_is_brought_to_a_reception_is_heard_by_who_receives_and_by_those_above(received, program):
    assert leaked(*(received.says(COLLEAGUE, words) for words in ("接待", "接待单"))) == []
    own = received.says(PROPERTY, "接待单")
    assert "收黑钱" in own
    assert leaked(own.replace("收黑钱", "")) == []
    assert "收黑钱" in received.says(COMMUNITY, "接待单")
    with program.sessions() as session:
        town, session_of = program.towns.current(session), session.scalars(select(Reception)).one()
        found = {each.openid: each for each in session.scalars(select(Person))}
        sheets = [str(list(rows(Moment(session, town, program.clock()), session_of, found[each])))
                  for each in (COLLEAGUE, STREET)]  # fmt: skip
    assert (leaked(sheets[0]), "收黑钱" in sheets[1], "王秀兰" in sheets[1]) == ([], True, False)


def test_a_figure_of_receptions_opens_to_no_more(received):
    received.says(PROPERTY, "接待 1 现场 王秀兰家的钱退了")
    received.says(COLLEAGUE, "接待情况")
    assert leaked(received.says(COLLEAGUE, "1"), received.says(COLLEAGUE, "接待单")) == []


def test_a_month_goes_by_and_they_open_all_that_they_are_given(chat, program, clock, tmp_path):
    for number in range(3):
        chat.says(f"oComplains{number:018d}", COMPLAINT.replace("3号楼", f"{number + 3}号楼"))
        clock.turn(days=1)
    chat.says(PROPERTY, f"接待日 德尚小区 {clock.now.astimezone(CHINA):%m月%d日} 18:00-20:00")
    chat.says(RESIDENT, f"预约接待 {COMPLAINT}")
    clock.turn(hours=8)
    assert sum("收黑钱" in ticket.text for ticket in chat.tickets()) >= 3
    told = [chat.says(COLLEAGUE, each) for command in COMMANDS for each in (command.words[0], "1")]
    told += [chat.says(COLLEAGUE, each) for each in ("本月投诉有哪些", "3号楼报了什么", "谁报的", "收黑钱的单子")]
    client, pages = app_of(program).test_client(), set(re.findall(r"http://bot\.test(/[\w./%=-]+)", "\n".join(told)))
    opened = [client.get(each) for each in pages]
    assert [page.status_code for page in opened] == [200] * len(opened) != []
    told += [content_of(page.get_data()) for page in opened]
    for _ in range(35):
        clock.turn(days=1)
        with program.sessions() as session, session.begin():
            plan_chores(session, clock.now)
        chat.timers_ring()
    with program.reading() as session:
        theirs = select(Push).join(Person).where(Person.team == "P-DS", Person.openid != PROPERTY)
        told += [f"{push.text} {push.fields}" for push in session.scalars(theirs)]
    assert leaked(*told) == []


@pytest.fixture
def closed(chat, program):
    """A ticket that was put right, with an answer that names who wrote: as a complaint, and as none."""
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    number = chat.ticket().number
    chat.says(PROPERTY, f"接 {number}")
    chat.says(PROPERTY, f"结 {number} 已到8单元502王秀兰家修好，13812345678")
    chat.says(RESIDENT, "1")
    with program.sessions() as session, session.begin():
        yield program.towns.current(session), session, session.scalars(select(Ticket)).one()


@pytest.mark.parametrize(("shut_out", "stay"), [("property", False), ("", True)])
def test_what_goes_back_to_the_hotline_names_nobody(closed, shut_out, stay):
    """A caller who joined a ticket reads it, too; of a house that asks for help the hotline may know."""
    town, session, ticket = closed
    ticket.shut_out = shut_out
    told = outcome(session, town, SimpleNamespace(number="1", truth=""), ticket)
    for words in (told.situation, told.answer):
        assert "修好" in words
        assert ("王秀兰" in words, "13812345678" in words, "502" in words) == (False, False, stay)


@pytest.mark.parametrize(
    ("columns", "published"),
    [({}, True), ({"shut_out": "property"}, False), ({"category": "neighbours"}, False), ({"red_flag": "fire"}, False)],
)
def test_a_notice_publishes_no_answer_that_the_table_does_not(closed, clock, columns, published):
    town, session, ticket = closed
    for name, value in columns.items():
        setattr(ticket, name, value)
    session.flush()
    month = months(session, town, clock.now - timedelta(days=1), clock.now + timedelta(days=1))[ticket.place_id]
    assert (month.closed, len(month.published)) == (1, published)
    assert leaked(str(month.published)) == []


def test_an_alarm_tells_no_house_that_complains(chat, program, clock):
    """Its supervisors may be those complained of."""
    for number in range(4):
        chat.says(f"oAlarm{number:022d}", "德尚小区3号楼电梯坏了")
        chat.says(f"oAlarm{number:022d}", "2")
        clock.turn(days=4 if number < 3 else 0)
    seen = []
    with program.sessions() as session:
        for shut_out in ("", "community;grid"):
            session.execute(update(Ticket).values(shut_out=shut_out, ended_at=Ticket.created_at))
            alarms = look(session, program.towns.current(session), clock.now)
            seen.append([each.said["where"] for each in alarms if each.wording == "alarms.chronic"])
    assert seen == [["德尚小区3号楼"], []]


def test_json_has_a_place_of_a_resident_s_own_words_masked(closed):
    town, session, ticket = closed
    ticket.place_id, ticket.place_name, ticket.shut_out = None, "王秀兰家门口", "property"
    seen: VisibleFields = passing(town, ticket, None)
    assert leaked(str(ticket_text.as_json(session, town, ticket, seen)["place"])) == []


THROUGH_THE_TABLE = {
    "wechat.receive": "replies: tests/privacy/leaks.py, and a month above",
    "wecom.receive": "the same replies and pushes",
    "files.download": "handlers/supervisors/export.py, handlers/reception_days/sheet.py",
    "board.page": "counts of `overseen`",
    "board.tickets": "bot/web/board/lists.py",
    "board.live": "counts of `overseen`",
    "board.ticket": "bot/web/board/lists.py",
    "scores.page": "counts",
    "scores.line": "handlers/scores/sheet.py",
    "scores.file": "handlers/scores/sheet.py",
    "ticket.page": "handlers/evidence/page.py",
    "ticket.piece": "handlers/evidence/page.py",
    "hotline.outcomes": "handlers/hotline/outcome.py",
    "notice.show": "handlers/public_notice/figures.py",
    "open311.requests": "handlers/open311/published.py",
    "open311.request": "handlers/open311/published.py",
}
NOTHING_OF_A_TICKET = {
    *(
        "healthz",
        "readyz",
        "metrics",
        "ticket.no_page",
        "wechat.check_address",
        "wecom.check_address",
        "hotline.orders",
    ),
    *("open311.discovery", "open311.services", "open311.definition", "open311.token", "open311.post"),
}


def test_every_route_that_tells_of_tickets_is_on_the_list(program):
    """A new one: let it go through handlers/disclosure/policy.py, then say here where."""
    endpoints = {rule.endpoint for rule in app_of(program).url_map.iter_rules()}
    assert endpoints == THROUGH_THE_TABLE.keys() | NOTHING_OF_A_TICKET


WRITES_PUSHES = {
    "handlers/notifications/pushes.py": "of a ticket: each through `passing`",
    "handlers/notifications/leaders.py": "alarms, and what practices tell one person",
    "handlers/notifications/operators.py": "the program's own state",
    "handlers/digests/digest.py": "counts; what a number opens is a list of `ticket_text.line`",
    "handlers/practices/compound_news.py": "receptions, votes, thanks: no ticket's words",
    "handlers/announcements/send.py": "what staff announce",
    "handlers/residents/unanswered.py": "to who wrote",
}


def test_every_place_that_writes_pushes_is_on_the_list():
    """A new one of a ticket goes through `notify`; one of something else says here why nothing of a ticket is in it."""
    sources = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in (ROOT / "handlers").rglob("*.py")}
    assert {
        name for name, text in sources.items() if re.search(r"append\([\w.]*session, Push\b", text)
    } == WRITES_PUSHES.keys()
