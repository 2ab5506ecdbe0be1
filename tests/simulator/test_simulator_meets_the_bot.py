"""The fake platform and the bot's own edge, which share no code: each proves that the other speaks WeChat's language."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from simulated_wechat import FIELDS, STRANGER, TICKET, VALUES, WANG

from bot.simulator.account import Account
from bot.simulator.chat_bodies import Card, Spot, Voice, Words
from bot.simulator.events import Follow, Unfollow
from bot.simulator.journal import Exchange, Verdict
from bot.simulator.platform import Platform
from bot.simulator.server import DEMO_ACCOUNT, running_platform, serving
from bot.webhook.settings import WebhookSettings
from bot.webhook.view import webhook
from bot.wechat.access_token import TokensInMemory
from bot.wechat.errors import Trouble, WeChatError
from bot.wechat.gateway import Gateway
from handlers.dialogue.message import Kind, Message

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@dataclass
class Bot:
    platform: Platform
    gateway: Gateway
    heard: list[Message] = field(default_factory=list)

    def answer(self, message: Message) -> str:
        self.heard.append(message)
        return "" if message.event == "templatesendjobfinish" else f"听到：{message.text or message.kind} ]]> <b>"


def settings(account: Account) -> WebhookSettings:
    return WebhookSettings(
        token=account.token, aes_key=account.aes_key, app_id=account.app_id, gh_id=account.gh_id, mode=account.mode
    )


@pytest.fixture
def bot() -> Iterator[Bot]:
    with running_platform(followers=[WANG], templates={TICKET: FIELDS}) as platform:
        gateway = Gateway(DEMO_ACCOUNT.app_id, DEMO_ACCOUNT.app_secret, TokensInMemory(), platform.api_base)
        running = Bot(platform, gateway)
        app = Flask("bot")
        app.register_blueprint(webhook(settings(DEMO_ACCOUNT), running.answer, apology="抱歉"))
        with serving(app) as address:
            platform.point_at(f"{address}/wechat")
            yield running


def test_a_text_is_heard_and_answered(bot: Bot):
    outcome = bot.platform.say(WANG, "3号楼<b>]]>电梯又坏了")
    assert (outcome.verdict, outcome.tries, outcome.reason) == (Verdict.REPLIED, 1, "")
    assert bot.platform.received(WANG) == [Words("听到：3号楼<b>]]>电梯又坏了 ]]> <b>")]
    assert (bot.heard[0].openid, bot.heard[0].kind) == (WANG, Kind.TEXT)


def test_places_voices_and_events_are_heard_as_they_were_meant(bot: Bot):
    for what in (Spot(37.1452, 111.7721, "德尚小区"), Voice("m", 5, "路灯坏了"), Follow("deshang-3"), Unfollow()):
        assert bot.platform.deliver(WANG, what).verdict is not Verdict.OUTAGE
    spot, voice, follow, unfollow = bot.heard
    assert (spot.latitude, spot.longitude, spot.label) == (37.1452, 111.7721, "德尚小区")
    assert voice.text == "路灯坏了"
    assert (follow.event, follow.event_key, unfollow.event) == ("subscribe", "deshang-3", "unsubscribe")


def test_a_push_arrives_and_its_receipt_comes_back(bot: Bot):
    sent = bot.gateway.send_template(WANG, TICKET, VALUES, client_msg_id="push-1")
    assert isinstance(bot.platform.received(WANG)[0], Card)
    receipt = bot.platform.journal.wait_for(lambda entry: isinstance(entry, Exchange))
    assert receipt.verdict is Verdict.SILENT
    assert bot.heard[0].event == "templatesendjobfinish"
    assert sent.msgid in bot.heard[0].extra.values()


def test_the_gateway_sends_words_and_carries_media_both_ways(bot: Bot):
    bot.platform.say(WANG, "你好")
    bot.gateway.send_text(WANG, "有结果了")
    assert bot.platform.received(WANG)[-1] == Words("有结果了")
    media_id = bot.gateway.upload_media("image", "a.png", PNG, "image/png")
    assert bot.gateway.download_media(media_id) == (PNG, "image/png")
    assert bot.gateway.user_subscribed(WANG)


def test_refusals_are_understood(bot: Bot):
    with pytest.raises(WeChatError) as silent:
        bot.gateway.send_text(WANG, "您好")
    assert silent.value.kind is Trouble.MOMENT
    with pytest.raises(WeChatError) as nobody:
        bot.gateway.send_text(STRANGER, "您好")
    assert nobody.value.kind is Trouble.GONE


def test_a_forgotten_token_is_fetched_again(bot: Bot):
    assert bot.gateway.user_subscribed(WANG)
    bot.platform.tokens.forget()
    assert bot.gateway.user_subscribed(WANG)
    assert bot.platform.tokens.issued == 2
