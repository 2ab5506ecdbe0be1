"""The board's page: its figures are true, and each opens to the very tickets that it counts."""

import re
from datetime import timedelta
from html import unescape

import pytest
from chat import ADMIN, COMMUNITY, OTHER_SUPERVISOR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import delete, event, select, update
from summing import fill_town, sum_up

from bot.installation.settings import Web
from bot.installation.signed_links import links
from bot.web.app import create_app
from handlers.town.downloads import BoardLink
from handlers.world.world import VERSION
from models.grid import Fact, Grid
from models.person import Look, Person, PersonRole, Role
from models.staff_version import changed
from models.ticket import Ticket

LIFT = "德尚小区3号楼电梯又坏了"
ACCOUNT = {"token": "t" * 8, "aes_key": "a" * 43, "app_id": "wx0123456789abcdef", "gh_id": "gh_0123456789ab"}


@pytest.fixture
def browser(chat):
    """What a browser asks of the web process."""
    program = chat.program
    told = program.settings.wechat.model_validate(ACCOUNT)
    object.__setattr__(program, "settings", program.settings.model_copy(update={"wechat": told}))
    return create_app(program).test_client()


def path_of(chat, who, words="看板"):
    return re.search(r"http://bot\.test(/board/\S+)", chat.says(who, words))[1]


def numbers_of(page):
    """(link, the number that it shows) of every figure of the page."""
    for quoted, title, inside in re.findall(r'<a[^>]*href="([^"]*/tickets\?[^"]*)"([^>]*)>(.*?)</a>', page, re.DOTALL):
        of, link = re.search(r'data-of="(\d+)"', title), unescape(quoted)
        told = re.search(r"<title>(.*?)</title>|title=\"(.*?)\"", f"{title}{inside}")
        if of:
            yield link, int(of[1])
        elif "on_time" not in link and told and "件" in told[0]:
            late = "figure=late" in link
            counts = re.findall(r"(\d+) 件", told[0])
            yield link, int(counts[1 if late else 0])
        elif shown := re.search(r"<b>(\d+)</b>|^(\d+)$", inside):
            yield link, int(shown[1] or shown[2])


@pytest.mark.parametrize("who", [SUPERVISOR, ADMIN, OTHER_SUPERVISOR])
def test_every_number_opens_to_as_many_tickets(chat, clock, browser, who):
    fill_town(chat.program, clock, 250)
    chat.says(RESIDENT, LIFT)
    chat.says(RESIDENT, "我要投诉德尚小区物业保安骂人")
    clock.turn(days=4)
    sum_up(chat.program, clock)
    page = browser.get(path_of(chat, who) + "?days=90").get_data(as_text=True)
    found = dict(numbers_of(page))
    assert {re.search(r"by=(\w*)|figure=(\w+)", link)[0] for link in found} >= {
        *("by=day", "by=hour", "by=category", "by=team", "by=place"),
        *("figure=new", "figure=open", "figure=late", "figure=red"),
    }
    wrong = []
    for link, count in found.items():
        total = int(re.search(r'data-total="(\d+)"', browser.get(link).get_data(as_text=True))[1])
        wrong += [(link, count, total)] if count != total else []
    assert wrong == []
    assert len(found) > 100


def test_the_numbers_of_now_are_what_the_chat_says(chat, clock, browser):
    chat.says(RESIDENT, LIFT)
    clock.turn(days=3)
    sum_up(chat.program, clock)
    page = browser.get(path_of(chat, SUPERVISOR)).get_data(as_text=True)
    said = chat.says(SUPERVISOR, "今日")
    for name, count in re.findall(r"\d+ (\S+) (\d+)$", said, re.MULTILINE):
        assert re.search(rf"<b>{count}</b><span>(今日)?{name}<|{name} <b>{count}</b>", page), name


def test_a_ticket_opens_as_a_sheet_and_who_looked_is_written_down(chat, clock, browser):
    chat.says(RESIDENT, LIFT)
    number = chat.ticket().number
    address = path_of(chat, SUPERVISOR)
    sheet = browser.get(f"{address}/ticket/{number}").get_data(as_text=True)
    assert LIFT in sheet
    assert "德尚物业" in sheet
    with chat.program.reading() as session:
        assert [look.ticket_id for look in session.scalars(select(Look).where(Look.via == "看板"))] == [
            chat.ticket().id
        ]


def test_an_area_may_be_named_and_only_ones_own(chat, browser):
    assert "文苑社区看板" in chat.says(SUPERVISOR, "看板 文苑社区")
    assert "不在您督导的范围里" in chat.says(OTHER_SUPERVISOR, "看板 文苑社区")
    assert "没找到" in chat.says(SUPERVISOR, "看板 火星")
    assert "/board/" not in chat.says(RESIDENT, "看板")
    assert "/board/" not in chat.says(PROPERTY, "看板")
    page = browser.get(path_of(chat, SUPERVISOR, "看板 文苑社区")).get_data(as_text=True)
    assert "文苑一" in page
    assert "离柳一" not in page


def test_a_link_stops_working(chat, clock, browser):
    address = path_of(chat, SUPERVISOR)
    assert browser.get(address).status_code == 200
    assert browser.get(f"{address}x").status_code == 403
    clock.turn(hours=12, seconds=1)
    assert browser.get(address).status_code == 410
    assert browser.get(f"{address}/live").status_code == 410


def test_who_is_no_supervisor_any_more_sees_no_board(chat, browser):
    address = path_of(chat, SUPERVISOR)
    with chat.program.sessions.begin() as session:
        person = session.scalars(select(Person.id).where(Person.openid == SUPERVISOR)).one()
        session.execute(delete(PersonRole).where(PersonRole.person_id == person))
        changed(session)
    assert browser.get(address).status_code == 403


def test_a_link_to_a_list_is_no_link_to_a_board(chat, clock, browser):
    chat.says(RESIDENT, LIFT)
    chat.says(SUPERVISOR, "导出")
    token = re.search(r"/files/(\S+)", chat.says(SUPERVISOR, "1"))[1]
    assert browser.get(f"/board/{token}").status_code == 403
    board = path_of(chat, SUPERVISOR).removeprefix("/board/")
    assert browser.get(f"/files/{board}").status_code == 403


def test_nobody_sees_a_place_beyond_their_own_by_changing_a_link(chat, clock, browser):
    chat.says(RESIDENT, LIFT)
    address = path_of(chat, OTHER_SUPERVISOR)
    listed = browser.get(f"{address}/tickets?figure=open&grid=WY&name=x").get_data(as_text=True)
    assert 'data-total="0"' in listed
    assert browser.get(f"{address}/ticket/{chat.ticket().number}").status_code == 404


@pytest.mark.parametrize(
    "words",
    ["", "figure=nothing", "by=day", "by=day&from=x&to=y&of=z", "by=secret&from=261101&to=261116&of=1",
     "by=place&from=261101&to=261116&of=x", "measure=text&from=261101&to=261116&by=team&of=a",
     "by=hour&from=261101&to=261116&of=1&hour=x"],
)  # fmt: skip
def test_links_that_we_never_made_open_nothing(chat, browser, words):
    assert browser.get(f"{path_of(chat, SUPERVISOR)}/tickets?{words}").status_code == 404


def test_what_complains_of_ones_own_people_is_not_counted_for_them(chat, clock, browser):
    program = chat.program
    chat.says(RESIDENT, LIFT)
    sum_up(program, clock)
    with program.sessions.begin() as session:
        person = session.scalars(select(Person).where(Person.openid == SUPERVISOR)).one()
        side = program.towns.current(session).world.grids[person.grid].level.value
        session.execute(update(Ticket).values(shut_out=side))
    clock.turn(days=1)
    sum_up(program, clock)
    trend = r'by=day[^"]*of=261116[^"]*"><rect[^>]*><title>[^<]* (\d+) 件'
    assert re.search(trend, browser.get(path_of(chat, SUPERVISOR)).get_data(as_text=True))[1] == "0"
    assert re.search(trend, browser.get(path_of(chat, ADMIN)).get_data(as_text=True))[1] == "1"


def test_the_page_knows_when_something_has_happened(chat, clock, browser):
    address = path_of(chat, SUPERVISOR)
    first = browser.get(f"{address}/live")
    assert first.mimetype == "text/event-stream"
    assert re.fullmatch(r"retry: \d+\nid: (\S+)\nevent: board\ndata: \1\n\n", first.get_data(as_text=True))
    assert re.search(r"data: (\S+)", first.get_data(as_text=True))[1] in browser.get(address).get_data(as_text=True)
    chat.says(RESIDENT, LIFT)
    assert browser.get(f"{address}/live").data != first.data


def test_it_costs_as_many_statements_however_much_there_is(chat, clock, browser):
    """And none goes through more than what is open and the sums of the days: see docs/bench.md for a million."""
    address = path_of(chat, SUPERVISOR)
    counts = []
    for tickets in (20, 400):
        fill_town(chat.program, clock, tickets)
        sum_up(chat.program, clock)
        said = []
        listen = lambda *given, said=said: said.append(given[2])  # noqa: E731
        event.listen(chat.program.engine, "before_cursor_execute", listen)
        browser.get(address)
        event.remove(chat.program.engine, "before_cursor_execute", listen)
        counts.append(len(said))
    assert counts[1] <= counts[0] <= 20


def test_a_page_of_a_year_is_small(chat, clock, browser):
    fill_town(chat.program, clock, 400)
    sum_up(chat.program, clock)
    assert len(browser.get(path_of(chat, ADMIN) + "?days=365").data) < 400_000


def test_without_boundaries_there_is_a_board_without_a_map(chat, clock, browser):
    with chat.program.sessions.begin() as session:
        session.execute(update(Grid).values(boundary=None))
        session.execute(update(Fact).where(Fact.name == VERSION).values(value="without"))
    chat.program.towns._is_read = False
    assert "没有网格边界" in browser.get(path_of(chat, SUPERVISOR)).get_data(as_text=True)


def test_a_role_that_was_changed_ends_the_link(chat, clock):
    program = chat.program
    made = links(program.settings)
    assert made is not None
    with program.reading() as session:
        person = session.scalars(select(Person).where(Person.openid == COMMUNITY)).one().id
    token = made.to_board(BoardLink(person, Role.SUPERVISOR.value, "", clock.now + timedelta(hours=1)))
    told = program.settings.wechat.model_validate(ACCOUNT)
    object.__setattr__(program, "settings", program.settings.model_copy(update={"wechat": told}))
    client = create_app(program).test_client()
    assert client.get(token.removeprefix("http://bot.test")).status_code == 403


def test_the_operators_own_tiles_lie_under_the_boundaries(chat, clock):
    program = chat.program
    told = program.settings.wechat.model_validate(ACCOUNT)
    tiled = Web(public_url="http://bot.test", tile_url="https://tiles.example.cn/{z}/{x}/{y}.png", tiles_gcj=False)
    object.__setattr__(program, "settings", program.settings.model_copy(update={"wechat": told, "web": tiled}))
    answer = create_app(program).test_client().get(path_of(chat, SUPERVISOR))
    assert "img-src 'self' data: https://tiles.example.cn;" in answer.headers["Content-Security-Policy"]
    page = answer.get_data(as_text=True)
    found = re.findall(
        r'<image href="https://tiles.example.cn/(\d+)/(\d+)/(\d+).png" x="(\S+)" y="(\S+)" width="(\S+)"', page
    )
    assert 0 < len(found) <= 12
    # Where the tile of the map's own corner lies: its north-west corner is west and north of the drawing's.
    x, y = min((int(x), int(y)) for _, x, y, *_ in found)
    left, top = next((float(a), float(b)) for _, tx, ty, a, b, _ in found if (int(tx), int(ty)) == (x, y))
    side = float(found[0][5])
    assert -side < left <= 0
    assert -side < top <= 0


@pytest.mark.parametrize(
    "url", ["ftp://x/{z}/{x}/{y}", "https://x/{z}/{x}.png", "https://x/{z}/{x}/{y}.png; script-src *"]
)
def test_an_address_that_is_none_of_tiles_is_refused(url):
    with pytest.raises(ValueError, match="tiles"):
        Web(tile_url=url)
