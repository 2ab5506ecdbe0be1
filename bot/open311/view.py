"""`/open311/v2`: discovery, services, requests, tokens. Reading is public; filing needs a key."""

import hashlib
import hmac
from collections.abc import Callable
from functools import wraps

import structlog
from flask import Blueprint, Response, request

from bot.assembly import Program
from bot.installation.integration_settings import Open311
from bot.open311.discovery import discovery
from bot.open311.formats import TYPES, told
from bot.open311.wanted import wanted
from handlers.neighbours.same_event import MatterTakenError
from handlers.open311.definitions import definition, service_list
from handlers.open311.given import UNKNOWN, Fault, FaultyError, read
from handlers.open311.published import Wanted, find, number_of
from handlers.open311.services import service_of
from handlers.open311.take import Sender, Taken, take
from handlers.tickets.change import Moment

ROOT = "/open311/v2"
FORBIDDEN, BUSY = 403, 503
_WHO = ("account_id", "email", "phone", "device_id", "last_name", "first_name")
"""The first of these fields that is given identifies the client's user"""
log = structlog.get_logger(__name__)
_View = Callable[..., Response]


def open311(program: Program) -> Blueprint:
    """All routes; none if Open311 is switched off."""
    blueprint = Blueprint("open311", __name__, url_prefix=ROOT)
    views = _Views(program)
    for rule, view in (
        ("/discovery", views.discovery),
        ("/services", views.services),
        ("/services/<code>", views.definition),
        ("/requests", views.requests),
        ("/requests/<number>", views.request),
        ("/tokens/<token>", views.token),
    ):
        blueprint.add_url_rule(f"{rule}.<form>", view_func=_checked(program, view), endpoint=view.__name__)
    post = _checked(program, views.post)
    blueprint.add_url_rule("/requests.<form>", view_func=post, methods=["POST"], endpoint="post")
    return blueprint


def _checked(program: Program, view: _View) -> _View:
    """Wraps a view with the checks common to all routes; faults are answered in the standard's form."""

    @wraps(view)
    def checked(form: str, **parts: str) -> Response:
        if form not in TYPES:
            return _faulty("xml", Fault(UNKNOWN, "format was not found: xml or json"))
        try:
            _same_jurisdiction(program.settings.open311)
            return view(form, **parts)
        except FaultyError as error:
            return _faulty(form, *error.faults)

    return checked


def _faulty(form: str, *faults: Fault) -> Response:
    described = [{"code": each.code, "description": each.description} for each in faults]
    return told(form, "errors", described, faults[0].code)


def _same_jurisdiction(settings: Open311) -> None:
    named = request.values.get("jurisdiction_id", "").strip()
    if named and settings.jurisdiction and named != settings.jurisdiction:
        raise FaultyError(Fault(UNKNOWN, "jurisdiction_id was not found"))


class _Views:
    """The views of all routes."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def discovery(self, form: str) -> Response:
        settings = self._program.settings
        address = f"{settings.web.public_url or request.url_root.rstrip('/')}{ROOT}"
        return told(form, "discovery", discovery(address, settings.open311.contact))

    def services(self, form: str) -> Response:
        return told(form, "services", service_list(self._program.towns.known))

    def definition(self, form: str, code: str) -> Response:
        town = self._program.towns.known
        service = service_of(town, code)
        if service is None:
            raise FaultyError(Fault(UNKNOWN, "service_code was not found"))
        return told(form, "service_definition", definition(town, service))

    def requests(self, form: str) -> Response:
        return self._found(form, wanted(request.args, self._client(), self._program.clock()))

    def request(self, form: str, number: str) -> Response:
        return self._found(form, Wanted(numbers=(number,), client=self._client()), missing="service_request_id")

    def token(self, form: str, token: str) -> Response:
        with self._program.reading() as session:
            number = number_of(session, token)
        if number is None:
            raise FaultyError(Fault(UNKNOWN, "token was not found"))
        return told(form, "service_requests", [{"service_request_id": number or None, "token": token}])

    def post(self, form: str) -> Response:
        """201 with a number, or with a token if staff must find the place first."""
        program, client = self._program, self._client()
        if not client:
            raise FaultyError(Fault(FORBIDDEN, "api_key is missing or invalid"))
        try:
            with program.sessions() as session, session.begin():
                town = program.towns.current(session)
                given = read(town, request.form)
                taken = take(Moment(session, town, program.clock()), self._sender(client), given)
        except MatterTakenError:
            raise FaultyError(Fault(BUSY, "busy, please send it again")) from None
        log.info("open311_taken", client=client, placed=taken.is_placed)
        return told(form, "service_requests", [_receipt(taken)], 201)

    def _found(self, form: str, which: Wanted, missing: str = "") -> Response:
        with self._program.reading() as session:
            found = find(session, self._program.towns.current(session), which)
        if missing and not found:
            raise FaultyError(Fault(UNKNOWN, f"{missing} was not found"))
        return told(form, "service_requests", found)

    def _client(self) -> str:
        """The client's name for the key sent; empty without a valid key."""
        given = request.values.get("api_key", "").strip().encode()
        keys = self._program.settings.open311.by_name().items()
        return next((name for name, key in keys if hmac.compare_digest(key.encode(), given)), "")

    def _sender(self, client: str) -> Sender:
        """The sender, hashed with the client's key, so that the database holds no telephone or address."""
        who = next((f"{each}:{request.form[each].strip()}" for each in _WHO if request.form.get(each, "").strip()), "")
        key = self._program.settings.open311.by_name()[client]
        return Sender(client, hmac.new(key.encode(), f"{client}:{who}".encode(), hashlib.sha256).hexdigest())


def _receipt(taken: Taken) -> dict[str, str]:
    which = {"service_request_id": taken.number} if taken.is_placed else {"token": taken.token}
    return {**which, "service_notice": taken.notice}
