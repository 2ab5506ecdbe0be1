"""The gateway to WeCom's API: messages and cards of our application, and one group's robot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.wechat.access_token import SharedToken, Token, TokenStore
from bot.wechat.errors import Trouble, WeChatError
from bot.wechat.http import Timeouts, WeChatHttp, read_json
from bot.wechat.text_limits import CUT, fit_bytes, printable

OFFICIAL = "https://qyapi.weixin.qq.com"
_STALE_TOKEN = frozenset({40014, 42001})
_NOBODY = 81013
_RENEW_BEFORE = 240
_TITLE, _BODY = 100, 500
"""Most bytes of a card's title and text"""

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Button:
    """A button's label, and its command."""

    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """A message whose buttons act like their commands. `task` is its permanent unique id."""

    task: str
    title: str
    text: str
    buttons: Sequence[Button]
    url: str = ""
    """The page that a tap on the card opens"""


class WeComGateway:
    """All calls raise WeChatError. Safe to share between threads."""

    def __init__(
        self,
        corp_id: str,
        agent_id: str,
        secret: str,
        store: TokenStore,
        api_base: str = OFFICIAL,
        robot: str = "",
        timeouts: Timeouts | None = None,
    ) -> None:
        self._corp_id, self._agent_id, self._secret, self._robot = corp_id, agent_id, secret, robot
        self._http = WeChatHttp(api_base, timeouts or Timeouts())
        self._token = SharedToken(f"wecom:{corp_id}:{agent_id}", store, self._fetch_token)

    def send_text(self, user: str, text: str) -> str:
        """The message's id."""
        return self._send(user, {"msgtype": "text", "text": {"content": fit_bytes(printable(text), CUT)}})

    def send_card(self, user: str, card: Card) -> str:
        """Send a card; a click on a button comes to the callback as its command. Returns the message's id."""
        buttons = [{"text": each.text, "style": 1, "key": each.words} for each in card.buttons]
        body: dict[str, object] = {
            "card_type": "button_interaction",
            "main_title": {"title": fit_bytes(printable(card.title), CUT, _TITLE)},
            "sub_title_text": fit_bytes(printable(card.text), CUT, _BODY),
            "task_id": card.task,
            "button_list": buttons,
        }
        if card.url:
            body["card_action"] = {"type": 1, "url": card.url}
        return self._send(user, {"msgtype": "template_card", "template_card": body})

    def update_card(self, response_code: str, user: str, said: str) -> None:
        """Replace the buttons by one word. Each click's code allows one change within 72 hours."""
        body = {"userids": [user], "agentid": int(self._agent_id), "response_code": response_code}
        self._post("/cgi-bin/message/update_template_card", {**body, "button": {"replace_name": said}})

    def say_in_group(self, text: str) -> None:
        """Send to the group, at most twenty a minute. The robot needs only the key in the URL."""
        body = {"msgtype": "text", "text": {"content": fit_bytes(printable(text), CUT)}}
        _told_whole(lambda: self._http.post("/cgi-bin/webhook/send", {"key": self._robot}, body))

    def ping(self) -> None:
        self._authorized(self._http.ping)

    def _send(self, user: str, message: Mapping[str, object]) -> str:
        """The platform reports success even if the recipient was not reached, but names them in the answer."""
        answer = self._post("/cgi-bin/message/send", {"touser": user, "agentid": int(self._agent_id), **message})
        if answer.get("invaliduser") or answer.get("unlicenseduser"):
            raise WeChatError(_NOBODY, "no such member, or none who may use the application", Trouble.REFUSED)
        return str(answer.get("msgid", ""))

    def _post(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        return self._authorized(lambda token: self._http.post(path, {"access_token": token}, body))

    def _authorized(self, call: Callable[[str], _Answer]) -> _Answer:
        token = _told_whole(self._token.value)
        try:
            return _told_whole(lambda: call(token))
        except WeChatError as error:
            if error.code not in _STALE_TOKEN:
                raise
        return _told_whole(lambda: call(self._token.value(refused=token)))

    def _fetch_token(self, *, force: bool) -> Token:
        del force  # WeCom always returns the same one until it expires
        credentials = {"corpid": self._corp_id, "corpsecret": self._secret}
        answer = read_json(self._http.get("/cgi-bin/gettoken", credentials))
        value, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not isinstance(seconds, int) or seconds <= 0:
            raise WeChatError(0, "the answer has no token", Trouble.BUSY)
        useful = max(seconds - _RENEW_BEFORE, seconds // 2)
        return Token(value, datetime.now(UTC) + timedelta(seconds=useful))


def _told_whole(call: Callable[[], _Answer]) -> _Answer:
    """An error of the whole WeCom account closes only this way, because the official account still works."""
    try:
        return call()
    except WeChatError as error:
        if error.kind is not Trouble.ACCOUNT:
            raise
        raise WeChatError(error.code, error.reason, Trouble.INTERFACE) from None
