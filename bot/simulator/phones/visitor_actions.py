"""What a visitor of the page can do in somebody's name."""

from collections.abc import Callable

from flask import Response, jsonify, request

from bot.simulator.chat_bodies import Picture, Spot, Voice, Words
from bot.simulator.errors import ApiError
from bot.simulator.events import Click, Event, Follow, Scan, Unfollow, View
from bot.simulator.journal import ClockMoved
from bot.simulator.media import OF_PHONES
from bot.simulator.phones.config import SimulatorConfig
from bot.simulator.phones.fault_switches import turn
from bot.simulator.phones.microphone import NoSoundError, as_amr
from bot.simulator.phones.visitors import Visitors
from bot.simulator.platform import NotFollowingError, Platform

MAX_WORDS = 2000
MAX_UPLOAD, MAX_SOUND = 10 << 20, 4 << 20
_SILENCE = b"#!AMR\n" + bytes([0x3C] + [0] * 31) * 50  # one second of nothing, in the format of a phone's microphone
_EVENTS: dict[str, Callable[[str], Event]] = {
    "subscribe": Follow,
    "unsubscribe": lambda _key: Unfollow(),
    "scan": Scan,
    "click": Click,
    "view": View,
}

Told = tuple[Response, int]


class WishError(Exception):
    """The page asked for something that can't be done; the text is shown to the visitor."""


class Acts:
    """Each act is taken up at once; what it leads to comes into the chats by `/changes`."""

    def __init__(self, platform: Platform, visitors: Visitors, config: SimulatorConfig) -> None:
        self._platform = platform
        self._visitors = visitors
        self._config = config

    def views(self) -> dict[str, Callable[[], Told]]:
        said = (self.say, self.picture, self.voice, self.recording, self.location)
        acts = (*said, self.event, self.visitor, self.clock, self.fault, self.restart)
        return {act.__name__: _view(act) for act in acts}

    def say(self) -> str:
        text = _text("text").strip()
        if not text or len(text) > MAX_WORDS:
            raise WishError(f"请输入 1 到 {MAX_WORDS} 个字。")
        self._platform.deliver_soon(_text("openid"), Words(text, _text("menu_id")))
        return ""

    def picture(self) -> str:
        """The file is the body itself: its content type keeps other sites' forms out, as JSON does elsewhere."""
        if (request.content_length or 0) > MAX_UPLOAD or not request.mimetype.startswith("image/"):
            raise WishError("请选择 10 MB 以内的图片。")
        with self._platform.lock:
            media_id = self._platform.media.put("image", request.get_data(), OF_PHONES)
        self._platform.deliver_soon(request.args.get("openid", ""), Picture(media_id))
        return ""

    def voice(self) -> str:
        seconds = min(60, max(1, int(_number("seconds"))))
        with self._platform.lock:
            media_id = self._platform.media.put("voice", _SILENCE)
        self._platform.deliver_soon(_text("openid"), Voice(media_id, seconds, _text("recognition")[:MAX_WORDS]))
        return ""

    def recording(self) -> str:
        """What the browser's microphone took: the file is the body, as with a picture."""
        if (request.content_length or 0) > MAX_SOUND or not request.mimetype.startswith("audio/"):
            raise WishError("录音太长了。")
        try:
            content, seconds = as_amr(request.get_data())
        except NoSoundError:
            raise WishError("没有录到声音。") from None
        with self._platform.lock:
            media_id = self._platform.media.put("voice", content)
        self._platform.deliver_soon(request.args.get("openid", ""), Voice(media_id, seconds))
        return ""

    def location(self) -> str:
        spot = Spot(_number("lat"), _number("lng"), _text("label")[:200])
        if not (-90 <= spot.lat <= 90 and -180 <= spot.lng <= 180):
            raise WishError("这个位置不在地球上。")
        self._platform.deliver_soon(_text("openid"), spot)
        return ""

    def event(self) -> str:
        make = _EVENTS.get(_text("event"))
        if make is None:
            raise WishError("没有这种操作。")
        self._platform.deliver_soon(_text("openid"), make(_text("key")[:1024]))
        return ""

    def visitor(self) -> str:
        """Somebody new with a phone; the answer is whose openid to show."""
        with self._platform.lock:
            person = self._visitors.arrive(_text("name").strip()[:12])
            self._platform.followers.meet(person.openid, following=False)
        return person.openid

    def clock(self) -> str:
        """Puts the town's clock forward."""
        move = self._config.moves.get(_text("to"))
        if move is None:
            raise WishError("没有这种操作。")
        move()
        self._platform.journal.add(ClockMoved(self._platform.now()))
        return ""

    def fault(self) -> str:
        """A bad day of the platform begins or ends."""
        if not turn(_text("switch"), self._config, self._platform, on=_wish().get("on") is True):
            raise WishError("没有这种故障。")
        return ""

    def restart(self) -> str:
        """The town, its tickets and the chats as at the beginning."""
        if self._config.start_over is None:
            raise WishError("没有这种操作。")
        self._config.start_over()
        self._visitors.start_over()
        self._platform.start_over()
        return ""


def _view(act: Callable[[], str]) -> Callable[[], Told]:
    def view() -> Told:
        try:
            return jsonify(openid=act()), 202
        except WishError as error:
            return jsonify(error=str(error)), 400
        except ApiError:
            return jsonify(error="微信不收这个文件，请换一张照片（JPEG、PNG、WebP、HEIC）。"), 400
        except NotFollowingError:
            return jsonify(error="请先关注公众号。"), 409

    return view


def _text(key: str) -> str:
    value = _wish().get(key, "")
    if not isinstance(value, str):
        raise WishError(f"{key} 应为文字。")
    return value


def _number(key: str) -> float:
    value = _wish().get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WishError(f"{key} 应为数字。")
    return float(value)


def _wish() -> dict[str, object]:
    """Only JSON with its content type: another site's form can't send that, so nobody is made to speak."""
    wish = request.get_json(silent=True)
    if not isinstance(wish, dict):
        raise WishError("请求不是 JSON。")
    return wish
