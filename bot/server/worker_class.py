"""A gunicorn worker that answers with waitress: nobody waits for a body that comes drop by drop."""

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
"""The most that `wechat.max_bytes` can allow; what is within this is the webhook's to judge"""
_LEAVES_SECONDS = 0.005
"""So long a new connection is left to a process that holds fewer"""

# A Transfer-Encoding that nobody uses is the sender's fault: no request from outside gets a 5xx.
ServerNotImplemented.code, ServerNotImplemented.reason = 400, "Bad Request"


class BufferedWorker(Worker):  # type: ignore[misc]
    """One process: one thread reads and writes with waitress, and answers messages in rounds; some more do all else."""

    held = Held()
    _said_alive = 0.0

    whole_within = 20.0
    """Seconds. Waitress ends silent connections; who sends a byte now and then could hold one forever. WeChat's
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
        """Until we are told to stop, or the parent process is gone; who has come by then is answered first."""
        server, rounds = self._open()
        others_have_fewer, dawdlers = self.held.by(self.age), SlowRequests(server, self.whole_within)
        while self.alive and os.getppid() == self.ppid:
            self._take_in(server, rounds, leave_new_ones=others_have_fewer(len(server.active_channels)))
            rounds.go()
            dawdlers.cut(time.monotonic())
        if self.alive:  # the parent is gone: the next start must find the port free soon
            let_nobody_in(each.sock for each in self.sockets)
            self.alive = False
        say_last_words(server, lambda: self._last_turn(rounds, dawdlers))

    def _open(self) -> tuple[Any, Rounds]:
        """Waitress on gunicorn's sockets, and the rounds in which it has messages answered."""
        logging.getLogger("waitress").setLevel(logging.ERROR)  # it warns of every message that waits its turn
        self._sockets: dict[int, Any] = {}
        rounds = Rounds(
            self.cfg.threads,
            turn=self._turn,
            wake=lambda: server.pull_trigger(),  # noqa: PLW0108  (there is no server yet)
        )
        server = create_server(
            self.wsgi,
            map=self._sockets,
            sockets=[each.sock for each in self.sockets],
            _dispatcher=rounds,  # waitress knows no other way to give it one
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
        """Whatever comes in until there is something to answer. New connections that no other process took are ours."""
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
        """Whatever is ready; and a sign of life, by which gunicorn knows that this loop turns."""
        # Not select(), which ends at 1024 connections.
        wasyncore.loop(timeout=timeout, use_poll=True, map=self._sockets, count=1)
        if time.monotonic() > self._said_alive + 1:
            self._said_alive = time.monotonic()
            self.notify()


def _wake_for_others_alone(server: Any) -> None:  # noqa: ANN401  (waitress has no types)
    """Waitress wakes its loop after each answer; where the loop's own thread gave it, there is nobody to wake."""
    mine, wake = threading.get_ident(), server.pull_trigger

    def waking() -> None:
        if threading.get_ident() != mine:
            wake()

    server.pull_trigger = waking
