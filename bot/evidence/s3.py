"""A bucket of an S3 service (MinIO, Ceph, clouds), called over HTTP with signed requests.

We need only three calls, and the services' own library would be our largest dependency.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import requests

from bot.evidence.storage import MediaStorageError
from bot.wechat.http import SessionOfThread

_TIMEOUT = (3.0, 10.0)
_ALGORITHM = "AWS4-HMAC-SHA256"
_MISSING, _OK = 404, frozenset({200, 204})


@dataclass(frozen=True, slots=True)
class Bucket:
    """`address`: s3+https://host[:port]/bucket[/folder]. Safe to share between threads."""

    address: str
    key_id: str
    secret: str = field(repr=False)
    region: str = "us-east-1"
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _own: SessionOfThread = field(default_factory=SessionOfThread, repr=False)

    def write(self, name: str, content: bytes) -> None:
        self._call("PUT", name, content)

    def read(self, name: str) -> bytes:
        return self._call("GET", name).content

    def delete(self, name: str) -> None:
        self._call("DELETE", name, may_lack=True)

    def _call(self, method: str, name: str, content: bytes = b"", *, may_lack: bool = False) -> requests.Response:
        url = f"{self.address.removeprefix('s3+').rstrip('/')}/{quote(name)}"
        try:
            answer = self._own.session.request(
                method, url, data=content or None, headers=self._signed(method, url, content), timeout=_TIMEOUT
            )
        except requests.RequestException as error:
            raise MediaStorageError(type(error).__name__) from None
        if answer.status_code not in _OK and not (may_lack and answer.status_code == _MISSING):
            raise MediaStorageError(f"HTTP {answer.status_code}")
        return answer

    def _signed(self, method: str, url: str, content: bytes) -> dict[str, str]:
        """The headers of signature version 4, for a path without a query."""
        now, parts, digest = self.clock(), urlsplit(url), hashlib.sha256(content).hexdigest()
        moment, day = f"{now:%Y%m%dT%H%M%SZ}", f"{now:%Y%m%d}"
        headers = {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment}
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        asked = f"{method}\n{parts.path}\n\n{lines}\n{names}\n{digest}"
        scope = f"{day}/{self.region}/s3/aws4_request"
        text = "\n".join((_ALGORITHM, moment, scope, hashlib.sha256(asked.encode()).hexdigest()))
        signature = hmac.new(self._signing_key(day), text.encode(), hashlib.sha256).hexdigest()
        who = f"Credential={self.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        return headers | {"authorization": f"{_ALGORITHM} {who}"}

    def _signing_key(self, day: str) -> bytes:
        key = f"AWS4{self.secret}".encode()
        for part in (day, self.region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key
