"""`GET /notice/MONTH/PLACE`: a compound's public monthly notice; with `.txt` for printing on the notice board."""

import base64
import hashlib
import re
from html import escape

from flask import Blueprint, Response

from bot.assembly import Program
from handlers.public_notice.read import Published, lines, published
from handlers.town.town import Town

_STYLE = (
    "body{max-width:40em;margin:2em auto;padding:0 1em;font:1.1em/1.7 sans-serif}"
    "footer{color:#666;font-size:.8em;overflow-wrap:anywhere}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = {"Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'"}
_PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><style>{style}</style><h1>{title}</h1>{body}<footer>{seal}</footer></html>"
)
_WHICH = re.compile(r"(\d{1,9})(\.txt)?")


def notice(program: Program) -> Blueprint:
    """The only route; a notice that was not published is 404."""
    blueprint = Blueprint("notice", __name__)

    @blueprint.get("/notice/<month>/<which>")
    def show(month: str, which: str) -> Response:
        found = _WHICH.fullmatch(which)
        with program.reading() as session:
            town = program.towns.current(session)
            told = published(session, [int(found[1])], month) if found and town.practices.publicity.enabled else None
            if found is None or told is None:
                return Response(town.say("publicity.none"), 404, mimetype="text/plain")
            return _as_text(town, told) if found[2] else _as_page(town, told)

    return blueprint


def _as_text(town: Town, told: Published) -> Response:
    said = [*lines(town, told), town.say("publicity.seal", hash=told.hash)]
    return Response("\n".join(said) + "\n", mimetype="text/plain")


def _as_page(town: Town, told: Published) -> Response:
    title, *said = lines(town, told)
    body = "".join(f"<p>{escape(line)}</p>" for line in said)
    seal = escape(town.say("publicity.seal", hash=told.hash))
    page = _PAGE.format(title=escape(title), style=_STYLE, body=body, seal=seal)
    return Response(page, mimetype="text/html", headers=_POLICY)
