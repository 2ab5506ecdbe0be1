"""`GET /t/TOKEN`: a ticket for one reader in one role. The link is signed, expires, and shows no more than its reader
may see at that moment; the read log records each visit by staff and supervisors.
"""

import hashlib
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import structlog
from flask import Blueprint, Response, render_template, request, send_file
from sqlalchemy.orm import Session

from bot.assembly import Program
from bot.evidence.storage import MediaStorage, MediaStorageError, thumb_of
from bot.evidence.storage_factory import shelf_of
from bot.installation.signed_links import BadLinkError, Links
from handlers.evidence.page import Page, page_of, piece_of, write_down_look
from handlers.town.downloads import TicketLink

log = structlog.get_logger(__name__)

_STYLE = (Path(__file__).parent / "static" / "ticket.css").read_text("utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'sha256-{_STYLE_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "audio/mpeg", "video/mp4"})
"""What a browser may open here; anything else is handed over as a file"""


def ticket_pages(program: Program, links: Links) -> Blueprint:
    """The page and its files. Every invalid link gets 403 and one line."""
    blueprint = Blueprint("ticket", __name__, template_folder="templates")
    shelf = shelf_of(program.settings)

    @blueprint.get("/t/<token>")
    def page(token: str) -> Response:
        wanted = _read(program, links, token)
        found = _page(program, wanted) if wanted else None
        return _laid_out(found, token) if found else _refused(program)

    @blueprint.get("/t/")
    @blueprint.get("/t/<path:nothing>")
    def no_page(nothing: str = "") -> Response:  # noqa: ARG001
        """The answer to a truncated or forged link."""
        return _refused(program)

    @blueprint.get("/t/<token>/<int:piece>")
    def piece(token: str, piece: int) -> Response:
        wanted = _read(program, links, token)
        return (wanted and _piece(program, shelf, wanted, piece)) or _refused(program)

    return blueprint


def _read(program: Program, links: Links, token: str) -> TicketLink | None:
    try:
        return links.read_ticket(token, program.clock())
    except BadLinkError:
        return None


def _page(program: Program, wanted: TicketLink) -> Page | None:
    now = program.clock()
    with program.reading() as session:
        found = page_of(session, program.towns.current(session), wanted, now)
    if found:
        with program.sessions() as session, session.begin():
            write_down_look(session, program.towns.current(session), wanted, now)
    return found


def _laid_out(found: Page, token: str) -> Response:
    before = [each for each in found.pieces if each.kind != "voice" and not each.of_work]
    after = [each for each in found.pieces if each.kind != "voice" and each.of_work]
    voices = [each for each in found.pieces if each.kind == "voice"]
    html = render_template(
        "ticket_page.html",
        page=found,
        token=token,
        style=_STYLE,
        before=before,
        after=after,
        voices=voices,
        map=_map(found),
    )
    response = Response(html)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _map(found: Page) -> str:
    """A link that opens the phone's map at the place."""
    if found.pin is None:
        return ""
    marker = f"coord:{found.pin[0]:.6f},{found.pin[1]:.6f};title:{found.number};addr:{found.where}"
    return f"https://apis.map.qq.com/uri/v1/marker?{urlencode({'marker': marker, 'referer': 'whistle'})}"


def _piece(program: Program, shelf: MediaStorage, wanted: TicketLink, number: int) -> Response | None:
    small = "small" in request.args
    with program.reading() as session:
        file = _file(session, program, wanted, number)
    if file is None:
        return None
    name, kind = file
    content = _content(shelf, name, small=small)
    if content is None:
        return Response(program.towns.say("page.no_file"), 404, mimetype="text/plain")
    kind = "image/jpeg" if small else kind
    return send_file(
        BytesIO(content),
        mimetype=kind if kind in _SHOWN else "application/octet-stream",
        as_attachment=kind not in _SHOWN or "whole" in request.args,
        download_name=name.rpartition("/")[2],
        conditional=True,  # phones request sound and video in ranges
        etag=False,
    )


def _file(session: Session, program: Program, wanted: TicketLink, number: int) -> tuple[str, str] | None:
    attachment = piece_of(session, program.towns.current(session), wanted, number)
    return (attachment.stored, attachment.content_type.partition(";")[0]) if attachment else None


def _content(shelf: MediaStorage, name: str, *, small: bool) -> bytes | None:
    for each in (thumb_of(name), name) if small else (name,):  # what was kept before today has no small copy
        try:
            return shelf.read(each)
        except MediaStorageError as error:
            log.info("no_file", reason=str(error))
    return None


def _refused(program: Program) -> Response:
    return Response(f"{program.towns.say('page.refused')}\n", 403, mimetype="text/plain")
