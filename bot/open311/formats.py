"""The standard's two formats, JSON and XML."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from flask import Response

TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
_ONE_OF = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""The XML element of a list's items"""
_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def told(form: str, root: str, what: object, status: int = 200) -> Response:
    """The response. A list has a root element in XML, but none in JSON."""
    body = json.dumps(what, ensure_ascii=False) if form == "json" else to_xml(root, what)
    return Response(body, status, content_type=TYPES[form])


def to_xml(root: str, what: object) -> str:
    body = ET.tostring(_element(root, what), encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}'


def _element(name: str, what: object) -> ET.Element:
    made = ET.Element(name)
    if isinstance(what, Mapping):
        made.extend(_element(each, value) for each, value in what.items())
    elif isinstance(what, Sequence) and not isinstance(what, str):
        made.extend(_element(_ONE_OF[name], each) for each in what)
    elif what is not None:
        made.text = _NO_XML.sub("", _text(what))
    return made


def _text(what: Any) -> str:  # noqa: ANN401  (a leaf of the tree)
    return str(what).lower() if isinstance(what, bool) else str(what)
