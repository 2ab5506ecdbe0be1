"""Sends the chart of an answer, drawn and uploaded once. If it can't be sent, the person has the text already."""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.charts.drawing import draw
from bot.wechat.errors import WeChatError
from bot.wechat.gateway import Gateway
from bot.worker.person_quota import room, spend
from handlers.questions.chart import chart_asked_for
from models.person import Person
from models.push import Outcome, Timer
from models.sessions import Sessions

_LIVES_SECONDS = 2.5 * 86_400
"""The platform keeps a picture for three days"""
_MOST = 500


@dataclass(frozen=True, slots=True)
class Showing:
    """The handler of this kind of timer. Matplotlib must be used by one thread at a time."""

    sessions: Sessions
    reading: Sessions
    gateway: Gateway
    _uploaded: dict[str, tuple[str, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, timer_id: int, now: datetime) -> None:
        with self.reading() as session:
            person = session.get(Person, session.get_one(Timer, timer_id).subject_id or 0)
            chart = chart_asked_for(session, person.id) if person else None
            openid = person.openid if person and room(person, now).all else None
        outcome, reason = (Outcome.DROPPED, "nothing to show, or nobody to whom a message may be sent")
        if chart and openid:
            outcome, reason = self._shown(openid, chart)
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            timer.finish(outcome, now, reason)
            if outcome is Outcome.DONE:
                spend(session.get_one(Person, timer.subject_id, with_for_update=True), 1, now)

    def _shown(self, openid: str, chart: Mapping[str, Any]) -> tuple[Outcome, str]:
        try:
            self.gateway.send_media(openid, "image", self._media_id(chart))
        except WeChatError as error:
            return Outcome.GAVE_UP, str(error)
        return Outcome.DONE, ""

    def _media_id(self, chart: Mapping[str, Any]) -> str:
        """The uploaded picture's id; the same figures give the same picture for everybody."""
        name = hashlib.sha256(json.dumps(chart, sort_keys=True).encode()).hexdigest()
        with self._lock:
            media_id, uploaded = self._uploaded.get(name, ("", 0.0))
            if media_id and time.monotonic() < uploaded + _LIVES_SECONDS:
                return media_id
            media_id = self.gateway.upload_media("image", f"{name[:16]}.png", draw(chart), "image/png")
            if len(self._uploaded) >= _MOST:
                self._uploaded.clear()
            self._uploaded[name] = media_id, time.monotonic()
        return media_id
