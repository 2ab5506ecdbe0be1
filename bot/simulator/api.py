"""The platform's HTTP API: always status 200, always JSON in raw UTF-8, the truth in `errcode`."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, request

from bot.simulator.errors import ApiError, Json, refusal
from bot.simulator.faults import Fault, Garbles, Hangs, Refuses
from bot.simulator.journal import ApiCall
from bot.simulator.media import PICTURES, Medium
from bot.simulator.menu import checked
from bot.simulator.platform import Platform
from bot.simulator.sending import Sending

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


def api_blueprint(platform: Platform) -> Blueprint:
    """Serves `/cgi-bin/…`, and `/pictures/…` for the PicUrl of a delivered photo."""
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    api = Api(platform)

    @blueprint.route("/cgi-bin/<path:path>", methods=["GET", "POST"])
    def _call(path: str) -> Response:
        began = time.monotonic()
        fault = platform.faults.take(path)
        response, errcode = _faulty(api, path, fault) if fault else _answered(api, path)
        elapsed = round((time.monotonic() - began) * 1000)
        platform.journal.add(ApiCall(path, _addressee(), errcode, elapsed, platform.now()))
        return response

    @blueprint.get("/pictures/<media_id>")
    def _picture(media_id: str) -> Response:
        try:
            medium = platform.media.get(media_id)
        except ApiError:
            abort(404)
        return _binary(medium)

    return blueprint


def _faulty(api: Api, path: str, fault: Fault) -> tuple[Response, int]:
    match fault:
        case Refuses(errcode):
            return _json(refusal(errcode)), errcode
        case Garbles(body, status):
            return Response(body, status, content_type="text/html"), -1
        case Hangs(seconds, after):
            done = _answered(api, path) if after else None
            time.sleep(seconds)
            return done or (_json(refusal(-1)), -1)


def _answered(api: Api, path: str) -> tuple[Response, int]:
    file = request.files.get("media")
    uploaded = file.read() if file else b""
    call = Call(request.args, b"" if file else request.get_data(), uploaded)
    try:
        answer = api.answer(path, request.method, call)
    except ApiError as error:
        return _json(refusal(error.code, error.detail)), error.code
    if isinstance(answer, Medium):
        return _binary(answer), 0
    bare_ok = answer.keys() <= {"msgid"}  # what was asked for comes without errcode, what was done with it
    return _json(refusal(0) | answer if bare_ok else answer), 0


def _addressee() -> str:
    body = request.get_json(silent=True, force=True)
    return str(body.get("touser", ""))[:64] if isinstance(body, dict) else ""


def _json(answer: Json) -> Response:
    return Response(json.dumps(answer, ensure_ascii=False), content_type="application/json; encoding=utf-8")


def _binary(medium: Medium) -> Response:
    response = Response(medium.content, content_type=medium.content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    if medium.content_type not in PICTURES:
        response.headers["Content-Disposition"] = "attachment"
    return response
