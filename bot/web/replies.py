"""What several pages answer alike: a refusal in the town's words, a workbook to save."""

from io import BytesIO

from flask import Response, send_file

from bot.assembly import Program

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def refused(program: Program, key: str, status: int) -> Response:
    """One sentence, by its key in the wordings."""
    return Response(program.towns.say(key), status, mimetype="text/plain")


def workbook(file: BytesIO, name: str) -> Response:
    """A workbook that was written whole, to be saved under this name."""
    file.seek(0)
    return send_file(file, mimetype=_XLSX, as_attachment=True, download_name=name)
