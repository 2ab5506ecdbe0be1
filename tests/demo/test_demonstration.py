"""What a newcomer sees: a resident's words become a ticket that somebody receives, finishes and answers for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium
from chat import SUPERVISOR
from demonstration import heard, phone, running_demo, show, write
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser, model: Path, tmp_path: Path) -> Iterator[Page]:
    with running_demo(tmp_path) as url:
        tab = browser.new_page(viewport={"width": 1600, "height": 1000})
        complaints: list[str] = []
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        tab.goto(url)
        expect(tab.locator(".live.on")).to_be_visible()
        yield tab
        tab.close()
        assert complaints == []


def test_a_broken_lift_goes_from_a_resident_to_the_property_and_back(page: Page):
    resident, steward, supervisor = phone(page, "resident"), phone(page, "property_staff"), phone(page, "supervisor")

    write(resident, "德尚小区3号楼电梯又坏了")
    expect(heard(resident)).to_contain_text("已受理")
    expect(heard(resident)).to_contain_text("德尚物业")
    number = re.search(r"\d{8,}", heard(resident).inner_text())[0]
    expect(heard(steward)).to_contain_text(number)
    expect(heard(steward)).to_contain_text("德尚小区3号楼")
    show(page, "filed")

    write(steward, "接")
    expect(heard(steward)).to_contain_text("已签收")
    expect(heard(resident)).to_contain_text("德尚物业已签收")
    write(steward, "到")
    expect(heard(resident)).to_contain_text("已到现场")
    write(steward, "结 换了门机皮带，试运行正常")
    expect(heard(resident)).to_contain_text("换了门机皮带")
    expect(heard(resident)).to_contain_text("没解决")
    write(resident, "1")
    expect(heard(resident)).to_contain_text("已结案")
    expect(heard(steward)).to_contain_text("居民确认解决")
    show(page, "solved")

    write(supervisor, "今日")
    expect(heard(supervisor)).to_contain_text("新增")
    write(supervisor, "1")
    expect(heard(supervisor)).to_contain_text(number)
    show(page, "overseen")
    write(supervisor, f"查 {number}")
    expect(heard(supervisor)).to_contain_text("换了门机皮带")


def test_danger_is_answered_at_once_and_told_to_the_team_responsible(page: Page):
    resident, steward = phone(page, "resident"), phone(page, "property_staff")
    write(resident, "德尚小区5号楼楼道里一股煤气味")
    expect(heard(resident)).to_contain_text("119")
    expect(heard(phone(page, "supervisor"))).to_contain_text("德尚小区5号楼")
    expect(heard(steward)).to_contain_text("红色警情")
    expect(heard(steward)).to_contain_text("德尚小区5号楼")
    show(page, "danger")

    supervisor = phone(page, "supervisor")
    supervisor.get_by_label("督导是谁").select_option(SUPERVISOR)
    supervisor.get_by_role("button", name="看企业微信").click()
    second = supervisor.frame_locator("iframe")
    second.get_by_label("发消息").fill("今日")
    second.get_by_role("button", name="发送").click()
    expect(second.locator("#chat .app").last).to_contain_text("新增")
    show(page, "wecom")
    supervisor.get_by_role("button", name="看微信").click()
    expect(heard(supervisor)).to_be_visible()


def test_a_telephone_shows_one_chat_and_tabs_for_the_others(page: Page):
    page.set_viewport_size({"width": 412, "height": 892})
    resident = phone(page, "resident")
    write(resident, "德尚小区2号楼门口的垃圾桶满了好几天没人倒")
    expect(heard(resident)).to_contain_text("已受理")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    show(page, "telephone")


def test_the_clock_is_put_past_a_limit_and_the_team_is_reminded(page: Page):
    resident, steward = phone(page, "resident"), phone(page, "property_staff")
    write(resident, "德尚小区3号楼电梯又坏了")
    expect(heard(steward)).to_contain_text("德尚小区3号楼")
    before = page.locator("#clock time").inner_text()
    said = steward.locator(".line:not(.mine), .card").count()
    page.get_by_role("button", name="过期看看").click()
    expect(page.locator("#clock time")).not_to_have_text(before)
    expect(steward.locator(".line:not(.mine), .card")).not_to_have_count(said)
    show(page, "overdue")


def test_chats_outlive_a_reload_and_a_reset_ends_them(page: Page):
    write(phone(page, "resident"), "德尚小区3号楼电梯又坏了")
    expect(heard(phone(page, "resident"))).to_contain_text("已受理")
    page.reload()
    expect(heard(phone(page, "resident"))).to_contain_text("已受理")
    page.on("dialog", lambda asked: asked.accept())
    page.get_by_role("button", name="重来").click()
    expect(phone(page, "resident").locator(".hello")).to_be_visible()


def test_the_supervisor_opens_the_board(page: Page):
    supervisor = phone(page, "supervisor")
    write(supervisor, "看板")
    expect(heard(supervisor)).to_contain_text("看板")
    with page.expect_popup() as opened:
        heard(supervisor).get_by_role("link").click()
    board = opened.value
    board.set_viewport_size({"width": 1366, "height": 900})
    expect(board.locator(".s-map path").first).to_be_visible()
    assert int(board.locator(".numbers .open b").inner_text()) > 0
    show(board, "board")
