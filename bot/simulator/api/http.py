"""The platform's API over HTTP: always status 200, always JSON in raw UTF-8, the truth in `errcode`."""

import json
import time

from flask import Blueprint, Response, abort, request

from bot.simulator.api.calls import Api, Call
from bot.simulator.errors import ApiError, Json, refusal
from bot.simulator.faults import Fault, Garbles, Hangs, Refuses
from bot.simulator.journal import ApiCall
from bot.simulator.media import OF_PHONES, Medium, as_shown
from bot.simulator.platform import Platform


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
        return _binary(as_shown(medium))

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
    if medium.content_type not in OF_PHONES:
        response.headers["Content-Disposition"] = "attachment"
    return response
