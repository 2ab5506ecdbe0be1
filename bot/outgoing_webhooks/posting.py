"""One signed POST to a subscriber."""

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

from bot.wechat.http import SessionOfThread

logging.getLogger("urllib3").setLevel(logging.ERROR)  # it logs addresses
_TIMEOUT = (3.0, 5.0)
SIGNATURE, TIMESTAMP, DELIVERY = "X-Whistle-Signature", "X-Whistle-Timestamp", "X-Whistle-Delivery"


class NotTakenError(Exception):
    """The subscriber did not answer with 2xx, or not at all."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A system to notify, with the shared key."""

    name: str
    url: str
    key: str = field(repr=False)


def signature(key: str, timestamp: str, body: bytes) -> str:
    """Signs timestamp and body, so that an old request can't be replayed as a new one."""
    signed = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def post(own: SessionOfThread, subscriber: Subscriber, told: Mapping[str, Any], now: datetime) -> None:
    """Raises NotTakenError. Redirects are not followed, because the request is signed for one address."""
    body, timestamp = json.dumps(told, ensure_ascii=False).encode(), str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        DELIVERY: str(told["delivery"]),
        TIMESTAMP: timestamp,
        SIGNATURE: signature(subscriber.key, timestamp, body),
    }
    try:
        with own.session.post(
            subscriber.url, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False, stream=True
        ) as answer:
            status = answer.status_code
    except requests.RequestException as error:
        raise NotTakenError(type(error).__name__) from None
    if not 200 <= status < 300:
        raise NotTakenError(f"HTTP {status}")
