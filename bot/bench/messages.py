"""Messages of a town's peak hour: distinct, encrypted and signed as the platform does it, made in advance."""

import itertools
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.webhook.envelope import Envelope
from bot.webhook.signature import sign
from nlp.reading.understanding import Intent
from nlp.training.corpus import read_corpus

TOKEN = "benchtoken2026"  # noqa: S105  (of an account that exists in the bench alone)
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID = "wxbench0123456789a"
GH_ID = "gh_bench00000000"
ENVIRONMENT = {
    "BOT_WECHAT__TOKEN": TOKEN,
    "BOT_WECHAT__AES_KEY": AES_KEY,
    "BOT_WECHAT__APP_ID": APP_ID,
    "BOT_WECHAT__APP_SECRET": "none",
    "BOT_WECHAT__GH_ID": GH_ID,
    "BOT_WECHAT__MODE": "safe",
}
RESIDENTS = 2000
GROUPS = 3
"""Groups of residents, one for each round: who has reported in one round has open tickets in the next"""
_LONGEST = 120
# Shares of the peak hour: mostly new reports, some questions about them, some staff, few supervisors.
_MIX = (
    (70, "report"),
    (12, "进度"),
    (8, "supplement"),
    (3, "催办"),
    (2, "帮助"),
    (3, "staff"),
    (2, "supervisor"),
)
_STAFF = tuple(f"oWhistleProperty{number:012d}" for number in range(1, 9))
_SUPERVISORS = tuple(f"oWhistleSupervisor{number:010d}" for number in range(1, 3))
_STAFF_SAY = ("待办", "接", "到", "结 已修好，请检查")
_SUPERVISORS_ASK = ("今日", "超时", "这周哪个小区诉求最多")


def openid(resident: int) -> str:
    """The openid of the resident of this number."""
    return f"oBenchResident{resident:014d}"


@dataclass(frozen=True, slots=True)
class Said:
    """A person and their words."""

    openid: str
    text: str


def sayings(count: int, seed: int = 1, group: int = 0) -> Iterator[Said]:
    """A realistic mix from the residents of one group; the same for the same seed."""
    chance = random.Random(seed)
    reports = texts(Intent.REPORT)
    supplements = texts(Intent.SUPPLEMENT)
    kinds = chance.choices([kind for _, kind in _MIX], [share for share, _ in _MIX], k=count)
    for kind in kinds:
        resident = openid(group * RESIDENTS + chance.randrange(RESIDENTS))
        match kind:
            case "report":
                yield Said(resident, chance.choice(reports))
            case "supplement":
                yield Said(resident, chance.choice(supplements))
            case "staff":
                yield Said(chance.choice(_STAFF), chance.choice(_STAFF_SAY))
            case "supervisor":
                yield Said(chance.choice(_SUPERVISORS), chance.choice(_SUPERVISORS_ASK))
            case words:
                yield Said(resident, words)


def texts(intent: Intent) -> Sequence[str]:
    """The corpus' texts of one intent, of the length of chat messages."""
    return [each.text for each in read_corpus() if each.intent == intent and len(each.text) <= _LONGEST]


_numbers = itertools.count(int(time.time()) * 1000)


def requests(count: int, seed: int = 1, group: int = 0) -> list[bytes]:
    """Complete HTTP requests as bytes. They are valid for some minutes, because the signature holds the time."""
    return [request(said) for said in sayings(count, seed, group)]


def request(said: Said) -> bytes:
    """One message as the platform posts it."""
    now, number = int(time.time()), next(_numbers)
    nonce = str(number)
    xml = (
        f"<xml><ToUserName><![CDATA[{GH_ID}]]></ToUserName><FromUserName><![CDATA[{said.openid}]]></FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{said.text}]]></Content><MsgId>{number}</MsgId></xml>"
    )
    sealed = Envelope(TOKEN, APP_ID, (AES_KEY,)).seal(xml, AES_KEY, now, nonce)
    encrypted = sealed.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    body = f"<xml><ToUserName><![CDATA[{GH_ID}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
    query = urlencode(
        {
            "signature": sign(TOKEN, str(now), nonce),
            "timestamp": now,
            "nonce": nonce,
            "openid": said.openid,
            "encrypt_type": "aes",
            "msg_signature": sign(TOKEN, str(now), nonce, encrypted),
        }
    )
    head = f"POST /wechat?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nContent-Type: text/xml\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
