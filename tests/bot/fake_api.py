"""A small real HTTP server in WeChat's place: it says what the test put on the shelf, and remembers who asked what."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    path: str
    query: dict[str, str]
    raw: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self):
        return json.loads(self.raw)


@dataclass
class Says:
    """One prepared answer. `cut` sends only so many bytes of those announced; `drip` pauses after every byte."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    wait: float = 0
    cut: int | None = None
    drip: float = 0
    headers: dict[str, str] = field(default_factory=dict)


def says(**answer) -> Says:
    return Says(json.dumps(answer, ensure_ascii=False).encode())


class FakeApi:
    """`shelf[path]` holds answers in order; the last one is given again and again."""

    def __init__(self) -> None:
        self.shelf: dict[str, list[Says | Callable[[Asked], Says]]] = defaultdict(list)
        self.asked: list[Asked] = []
        self.lock = threading.Lock()
        self.url = ""
        self.tokens = 0
        self.shelf["/cgi-bin/stable_token"] = [self.a_new_token]

    def a_new_token(self, _asked: Asked) -> Says:
        with self.lock:
            self.tokens += 1
            return says(access_token=f"TOKEN-{self.tokens}-{'k' * 130}", expires_in=7200)

    def put(self, path: str, *answers: Says | Callable[[Asked], Says]) -> None:
        self.shelf[path] = list(answers)

    def calls(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def answer(self, asked: Asked) -> Says:
        with self.lock:
            self.asked.append(asked)
            shelf = self.shelf[asked.path]
            found = shelf.pop(0) if len(shelf) > 1 else shelf[0]
        return found(asked) if callable(found) else found


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # five is the default: the sixth to call at once waits a second


@contextmanager
def serving() -> Iterator[FakeApi]:
    api = FakeApi()
    server = _Server(("127.0.0.1", 0), _handler(api))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.say(
                api.answer(Asked(parts.path, query, raw, self.headers.get("Content-Type", ""), dict(self.headers)))
            )

        do_GET = do_POST  # noqa: N815 -- the name is http.server's

        def say(self, what: Says) -> None:
            time.sleep(what.wait)
            self.send_response(what.status)
            self.send_header("Content-Type", what.content_type)
            self.send_header("Content-Length", str(len(what.body)))
            for name, value in what.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.send_body(what)
            except OSError:
                self.close_connection = True

        def send_body(self, what: Says) -> None:
            body = what.body if what.cut is None else what.body[: what.cut]
            self.close_connection = what.cut is not None
            for piece in [body[i : i + 1] for i in range(len(body))] if what.drip else [body]:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(what.drip)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
