"""Closes connections that send nothing or too slowly, before they use up the places for others."""

import time
from typing import Any
from weakref import WeakKeyDictionary

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError

CROWDED = 700
"""Connections of one process above which silent ones are closed; far below its limit"""
_MANY, _AT_ONCE = 100, 50
_SILENT_SECONDS = 1.0
"""WeChat's and a proxy's requests follow their connection at once"""


class WholeHeaders(HTTPRequestParser):  # type: ignore[misc]
    """Refuses requests without exactly one Host header, which HTTP/1.1 demands and waitress doesn't check."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        host = self.headers.get("HOST", "")
        if "," in host or (self.version == "1.1" and not host):
            raise ParsingError("Host is missing or doubled")


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection."""

    parser_class = WholeHeaders

    def service(self) -> None:
        """While stopping, answer with `Connection: close`, so that the client opens a new connection elsewhere."""
        if self.server.is_leaving():
            self.requests[0].headers["CONNECTION"] = "close"
        super().service()


def take_in_many(server: Any) -> None:  # noqa: ANN401  (waitress has no types)
    """Accept several connections in each turn of waitress' loop if this process has many.

    Waitress accepts one in each turn, and turns take longer with more connections. With few, one in each turn leaves
    others to the other processes.
    """
    take_one = server.handle_accept

    def take() -> None:
        for _ in range(_AT_ONCE if len(server.active_channels) > _MANY else 1):
            before = len(server.active_channels)
            take_one()
            if len(server.active_channels) == before:
                return

    server.handle_accept = take


class SlowRequests:
    """Incomplete requests and when each began, checked once a second.

    Above CROWDED, incomplete requests and silent connections get one second only.
    """

    def __init__(self, server: Any, patience: float) -> None:  # noqa: ANN401  (waitress has no types)
        self._server, self._patience, self._looked = server, patience, 0.0
        self._since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def cut(self, now: float) -> None:
        """Close their connections without an answer."""
        if now < self._looked + 1:
            return
        self._looked = now
        channels = list(self._server.active_channels.values())
        for channel in channels:
            if self._unfinished_for(channel, now) > self._patience:
                channel.handle_close()
        if len(channels) > CROWDED:
            self._make_room(channels, now)

    def _unfinished_for(self, channel: Any, now: float) -> float:  # noqa: ANN401
        """Seconds since a part of its request was first seen."""
        return now - self._since.setdefault(channel.request, now) if channel.request is not None else 0.0

    def _make_room(self, channels: list[Any], now: float) -> None:
        """Close the longest silent ones, no more than needed."""
        idle = [each for each in channels if self._is_idle(each, now)]
        idle.sort(key=lambda channel: channel.last_activity)
        for channel in idle[: len(channels) - CROWDED // 2]:
            channel.handle_close()

    def _is_idle(self, channel: Any, now: float) -> bool:  # noqa: ANN401
        """No request or answer is pending, and it was silent for a second."""
        if channel.requests or channel.total_outbufs_len:
            return False
        silent = time.time() - channel.last_activity
        return bool(max(silent, self._unfinished_for(channel, now)) > _SILENT_SECONDS)
