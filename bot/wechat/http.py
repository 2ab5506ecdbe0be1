"""One HTTP call to the platform's API: an answer in JSON or bytes, or a WeChatError without secrets.

The errors of requests quote the URL with the token, so they are all converted.
"""

import json
import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

import requests
from urllib3.exceptions import HTTPError, MaxRetryError

from bot.wechat.errors import Trouble, WeChatError, refusal
from bot.wechat.text_limits import printable

# It logs URLs with the token: at DEBUG all, at WARNING those with a broken answer.
logging.getLogger("urllib3").setLevel(logging.ERROR)

_CONNECT_SECONDS, _READ_SECONDS = 3.0, 5.0
_WHOLE_SECONDS = 10.0  # with the read timeout alone, a slow server could send forever
_MOST_JSON = 1 << 20
_PIECE = 1 << 16
_LONGEST_REASON = 200
_LONG_WORD = re.compile(r"(?!(?:[0-9a-f]{4,10}-){2}[0-9a-f]{4,10}\b)[\w-]{24,}")  # all but the request's id (rid)


@dataclass(frozen=True, slots=True)
class Timeouts:
    connect: float = _CONNECT_SECONDS
    read: float = _READ_SECONDS
    whole: float = _WHOLE_SECONDS


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Download:
    content: bytes
    content_type: str


class SessionOfThread(threading.local):
    """`session`: one for each thread, because requests' sessions are not thread-safe."""

    def __init__(self) -> None:
        self.session = requests.Session()


class WeChatHttp:
    """Speaks to one API base. Safe to share between threads: each has its own session."""

    def __init__(self, api_base: str, timeouts: Timeouts) -> None:
        self._base = api_base.rstrip("/")
        self._timeouts = timeouts
        self._own = SessionOfThread()

    def get(self, path: str, params: Mapping[str, str], most_bytes: int = _MOST_JSON) -> Download:
        return self._call(_Call("GET", self._base + path, params=params, repeatable=True), most_bytes)

    def ping(self, token: str) -> dict[str, object]:
        """A harmless call that WeChat and WeCom both have, to test whether they accept our calls."""
        return read_json(self.get("/cgi-bin/getcallbackip", {"access_token": token}))

    def fetch(self, url: str, most_bytes: int) -> Download:
        """Fetch a URL that the platform gave: without parameters, so without our token."""
        return self._call(_Call("GET", url, repeatable=True), most_bytes)

    def post(
        self, path: str, params: Mapping[str, str], body: Mapping[str, object], *, repeatable: bool = False
    ) -> dict[str, object]:
        """`repeatable`: twice does no harm, so it may be retried if no answer came."""
        raw = json.dumps(body, ensure_ascii=False).encode()  # \uXXXX is refused (40033)
        return read_json(self._call(_Call("POST", self._base + path, params, raw, repeatable=repeatable), _MOST_JSON))

    def upload(self, path: str, params: Mapping[str, str], upload: Upload) -> dict[str, object]:
        return read_json(
            self._call(_Call("POST", self._base + path, params, upload=upload, repeatable=True), _MOST_JSON)
        )

    def _call(self, call: "_Call", most_bytes: int) -> Download:
        unanswered = Trouble.BUSY if call.repeatable else Trouble.UNKNOWN
        deadline = time.monotonic() + self._timeouts.whole
        try:
            with self._send(call) as response:
                _check_status(response.status_code)
                content = _read(response, most_bytes, deadline)
                return Download(content, response.headers.get("Content-Type", ""))
        except (TimeoutError, HTTPError):
            raise WeChatError(0, "no whole answer", unanswered) from None
        except requests.RequestException as error:
            raise _failure(error, unanswered) from None

    def _send(self, call: "_Call") -> requests.Response:
        """Send without following redirects, which would give the token to another host."""
        upload = call.upload
        return self._own.session.request(
            call.method,
            call.url,
            params=call.params,
            data=call.body,
            files={"media": (upload.name, upload.content, upload.content_type)} if upload else None,
            headers={"Content-Type": "application/json; charset=utf-8"} if call.body is not None else None,
            timeout=(self._timeouts.connect, self._timeouts.read),
            stream=True,
            allow_redirects=False,
        )


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str
    params: Mapping[str, str] | None = None
    body: bytes | None = None
    upload: Upload | None = None
    repeatable: bool = False


def read_json(answer: Download) -> dict[str, object]:
    """The answer's object. Raises for a proxy's page and for an empty or cut answer, even with status 200."""
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise WeChatError(0, "the answer is not a JSON object", Trouble.BUSY)
    code = found.get("errcode", 0)
    if not isinstance(code, int) or isinstance(code, bool):
        raise WeChatError(0, "the answer's errcode is not a number", Trouble.BUSY)
    if code:
        raise refusal(code, _without_secrets(str(found.get("errmsg", ""))))
    return found


def _without_secrets(message: str) -> str:
    """WeChat's message for the log, without long words: it may quote an openid, a token or a secret."""
    return _LONG_WORD.sub("…", printable(message))[:_LONGEST_REASON]


def _check_status(status: int) -> None:
    """The platform always answers 200; other statuses come from a proxy and count as temporary."""
    if status != 200:
        raise WeChatError(0, f"HTTP status {status}", Trouble.BUSY)


def _read(response: requests.Response, most_bytes: int, deadline: float) -> bytes:
    content = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=True):  # iter_content waits for whole pieces
        content += piece
        if len(content) > most_bytes:
            raise WeChatError(0, "the answer is too large", Trouble.CONTENT)
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(content)


def _failure(error: requests.RequestException, unanswered: Trouble) -> WeChatError:
    """The error, by the only thing that matters: never sent, or sent without an answer."""
    if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
        return WeChatError(0, "no connection", Trouble.BUSY)
    if isinstance(error, requests.Timeout | requests.ConnectionError):
        return WeChatError(0, "no whole answer", unanswered)
    return WeChatError(0, f"the call is impossible: {type(error).__name__}", Trouble.ACCOUNT)


def _never_connected(error: requests.RequestException) -> bool:
    """The adapter of requests retries nothing, so MaxRetryError only means a failed connection."""
    return isinstance(error, requests.ConnectionError) and bool(error.args) and isinstance(error.args[0], MaxRetryError)
