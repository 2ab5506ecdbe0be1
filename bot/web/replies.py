"""Answers that several pages share: a refusal in the town's wording, a bad link, a workbook to save."""

from io import BytesIO

from flask import Blueprint, Response, send_file

from bot.assembly import Program
from bot.installation.signed_links import BadLinkError, ExpiredLinkError

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def refused(program: Program, key: str, status: int) -> Response:
    """One sentence, by its key in the wordings."""
    return Response(program.towns.say(key), status, mimetype="text/plain")


def refuse_bad_links(blueprint: Blueprint, program: Program, *, expired: str, bad: str) -> None:
    """Bad links, or links of people without the right, are 403; expired ones 410."""
    blueprint.register_error_handler(ExpiredLinkError, lambda _: refused(program, expired, 410))
    blueprint.register_error_handler(BadLinkError, lambda _: refused(program, bad, 403))


def workbook(file: BytesIO, name: str) -> Response:
    """A finished workbook as a download with this name."""
    file.seek(0)
    return send_file(file, mimetype=_XLSX, as_attachment=True, download_name=name)
