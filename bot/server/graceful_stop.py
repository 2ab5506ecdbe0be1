"""Graceful stop: every connection made by then is answered, also those that still wait in the accept queue."""

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from ctypes import addressof, create_string_buffer
from struct import pack
from typing import Any

_LAST_WORDS_SECONDS = 5.0
"""WeChat waits no longer than this"""
_QUIET_SECONDS = 0.2
"""So long nobody may come before we leave: a connection that the system was just making is there by then"""
_FRESH_SECONDS = 1.0
"""A request follows its connection at once, and is in one piece"""

_ATTACH_FILTER = 26  # SO_ATTACH_FILTER, which Python doesn't name
_FLAGS, _SYN_AND_ACK, _SYN = 13, 0x12, 0x02  # byte of a TCP header, and what may stand in it
_LOAD_BYTE, _AND, _JUMP_IF_EQUAL, _RETURN = 0x30, 0x54, 0x15, 0x06  # of the kernel's packet filter
_NEITHER_OPENS_NOR_HEARD = (
    (_LOAD_BYTE, 0, 0, _FLAGS),
    (_AND, 0, 0, _SYN_AND_ACK),
    (_JUMP_IF_EQUAL, 0, 1, _SYN),
    (_RETURN, 0, 0, 0),
    (_RETURN, 0, 0, 0xFFFFFFFF),
)


def let_nobody_in(listening: Iterable[socket.socket]) -> None:
    """No new connection is begun here any more, those under way are finished. To close the socket instead would reset
    everybody who waits in its queue; with none coming, the queue can be emptied first.
    """
    program = b"".join(pack("HBBI", *each) for each in _NEITHER_OPENS_NOR_HEARD)
    kept = create_string_buffer(program, len(program))
    for each in listening:
        with suppress(OSError):  # not on Linux: then some may still come in the last moment
            option = pack("HL", len(_NEITHER_OPENS_NOR_HEARD), addressof(kept))
            each.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, option)


def say_last_words(server: Any, turn: Callable[[], None]) -> None:  # noqa: ANN401  (waitress has no types)
    """`turn` takes in all who wait and answers what is whole. Connections are closed after their answer."""
    server.accepting = True
    now = time.monotonic()
    deadline, quiet_since = now + _LAST_WORDS_SECONDS, now
    while now < deadline and now < quiet_since + _QUIET_SECONDS:
        turn()
        now = time.monotonic()
        if _anybody_waits(server):
            quiet_since = now


def _anybody_waits(server: Any) -> bool:  # noqa: ANN401
    since = time.time() - _FRESH_SECONDS
    channels = list(server.active_channels.values())
    return any(each.requests or each.total_outbufs_len or each.last_activity > since for each in channels)
