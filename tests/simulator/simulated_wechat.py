"""An account's side of the platform in tests: whom it knows, and its calls."""

import json
from dataclasses import dataclass

import requests

from bot.simulator.platform import Platform

WANG = "oWang00000000000000000000001"
STRANGER = "oStranger0000000000000000001"
TICKET = "K" * 43
FIELDS = ["character_string1:工单编号", "thing2:诉求内容", "phrase3", "time4:时限"]
VALUES = {"character_string1": "240001", "thing2": "电梯停了", "phrase3": "待签收", "time4": "2026-11-21 16:30"}


@dataclass
class Clock:
    at: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Api:
    """Calls the platform as a well-behaved account would: raw UTF-8, a token in the query."""

    platform: Platform

    def get(self, path: str, **query: str) -> requests.Response:
        return requests.get(f"{self.platform.api_base}/cgi-bin/{path}", params=query, timeout=30)

    def post(self, path: str, body: object, **query: str) -> dict:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        answer = requests.post(f"{self.platform.api_base}/cgi-bin/{path}", params=query, data=raw, timeout=30)
        assert answer.status_code == 200
        return answer.json()

    def stable_token(self, **changed: object) -> dict:
        account = self.platform.account
        wish = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.app_secret} | changed
        return self.post("stable_token", wish)

    @property
    def token(self) -> str:
        return self.stable_token()["access_token"]

    def custom(self, text: str, to: str = WANG) -> dict:
        wish = {"touser": to, "msgtype": "text", "text": {"content": text}}
        return self.post("message/custom/send", wish, access_token=self.token)

    def template(self, to: str = WANG, **changed: object) -> dict:
        data = {key: {"value": value} for key, value in (VALUES | changed.pop("values", {})).items()}
        wish = {"touser": to, "template_id": TICKET, "data": data} | changed
        return self.post("message/template/send", wish, access_token=self.token)
