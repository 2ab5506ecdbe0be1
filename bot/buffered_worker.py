"""A gunicorn worker that answers with waitress: nobody waits for a body that comes drop by drop."""

import logging
import os
import signal
import time
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.server import create_server
from waitress.utilities import ServerNotImplemented

from bot.connections import Held
from bot.message_thread import MessageThread

_LARGEST_BODY = 262_144
"""The most that `wechat.max_bytes` can allow; what is within this is the webhook's to judge"""
_LEAVES_SECONDS = 0.005
"""So long a new connection is left to a process that holds fewer"""
_LAST_WORDS_SECONDS = 5.0
"""What is in hand when we are told to stop is answered first: WeChat waits no longer than this"""

# A Transfer-Encoding that nobody uses is the sender's fault: no request from outside gets a 5xx.
ServerNotImplemented.code, ServerNotImplemented.reason = 400, "Bad Request"


class BufferedWorker(Worker):  # type: ignore[misc]
    """One process: waitress' loop reads and writes, one thread answers messages, some more all else."""

    held = Held()

    whole_within = 20.0
    """Seconds. Waitress ends silent connections; who sends a byte now and then could hold one for ever. WeChat's
    requests come in one piece."""

    def init_signals(self) -> None:
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(name, self._stop)
        signal.signal(signal.SIGABRT, self.handle_abort)
        for name in (signal.SIGUSR1, signal.SIGWINCH):
            signal.signal(name, signal.SIG_IGN)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.alive = False

    def run(self) -> None:
        logging.getLogger("waitress").setLevel(logging.ERROR)  # it warns of every message that waits its turn
        sockets: dict[int, Any] = {}
        others_have_fewer = self.held.by(self.age)
        server = create_server(
            self.wsgi,
            map=sockets,
            sockets=[each.sock for each in self.sockets],
            _dispatcher=MessageThread(self.cfg.threads),  # waitress knows no other way to give it one
            ident=None,
            connection_limit=900,
            channel_timeout=30,
            cleanup_interval=10,
            max_request_body_size=_LARGEST_BODY,
            max_request_header_size=16_384,
        )
        dawdlers = _Dawdlers(server, self.whole_within)
        while self.alive and os.getppid() == self.ppid:
            server.accepting = not others_have_fewer(len(server.active_channels))
            self._turn(sockets, 1 if server.accepting else _LEAVES_SECONDS)
            if not server.accepting:  # whoever still waits is taken in
                server.accepting = True
                self._turn(sockets, 0)
            dawdlers.cut(time.monotonic())
        server.accepting = False
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        while _in_hand(server) and time.monotonic() < deadline:
            self._turn(sockets, 1)

    def _turn(self, sockets: dict[int, Any], timeout: float) -> None:
        """Whatever is ready; and a sign of life, by which gunicorn knows that this loop turns."""
        wasyncore.loop(timeout=timeout, use_poll=True, map=sockets, count=1)  # select() ends at 1024 connections
        self.notify()


class _Dawdlers:
    """Requests that are not whole yet, and since when: looked at once a second."""

    def __init__(self, server: Any, patience: float) -> None:  # noqa: ANN401  (waitress has no types)
        self._server, self._patience, self._looked = server, patience, 0.0
        self._since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def cut(self, now: float) -> None:
        """Their connections are closed, without an answer: nobody honest waits for one."""
        if now < self._looked + 1:
            return
        self._looked = now
        for channel in list(self._server.active_channels.values()):
            request = channel.request
            if request is not None and now > self._since.setdefault(request, now) + self._patience:
                channel.handle_close()


def _in_hand(server: Any) -> bool:  # noqa: ANN401  (waitress has no types)
    return any(each.requests or each.total_outbufs_len for each in server.active_channels.values())
