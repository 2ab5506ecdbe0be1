"""Told to stop while people write: all who had reached us get an answer, and nobody is cut off in the middle."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest
from storm import report
from testbed import free_port
from whole_program import environment, started, wait_until_ready

pytestmark = pytest.mark.slow

WAITING = 60
ENOUGH = 12


@pytest.fixture
def serving(databases, model, tmp_path):
    """The process that keeps the others, and its port."""
    port = free_port()
    env = environment(databases.fresh("sqlite", with_town=True), tmp_path)
    with started("serve", "--port", str(port), "--workers", "2", env=env) as process:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield process, port


def children(process):
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(each) for each in found]


def request(number, more="Connection: close"):
    _openid, call = report(number)
    head = f"POST {call.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(call.body)}\r\n{more}\r\n\r\n"
    return head.encode() + call.body


def connected(port, timeout=10.0):
    return socket.create_connection(("127.0.0.1", port), timeout)


def said(connection):
    """All that comes until the other side closes; a reset says so."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_who_waits_to_be_let_in_is_answered_before_we_leave(serving):
    process, port = serving
    with connected(port) as kept:
        kept.sendall(request(1, "Connection: keep-alive"))
        first = b""
        while not first.endswith(b"</xml>"):
            first += kept.recv(65536)
        for child in children(process):
            os.kill(child, signal.SIGSTOP)
        waiting = [connected(port) for _ in range(WAITING)]
        for number, connection in enumerate(waiting, 2):
            connection.sendall(request(number))
        kept.sendall(request(WAITING + 2, "Connection: keep-alive"))
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)  # the queue is held by the processes alone
        for child in children(process):
            os.kill(child, signal.SIGCONT)
        answers = [said(connection) for connection in (*waiting, kept)]
        for connection in waiting:
            connection.close()
    assert [answer for answer in answers if not answer.startswith(b"HTTP/1.1 200 ")] == []
    assert all(b"<Encrypt>" in answer for answer in answers)
    assert b"Connection: close" in answers[-1]
    assert process.wait(10) == 0


class Callers:
    """Connect again and again, as long as somebody opens."""

    def __init__(self, port):
        self.port, self.answered, self.cut, self.turned_away = port, 0, [], 0
        self.numbers = iter(range(1000, 1_000_000))
        self.threads = [threading.Thread(target=self._call) for _ in range(6)]

    def _call(self):
        while not self.turned_away:
            try:
                connection = connected(self.port, 0.5)
            except OSError:
                self.turned_away += 1
                return
            connection.settimeout(10)
            with connection:
                try:
                    connection.sendall(request(next(self.numbers)))
                    answer = said(connection)
                except OSError as error:
                    self.cut.append(error)
                    continue
            self.answered += answer.startswith(b"HTTP/1.1 200 ")
            self.cut += [] if b"<Encrypt>" in answer else [answer]


def test_nobody_who_had_reached_us_is_cut_off_while_others_keep_coming(serving):
    process, port = serving
    callers = Callers(port)
    for each in callers.threads:
        each.start()
    until = time.monotonic() + 30
    while callers.answered < ENOUGH and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    for each in callers.threads:
        each.join(20)
    assert callers.cut == []
    assert callers.answered >= ENOUGH
    assert process.wait(10) == 0
