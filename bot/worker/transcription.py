"""Transcribes voices in a separate thread: a recogniser takes seconds, and pushes must not wait for it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.evidence.file_types import RefusedError
from bot.evidence.sound import as_wav, is_silent
from bot.evidence.storage import MediaStorage, MediaStorageError
from bot.speech.recogniser import Recogniser, RecognitionError
from handlers.answering.answer import Answering
from handlers.dialogue.message import Kind, Message
from handlers.evidence.heard_right import dangerous, heard, heard_danger, heard_later, not_heard
from handlers.town.town import Towns
from models.person import Person
from models.push import Outcome, Timer
from models.sessions import Sessions
from models.ticket import Attachment

log = structlog.get_logger(__name__)
_AT_MOST = timedelta(minutes=3)
_WAITS = (timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=5))
_PATIENCE = 8.0
"""Seconds after which the speaker is told to type; the recogniser may still answer"""


@dataclass(frozen=True, slots=True)
class Hearing:
    """The handler of `hear` timers."""

    sessions: Sessions
    towns: Towns
    answering: Answering
    shelf: MediaStorage
    ears: Recogniser | None
    clock: Callable[[], datetime]
    _one: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, timer_id: int) -> None:
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            attachment = session.get(Attachment, timer.subject_id or 0)
            if attachment is None or not attachment.stored or self.ears is None:
                timer.finish(Outcome.DROPPED, self.clock(), "nothing to hear, or nobody to hear it")
                return
            timer.due_at, stored = self.clock() + _AT_MOST, attachment.stored
            number = attachment.id
        late = threading.Timer(_PATIENCE, self._later, (number,))
        late.start()
        try:
            with self._one:
                self._listen(timer_id, stored, self.ears)
        finally:
            late.cancel()

    def _listen(self, timer_id: int, stored: str, ears: Recogniser) -> None:
        try:
            wav = as_wav(self.shelf.read(stored))
            text = "" if is_silent(wav) else ears.hear(wav)
        except RefusedError:
            self._write(timer_id, "")
        except (MediaStorageError, RecognitionError) as error:
            log.warning("not_heard", reason=str(error))
            self._again(timer_id, str(error))
        else:
            self._write(timer_id, text)

    def _later(self, number: int) -> None:
        """Tell the speaker that it can't be heard now."""
        with self.sessions() as session, session.begin():
            heard_later(session, self.towns.current(session), session.get_one(Attachment, number), self.clock())

    def _again(self, timer_id: int, why: str) -> None:
        """Tell the speaker at once; retry later, a few times."""
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            number, tried = timer.subject_id or 0, timer.attempts
            if tried <= len(_WAITS):
                timer.try_again(self.clock() + _WAITS[tried - 1], why)
            else:
                timer.finish(Outcome.GAVE_UP, self.clock(), why)
        self._later(number)

    def _write(self, timer_id: int, text: str) -> None:
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            timer.finish(Outcome.DONE, self.clock())
            attachment, town = session.get_one(Attachment, timer.subject_id), self.towns.current(session)
            attachment.fields = {**attachment.fields, "heard": text}
            if not text:
                not_heard(session, town, attachment, self.clock())
                return
            if not dangerous(town, text):
                heard(session, town, attachment, text, self.clock())
                return
            openid, number = session.get_one(Person, attachment.person_id).openid or "", attachment.id
        self._act(number, openid, text)

    def _act(self, attachment: int, openid: str, text: str) -> None:
        """Answer the text as if they had written it; the reply is sent as a push."""
        reply = self.answering.answer(Message(f"heard:{attachment}", openid, Kind.TEXT, self.clock(), text))
        with self.sessions() as session, session.begin():
            town = self.towns.current(session)
            heard_danger(session, town, session.get_one(Attachment, attachment), text, reply, self.clock())
