"""The menu under the chat: what `menu/create` accepts, and the one that is there before it was ever called."""

from urllib.parse import urlsplit

from bot.simulator.errors import ApiError, Json

DEFAULT_MENU: Json = {
    "button": [
        {"type": "click", "name": "我要吹哨", "key": "吹哨"},
        {"type": "click", "name": "我的诉求", "key": "进度"},
        {"type": "click", "name": "帮助", "key": "帮助"},
    ]
}


def checked(menu: object) -> Json:
    """The menu itself if the platform would take it."""
    buttons = menu.get("button") if isinstance(menu, dict) else None
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise ApiError(40016)
    for button in buttons:
        _check_top(button)
    return {"button": buttons}


def _check_top(button: object) -> None:
    if not isinstance(button, dict):
        raise ApiError(47001)
    below = button.get("sub_button") or []
    if not isinstance(below, list) or len(below) > 5:
        raise ApiError(40023)
    _check_name(button, 16)
    if not below:
        _check_action(button)
    for one in below:
        if not isinstance(one, dict):
            raise ApiError(47001)
        _check_name(one, 60)
        _check_action(one)


def _check_name(button: Json, limit: int) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= limit:
        raise ApiError(40018)


def _check_action(button: Json) -> None:
    if button.get("type") == "view":
        url = str(button.get("url", ""))
        if urlsplit(url).scheme not in {"http", "https"} or len(url.encode()) > 1024:
            raise ApiError(40020)
    elif not 1 <= len(str(button.get("key", "")).encode()) <= 128:
        raise ApiError(40019)
