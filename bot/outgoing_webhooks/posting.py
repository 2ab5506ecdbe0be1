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

logging.getLogger("urllib3").setLevel(logging.ERROR)  # it writes addresses
_TIMEOUT = (3.0, 5.0)
SIGNATURE, TIMESTAMP, DELIVERY = "X-Whistle-Signature", "X-Whistle-Timestamp", "X-Whistle-Delivery"


class NotTakenError(Exception):
    """It did not answer, or with anything but 2xx."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One system that wants to be told, with the key that both sides know."""

    name: str
    url: str
    key: str = field(repr=False)


def signature(key: str, timestamp: str, body: bytes) -> str:
    """Of moment and body: an old one can't be sent again as a new one."""
    signed = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def post(own: SessionOfThread, subscriber: Subscriber, told: Mapping[str, Any], now: datetime) -> None:
    """Raises NotTakenError. Redirects are not followed: what is signed for one address is for no other."""
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
