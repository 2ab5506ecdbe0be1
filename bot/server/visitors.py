"""Connections that hold a place and say nothing, or too little: cut before they keep others out."""

import time
from typing import Any
from weakref import WeakKeyDictionary

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError

CROWDED = 700
"""Connections of one process: from here on the silent ones make room. Far below the most that it takes"""
_SILENT_SECONDS = 1.0
"""WeChat's and a proxy's requests follow their connection at once"""


class WholeHeaders(HTTPRequestParser):  # type: ignore[misc]
    """Waitress' own, which takes a request that names no host, or two, where HTTP/1.1 wants one."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        host = self.headers.get("HOST", "")
        if "," in host or (self.version == "1.1" and not host):
            raise ParsingError("Host is missing or doubled")


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection."""

    parser_class = WholeHeaders

    def service(self) -> None:
        """The last answer before we leave says so: who would keep the connection asks elsewhere."""
        if self.server.is_leaving:
            self.requests[0].headers["CONNECTION"] = "close"
        super().service()


class Dawdlers:
    """Requests that are not whole yet, and since when: looked at once a second. Where it is crowded, they are given a
    second, and so are those who say nothing.
    """

    def __init__(self, server: Any, patience: float) -> None:  # noqa: ANN401  (waitress has no types)
        self._server, self._patience, self._looked = server, patience, 0.0
        self._since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def cut(self, now: float) -> None:
        """Their connections are closed, without an answer: nobody honest waits for one."""
        if now < self._looked + 1:
            return
        self._looked = now
        channels = list(self._server.active_channels.values())
        for channel in channels:
            request = channel.request
            if request is not None and now > self._since.setdefault(request, now) + self._patience:
                channel.handle_close()
        if len(channels) > CROWDED:
            self._make_room(channels)

    def _make_room(self, channels: list[Any]) -> None:
        """The longest silent go first, and no more than must."""
        before = time.time() - _SILENT_SECONDS
        silent = [each for each in channels if _is_silent(each) and each.last_activity < before]
        silent.sort(key=lambda channel: channel.last_activity)
        for channel in silent[: len(channels) - CROWDED // 2]:
            channel.handle_close()


def _is_silent(channel: Any) -> bool:  # noqa: ANN401
    return channel.request is None and not channel.requests and not channel.total_outbufs_len
