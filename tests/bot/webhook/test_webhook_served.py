"""The webhook under real servers, with requests that no test client can send."""

import os
import resource
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
import wechat_side as wechat
from flask import Flask
from malformed import TEXT
from testbed import free_port
from werkzeug.serving import make_server

from bot.server.worker_class import BufferedWorker
from bot.webhook.settings import WebhookSettings
from bot.webhook.view import webhook

pytestmark = pytest.mark.slow


def create_app():
    app = Flask("served")
    settings = WebhookSettings(wechat.TOKEN, wechat.AES_KEY, wechat.APP_ID, wechat.GH_ID)
    app.register_blueprint(webhook(settings, lambda message: f"收到：{message.text}", apology="抱歉"))
    return app


@contextmanager
def under_werkzeug():
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


class ImpatientWorker(BufferedWorker):
    """The worker of `serve`, so that a test need not wait long."""

    whole_within = 1.0


@contextmanager
def under_gunicorn(worker_class="gthread"):
    port, folders = free_port(), Path(__file__).parents[:4]
    command = [sys.executable, "-m", "gunicorn", "-k", worker_class, "--threads", "4", "-b", f"127.0.0.1:{port}"]
    command += ["--log-level", "critical", "test_webhook_served:create_app()"]
    path = {"PYTHONPATH": os.pathsep.join(str(folder) for folder in folders)}
    process = subprocess.Popen(command, cwd=folders[3], env=os.environ | path)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)  # it answers for five seconds, and this machine may be busy


def wait_for(port):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError


@pytest.fixture(scope="module")
def ours():
    with under_gunicorn("test_webhook_served.ImpatientWorker") as port:
        yield port


@pytest.fixture(scope="module")
def patient():
    """As it is served: a request has 20 s to become whole."""
    with under_gunicorn("bot.server.worker_class.BufferedWorker") as port:
        say(port)  # it listens some time before it is up
        yield port


@pytest.fixture(scope="module", params=["werkzeug", "gthread", "ours"])
def port(request):
    if request.param == "ours":
        yield request.getfixturevalue("ours")
        return
    with under_werkzeug() if request.param == "werkzeug" else under_gunicorn() as port:
        yield port


def raw(port, call, headers, body):
    """Status and whole answer to a request written by hand; 0 if the server hangs up on it without a word."""
    head = f"POST {call.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n{headers}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        with suppress(OSError):  # it may have answered and closed before all was sent
            connection.sendall(head.encode() + body)
            connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]) if answer else 0, answer


def chunks(body, size):
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def test_a_message_and_its_redelivery_get_one_answer_over_the_wire(port):
    call = wechat.safe_call(TEXT)
    for _ in range(2):
        answer = requests.post(f"http://127.0.0.1:{port}{call.path}", data=call.body, timeout=30)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("application/xml")
        assert wechat.read_sealed(answer.text, call).content == "收到：3号楼电梯又坏了"


def test_the_address_check_over_the_wire(port):
    call = wechat.Call(b"", extra={"echostr": "5846318937584631"})
    assert requests.get(f"http://127.0.0.1:{port}{call.path}", timeout=30).content == b"5846318937584631"


def test_a_chunked_message_is_heard(port):
    call = wechat.safe_call(TEXT)
    status, answer = raw(port, call, "Transfer-Encoding: chunked\r\nConnection: close", chunks(call.body, 100))
    assert status == 200
    assert b"<Encrypt>" in answer


def test_an_endless_chunked_body_is_refused(port):
    call = wechat.safe_call(TEXT)
    status, _ = raw(port, call, "Transfer-Encoding: chunked\r\nConnection: close", chunks(b"x" * 66_000, 4096))
    assert status == 413


WHOLE = [b"zz\r\nabc\r\n0\r\n\r\n", b"-5\r\nabcde\r\n0\r\n\r\n", b"5\r\nabcdefgh\r\n0\r\n\r\n"]
CUT = [b"", b"5\r\nab", b"5", b"ffffffffffffffffff\r\na"]


@pytest.mark.parametrize("body", WHOLE + CUT)
def test_broken_chunks_are_the_sender_s_fault(port, body):
    """Waitress waits for the whole body: who hangs up before gets no answer from it."""
    status, _ = raw(port, wechat.safe_call(TEXT), "Transfer-Encoding: chunked\r\nConnection: close", body)
    assert 400 <= status < 500 or (status == 0 and body in CUT)


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "99999999999999999999", "60000", "70000"])
def test_a_false_length_is_the_sender_s_fault(port, length):
    call = wechat.safe_call(TEXT)
    status, _ = raw(port, call, f"Content-Length: {length}\r\nConnection: close", call.body)
    assert 400 <= status < 500 or (status == 0 and int(length) > len(call.body))


def test_a_body_without_a_length_is_refused(port):
    status, _ = raw(port, wechat.safe_call(TEXT), "Connection: close", b"")
    assert status == 400


def test_a_large_body_is_refused_over_the_wire(port):
    call = wechat.Call(b"<xml>" + b"x" * 100_000 + b"</xml>")
    status, _ = raw(port, call, f"Content-Length: {len(call.body)}\r\nConnection: close", call.body)
    assert status == 413


# -- the server of `serve` alone: what only a server that holds bodies back can promise ----------------------------


def half_sent(port, times=1):
    """Connections with a rightly signed head whose body never comes to its end."""
    call = wechat.safe_call(TEXT)
    head = f"POST {call.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(call.body)}\r\n\r\n"
    opened = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(times)]
    for each in opened:
        each.sendall(head.encode() + call.body[:20])
    return opened


def say(port):
    call = wechat.safe_call(TEXT)
    started = time.monotonic()
    answer = requests.post(f"http://127.0.0.1:{port}{call.path}", data=call.body, timeout=30)
    assert wechat.read_sealed(answer.text, call).content == "收到：3号楼电梯又坏了"
    return time.monotonic() - started


def test_slow_bodies_stall_nobody(ours):
    """Five times as many as there are threads."""
    slow = half_sent(ours, 20)
    assert max(say(ours) for _ in range(10)) < 3
    for each in slow:
        each.close()


def test_a_request_that_never_becomes_whole_is_cut_though_bytes_keep_coming(ours):
    (slow,) = half_sent(ours)
    started = time.monotonic()
    with slow, suppress(ConnectionError):
        while time.monotonic() < started + 8:
            slow.sendall(b"x")
            time.sleep(0.2)
    assert 0.9 < time.monotonic() - started < 6
    say(ours)


def test_a_head_that_never_ends_is_cut_too(ours):
    with socket.create_connection(("127.0.0.1", ours), timeout=10) as slow:
        slow.sendall(b"POST /wechat HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        assert slow.recv(1000) == b""


def test_a_head_too_long_is_refused(ours):
    with socket.create_connection(("127.0.0.1", ours), timeout=10) as connection, suppress(ConnectionError):
        connection.sendall(b"GET /wechat HTTP/1.1\r\n" + b"X-Long: aaaaaaaa\r\n" * 2000 + b"\r\n")
        assert b" 431 " in connection.recv(1000)


def test_ten_megabytes_are_refused_long_before_they_are_read(ours):
    call = wechat.safe_call(TEXT)
    body = call.body + b" " * (10 << 20)
    status, _ = raw(ours, call, f"Content-Length: {len(body)}\r\nConnection: close", body)
    assert status in {0, 413}  # hung up on in the middle, or told
    say(ours)


def test_connections_that_say_nothing_stall_nobody(ours):
    silent = [socket.create_connection(("127.0.0.1", ours), timeout=30) for _ in range(200)]
    assert say(ours) < 3
    for each in silent:
        each.close()


BEGUN = {"silent": b"", "a byte": b"P", "a head": b"POST /wechat HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nx"}


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_two_thousand_idle_connections_make_room_for_a_message(patient, begun):
    """More than the system's queue holds: some are only on their way, and come in as others go."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    idle = []
    try:
        for _ in range(2000):
            each = socket.socket()
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", patient))
            idle.append(each)
        for each in idle:
            with suppress(OSError):
                each.send(begun)
        assert say(patient) < 5
    finally:
        for each in idle:
            each.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("host", ["", "Host: a\r\nHost: b\r\n"])
def test_a_request_that_names_no_host_or_two_is_refused(ours, host):
    with socket.create_connection(("127.0.0.1", ours), timeout=10) as connection:
        connection.sendall(f"GET /healthz HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")


JUNK = [b"\x00" * 50, b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\n", b"\xff\xfe"]


def test_what_is_no_http_gets_no_5xx_and_stalls_nobody(ours):
    connections = [socket.create_connection(("127.0.0.1", ours), timeout=10) for _ in JUNK]
    for connection, junk in zip(connections, JUNK, strict=True):
        connection.sendall(junk)
    say(ours)
    for connection in connections:
        with connection, suppress(ConnectionError):
            answer = connection.recv(1000)
            assert not answer or answer.startswith((b"HTTP/1.0 4", b"HTTP/1.1 4")), answer
