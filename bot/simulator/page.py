"""The page with the phones, and the small JSON interface behind it."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, jsonify, render_template, request

from bot.simulator.api import api_blueprint
from bot.simulator.bodies import Picture, Spot, Voice, Words
from bot.simulator.config import SimulatorConfig
from bot.simulator.errors import ApiError
from bot.simulator.events import Click, Event, Follow, Scan, Unfollow, View
from bot.simulator.platform import NotFollowingError, Platform
from bot.simulator.visitors import Visitors
from bot.simulator.wire import changes_json, world_json

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MAX_WORDS = 2000
MAX_UPLOAD = 10 << 20
_SILENCE = b"#!AMR\n" + bytes([0x3C] + [0] * 31) * 50  # one second of nothing, in the format of a phone's microphone


class BadWishError(Exception):
    """The page asked for something that can't be done; the text is shown to the visitor."""


def simulator(config: SimulatorConfig, platform: Platform | None = None) -> Blueprint:
    """Serves `/simulator` with the page and `/simulator/api` with the platform."""
    visitors = Visitors(config.people)
    platform = platform or Platform(
        config.account, templates=config.templates, titles=config.titles, directory=visitors.followers
    )
    platform.api_base = f"{config.origin}/simulator/api"
    blueprint = Blueprint(
        "simulator", __name__, url_prefix="/simulator", static_folder="static", template_folder="templates"
    )
    blueprint.register_blueprint(api_blueprint(platform))
    _add_views(blueprint, config, platform, visitors)
    _add_acts(blueprint, platform, visitors)
    return blueprint


def _add_views(blueprint: Blueprint, config: SimulatorConfig, platform: Platform, visitors: Visitors) -> None:
    @blueprint.get("")
    @blueprint.get("/")
    def page() -> Response:
        response = Response(render_template("simulator.html", account=config.account_name))
        response.headers["Content-Security-Policy"] = _CSP
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @blueprint.get("/world")
    def world() -> Response:
        return jsonify(world_json(config, platform, visitors))

    @blueprint.get("/changes")
    def changes() -> Response:
        after = request.args.get("after", 0, type=int)
        return jsonify(changes_json(platform.journal, after, request.args.get("epoch", "")))


def _add_acts(blueprint: Blueprint, platform: Platform, visitors: Visitors) -> None:
    def act(path: str, run: Callable[[], None]) -> None:
        blueprint.add_url_rule(path, path[1:], _told(run), methods=["POST"])

    def say() -> None:
        text = _text("text").strip()
        if not text or len(text) > MAX_WORDS:
            raise BadWishError(f"请输入 1 到 {MAX_WORDS} 个字。")
        platform.deliver_soon(_text("openid"), Words(text, _text("menu_id")))

    def picture() -> None:
        if (request.content_length or 0) > MAX_UPLOAD or not request.mimetype.startswith("image/"):
            raise BadWishError("请选择 10 MB 以内的图片。")
        with platform.lock:
            media_id = platform.media.put("image", request.get_data())
        platform.deliver_soon(request.args.get("openid", ""), Picture(media_id))

    def voice() -> None:
        seconds = min(60, max(1, int(_number("seconds"))))
        with platform.lock:
            media_id = platform.media.put("voice", _SILENCE)
        platform.deliver_soon(_text("openid"), Voice(media_id, seconds, _text("recognition")[:MAX_WORDS]))

    def location() -> None:
        spot = Spot(_number("lat"), _number("lng"), _text("label")[:200])
        if not (-90 <= spot.lat <= 90 and -180 <= spot.lng <= 180):
            raise BadWishError("这个位置不在地球上。")
        platform.deliver_soon(_text("openid"), spot)

    def event() -> None:
        platform.deliver_soon(_text("openid"), _event(_text("event"), _text("key")[:1024]))

    def visitor() -> None:
        visitors.arrive(_text("name").strip()[:12])

    for path, run in {
        "/say": say,
        "/picture": picture,
        "/voice": voice,
        "/location": location,
        "/event": event,
        "/visitor": visitor,
    }.items():
        act(path, run)


def _told(run: Callable[[], None]) -> Callable[[], tuple[Response, int]]:
    """Answers 202, or tells the visitor in one sentence why not. The chat itself comes by `/changes`."""

    @wraps(run)
    def view() -> tuple[Response, int]:
        try:
            run()
        except BadWishError as error:
            return jsonify(error=str(error)), 400
        except ApiError:
            return jsonify(error="这个文件微信不收，请换一张 PNG 或 JPEG 图片。"), 400
        except NotFollowingError:
            return jsonify(error="请先关注公众号。"), 409
        return jsonify(ok=True), 202

    return view


def _event(name: str, key: str) -> Event:
    match name:
        case "subscribe":
            return Follow(key)
        case "unsubscribe":
            return Unfollow()
        case "scan":
            return Scan(key)
        case "click":
            return Click(key)
        case "view":
            return View(key)
    raise BadWishError("没有这种操作。")


def _text(key: str) -> str:
    value = _wish().get(key, "")
    if not isinstance(value, str):
        raise BadWishError(f"{key} 应为文字。")
    return value


def _number(key: str) -> float:
    value = _wish().get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadWishError(f"{key} 应为数字。")
    return float(value)


def _wish() -> dict[str, object]:
    """Only JSON with its content type: another site's form can't send that, so nobody is made to speak."""
    wish = request.get_json(silent=True)
    if not isinstance(wish, dict):
        raise BadWishError("请求不是 JSON。")
    return wish
