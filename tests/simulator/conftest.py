"""A platform, an account's webhook behind it, and a caller of the API: all over real HTTP on 127.0.0.1."""

from collections.abc import Iterator

import pytest
from echo_account import Webhook, running_webhook
from simulated_wechat import FIELDS, TICKET, WANG, Api, Clock

from bot.simulator.platform import Platform
from bot.simulator.server import DEMO_ACCOUNT, running_platform


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with running_webhook(Webhook(DEMO_ACCOUNT)) as hook:
        yield hook


@pytest.fixture
def platform(webhook: Webhook, clock: Clock) -> Iterator[Platform]:
    with running_platform(followers=[WANG], templates={TICKET: FIELDS}, now=clock) as running:
        running.point_at(webhook.url)
        yield running


@pytest.fixture
def api(platform: Platform) -> Api:
    return Api(platform)
