"""Messages that are well formed and odd: to be acknowledged whatever they hold, for another status would tell the
person that the account is out of order.
"""

import time
from collections.abc import Callable, Iterator

import wechat_side as wechat

_FIELDS: dict[str, Callable[[], list[str]]] = {
    "location": lambda: [
        f"<Location_X>{x}</Location_X><Location_Y>{y}</Location_Y><Label></Label>"
        for x in ("", "nan", "inf", "1e999", "91", "-91", "abc", "39,9", "1" * 400, "39.9")
        for y in ("", "181", "116.4°")
    ],
    "text": lambda: [f"<Content><![CDATA[{words}]]></Content>" for words in _WORDS],
    "image": lambda: ["<MediaId></MediaId>", "<PicUrl>javascript:1</PicUrl><MediaId>../../etc/passwd</MediaId>", ""],
    "voice": lambda: ["<MediaId>a</MediaId><Recognition></Recognition>", "<MediaId>" + "m" * 5000 + "</MediaId>", ""],
    "link": lambda: ["<Title></Title><Url>file:///etc/passwd</Url>", ""],
    "hologram": lambda: ["", "<Content>x</Content>"],
    "event": lambda: [f"<Event>{name}</Event><EventKey>{key}</EventKey>" for name in _EVENTS for key in _KEYS],
}
_WORDS = (
    "",
    " ",
    "\u200b",
    "\ufeff",
    "🙂" * 500,
    "长" * 6000,
    "９" * 400,
    "'; drop table tickets; --",
    "{number} %s %(x)s",
)
_WORDS += (
    "\x01\x02\x1f",
    "a\u0301" * 300,
    "\u202e反",
    "]] >",
    "=cmd|' /C calc'!A0",
    "99999999999999999999",
    "办结 " + "9" * 40,
)
_EVENTS = (
    "subscribe",
    "SCAN",
    "CLICK",
    "VIEW",
    "LOCATION",
    "TEMPLATESENDJOBFINISH",
    "made_up",
    "subscribe_msg_popup_event",
)
_KEYS = ("", "qrscene_", "qrscene_" + "9" * 900, "a|b|c", "../..")


def oddities() -> Iterator[bytes]:
    """Each from a person of their own."""
    number = 0
    for kind, fields in _FIELDS.items():
        for each in fields():
            number += 1
            yield (
                f"<xml><ToUserName>{wechat.GH_ID}</ToUserName><FromUserName>oOdd{number}</FromUserName>"
                f"<CreateTime>{int(time.time())}</CreateTime><MsgType>{kind}</MsgType>{each}"
                f"<MsgId>{10**17 + number}</MsgId></xml>"
            ).encode()
