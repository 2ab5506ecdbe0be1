"""`/hotline`: the hotline pushes its orders and fetches their outcomes, with a key that both sides know."""

import hmac
from datetime import datetime

import structlog
from flask import Blueprint, Response, jsonify, request

from bot.assembly import Program
from handlers.hotline.import_orders import take
from handlers.hotline.orders import read_json
from handlers.hotline.outcome import FIELDS, finished, outcome
from handlers.neighbours.same_event import MatterTakenError
from handlers.tables.table import TableError
from handlers.tickets.change import Moment
from models.ticket import CHINA

log = structlog.get_logger(__name__)
_MOST = 1000
"""Orders in one push"""


def hotline(program: Program) -> Blueprint:
    """Two routes. Without a key in the environment they are 404; a wrong key is 401."""
    blueprint = Blueprint("hotline", __name__)

    @blueprint.before_request
    def _only_with_the_key() -> Response | None:
        key = program.settings.hotline.key.get_secret_value()
        if not key or not program.settings.practices.hotline.enabled:
            return _told("closed", 404)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return None if hmac.compare_digest(given.encode(), key.encode()) else _told("key", 401)

    @blueprint.post("/hotline")
    def orders() -> Response:
        told = _json()
        given = told.get("orders") if isinstance(told, dict) else None
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given) or len(given) > _MOST:
            return _told("orders", 400)
        with program.sessions() as session, session.begin():
            town = program.towns.current(session)
            try:
                taken = take(Moment(session, town, program.clock()), read_json(given, town.staff))
            except TableError as error:
                return _told([str(each) for each in error.problems], 422)
            except MatterTakenError:
                session.rollback()
                return _told("busy", 503)
        log.info("hotline_taken", new=taken.new, joined=taken.joined, known=taken.known)
        return jsonify({"new": taken.new, "joined": taken.joined, "known": taken.known})

    @blueprint.get("/hotline")
    def outcomes() -> Response:
        try:
            since = _since(request.args.get("since", "").strip())
        except ValueError:
            return _told(["since"], 400)
        with program.reading() as session:
            town = program.towns.current(session)
            done = finished(session, again=True, since=since)
            found = [outcome(session, town, order, ticket) for order, ticket in done]
        return jsonify({"outcomes": [{name: getattr(each, name) for name in FIELDS} for each in found]})

    return blueprint


def _since(told: str) -> datetime | None:
    """Raises ValueError."""
    moment = datetime.fromisoformat(told) if told else None
    return moment.replace(tzinfo=CHINA) if moment and moment.tzinfo is None else moment


def _json() -> object:
    """None where it is none, or lists in lists without an end."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _told(problems: object, status: int) -> Response:
    response = jsonify({"problems": problems})
    response.status_code = status
    return response
