"""The page with the phones, and what it asks to be told."""

from flask import Blueprint, Response, abort, jsonify, render_template, request

from bot.simulator.api.http import api_blueprint
from bot.simulator.errors import ApiError
from bot.simulator.memory import Memory
from bot.simulator.phones.config import SimulatorConfig
from bot.simulator.phones.microphone import NoSoundError, as_mp3
from bot.simulator.phones.page_json import News, quotas_json, world_json
from bot.simulator.phones.visitor_actions import Acts
from bot.simulator.phones.visitors import Visitors
from bot.simulator.platform import Platform

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def simulator(config: SimulatorConfig, platform: Platform | None = None) -> Blueprint:
    """Serves `/simulator` with the page and `/simulator/api` with the platform."""
    memory = Memory(config.memory) if config.memory else None
    visitors = Visitors(config.people, memory)
    platform = platform or Platform(
        config.account,
        templates=config.templates,
        titles=config.titles,
        directory=visitors.followers,
        now=config.now,
        memory=memory,
    )
    platform.api_base = f"{config.origin}/simulator/api"
    blueprint = Blueprint(
        "simulator", __name__, url_prefix="/simulator", static_folder="static", template_folder="templates"
    )
    blueprint.register_blueprint(api_blueprint(platform))
    _add_views(blueprint, config, platform, visitors)
    acts = Acts(platform, visitors, config)
    for path, view in acts.views().items():
        blueprint.add_url_rule(f"/{path}", path, view, methods=["POST"])
    return blueprint


def _add_views(blueprint: Blueprint, config: SimulatorConfig, platform: Platform, visitors: Visitors) -> None:
    news = News(platform.journal)

    @blueprint.get("")
    @blueprint.get("/")
    def page() -> Response:
        response = Response(render_template("simulator.html", account=config.account_name))
        response.headers["Content-Security-Policy"] = _CSP
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(self), geolocation=()"
        return response

    @blueprint.get("/sounds/<media_id>")
    def sound(media_id: str) -> Response:
        """A voice of the chat, as a browser plays it."""
        try:
            with platform.lock:
                medium = platform.media.get(media_id)
            content = medium.content if medium.content_type == "audio/mpeg" else as_mp3(medium.content)
        except (ApiError, NoSoundError):
            abort(404)
        return Response(content, content_type="audio/mpeg")

    @blueprint.get("/world")
    def world() -> Response:
        return jsonify(world_json(config, platform, visitors))

    @blueprint.get("/changes")
    def changes() -> Response:
        after = request.args.get("after", 0, type=int)
        told = news.since(after, request.args.get("epoch", ""))
        return jsonify({**told, "quotas": quotas_json(platform)})
