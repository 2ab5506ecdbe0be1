"""A town small enough to know by heart, behind the page with the phones."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from echo_account import Webhook
from flask import Flask

from bot.simulator import DEMO_ACCOUNT, Platform, SimPerson, SimPlace, SimulatorConfig, simulator
from bot.simulator.server import serving

WANG, LIU = "oWang00000000000000000000001", "oLiu000000000000000000000001"
LI, ZHANG = "oLi0000000000000000000000001", "oZhang0000000000000000000001"
CHEN, ZHAO = "oChen00000000000000000000001", "oZhao00000000000000000000001"
TICKET = "K" * 43
PEOPLE = [
    SimPerson(WANG, "王秀英", "resident", "德尚小区"),
    SimPerson(LIU, "刘建国", "resident", "锦佳园小区"),
    SimPerson(LI, "李红梅", "grid_staff", "第三网格"),
    SimPerson(ZHANG, "张伟", "grid_staff", "第一网格"),
    SimPerson(CHEN, "陈志强", "property_staff", "德尚物业"),
    SimPerson(ZHAO, "赵主任", "supervisor", "新义街道"),
    SimPerson("", "没有微信的人", "resident"),
]
PLACES = [
    SimPlace("德尚小区", 37.1452, 111.7721),
    SimPlace("锦佳园小区", 37.1391, 111.7803),
    SimPlace("城南宜居家园", 37.1268, 111.7742),
]
SAMPLES = {"resident": ["路灯不亮", "楼上每晚跳绳"], "supervisor": ["今日"]}
TEMPLATES = {TICKET: ["character_string1:工单编号", "thing2:诉求内容"]}


@dataclass(frozen=True)
class Town:
    platform: Platform
    webhook: Webhook
    url: str


def small_config() -> SimulatorConfig:
    return SimulatorConfig(
        webhook_url="http://127.0.0.1/wechat",
        app_id=DEMO_ACCOUNT.app_id,
        app_secret=DEMO_ACCOUNT.app_secret,
        token=DEMO_ACCOUNT.token,
        aes_key=DEMO_ACCOUNT.aes_key,
        gh_id=DEMO_ACCOUNT.gh_id,
        account_name="吹哨",
        people=lambda: PEOPLE,
        places=lambda: PLACES,
        samples=SAMPLES,
        templates=TEMPLATES,
        scenes={"德尚小区3号楼": "deshang-3"},
    )


@contextmanager
def small_town(reply=None) -> Iterator[Town]:
    webhook = Webhook(DEMO_ACCOUNT)
    if reply:
        webhook.reply = reply
    config = small_config()
    known = [person.openid for person in PEOPLE]
    platform = Platform(config.account, templates=TEMPLATES, directory=lambda: known)
    app = Flask("town")
    app.register_blueprint(simulator(config, platform))
    app.add_url_rule("/wechat", "wechat", webhook.handle, methods=["POST"])
    with serving(app) as address:
        platform.point_at(f"{address}/wechat")
        platform.api_base = f"{address}/simulator/api"
        yield Town(platform, webhook, f"{address}/simulator")
        platform.close()
