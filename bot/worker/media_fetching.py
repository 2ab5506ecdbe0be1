"""Downloads photos and voices before WeChat deletes them (after three days), and converts them for browsers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.evidence.conversion import Ready, ready
from bot.evidence.file_types import RefusedError
from bot.evidence.picture_prints import Print
from bot.evidence.storage import MediaStorage, MediaStorageError
from bot.wechat.errors import Trouble, WeChatError
from bot.wechat.gateway import Gateway
from bot.worker.copied_pictures import copied_from
from handlers.evidence.arrival import arrived, delayed, lost, refused
from handlers.evidence.photo_duty import ALIKE
from handlers.town.town import Towns
from models.picture_print import PicturePrint
from models.push import Outcome, Timer
from models.sessions import Sessions
from models.ticket import Attachment

_PASSING = {Trouble.BUSY, Trouble.UNKNOWN, Trouble.RATE, Trouble.INTERFACE, Trouble.ACCOUNT}
_LIVES = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class MediaFetch:
    """The handler of `fetch_media` timers."""

    sessions: Sessions
    towns: Towns
    gateway: Gateway
    retry_seconds: tuple[int, ...]
    shelf: MediaStorage
    clock: Callable[[], datetime]

    def fetch(self, timer_id: int) -> None:
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            attachment, attempts = session.get_one(Attachment, timer.subject_id), timer.attempts
            kind, media_id = attachment.kind, attachment.media_id
        try:
            content, _ = self.gateway.download_media(media_id)
            made = ready(kind, content)
            stored = made.put_on(self.shelf)
        except RefusedError as error:
            self._refused(timer_id, str(error))
        except MediaStorageError as error:
            self._failed(timer_id, str(error), attempts, passing=True)
        except WeChatError as error:
            self._failed(timer_id, str(error), attempts, passing=error.kind in _PASSING)
        else:
            self._kept(timer_id, made, stored)

    def _kept(self, timer_id: int, made: Ready, stored: str) -> None:
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            attachment = session.get_one(Attachment, timer.subject_id)
            attachment.stored, attachment.content_type = stored, made.content_type
            attachment.fields = {**attachment.fields, **made.told}
            if made.print:
                self._know(session, attachment, made.print)
            timer.finish(Outcome.DONE, self.clock())
            arrived(session, self.towns.current(session), attachment, self.clock())

    def _know(self, session: Session, attachment: Attachment, mine: Print) -> None:
        """Store the picture's fingerprint; check whether a picture of staff is a copy."""
        now = self.clock()
        if attachment.of_work and (other := copied_from(session, attachment, mine, now)):
            attachment.fields = {**attachment.fields, ALIKE: other}
        session.merge(PicturePrint(attachment_id=attachment.id, hashes=mine.hashes, grey=mine.grey, created_at=now))

    def _refused(self, timer_id: int, why: str) -> None:
        """The file is not of the kind it was sent as: tell its sender and store nothing."""
        with self.sessions() as session, session.begin():
            self._end(session, timer_id, why, refused)

    def _failed(self, timer_id: int, why: str, attempts: int, *, passing: bool) -> None:
        now = self.clock()
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            if passing and now < timer.created_at + _LIVES:
                wait = self.retry_seconds[min(attempts, len(self.retry_seconds)) - 1]
                timer.try_again(now + timedelta(seconds=wait), why)
                delayed(session, self.towns.current(session), session.get_one(Attachment, timer.subject_id), now)
                return
            self._end(session, timer_id, why, lost)

    def _end(self, session: Session, timer_id: int, why: str, tell: Callable[..., None]) -> None:
        timer = session.get_one(Timer, timer_id)
        timer.finish(Outcome.GAVE_UP, self.clock(), why)
        tell(session, self.towns.current(session), session.get_one(Attachment, timer.subject_id), self.clock())
