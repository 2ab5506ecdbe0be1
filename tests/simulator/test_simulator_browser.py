"""The page as a visitor sees it, in a real Chromium."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import requests
from browser import chromium
from playwright.sync_api import Browser, Locator, Page, expect
from small_town import LI, TICKET, WANG, ZHANG, Town, small_town

from bot.simulator.chat_bodies import Picture, Spot, Voice, Words
from bot.simulator.journal import Exchange
from bot.simulator.platform import OUTAGE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GREETING = "您好，我是「吹哨」。"
CHOICES = "请问是哪类问题？\n1. 环境卫生\n2. 维修报修\n3. 停车管理\n或回复「取消」。"


def reply(fields: dict) -> str:
    said = fields.get("Content", "")
    if fields["MsgType"] == "event":
        return {"subscribe": GREETING, "CLICK": f"菜单：{fields['EventKey']}"}.get(fields["Event"], "")
    return {
        "路灯不亮": CHOICES,
        "链接": '看<a href="https://example.org/t/1">工单</a>或 https://example.org/all。',
    }.get(said, f"收到：{said or fields['MsgType']}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def town() -> Iterator[Town]:
    with small_town(reply) as running:
        yield running


@pytest.fixture
def page(browser: Browser, town: Town) -> Iterator[Page]:
    tab = browser.new_page(viewport={"width": 1600, "height": 1000})
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    tab.goto(town.url)
    expect(tab.locator(".live.on")).to_be_visible()
    yield tab
    tab.close()
    assert complaints == []


def phone(page: Page, role: str) -> Locator:
    return page.locator(f"[data-role={role}]")


def write(device: Locator, text: str) -> None:
    device.get_by_label("输入消息").fill(text)
    device.get_by_role("button", name="发送", exact=True).click()


def push_card(town: Town, openid: str, text: str) -> None:
    account, base = town.platform.account, f"{town.url}/api/cgi-bin"
    wish = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.app_secret}
    token = requests.post(f"{base}/stable_token", json=wish, timeout=30).json()["access_token"]
    data = {"character_string1": {"value": "240001"}, "thing2": {"value": text}}
    card = {"touser": openid, "template_id": TICKET, "url": "https://example.org/240001", "data": data}
    raw = json.dumps(card, ensure_ascii=False).encode()
    sent = requests.post(f"{base}/message/template/send", params={"access_token": token}, data=raw, timeout=30)
    assert sent.json()["errcode"] == 0


def test_four_phones_stand_side_by_side(page: Page):
    expect(page.locator(".person .role")).to_have_text(["居民", "网格员", "物业管家", "督导"])
    boxes = [device.bounding_box() for device in page.locator(".device").all()]
    assert len({round(box["y"]) for box in boxes}) == len({round(box["height"]) for box in boxes}) == 1
    assert all(left["x"] + left["width"] < right["x"] for left, right in pairwise(boxes))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth && document.body.scrollHeight <= 1000")


def test_a_text_and_its_answer_appear_as_bubbles(page: Page, town: Town):
    resident = phone(page, "resident")
    write(resident, "楼道灯坏了")
    expect(resident.locator(".line.mine .bubble")).to_have_text("楼道灯坏了")
    expect(resident.locator(".line:not(.mine) .bubble")).to_have_text("收到：楼道灯坏了")
    expect(page.locator(".entry").first).to_contain_text("文字王秀英")
    assert town.webhook.seen[0]["FromUserName"] == WANG


def test_words_of_a_resident_stay_words(page: Page):
    resident = phone(page, "resident")
    nasty = '<img src=x onerror="document.title=1"><a href="https://example.org">点我</a><script>1</script>'
    write(resident, nasty)
    expect(resident.locator(".line.mine .bubble")).to_have_text(nasty)
    expect(resident.locator(".line:not(.mine) .bubble img, .line.mine a")).to_have_count(0)
    assert page.title() == "吹哨 · 演示"


def test_sample_sentences_and_numbered_choices_are_a_tap_away(page: Page):
    resident = phone(page, "resident")
    resident.locator(".tries").get_by_text("路灯不亮").click()
    expect(resident.locator(".quick button")).to_have_text(["1 环境卫生", "2 维修报修", "3 停车管理", "取消"])
    resident.get_by_role("button", name="2 维修报修").click()
    expect(resident.locator(".line.mine .bubble").last).to_have_text("2")
    expect(resident.locator(".line:not(.mine) .bubble").last).to_have_text("收到：2")
    expect(resident.locator(".quick")).to_have_count(0)


def test_figures_that_count_are_choices_and_other_numbers_are_not(page: Page, town: Town):
    resident = phone(page, "resident")
    town.webhook.reply = lambda _fields: "今日\n1 新增 18\n2 超时 1\n0 都不看\n回数字看是哪些工单。"
    write(resident, "今日")
    expect(resident.locator(".quick button")).to_have_text(["1 新增 18", "2 超时 1", "0 都不看"])
    town.webhook.reply = lambda _fields: "王秀英\n3 号楼\n10 点前到。"
    write(resident, "查")
    expect(resident.locator(".line .bubble").last).to_contain_text("10 点前到")
    expect(resident.locator(".quick")).to_have_count(0)


def test_a_command_that_needs_words_is_begun_and_not_sent(page: Page, town: Town):
    grid = phone(page, "grid_staff")
    town.webhook.reply = lambda _fields: "已签收。到现场回“到”，办完回“结 办了什么”。"
    write(grid, "接")
    expect(grid.locator(".quick button")).to_have_text(["到", "结 …"])
    grid.get_by_role("button", name="结 …").click()
    expect(grid.get_by_label("输入消息")).to_be_focused()
    page.keyboard.type("灯泡已换")
    page.keyboard.press("Enter")
    expect(grid.locator(".line")).to_have_count(4)  # the second answer has come: the webhook has seen both
    assert [fields["Content"] for fields in town.webhook.seen] == ["接", "结 灯泡已换"]


def test_links_of_the_account_can_be_clicked(page: Page):
    resident = phone(page, "resident")
    write(resident, "链接")
    links = resident.locator(".line:not(.mine) .bubble a")
    expect(links).to_have_text(["工单", "https://example.org/all"])
    expect(links.first).to_have_attribute("href", "https://example.org/t/1")
    expect(links.first).to_have_attribute("rel", "noopener noreferrer")


def test_a_sample_photo_is_taken_sent_and_can_be_enlarged(page: Page, town: Town):
    resident = phone(page, "resident")
    resident.get_by_role("button", name="更多", exact=True).click()
    resident.get_by_role("button", name="拍照").click()
    resident.get_by_role("button", name="电梯故障").click()
    image = resident.locator(".line.mine .photo img")
    expect(image).to_be_visible()
    expect(resident.locator(".line:not(.mine) .bubble")).to_have_text("收到：image")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    sent = town.platform.chat(WANG)[0].body
    assert isinstance(sent, Picture)
    assert town.platform.media.get(sent.media_id).content.startswith(b"\x89PNG")
    image.click()
    expect(resident.locator(".viewer img")).to_be_visible()


def test_an_own_picture_can_be_uploaded(page: Page, tmp_path: Path):
    resident = phone(page, "resident")
    file = tmp_path / "photo.png"
    file.write_bytes(page.screenshot(clip={"x": 0, "y": 0, "width": 40, "height": 30}))
    resident.locator("input[type=file]").set_input_files(file)
    expect(resident.locator(".line.mine .photo img")).to_be_visible()
    expect(resident.locator(".line:not(.mine) .bubble")).to_have_text("收到：image")


def test_the_microphone_sends_a_real_voice(page: Page, town: Town):
    resident = phone(page, "resident")
    resident.get_by_role("button", name="语音", exact=True).first.click()
    resident.get_by_role("button", name="开始录音").click()
    expect(resident.get_by_text("正在录音")).to_be_visible()
    page.wait_for_timeout(1200)
    resident.get_by_role("button", name="说完了，发送").click()
    expect(resident.locator(".line:not(.mine) .bubble")).to_have_text("收到：voice")
    voice = next(line.body for line in town.platform.chat(WANG) if isinstance(line.body, Voice))
    assert town.platform.media.get(voice.media_id).content.startswith(b"#!AMR\n")
    assert 1 <= voice.seconds <= 5


def test_a_voice_shows_its_seconds_and_its_words(page: Page, town: Town):
    resident = phone(page, "resident")
    resident.get_by_role("button", name="语音", exact=True).first.click()
    resident.get_by_label("语音内容").fill("电梯又坏了")
    resident.get_by_label("秒数").fill("8")
    resident.get_by_role("button", name="发送语音").click()
    expect(resident.locator(".line.mine .voice")).to_have_text("8″")
    expect(resident.locator(".spoken")).to_have_text("电梯又坏了")
    expect(resident.locator(".line:not(.mine) .bubble")).to_have_text("收到：voice")
    sent = town.platform.chat(WANG)[0].body
    assert isinstance(sent, Voice)
    assert (sent.seconds, sent.recognition) == (8, "电梯又坏了")


def test_a_place_is_chosen_on_the_map_and_sent_as_a_card(page: Page, town: Town):
    resident = phone(page, "resident")
    resident.get_by_role("button", name="更多", exact=True).click()
    resident.get_by_role("button", name="位置").click()
    expect(resident.get_by_role("button", name="发送位置")).to_be_disabled()
    spot = resident.locator(".townmap circle").filter(has=page.locator("title", has_text="锦佳园小区"))
    box = spot.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    resident.get_by_role("button", name="发送位置").click()
    expect(resident.locator(".line.mine .spot b")).to_have_text("锦佳园小区")
    expect(resident.locator(".spot svg .pin")).to_be_visible()
    assert town.platform.chat(WANG)[0].body == Spot(37.1391, 111.7803, "锦佳园小区")


def test_a_click_between_places_keeps_its_own_coordinates(page: Page, town: Town):
    resident = phone(page, "resident")
    resident.get_by_role("button", name="更多", exact=True).click()
    resident.get_by_role("button", name="位置").click()
    resident.locator(".townmap svg").click(position={"x": 20, "y": 250})
    resident.get_by_role("button", name="发送位置").click()
    expect(resident.locator(".line.mine .spot b")).to_contain_text("附近")
    sent = town.platform.chat(WANG)[0].body
    assert 37.11 < sent.lat < 37.16
    assert 111.75 < sent.lng < 111.7742


def test_the_map_can_be_zoomed_and_dragged_and_a_drag_chooses_nothing(page: Page, town: Town):
    resident = phone(page, "resident")
    resident.get_by_role("button", name="更多", exact=True).click()
    resident.get_by_role("button", name="位置").click()
    dots = resident.locator(".townmap circle title")
    expect(dots).to_have_count(3)
    for _ in range(3):
        resident.get_by_role("button", name="放大").click()
    expect(dots).not_to_have_count(3)
    box = resident.locator(".townmap svg").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 90, steps=4)
    page.mouse.up()
    expect(resident.get_by_role("button", name="发送位置")).to_be_disabled()
    page.mouse.click(*middle)
    resident.get_by_role("button", name="发送位置").click()
    expect(resident.locator(".line.mine .spot")).to_be_visible()
    sent = town.platform.chat(WANG)[0].body
    centre_lat, centre_lng = (37.1452 + 37.1268) / 2, (111.7721 + 111.7803) / 2
    assert sent.lat > centre_lat
    assert sent.lng < centre_lng


def test_a_code_on_a_wall_is_scanned(page: Page, town: Town):
    resident = phone(page, "resident")
    resident.get_by_role("button", name="公众号资料").click()
    resident.get_by_label("扫码").select_option("德尚小区3号楼")
    expect(page.locator(".entry")).to_contain_text("扫码王秀英")
    assert (town.webhook.seen[0]["Event"], town.webhook.seen[0]["EventKey"]) == ("SCAN", "deshang-3")


def test_the_menu_sends_its_key_and_says_nothing(page: Page, town: Town):
    resident = phone(page, "resident")
    resident.get_by_role("button", name="菜单", exact=True).click()
    resident.get_by_role("button", name="我的诉求").click()
    expect(resident.locator(".line .bubble")).to_have_text(["菜单：进度"])
    assert town.webhook.seen[0]["EventKey"] == "进度"
    resident.get_by_role("button", name="键盘").click()
    expect(resident.get_by_label("输入消息")).to_be_focused()


def test_a_menu_of_the_account_replaces_the_default_one_while_the_page_is_open(page: Page, town: Town):
    below = [{"type": "click", "name": "报修", "key": "REPAIR"}, {"type": "click", "name": "投诉", "key": "COMPLAIN"}]
    town.platform.set_menu({"button": [{"name": "办事", "sub_button": below}]})
    grid = phone(page, "grid_staff")
    grid.get_by_role("button", name="菜单", exact=True).click()
    grid.get_by_role("button", name="办事").click()
    grid.get_by_role("button", name="投诉").click()
    expect(grid.locator(".line .bubble")).to_have_text(["菜单：COMPLAIN"])


def test_a_push_appears_live_as_a_card(page: Page, town: Town):
    push_card(town, LI, "3号楼电梯又坏了")
    card = phone(page, "grid_staff").locator(".card")
    expect(card.locator("h4")).to_have_text("工单进度通知")
    expect(card.locator("dd")).to_have_text(["240001", "3号楼电梯又坏了"])
    expect(card.locator("a")).to_have_attribute("href", "https://example.org/240001")
    expect(page.locator(".entry", has_text="模板消息")).to_contain_text("李红梅")


def test_an_unused_phone_shows_the_one_who_gets_a_message_a_used_one_announces_it(page: Page, town: Town):
    grid = phone(page, "grid_staff")
    push_card(town, ZHANG, "路灯不亮")
    expect(grid.locator("select")).to_have_value(ZHANG)
    write(grid, "接")
    push_card(town, LI, "电梯停了")
    expect(grid.locator(".banner")).to_contain_text("李红梅 有 1 条新消息")
    expect(grid.locator("select")).to_have_value(ZHANG)
    grid.locator(".banner").click()
    expect(grid.locator(".card dd").last).to_have_text("电梯停了")
    expect(grid.locator(".banner")).to_be_hidden()


def test_a_reload_brings_every_chat_back(page: Page):
    resident = phone(page, "resident")
    write(resident, "楼道灯坏了")
    expect(resident.locator(".line")).to_have_count(2)
    page.reload()
    expect(resident.locator(".line .bubble")).to_have_text(["楼道灯坏了", "收到：楼道灯坏了"])


def test_a_new_resident_follows_and_is_greeted_and_may_leave(page: Page, town: Town):
    resident = phone(page, "resident")
    resident.locator("select").select_option("＋ 一位新居民")
    resident.get_by_role("button", name="关注公众号").click()
    expect(resident.locator(".line .bubble")).to_have_text([GREETING])
    resident.get_by_role("button", name="公众号资料").click()
    resident.get_by_role("button", name="不再关注").click()
    expect(resident.get_by_role("button", name="关注公众号")).to_be_visible()
    assert town.platform.journal.wait_for(lambda entry: isinstance(entry, Exchange) and entry.kind == "unsubscribe")
    assert [fields["Event"] for fields in town.webhook.seen] == ["subscribe", "unsubscribe"]


def test_an_account_that_fails_shows_the_platforms_notice(page: Page, town: Town):
    town.webhook.reply = lambda _fields: "长" * 700
    resident = phone(page, "resident")
    write(resident, "你好")
    expect(resident.locator(".notice.outage")).to_have_text(OUTAGE)
    expect(page.locator(".entry.bad")).to_contain_text("超过 2048 字节")


@pytest.mark.parametrize("width", [1280, 1440, 1600, 1920])
def test_all_four_phones_are_in_sight_from_1280_on(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    for role in ("resident", "grid_staff", "property_staff", "supervisor"):
        expect(phone(page, role).locator(".device")).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_narrow_screen_shows_one_phone_and_tabs_for_the_others(page: Page, town: Town):
    page.set_viewport_size({"width": 400, "height": 860})
    expect(phone(page, "resident").locator(".device")).to_be_in_viewport(ratio=0.7)
    expect(phone(page, "grid_staff")).not_to_be_in_viewport(ratio=0.1)
    push_card(town, LI, "电梯停了")
    tab = page.get_by_role("button", name="网格员", exact=True)
    expect(tab).to_have_class(re.compile("unread"))
    tab.click()
    expect(phone(page, "grid_staff").locator(".device")).to_be_in_viewport(ratio=0.7)
    expect(phone(page, "grid_staff").locator(".card dd").last).to_have_text("电梯停了")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert town.platform.received(LI)
    assert Words("电梯停了") not in town.platform.received(LI)


def test_on_a_narrow_screen_the_phones_are_swiped_and_the_tabs_follow(page: Page):
    page.set_viewport_size({"width": 400, "height": 860})
    page.locator("#phones").evaluate("(strip) => strip.scrollTo({ left: 2 * strip.clientWidth })")
    expect(page.get_by_role("button", name="物业管家", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(phone(page, "property_staff").locator(".device")).to_be_in_viewport(ratio=0.7)


def test_escape_closes_what_was_opened_last(page: Page):
    resident = phone(page, "resident")
    resident.get_by_label("公众号资料").click()
    expect(resident.get_by_role("dialog", name="公众号资料")).to_be_visible()
    page.keyboard.press("Escape")
    expect(resident.get_by_role("dialog")).to_have_count(0)
    resident.get_by_role("button", name="更多").click()
    expect(resident.locator(".drawer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(resident.locator(".drawer")).to_be_hidden()


def test_the_tour_leads_through_five_steps(page: Page, town: Town):
    page.get_by_role("button", name="导览").click()
    tour = page.get_by_role("dialog", name="导览")
    expect(tour).to_contain_text("1/5")
    tour.get_by_role("button", name="替我发").click()
    expect(phone(page, "resident").locator(".line.mine .bubble")).to_have_text("德尚小区3号楼电梯又坏了")
    for step in range(2, 6):
        tour.get_by_role("button", name="下一步").click()
        expect(tour).to_contain_text(f"{step}/5")
    tour.get_by_role("button", name="看完了").click()
    expect(tour).to_be_hidden()


def test_what_may_still_be_sent_and_bad_days_are_shown(page: Page, town: Town):
    resident = phone(page, "resident")
    expect(resident.locator(".quota")).to_have_text("窗口没开，只能发模板")
    write(resident, "你好")
    expect(resident.locator(".quota")).to_contain_text("还能发 5 条")
    page.get_by_text("让微信出故障").click()
    page.get_by_label("系统繁忙（-1）").check()
    expect(page.locator(".faults summary")).to_contain_text("1 个开着")
    assert town.platform.faults.on() == ["busy"]
    page.get_by_label("系统繁忙（-1）").uncheck()
    expect(page.locator(".faults summary")).not_to_contain_text("开着")
    assert town.platform.faults.on() == []
