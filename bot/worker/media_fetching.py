"""Brings residents' photos and voices home before WeChat forgets them (three days)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from bot.wechat.errors import Trouble, WeChatError
from bot.wechat.gateway import Gateway
from bot.worker.media_store import keep
from handlers.town.town import Town, Towns
from models.moves import NOTE
from models.push import Outcome, Timer
from models.sessions import Sessions
from models.ticket import SYSTEM, Attachment, Ticket

_PASSING = {Trouble.BUSY, Trouble.UNKNOWN, Trouble.RATE, Trouble.INTERFACE, Trouble.ACCOUNT}
_LIVES = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class MediaFetch:
    """What a timer of the kind `fetch_media` does."""

    sessions: Sessions
    towns: Towns
    gateway: Gateway
    retry_seconds: tuple[int, ...]
    folder: Path
    clock: Callable[[], datetime]

    def fetch(self, timer_id: int) -> None:
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            media_id, attempts = session.get_one(Attachment, timer.subject_id).media_id, timer.attempts
        try:
            content, content_type = self.gateway.download_media(media_id)
        except WeChatError as error:
            self._failed(timer_id, error, attempts)
            return
        stored = keep(self.folder, content, content_type)
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            attachment = session.get_one(Attachment, timer.subject_id)
            attachment.stored, attachment.content_type = stored, content_type
            timer.finish(Outcome.DONE, self.clock())

    def _failed(self, timer_id: int, error: WeChatError, attempts: int) -> None:
        now = self.clock()
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            if error.kind in _PASSING and now < timer.created_at + _LIVES:
                wait = self.retry_seconds[min(attempts, len(self.retry_seconds)) - 1]
                timer.try_again(now + timedelta(seconds=wait), str(error))
                return
            timer.finish(Outcome.GAVE_UP, now, str(error))
            _note(session, self.towns.current(session), session.get_one(Attachment, timer.subject_id), now)


def _note(session: Session, town: Town, attachment: Attachment, now: datetime) -> None:
    """Staff who wait for the picture learn that it will not come."""
    ticket = session.get(Ticket, attachment.ticket_id) if attachment.ticket_id else None
    if ticket:
        ticket.apply(NOTE, by=SYSTEM, at=now, note=town.say("history.media_lost"))
