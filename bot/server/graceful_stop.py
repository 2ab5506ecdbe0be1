"""Graceful stop: answer every connection made before the stop, also those still in the accept queue."""

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
"""The stop ends after this time without connections: one that the kernel was just opening has arrived by then"""
_FRESH_SECONDS = 1.0
"""A connection younger than this may still send its request"""

_ATTACH_FILTER = 26  # SO_ATTACH_FILTER, which Python doesn't name
_FLAGS, _SYN_AND_ACK, _SYN = 13, 0x12, 0x02  # byte of a TCP header, and its flags
_LOAD_BYTE, _AND, _JUMP_IF_EQUAL, _RETURN = 0x30, 0x54, 0x15, 0x06  # opcodes of the kernel's packet filter
_NEITHER_OPENS_NOR_HEARD = (
    (_LOAD_BYTE, 0, 0, _FLAGS),
    (_AND, 0, 0, _SYN_AND_ACK),
    (_JUMP_IF_EQUAL, 0, 1, _SYN),
    (_RETURN, 0, 0, 0),
    (_RETURN, 0, 0, 0xFFFFFFFF),
)


def let_nobody_in(listening: Iterable[socket.socket]) -> None:
    """Stop new connections by a packet filter that drops SYN packets; handshakes under way finish.

    Closing the socket would reset the connections in its queue. With no new ones, the queue can be emptied first.
    """
    program = b"".join(pack("HBBI", *each) for each in _NEITHER_OPENS_NOR_HEARD)
    kept = create_string_buffer(program, len(program))
    for each in listening:
        with suppress(OSError):  # other systems have no such filter: a late connection may be lost
            option = pack("HL", len(_NEITHER_OPENS_NOR_HEARD), addressof(kept))
            each.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, option)


def say_last_words(server: Any, turn: Callable[[], None]) -> None:  # noqa: ANN401  (waitress has no types)
    """Run `turn`, which accepts connections and answers complete requests, until no more come or time is over."""
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
