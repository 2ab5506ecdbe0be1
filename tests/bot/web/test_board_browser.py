"""The board as people see it: on a telephone, a laptop and a wall; it renews itself, and prints."""

import re
from collections.abc import Iterator

import pytest
from browser import chromium
from chat import RESIDENT, SUPERVISOR
from playwright.sync_api import Browser, Page, expect
from summing import fill_town, sum_up
from test_board import ACCOUNT, LIFT

from bot.simulator.server import serving
from bot.web.app import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIZES = {"telephone": (390, 844), "laptop": (1366, 768), "wall": (1920, 1080)}


@pytest.fixture
def kind() -> str:
    """What the page looks like is the same on both databases."""
    return "sqlite"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def address(chat, clock) -> Iterator[str]:
    program = chat.program
    told = program.settings.wechat.model_validate(ACCOUNT)
    object.__setattr__(program, "settings", program.settings.model_copy(update={"wechat": told}))
    fill_town(program, clock, 400)
    sum_up(program, clock)
    path = re.search(r"http://bot\.test(/board/\S+)", chat.says(SUPERVISOR, "看板"))[1]
    with serving(create_app(program)) as base:
        yield f"{base}{path}"


@pytest.fixture(params=SIZES)
def page(request, browser: Browser, address: str) -> Iterator[Page]:
    width, height = SIZES[request.param]
    tab = browser.new_page(viewport={"width": width, "height": height})
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    tab.goto(address)
    yield tab
    tab.close()
    assert complaints == []


def test_it_fits_the_screen_and_shows_what_it_is_for(page: Page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("numbers", "map", "trend", "hours", "categories", "stuck", "teams"):
        section = page.locator(f".s-{name}")
        expect(section).to_be_visible()
        inside = "(box) => box.scrollWidth <= box.clientWidth + 1"
        assert section.evaluate(inside), f"{name} is cut off"
    if page.viewport_size["width"] == 1920:
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert page.locator(".s-stuck").evaluate("(box) => box.scrollHeight <= box.clientHeight + 1")
    assert page.locator(".map path").first.bounding_box()["width"] > 10


def test_the_map_turns_to_what_is_overdue(page: Page):
    expect(page.locator(".map .by-open").first).to_be_visible()
    page.get_by_role("button", name="按超时").click()
    expect(page.locator(".map .by-open").first).to_be_hidden()
    expect(page.locator(".map a.by-late").first).to_be_visible()


def test_a_number_leads_to_its_tickets_and_one_of_them_to_its_sheet(page: Page):
    count = page.locator(".numbers .open b").inner_text()
    page.locator(".numbers .open").click()
    expect(page.locator("#total")).to_have_attribute("data-total", count)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_contain_text("工单")
    page.get_by_role("link", name="回看板").click()
    expect(page.locator(".s-numbers")).to_be_visible()


@pytest.mark.parametrize("page", ["wall"], indirect=True)  # the one that hangs there all day; the code is the same
def test_it_renews_itself_when_something_happens(page: Page, chat):
    """Without a reload: what was chosen stays."""
    page.get_by_role("button", name="按超时").click()
    before = int(page.locator(".numbers .new b").inner_text())
    chat.says(RESIDENT, LIFT)
    expect(page.locator(".numbers .new b")).to_have_text(str(before + 1))
    expect(page.locator(".map a.by-late").first).to_be_visible()


def test_it_prints_on_paper_for_a_meeting(page: Page, tmp_path):
    page.emulate_media(media="print")
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator(".s-places")).to_be_visible()
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert paper.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", paper)) <= 3
