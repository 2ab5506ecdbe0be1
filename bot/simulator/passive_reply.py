"""The answer to a delivery, read as strictly as the platform reads it."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.simulator.account import Account, Mode
from bot.simulator.chat_bodies import Article, Articles, Body, Clip, Notice, Picture, Voice, Words
from bot.simulator.crypto import Envelope, EnvelopeError, sign

MAX_TEXT = 2048  # bytes of UTF-8; longer texts show the outage notice in place of the answer


class OutageError(Exception):
    """The account answered something that the platform can't show; its text says what was wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: bytes


def read_answer(answer: Answer, account: Account, openid: str) -> Body | None:
    """The reply as the person sees it; None if the account sent no reply."""
    if answer.status != 200:
        raise OutageError(f"HTTP {answer.status}，应为 200")
    if answer.body in {b"", b"success"}:
        return None
    root = _opened(_parsed(answer.body), account)
    if _text(root, "ToUserName") != openid:
        raise OutageError("ToUserName 不是这位用户")
    if _text(root, "FromUserName") != account.gh_id:
        raise OutageError("FromUserName 不是公众号的原始 ID")
    if not _text(root, "CreateTime").isdigit():
        raise OutageError("CreateTime 不是整数")
    return _body(root)


def _parsed(raw: bytes) -> ET.Element:
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise OutageError("XML 里有 DTD")
    try:
        root = ET.fromstring(raw)  # noqa: S314 (no DTD gets here, and the answer is the bot's own)
    except (ET.ParseError, ValueError) as error:
        raise OutageError("不是合格的 XML") from error
    if root.tag != "xml":
        raise OutageError("XML 的根不是 <xml>")
    return root


def _opened(root: ET.Element, account: Account) -> ET.Element:
    sealed = _text(root, "Encrypt")
    if not sealed:
        if account.mode is Mode.SAFE:
            raise OutageError("安全模式下回了明文")
        return root
    expected = sign(account.token, _text(root, "TimeStamp"), _text(root, "Nonce"), sealed)
    if not hmac.compare_digest(expected, _text(root, "MsgSignature")):
        raise OutageError("回复的签名不对")
    try:
        return _parsed(Envelope.of(account.aes_key, account.app_id).open(sealed).encode())
    except EnvelopeError as error:
        raise OutageError(str(error)) from error


def _body(root: ET.Element) -> Body:
    kind = _text(root, "MsgType")
    if kind not in _READERS:
        raise OutageError(f"不认识的回复类型 {kind[:20]}")
    return _READERS[kind](root)


def _words(root: ET.Element) -> Words:
    nodes = root.findall("Content")
    text = nodes[0].text or "" if len(nodes) == 1 else ""
    if not text.strip():
        raise OutageError("回复的文字是空的")
    if len(text.encode()) > MAX_TEXT:
        raise OutageError(f"回复的文字超过 {MAX_TEXT} 字节")
    return Words(text)


def _articles(root: ET.Element) -> Articles:
    items = tuple(
        Article(_text(item, "Title"), _text(item, "Description"), _text(item, "Url"), _text(item, "PicUrl"))
        for item in root.findall("Articles/item")
    )
    if not items:
        raise OutageError("图文回复里没有文章")
    return Articles(items[:1])  # further articles of an answer are dropped by the platform


def _media(root: ET.Element) -> str:
    media_id = _text(root, "*/MediaId")
    if not media_id:
        raise OutageError("回复里没有 MediaId")
    return media_id


def _handed_over(_root: ET.Element) -> Notice:
    return Notice("已转接人工客服")


_READERS: dict[str, Callable[[ET.Element], Body]] = {
    "text": _words,
    "image": lambda root: Picture(_media(root)),
    "voice": lambda root: Voice(_media(root)),
    "video": lambda root: Clip(_media(root), _text(root, "Video/Title")),
    "news": _articles,
    "transfer_customer_service": _handed_over,
}


def _text(node: ET.Element, path: str) -> str:
    return node.findtext(path) or ""
