"""A statement's page: each line opens to the tickets that it counts, for who may see it, as long as they may."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from chat import ADMIN, PROPERTY, RESIDENT, SUPERVISOR
from openpyxl import load_workbook
from sqlalchemy import select

from bot.web.app import create_app
from models.person import Look, Person, PersonRole

ACCOUNT = {"token": "t" * 8, "aes_key": "a" * 43, "app_id": "wx0123456789abcdef", "gh_id": "gh_0123456789ab"}


@pytest.fixture
def late(chat, clock):
    """Two tickets, done late: one complains of those who read the statement."""
    program = chat.program
    told = program.settings.wechat.model_validate(ACCOUNT)
    object.__setattr__(program, "settings", program.settings.model_copy(update={"wechat": told}))
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    number = chat.ticket().number
    chat.says(PROPERTY, f"接 {number}")
    clock.turn(days=9)
    chat.says(PROPERTY, f"结 {number} 换了灯泡")
    chat.says(RESIDENT, "1")
    chat.browser = create_app(program).test_client()
    chat.number = number
    return chat


def path_of(chat, who, words="考评 德尚物业"):
    return re.search(r"http://bot\.test(/scores/\S+)", chat.says(who, words))[1]


def test_each_line_opens_to_its_tickets_and_says_how_to_contest(late):
    path = path_of(late, PROPERTY, "考评")
    page = late.browser.get(path).text
    lines = re.findall(r'href="(/scores/[^"]+/line/(\w+))">(\d+)</a></td><td', page)
    assert {"late", "solved"} <= {what for _, what, _ in lines}
    for link, what, count in lines:
        opened = late.browser.get(link)
        assert opened.text.count("<tr><td>") == int(count) >= 1, what
        assert late.number in opened.text
        assert re.search(r"/t/\S+", opened.text)
    assert "争分 工单号 理由" in page
    late.says(PROPERTY, f"争分 {late.number} 那几天全城停电")
    assert "争了，等上面裁" in late.browser.get(f"{path}/line/late").text
    late.says(SUPERVISOR, f"裁分 {late.number} 撤销 确实停电")
    assert late.browser.get(f"{path}/line/late").text.count("<tr><td>") == 0


def test_the_file_has_the_lines_and_the_tickets(late):
    path = path_of(late, SUPERVISOR)
    book = load_workbook(BytesIO(late.browser.get(f"{path}/file").data))
    total = re.search(r'id="total">([\d.]+)<', late.browser.get(path).text)[1]
    sheet = list(book["考评"].values)
    assert float(sheet[-1][2]) == float(total)
    assert sum(row[2] for row in sheet[1:-1]) == pytest.approx(float(total), abs=0.1)
    assert {row[1] for row in list(book["工单"].values)[1:]} == {late.number}
    with late.program.reading() as session:
        assert session.scalars(select(Look.via)).all()[-1] == "考评"


def test_an_export_has_a_sheet_of_all_statements(late):
    asked = late.says(SUPERVISOR, "导出 本月")
    assert "回" in asked
    link = re.search(r"http://bot\.test(/files/\S+)", late.says(SUPERVISOR, "1"))[1]
    book = load_workbook(BytesIO(late.browser.get(link).data))
    names = {row[1] for row in list(book["考评"].values)[1:]}
    assert "德尚物业" in names


def test_it_is_refused_where_it_may_not_be_read(late, clock):
    path = path_of(late, SUPERVISOR)
    assert late.browser.get(f"{path}x").status_code == 403
    assert late.browser.get(f"{path}/line/nothing").status_code == 404
    with late.program.sessions() as session, session.begin():
        reader = session.scalars(select(Person).where(Person.openid == SUPERVISOR)).one()
        for role in session.scalars(select(PersonRole).where(PersonRole.person_id == reader.id)):
            session.delete(role)
    assert late.browser.get(path).status_code == 403
    mine = path_of(late, ADMIN)
    assert late.browser.get(mine).status_code == 200
    clock.turn(hours=24 * 40)
    assert late.browser.get(mine).status_code == 410


def test_what_complains_of_the_reader_is_there_by_number_alone(late, clock):
    late.says(RESIDENT, "我要投诉德尚小区物业保安骂人")
    ticket = late.ticket()
    with late.program.sessions() as session, session.begin():
        ticket = session.merge(ticket)
        ticket.team, ticket.handle_by = "P-DS", clock.now + timedelta(minutes=1)
    clock.turn(hours=1)
    path = path_of(late, PROPERTY, "考评")
    told = late.browser.get(f"{path}/line/overdue").text
    assert ticket.number in told
    assert "保安" not in told
    assert "投诉" not in told
