"""The gateway to WeChat's API: all calls that the bot makes, besides replies."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from bot.wechat.access_token import SharedToken, Token, TokenStore
from bot.wechat.address import OFFICIAL
from bot.wechat.errors import REFUSED_TOKEN, Trouble, WeChatError
from bot.wechat.http import Download, Timeouts, Upload, WeChatHttp, read_json
from bot.wechat.template_fields import fit
from bot.wechat.text_limits import CUT, fit_bytes, printable

_RENEW_BEFORE = 240  # from 300 s before the end the platform gives a new one, and accepts both
_LONGEST_LIFE = 86400  # 7200 is usual; more than a day is no answer of the platform
_MOST_MEDIA = 20 << 20

log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted by the platform. `msgid` is in the receipt TEMPLATESENDJOBFINISH; custom messages have none."""

    msgid: str = ""


class Gateway:
    """All calls raise WeChatError, whose kind says what can be done. Safe to share between threads."""

    def __init__(
        self, app_id: str, secret: str, store: TokenStore, api_base: str = OFFICIAL, timeouts: Timeouts | None = None
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._http = WeChatHttp(api_base, timeouts or Timeouts())
        self._token = SharedToken(f"wechat:{app_id}", store, self._fetch_token)

    def send_text(self, openid: str, text: str, ending: str = CUT, *, by_machine: bool = False) -> Sent:
        """A custom message: five within 48 hours of the person's last. `by_machine`: the platform labels it as AI's."""
        content = fit_bytes(printable(text), ending)
        body: dict[str, object] = {"touser": openid, "msgtype": "text", "text": {"content": content}}
        body |= {"aimsgcontext": {"is_ai_msg": 1}} if by_machine else {}
        self._post("/cgi-bin/message/custom/send", body)
        return Sent()

    def send_media(self, openid: str, kind: str, media_id: str) -> None:
        """Send an uploaded image or voice; it counts like a text."""
        self._post("/cgi-bin/message/custom/send", {"touser": openid, "msgtype": kind, kind: {"media_id": media_id}})

    def send_template(
        self, openid: str, template_id: str, data: Mapping[str, str], url: str = "", client_msg_id: str = ""
    ) -> Sent:
        """Send a template. Each value is cut to its field's rule, because the platform refuses others."""
        fields = {key: {"value": fit(key, value)} for key, value in data.items()}
        body: dict[str, object] = {"touser": openid, "template_id": template_id, "data": fields}
        body |= {name: value for name, value in (("url", url), ("client_msg_id", client_msg_id)) if value}
        answer = self._post("/cgi-bin/message/template/send", body)
        return Sent(str(answer.get("msgid", "")))

    def send_notice(self, openid: str, template_id: str, data: Mapping[str, str], page: str = "") -> Sent:
        """Send a subscription notice; it uses up one acceptance."""
        fields = {key: {"value": fit(key, value)} for key, value in data.items()}
        body: dict[str, object] = {"touser": openid, "template_id": template_id, "data": fields}
        answer = self._post("/cgi-bin/message/subscribe/bizsend", body | ({"page": page} if page else {}))
        return Sent(str(answer.get("msgid", "")))

    def download_media(self, media_id: str) -> tuple[bytes, str]:
        """Content and its type. The platform keeps media for three days."""
        path, params = "/cgi-bin/media/get", {"media_id": media_id}
        found = self._authorized(lambda token: self._media(path, params | {"access_token": token}))
        return found.content, found.content_type

    def upload_media(self, kind: str, name: str, content: bytes, content_type: str) -> str:
        """The media's id, valid for three days."""
        upload = Upload(name, content, content_type)
        answer = self._authorized(
            lambda token: self._http.upload("/cgi-bin/media/upload", {"access_token": token, "type": kind}, upload)
        )
        return _wanted(answer, "media_id")

    def create_code(self, scene: str) -> str:
        """The URL of a permanent QR code with this scene; at most 100,000 of them."""
        info = {"scene": {"scene_str": scene}}
        body: dict[str, object] = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": info}
        # A successful answer has no errcode.
        return _wanted(
            self._authorized(
                lambda token: self._http.post("/cgi-bin/qrcode/create", {"access_token": token}, body, repeatable=True)
            ),
            "url",
        )

    def create_menu(self, menu: Mapping[str, object]) -> None:
        self._post("/cgi-bin/menu/create", menu, repeatable=True)

    def user_subscribed(self, openid: str) -> bool:
        params = {"openid": openid, "lang": "zh_CN"}
        answer = self._authorized(
            lambda token: read_json(self._http.get("/cgi-bin/user/info", params | {"access_token": token}))
        )
        return answer.get("subscribe") == 1

    def ping(self) -> None:
        """A harmless call that tests whether the platform accepts our calls."""
        self._authorized(self._http.ping)

    def check_credentials(self) -> None:
        """Get a token or raise, for the operator's `check --online`."""
        self._token.value()

    def _post(self, path: str, body: Mapping[str, object], *, repeatable: bool = False) -> dict[str, object]:
        answer = self._authorized(
            lambda token: self._http.post(path, {"access_token": token}, body, repeatable=repeatable)
        )
        if "errcode" not in answer:
            raise WeChatError(0, "the answer has no errcode", Trouble.BUSY)
        return answer

    def _media(self, path: str, params: Mapping[str, str]) -> Download:
        """The platform answers with bytes, with an error as JSON under status 200, or for a video, JSON with a URL."""
        found = self._http.get(path, params, _MOST_MEDIA)
        if not _is_json(found):
            return found
        return self._http.fetch(_wanted(read_json(found), "video_url"), _MOST_MEDIA)

    def _authorized(self, call: Callable[[str], _Answer]) -> _Answer:
        """Call; if the token is refused, replace it and retry once only, because more would use up the day's quota."""
        token = self._token.value()
        try:
            return call(token)
        except WeChatError as error:
            if error.code not in REFUSED_TOKEN:
                raise
            log.warning("wechat_token_refused", code=error.code)
        return call(self._token.value(refused=token))

    def _fetch_token(self, *, force: bool) -> Token:
        body: dict[str, object] = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
        body |= {"force_refresh": True} if force else {}
        answer = self._http.post("/cgi-bin/stable_token", {}, body, repeatable=True)
        lifetime = answer.get("expires_in")
        if not isinstance(lifetime, int) or not 0 < lifetime <= _LONGEST_LIFE:
            raise WeChatError(0, "the token's answer has no expires_in", Trouble.BUSY)
        useful = max(lifetime - _RENEW_BEFORE, lifetime // 2)
        log.info("wechat_token_fetched", useful_seconds=useful, forced=force)
        return Token(_wanted(answer, "access_token"), datetime.now(UTC) + timedelta(seconds=useful))


def _wanted(answer: Mapping[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise WeChatError(0, f"the answer has no {name}", Trouble.BUSY)
    return value


def _is_json(found: Download) -> bool:
    """By content, because the platform sometimes labels errors text/plain."""
    if found.content[:1] != b"{" or len(found.content) > 4096:
        return False
    try:
        json.loads(found.content)
    except (ValueError, RecursionError):
        return False
    return True
