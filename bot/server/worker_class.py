"""A gunicorn worker that answers with waitress, so that a slowly sent body makes nobody wait."""

import logging
import os
import signal
import threading
import time
from types import FrameType
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.server import create_server
from waitress.utilities import ServerNotImplemented

from bot.server.connections import Held
from bot.server.graceful_stop import let_nobody_in, say_last_words
from bot.server.rounds import Rounds
from bot.server.slow_connections import Channel, SlowRequests, take_in_many

_LARGEST_BODY = 262_144
"""The highest value of `wechat.max_bytes`; below it, the webhook decides"""
_LEAVES_SECONDS = 0.005
"""How long a new connection is left to a process that has fewer"""

# An unknown Transfer-Encoding is the client's fault: no request from outside gets a 5xx.
ServerNotImplemented.code, ServerNotImplemented.reason = 400, "Bad Request"


class BufferedWorker(Worker):  # type: ignore[misc]
    """One process: its main thread reads, writes and answers messages in rounds; other threads do all else."""

    held = Held()
    _said_alive = 0.0

    whole_within = 20.0
    """Seconds. Waitress closes silent connections, but a client that sends a byte now and then could keep one forever.
    WeChat's requests come in one piece."""

    def init_signals(self) -> None:
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(name, self._stop)
        signal.signal(signal.SIGABRT, self.handle_abort)
        for name in (signal.SIGUSR1, signal.SIGWINCH):
            signal.signal(name, signal.SIG_IGN)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.alive = False

    def run(self) -> None:
        """Serve until told to stop or the parent process is gone; then answer the connections made before."""
        server, rounds = self._open()
        others_have_fewer, dawdlers = self.held.by(self.age), SlowRequests(server, self.whole_within)
        while self.alive and os.getppid() == self.ppid:
            self._take_in(server, rounds, leave_new_ones=others_have_fewer(len(server.active_channels)))
            rounds.go()
            dawdlers.cut(time.monotonic())
        if self.alive:  # the parent is gone: the next start needs the port soon
            let_nobody_in(each.sock for each in self.sockets)
            self.alive = False
        say_last_words(server, lambda: self._last_turn(rounds, dawdlers))

    def _open(self) -> tuple[Any, Rounds]:
        """Waitress on gunicorn's sockets, and the rounds that answer its messages."""
        logging.getLogger("waitress").setLevel(logging.ERROR)  # it warns about every message that waits
        self._sockets: dict[int, Any] = {}
        rounds = Rounds(
            self.cfg.threads,
            turn=self._turn,
            wake=lambda: server.pull_trigger(),  # noqa: PLW0108  (the server is made below)
        )
        server = create_server(
            self.wsgi,
            map=self._sockets,
            sockets=[each.sock for each in self.sockets],
            _dispatcher=rounds,  # waitress has no public argument for it
            ident=None,
            connection_limit=900,
            channel_timeout=30,
            cleanup_interval=10,
            max_request_body_size=_LARGEST_BODY,
            max_request_header_size=16_384,
        )
        server.channel_class, server.is_leaving = Channel, lambda: not self.alive
        take_in_many(server)
        _wake_for_others_alone(server)
        return server, rounds

    def _take_in(self, server: Any, rounds: Rounds, *, leave_new_ones: bool) -> None:  # noqa: ANN401
        """Read until a request is complete. Accept new connections only if no other process has taken them."""
        server.accepting = not leave_new_ones
        patience = _LEAVES_SECONDS if leave_new_ones else 1
        self._turn(0 if rounds.is_due else patience)
        if leave_new_ones:
            server.accepting = True
            self._turn(0)

    def _last_turn(self, rounds: Rounds, dawdlers: SlowRequests) -> None:
        self._turn(0 if rounds.is_due else _LEAVES_SECONDS)
        rounds.go()
        dawdlers.cut(time.monotonic())

    def _turn(self, timeout: float) -> None:
        """Read and write whatever is ready; notify gunicorn once a second that this loop is alive."""
        # Not select(), whose limit is 1024 connections.
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._sockets, count=1)
        if time.monotonic() > self._said_alive + 1:
            self._said_alive = time.monotonic()
            self.notify()


def _wake_for_others_alone(server: Any) -> None:  # noqa: ANN401  (waitress has no types)
    """Waitress wakes its loop after each answer; this is needless if the loop's own thread gave the answer."""
    mine, wake = threading.get_ident(), server.pull_trigger

    def waking() -> None:
        if threading.get_ident() != mine:
            wake()

    server.pull_trigger = waking
