"""The body of `message/custom/send`, read as what the person will see."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.simulator.chat_bodies import Article, Articles, Body, Choice, Choices, Clip, Picture, Voice, Words
from bot.simulator.errors import ApiError, Json
from bot.simulator.passive_reply import MAX_TEXT


def body_of(request: Json) -> Body:
    kind = request.get("msgtype")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise ApiError(40008)
    inner = request.get(str(kind))
    if not isinstance(inner, dict):
        raise ApiError(47001)
    body = reader(inner)
    if isinstance(body, Words) and request.get("aimsgcontext") == {"is_ai_msg": 1}:
        return replace(body, by_machine=True)
    return body


def text_in(inner: Mapping[str, object], key: str) -> str:
    value = inner.get(key, "")
    if not isinstance(value, str):
        raise ApiError(47001, f"{key} must be a string")
    return value


def _words(inner: Json) -> Words:
    text = text_in(inner, "content")
    if not text.strip():
        raise ApiError(44002)
    if len(text.encode()) > MAX_TEXT:
        raise ApiError(45002)
    return Words(text)


def _choices(inner: Json) -> Choices:
    items = _dicts(inner.get("list"))
    choices = tuple(Choice(str(item.get("id", "")), text_in(item, "content")) for item in items)
    return Choices(text_in(inner, "head_content"), choices, text_in(inner, "tail_content"))


def _articles(inner: Json) -> Articles:
    items = _dicts(inner.get("articles"))
    if len(items) != 1:
        raise ApiError(45008)
    one = items[0]
    keys = ("title", "description", "url", "picurl")
    return Articles((Article(*(text_in(one, key) for key in keys)),))


def _dicts(value: object) -> list[Json]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ApiError(47001)
    return value


def _media(inner: Json) -> str:
    media_id = text_in(inner, "media_id")
    if not media_id:
        raise ApiError(40007)
    return media_id


_READERS: dict[str, Callable[[Json], Body]] = {
    "text": _words,
    "image": lambda inner: Picture(_media(inner)),
    "voice": lambda inner: Voice(_media(inner)),
    "video": lambda inner: Clip(_media(inner), text_in(inner, "title")),
    "news": _articles,
    "msgmenu": _choices,
}
