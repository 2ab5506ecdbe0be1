"""The fake WeCom: what its API takes, how it counts, and how it calls the application back."""

import itertools
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import requests

from bot.simulator.crypto import Envelope, sign
from bot.simulator.errors import ApiError, Json
from bot.simulator.events import Fields
from bot.simulator.faults import Faults
from bot.simulator.inbound import element
from bot.simulator.wecom.chats import GROUP, Button, Chats
from bot.simulator.wecom.corp import Corp, Member

LIFE = 7200
MINUTE, A_MINUTE_EACH, ROBOT_A_MINUTE = 60, 30, 20
RESPONSE_LIFE = 72 * 3600
_MOST_TEXT = 2048


class WeComPlatform:
    """One process holds one. `members` may grow while it runs."""

    def __init__(
        self, corp: Corp, members: Callable[[], Sequence[Member]], now: Callable[[], float] = time.time
    ) -> None:
        self.corp, self.members, self.now = corp, members, now
        self.chats, self.faults = Chats(), Faults()
        self.dropped = 0
        """Messages above the limit of one member: the real platform says nothing of them"""
        self._tokens: dict[str, float] = {}
        self._sent: dict[str, list[float]] = defaultdict(list)
        self._tasks: set[str] = set()
        self._responses: dict[str, tuple[str, str, float]] = {}
        self._ids = itertools.count(1)

    def start_over(self) -> None:
        """As if nobody had ever written."""
        self.chats.clear()
        self.faults.clear()

    # -- the API ----------------------------------------------------------------------------------------------------

    def token(self, corp_id: str, secret: str) -> Json:
        if corp_id != self.corp.corp_id:
            raise ApiError(40013)
        if secret != self.corp.secret:
            raise ApiError(40001)
        value = secrets.token_urlsafe(48)
        self._tokens[value] = self.now() + LIFE
        return {"access_token": value, "expires_in": LIFE}

    def check(self, token: str) -> None:
        if token not in self._tokens:
            raise ApiError(40014)
        if self._tokens[token] <= self.now():
            raise ApiError(42001)

    def expire_tokens(self) -> None:
        self._tokens = dict.fromkeys(self._tokens, 0.0)

    def send(self, body: Json) -> Json:
        """Unknown members are named in a good answer; where none is left, nobody was told."""
        if body.get("agentid") != self.corp.agent_id:
            raise ApiError(40056, "invalid agentid")
        wanted = [user for user in str(body.get("touser", "")).split("|") if user]
        known = {member.user.lower(): member.user for member in self.members()}
        invalid = [user for user in wanted if user.lower() not in known]
        if not wanted or len(invalid) == len(wanted):
            raise ApiError(81013)
        shown = _shown(body, self._tasks)
        for user in (known[user.lower()] for user in wanted if user not in invalid):
            if self._may_send(user, A_MINUTE_EACH):
                self.chats.add(user, "app", at=self.now(), **shown)
            else:
                self.dropped += 1
        answer: Json = {"msgid": f"wecom-{next(self._ids)}"}
        return answer | ({"invaliduser": "|".join(invalid)} if invalid else {})

    def update_card(self, body: Json) -> Json:
        """Each code is good for one change."""
        user, task, until = self._responses.pop(str(body.get("response_code")), ("", "", 0.0))
        if until <= self.now():
            raise ApiError(40058, "invalid response_code")
        self.chats.press(user, task, str((body.get("button") or {}).get("replace_name", "")))
        return {}

    def robot(self, key: str, body: Json) -> Json:
        if key != self.corp.robot:
            raise ApiError(93000)
        if not self._may_send(GROUP, ROBOT_A_MINUTE):
            raise ApiError(45009)
        self.chats.add(GROUP, "app", str((body.get("text") or {}).get("content", "")), self.now())
        return {}

    # -- what members do ----------------------------------------------------------------------------------------------

    def say(self, user: str, text: str) -> None:
        self.chats.add(user, "member", text, self.now())
        fields: Fields = [
            ("MsgType", "text"),
            ("Content", text),
            ("MsgId", next(self._ids)),
            ("AgentID", self.corp.agent_id),
        ]
        self._deliver(user, fields)

    def press(self, user: str, task: str, key: str) -> None:
        """A button of a card; the answer may change the card."""
        code = secrets.token_urlsafe(16)
        self._responses[code] = (user, task, self.now() + RESPONSE_LIFE)
        fields: Fields = [("MsgType", "event"), ("Event", "template_card_event"), ("EventKey", key), ("TaskId", task)]
        fields += [("CardType", "button_interaction"), ("ResponseCode", code), ("AgentID", self.corp.agent_id)]
        self._deliver(user, fields, task)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _may_send(self, user: str, most: int) -> bool:
        sent = [at for at in self._sent[user] if at > self.now() - MINUTE]
        self._sent[user] = sent
        if len(sent) >= most:
            return False
        sent.append(self.now())
        return True

    def _deliver(self, user: str, fields: Fields, task: str = "") -> None:
        head: Fields = [("ToUserName", self.corp.corp_id), ("FromUserName", user), ("CreateTime", int(self.now()))]
        xml = "<xml>" + "".join(element(name, value) for name, value in (*head, *fields)) + "</xml>"
        answer = self.post(xml)
        if not answer:
            return
        root = ET.fromstring(answer)  # noqa: S314 (the bot's own)
        if root.findtext("MsgType") == "update_button":
            self.chats.press(user, task, root.findtext("Button/ReplaceName") or "")
        elif content := root.findtext("Content"):
            self.chats.add(user, "app", content, self.now())

    def post(self, xml: str) -> str:
        """Sealed as the platform seals it; the answer, opened."""
        envelope = Envelope.of(self.corp.aes_key, self.corp.corp_id)
        sealed, stamp, nonce = envelope.seal(xml), str(int(self.now())), str(secrets.randbelow(10**9))
        query = {"msg_signature": sign(self.corp.token, stamp, nonce, sealed), "timestamp": stamp, "nonce": nonce}
        body = f"<xml>{element('ToUserName', self.corp.corp_id)}{element('Encrypt', sealed)}</xml>".encode()
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(self.corp.callback_url, params=query, data=body, timeout=5)
        answer.raise_for_status()
        if not answer.content:
            return ""
        root = ET.fromstring(answer.content)  # noqa: S314
        encrypted = root.findtext("Encrypt") or ""
        signed = sign(self.corp.token, root.findtext("TimeStamp") or "", root.findtext("Nonce") or "", encrypted)
        if signed != root.findtext("MsgSignature"):
            raise ValueError("the answer's signature is wrong")
        return envelope.open(encrypted)


def _shown(body: Json, tasks: set[str]) -> dict[str, Any]:
    kind = body.get("msgtype")
    if kind == "text":
        content = str((body.get("text") or {}).get("content", ""))
        if not content:
            raise ApiError(44004)
        return {"text": content.encode()[:_MOST_TEXT].decode(errors="ignore")}
    if kind != "template_card":
        raise ApiError(40008)
    card: Mapping[str, Any] = body.get("template_card") or {}
    buttons, task = card.get("button_list") or [], str(card.get("task_id", ""))
    if card.get("card_type") != "button_interaction" or not 1 <= len(buttons) <= 6:
        raise ApiError(40058, "button_list")
    if not task or task in tasks or len(task) > 128:
        raise ApiError(40058, "task_id")
    tasks.add(task)
    action = card.get("card_action") or {}
    if action and (action.get("type") != 1 or not str(action.get("url", "")).startswith("http")):
        raise ApiError(40058, "card_action")
    title = str((card.get("main_title") or {}).get("title", ""))
    told = tuple(Button(str(each["text"]), str(each["key"])) for each in buttons)
    return {
        "text": str(card.get("sub_title_text", "")),
        "title": title,
        "task": task,
        "buttons": told,
        "url": action.get("url", ""),
    }
