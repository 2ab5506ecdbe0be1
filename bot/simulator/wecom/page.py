"""WeCom over HTTP: its API, and a page with members' phones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from flask import Blueprint, Flask, Response, jsonify, render_template, request

from bot.simulator.errors import ApiError, Json, refusal
from bot.simulator.faults import Garbles, Refuses
from bot.simulator.server import serving
from bot.simulator.wecom.chats import GROUP
from bot.simulator.wecom.platform import WeComPlatform

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
_MOST_WORDS = 2000


def wecom_api(platform: WeComPlatform) -> Blueprint:
    """`/cgi-bin/…` as qyapi has it: status 200, the truth in `errcode`."""
    blueprint = Blueprint("wecom_api", __name__, url_prefix="/wecom-api")
    calls: dict[str, Callable[[Json], Json]] = {
        "message/send": platform.send,
        "message/update_template_card": platform.update_card,
        "getcallbackip": lambda _body: {"ip_list": []},
    }

    @blueprint.route("/cgi-bin/<path:path>", methods=["GET", "POST"])
    def _call(path: str) -> Response:
        match platform.faults.take(path):
            case Refuses(code):
                return jsonify(refusal(code))
            case Garbles(body, status):
                return Response(body, status)
        try:
            return jsonify({"errcode": 0, "errmsg": "ok", **_answered(path)})
        except ApiError as error:
            return jsonify(refusal(error.code, error.detail))

    def _answered(path: str) -> Json:
        args, body = request.args, request.get_json(silent=True) or {}
        if path == "gettoken":
            return platform.token(args.get("corpid", ""), args.get("corpsecret", ""))
        if path == "webhook/send":
            return platform.robot(args.get("key", ""), body)
        if path not in calls:
            raise ApiError(40066)
        platform.check(args.get("access_token", ""))
        return calls[path](body)

    return blueprint


def wecom_page(platform: WeComPlatform) -> Blueprint:
    """`/simulator/wecom`: pick a member, read, write, press."""
    blueprint = Blueprint(
        "wecom_page", __name__, url_prefix="/simulator/wecom", static_folder="static", template_folder="templates"
    )

    @blueprint.get("")
    @blueprint.get("/")
    def page() -> Response:
        response = Response(render_template("wecom.html"))
        response.headers["Content-Security-Policy"] = _CSP
        response.headers["X-Frame-Options"] = "SAMEORIGIN"  # beside the other phones
        return response

    @blueprint.get("/chats")
    def chats() -> Response:
        members = [asdict(member) for member in platform.members()]
        lines = [asdict(line) for line in platform.chats.everything()]
        return jsonify(members=members, lines=lines, group=GROUP)

    @blueprint.post("/say")
    def say() -> tuple[Response, int]:
        wish = _wish()
        platform.say(wish["user"], wish["text"][:_MOST_WORDS])
        return jsonify(ok=True), 202

    @blueprint.post("/press")
    def press() -> tuple[Response, int]:
        wish = _wish()
        platform.press(wish["user"], wish["task"], wish["key"])
        return jsonify(ok=True), 202

    return blueprint


def _wish() -> dict[str, str]:
    """Only JSON with its content type: another site's form can't send that."""
    wish = request.get_json(silent=True)
    return {name: str(value) for name, value in wish.items()} if isinstance(wish, dict) else {"user": "", "text": ""}


@contextmanager
def running_wecom(platform: WeComPlatform) -> Iterator[str]:
    """The API on a port of its own; yields its address."""
    app = Flask("wecom")
    app.register_blueprint(wecom_api(platform))
    with serving(app) as address:
        yield f"{address}/wecom-api"
