"""What the platform's API answers to which call, apart from HTTP."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.simulator.api.menu import checked
from bot.simulator.api.sending import Sending
from bot.simulator.errors import ApiError, Json
from bot.simulator.media import Medium
from bot.simulator.platform import Platform

_ESCAPED = re.compile(rb"\\u(?!00[0-7])[0-9a-fA-F]{4}")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API."""

    args: Mapping[str, str]
    body: bytes
    uploaded: bytes

    def json(self) -> Json:
        if not self.body:
            raise ApiError(44002)
        if _ESCAPED.search(self.body):
            raise ApiError(40033)
        try:
            parsed = json.loads(self.body)
        except ValueError as error:
            raise ApiError(47001) from error
        if not isinstance(parsed, dict):
            raise ApiError(47001)
        return parsed


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    run: Callable[[Call], Json | Medium]
    needs_token: bool = True


class Api:
    """Looks up a path, checks the token, runs it under the platform's lock."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        sending = Sending(platform)
        self._endpoints = {
            "token": Endpoint("GET", self._token, needs_token=False),
            "stable_token": Endpoint("POST", self._stable_token, needs_token=False),
            "message/custom/send": Endpoint("POST", lambda call: sending.custom(call.json())),
            "message/template/send": Endpoint("POST", lambda call: sending.template(call.json())),
            "message/subscribe/bizsend": Endpoint("POST", lambda call: sending.subscription(call.json())),
            "media/upload": Endpoint("POST", self._upload),
            "media/get": Endpoint("GET", lambda call: platform.media.get(call.args.get("media_id", ""))),
            "user/info": Endpoint("GET", self._user),
            "qrcode/create": Endpoint("POST", self._create_code),
            "menu/create": Endpoint("POST", self._create_menu),
            "menu/get": Endpoint("GET", self._get_menu),
            "menu/delete": Endpoint("GET", self._delete_menu),
            "getcallbackip": Endpoint("GET", lambda _call: {"ip_list": ["127.0.0.1"]}),
        }

    def answer(self, path: str, method: str, call: Call) -> Json | Medium:
        endpoint = self._endpoints.get(path)
        if endpoint is None:
            raise ApiError(40066)
        if method != endpoint.method:
            raise ApiError(43001 if endpoint.method == "GET" else 43002)
        with self.platform.lock:
            if endpoint.needs_token:
                self.platform.tokens.check(call.args.get("access_token", ""))
            return endpoint.run(call)

    def _token(self, call: Call) -> Json:
        self._check_credentials(call.args, "client_credential")
        value, seconds = self.platform.tokens.plain()
        return {"access_token": value, "expires_in": seconds}

    def _stable_token(self, call: Call) -> Json:
        wanted = call.json()
        self._check_credentials(wanted, "client_credential")
        value, seconds = self.platform.tokens.stable(force=wanted.get("force_refresh") is True)
        return {"access_token": value, "expires_in": seconds}

    def _check_credentials(self, given: Mapping[str, object], grant_type: str) -> None:
        """The app id is looked at before everything else."""
        for key, missing in (("appid", 41002), ("secret", 41004)):
            if not given.get(key):
                raise ApiError(missing)
        if given["appid"] != self.platform.account.app_id:
            raise ApiError(40013)
        if given["secret"] != self.platform.account.app_secret:
            raise ApiError(40125)
        if given.get("grant_type") != grant_type:
            raise ApiError(40002)

    def _upload(self, call: Call) -> Json:
        kind = call.args.get("type", "")
        media_id = self.platform.media.put(kind, call.uploaded)
        return {"type": kind, "media_id": media_id, "created_at": int(self.platform.now())}

    def _user(self, call: Call) -> Json:
        follower = self.platform.followers.get(call.args.get("openid", ""))
        if follower is None:
            raise ApiError(40003)
        if not follower.following:
            return {"subscribe": 0, "openid": follower.openid}
        return {
            "subscribe": 1,
            "openid": follower.openid,
            "language": "zh_CN",
            "subscribe_time": int(follower.since),
            "remark": "",
            "groupid": 0,
            "tagid_list": [],
            "subscribe_scene": "ADD_SCENE_QR_CODE",
            "qr_scene": 0,
            "qr_scene_str": "",
        }

    def _create_code(self, call: Call) -> Json:
        """A permanent code; the same scene again is the same code."""
        wish = call.json()
        scene = (wish.get("action_info") or {}).get("scene") or {}
        words = scene.get("scene_str")
        if wish.get("action_name") != "QR_LIMIT_STR_SCENE" or not isinstance(words, str) or not 1 <= len(words) <= 64:
            raise ApiError(40053)
        return {"ticket": f"TICKET_{words}", "url": f"http://weixin.qq.com/q/{words}"}

    def _create_menu(self, call: Call) -> Json:
        self.platform.set_menu(checked(call.json()))
        return {}

    def _get_menu(self, _call: Call) -> Json:
        if self.platform.menu is None:
            raise ApiError(46003)
        return {"menu": self.platform.menu}

    def _delete_menu(self, _call: Call) -> Json:
        self.platform.set_menu(None)
        return {}
