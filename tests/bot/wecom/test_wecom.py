"""Staff in WeCom: verified both ways, buttons that do what they say, one person in both told once."""

import contextlib
from dataclasses import replace as replaced
from datetime import UTC, datetime, timedelta

import pytest
import requests
from chat import GRID_STAFF, OTHER_PROPERTY, RESIDENT
from flask import Flask
from outbox import account_settings
from sqlalchemy import select, update
from testbed import ROOT

from bot.assembly import assemble, worker
from bot.installation.settings import load_settings
from bot.simulator.crypto import Envelope, sign
from bot.simulator.errors import ApiError
from bot.simulator.faults import Refuses
from bot.simulator.message_quota import Trigger
from bot.simulator.server import running_platform, serving
from bot.simulator.wecom.chats import GROUP
from bot.simulator.wecom.corp import DEMO_CORP, Member
from bot.simulator.wecom.page import running_wecom, wecom_page
from bot.simulator.wecom.platform import WeComPlatform
from bot.web.app import create_app
from bot.wecom.members import enrol
from handlers.dialogue.message import Kind, Message
from models.breaker import Breaker
from models.person import Person
from models.push import Push, Timer
from models.ticket import Ticket

pytestmark = pytest.mark.slow

USER = "ChenXiaoLing"
DOG = "德尚小区3号楼有人遛狗不牵绳"


class Town:
    """The program served over real HTTP between the two fake platforms; the worker is turned by hand."""

    def __init__(self, program, wechat, wecom, clock):
        self.program, self.wechat, self.wecom, self.clock = program, wechat, wecom, clock
        self.worker = worker(program)
        self.numbers = iter(range(10**6))

    def resident_says(self, text, openid=RESIDENT):
        message = Message(f"w|{next(self.numbers)}", openid, Kind.TEXT, self.clock(), text)
        return self.program.answering.answer(message)

    def turns(self):
        for _ in range(20):
            if not self.worker.once():
                return

    def heard(self, user=USER):
        return [line for line in self.wecom.chats.of(user) if line.side == "app"]

    def ticket(self):
        with self.program.reading() as session:
            return session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()

    def pushes(self):
        with self.program.reading() as session:
            mine = select(Push).join(Person).where(Person.wecom == USER).order_by(Push.id)
            return list(session.scalars(mine))


@contextlib.contextmanager
def town_on(url, folder, clock, reader, *, also=()):
    members = [Member(USER, "陈小玲"), *also]
    wecom = WeComPlatform(DEMO_CORP, lambda: members, now=lambda: clock().timestamp())
    with running_platform(now=lambda: clock().timestamp()) as wechat, running_wecom(wecom) as api_base:
        corp = {
            name: str(getattr(DEMO_CORP, name))
            for name in ("corp_id", "agent_id", "secret", "token", "aes_key", "robot")
        }
        plain = account_settings(url, folder, wechat.api_base, templates=False)
        settings = load_settings(
            ROOT / "config.yaml",
            database={"url": url},
            files={"media": folder / "media"},
            wechat=plain.wechat.model_dump() | {"templates": {}},
            wecom={**corp, "api_base": api_base},
            web={"public_url": "https://town.example"},
        )
        program = assemble(settings, clock, reader)
        with serving(create_app(program)) as address:
            wecom.corp = replaced(DEMO_CORP, callback_url=f"{address}/wecom")
            yield Town(program, wechat, wecom, clock)
        program.engine.dispose()


@pytest.fixture
def real_clock():
    """The edge compares callbacks with the machine's time."""

    class Clock:
        ahead = timedelta()

        def __call__(self):
            return datetime.now(UTC) + self.ahead

    return Clock()


@pytest.fixture
def town(databases, kind, reader, tmp_path, real_clock):
    with town_on(databases.fresh(kind, with_town=True), tmp_path, real_clock, reader) as made:
        with made.program.sessions.begin() as session:  # by day and by night
            enrol(session)
        object.__setattr__(made.program.towns.known.quiet_hours, "begin", made.program.towns.known.quiet_hours.end)
        yield made


def filed(town):
    reply = town.resident_says(DOG)
    assert "已受理" in reply, reply
    town.turns()


def test_the_address_is_verified_and_a_forger_is_not(town):
    corp = town.wecom.corp
    sealed = Envelope.of(corp.aes_key, corp.corp_id).seal("echo-12345")
    stamp = str(int(town.clock().timestamp()))
    good = {
        "msg_signature": sign(corp.token, stamp, "77", sealed),
        "timestamp": stamp,
        "nonce": "77",
        "echostr": sealed,
    }
    assert requests.get(corp.callback_url, params=good, timeout=5).text == "echo-12345"
    for name, value in (("msg_signature", "0" * 40), ("timestamp", "1"), ("echostr", "AAAA")):
        refused = requests.get(corp.callback_url, params=good | {name: value}, timeout=5)
        assert refused.status_code == 403
    assert requests.post(corp.callback_url, params=good, data="<xml></xml>", timeout=5).status_code == 403


def test_commands_work_as_in_the_official_account(town):
    town.wecom.say(USER, "待办")
    assert "没有待办" in town.heard()[-1].text
    filed(town)
    town.wecom.say(USER, f"接 {town.ticket().number}")
    assert "已签收" in town.heard()[-1].text
    assert town.ticket().status == "working"


def test_a_card_s_buttons_do_what_they_say_and_change_the_card(town):
    filed(town)
    card = town.heard()[-1]
    assert (card.title, [each.text for each in card.buttons]) == ("新工单", ["接单", "退单"])
    assert card.url.startswith("https://town.example/t/")
    town.wecom.press(USER, card.task, card.buttons[0].key)
    town.turns()
    assert town.wecom.chats.card(USER, card.task).pressed == "接单"
    assert town.ticket().status == "working"
    signed = town.heard()[-1]
    assert (signed.title, [each.text for each in signed.buttons]) == ("接单", ["到场", "办结", "退单"])
    assert "已签收" in signed.text
    town.wecom.press(USER, signed.task, signed.buttons[0].key)
    town.turns()
    arrived = town.heard()[-1]
    assert [each.text for each in arrived.buttons] == ["办结", "退单"]
    assert "已记下到场" in arrived.text
    town.wecom.press(USER, arrived.task, arrived.buttons[0].key)
    town.turns()
    assert "怎么办好的" in town.heard()[-1].text
    town.wecom.say(USER, "劝过了，狗牵走了")
    town.turns()
    assert town.ticket().status == "resolved"
    town.wecom.press(USER, card.task, card.buttons[0].key)
    town.turns()
    late = town.heard()[-1]
    assert ("待回访" in late.text, late.buttons) == (True, ()), "pressed once more"


def test_what_is_theirs_no_more_has_no_buttons(town):
    filed(town)
    with town.program.sessions.begin() as session:
        ticket = session.scalars(select(Ticket)).one()
        ticket.team = "G-CN"
        told = {"event": "climbing", "text": "已上报，您这边不用再办", "template": "staff", "ticket_id": ticket.id}
        mine = session.scalars(select(Person.id).where(Person.wecom == USER)).one()
        session.add(Push(key="climbed", person_id=mine, due_at=town.clock(), created_at=town.clock(), **told))
    town.turns()
    assert town.heard()[-1].buttons == ()


def test_a_button_that_needs_words_asks_for_them(town):
    filed(town)
    card = town.heard()[-1]
    town.wecom.press(USER, card.task, card.buttons[1].key)
    town.turns()
    assert "为什么退" in town.heard()[-1].text
    town.wecom.say(USER, "不归我们网格管")
    assert "已退单" in town.heard()[-1].text


def test_after_resolving_a_button_says_how_it_stands(town):
    filed(town)
    card = town.heard()[-1]
    town.wecom.say(USER, "接")
    town.wecom.say(USER, "结 劝过了")
    town.wecom.press(USER, card.task, card.buttons[0].key)
    town.turns()
    assert "待回访" in town.heard()[-1].text


def test_a_button_does_nothing_in_the_hands_of_another_team(databases, reader, tmp_path, real_clock):
    url = databases.fresh("sqlite", with_town=True)
    with town_on(url, tmp_path, real_clock, reader, also=[Member("other", "别家物业")]) as town:
        with town.program.sessions.begin() as session:
            session.execute(update(Person).where(Person.openid == OTHER_PROPERTY).values(wecom="other"))
        object.__setattr__(town.program.towns.known.quiet_hours, "begin", town.program.towns.known.quiet_hours.end)
        filed(town)
        card = town.heard()[-1]
        town.wecom.press("other", card.task, card.buttons[0].key)
        town.turns()
        assert town.ticket().status == "dispatched"
        assert town.ticket().number in town.heard("other")[-1].text
        assert town.wecom.chats.card(USER, card.task).pressed == ""


def test_one_person_in_both_is_told_once_and_in_wecom_only_where_nothing_else_goes(town):
    town.wechat.follow(GRID_STAFF)
    town.program.answering.answer(Message("m1", GRID_STAFF, Kind.TEXT, town.clock(), "待办"))
    town.wechat.allowances.open(GRID_STAFF, Trigger.MESSAGE, town.wechat.now())
    filed(town)
    assert len(town.wechat.received(GRID_STAFF)) == 1
    assert town.heard() == []
    assert [push.way for push in town.pushes()] == ["custom"]


def test_what_is_said_in_wecom_opens_no_window_of_the_official_account(town):
    town.wecom.say(USER, "待办")
    with town.program.reading() as session:
        person = session.scalars(select(Person).where(Person.wecom == USER)).one()
    assert person.wrote_at is None
    assert person.last_inbound_at is not None


def test_who_left_the_official_account_stays_in_wecom(town):
    """Whether we know it, or the platform alone does."""
    town.program.answering.answer(Message("m1", GRID_STAFF, Kind.EVENT, town.clock(), event="unsubscribe"))
    town.wecom.say(USER, "待办")
    filed(town)
    assert town.heard()[-1].title == "新工单"
    assert [each.way for each in town.pushes()] == ["wecom"]
    with town.program.sessions.begin() as session:
        assert session.scalars(select(Person.following).where(Person.wecom == USER)).one() is False
        session.execute(update(Person).where(Person.wecom == USER).values(following=True, wrote_at=town.clock()))
    assert "已受理" in town.resident_says("德尚小区6号楼着火了")
    town.turns()
    assert "红色警情" in town.heard()[-1].title


def test_who_has_no_official_account_is_told_and_works_in_wecom(town):
    with town.program.sessions.begin() as session:
        session.execute(update(Person).where(Person.wecom == USER).values(openid=None))
        session.flush()
        assert enrol(session) == 1
    filed(town)
    assert town.heard()[-1].title == "新工单"
    town.wecom.say(USER, "接")
    assert "已签收" in town.heard()[-1].text


def test_a_member_whom_nobody_knows_is_told_what_is_missing(databases, reader, tmp_path, real_clock):
    url = databases.fresh("sqlite", with_town=True)
    with town_on(url, tmp_path, real_clock, reader, also=[Member("stranger", "新来的")]) as town:
        town.wecom.say("stranger", "待办")
        assert "还没有把您登记" in town.heard("stranger")[-1].text


@pytest.mark.parametrize("code", [60020, 40058, 40014, 42001, 81013, 45009, -1])
def test_a_refusal_of_wecom_leaves_the_official_account_open(town, code):
    town.wecom.faults.inject(Refuses(code), calls=99, path="message/send")
    filed(town)
    assert town.heard() == []
    with town.program.reading() as session:
        opened = session.scalars(select(Breaker.name).where(Breaker.opened_at.is_not(None))).all()
    assert set(opened) <= {"wecom"}
    town.wecom.faults.clear()


@pytest.mark.parametrize("code", [40001, 40013, 40164])
def test_a_danger_goes_by_wecom_where_the_whole_official_account_is_refused(town, code):
    with town.program.sessions.begin() as session:
        session.execute(update(Person).where(Person.wecom == USER).values(wrote_at=town.clock(), messages_left=5))
    town.wechat.faults.inject(Refuses(code), calls=999)
    assert "已受理" in town.resident_says("德尚小区6号楼着火了")
    town.worker.once()
    assert "红色警情" in town.heard()[-1].title
    with town.program.reading() as session:
        assert session.scalars(select(Breaker.name).where(Breaker.opened_at.is_not(None))).all() == ["account"]
    town.wechat.faults.clear()


def test_a_token_that_has_run_out_is_fetched_again(town):
    town.worker.wecom.ping()
    town.wecom.expire_tokens()
    filed(town)
    assert town.heard()[-1].title == "新工单"


def test_the_group_hears_of_nothing_but_red_flags(town):
    filed(town)
    assert town.wecom.chats.of(GROUP) == []
    town.resident_says("德尚小区4号楼着火了", openid="oRed000000000000000000000")
    town.turns()
    assert ["红色警情" in line.text for line in town.wecom.chats.of(GROUP)] == [True]


def test_the_group_hears_of_red_flags_without_names_and_no_more_than_twenty_a_minute(town):
    for number in range(1, 24):
        town.resident_says(f"德尚小区{number % 9 + 1}号楼着火了", openid=f"oRed{number:024d}")
        with town.program.sessions.begin() as session:
            ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
            key = f"group:{number}"
            now = town.clock()
            session.add(Timer(key=key, kind="group_notice", ticket_id=ticket.id, due_at=now, created_at=now))
    town.turns()
    told = town.wecom.chats.of(GROUP)
    assert len(told) == 20
    assert all("红色警情" in line.text for line in told)
    with town.program.reading() as session:
        waiting = session.scalars(select(Timer).where(Timer.kind == "group_notice", Timer.due_at.is_not(None))).all()
    assert len(waiting) >= 3


def test_the_platform_drops_what_is_above_thirty_a_minute(real_clock):
    wecom = WeComPlatform(DEMO_CORP, lambda: [Member(USER, "陈小玲")], now=lambda: real_clock().timestamp())
    for _ in range(31):
        wecom.send({"touser": USER, "agentid": DEMO_CORP.agent_id, "msgtype": "text", "text": {"content": "好"}})
    assert (len(wecom.chats.of(USER)), wecom.dropped) == (30, 1)


def test_a_code_changes_a_card_once(real_clock):
    wecom = WeComPlatform(DEMO_CORP, lambda: [Member(USER, "陈小玲")], now=lambda: real_clock().timestamp())
    wecom._responses["c"] = (USER, "t", wecom.now() + 60)
    assert wecom.update_card({"response_code": "c", "button": {"replace_name": "好"}}) == {}
    with pytest.raises(ApiError):
        wecom.update_card({"response_code": "c"})


def test_the_page_shows_members_and_takes_only_json(town):
    app = Flask("page")
    app.register_blueprint(wecom_page(town.wecom))
    client = app.test_client()
    assert "企业微信" in client.get("/simulator/wecom/").get_data(as_text=True)
    client.post("/simulator/wecom/say", json={"user": USER, "text": "待办"})
    lines = client.get("/simulator/wecom/chats").get_json()["lines"]
    assert [line["side"] for line in lines] == ["member", "app"]
