"""The way of a message: understood, then answered in one transaction that keeps message, change and reply."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from handlers import (
    approving,
    attending,
    contesting,
    correcting,
    desk,
    erasing,
    exporting,
    extending,
    filing,
    following_up,
    joining,
    patrolling,
    picking,
    progress,
    questioning,
    readers,
    receipts,
    rehearsing,
    settling,
    supervising,
    suspending,
    welcome,
    whistle,
    working,
)
from handlers.choosing import chosen
from handlers.dialogue import Context, Message, Reply, Router, in_state
from handlers.receiving import open_with, receive, remember, write_reply
from handlers.town import Reads, Town
from models.base import Sessions
from models.conversation import Inbound
from nlp.understanding import Understanding

TRIES = 3
PATIENCE_SECONDS = 1.0
"""After this no further try: WeChat waits for 5 s, and the apology has to be written too"""

picked = Router("picked")

# Order is precedence: what the platform tells, then commands, then the question that is open, then what the words mean.
ROUTERS = (
    receipts.router,
    erasing.router,
    readers.router,
    exporting.router,
    whistle.router,
    attending.router,
    working.router,
    patrolling.router,
    approving.router,
    extending.router,
    contesting.router,
    suspending.router,
    questioning.router,
    settling.router,
    following_up.router,
    rehearsing.router,
    supervising.router,
    correcting.router,
    desk.router,
    picked,
    approving.digits,
    questioning.answers,
    progress.router,
    joining.router,
    filing.router,
    welcome.router,
    welcome.last_resort,
)
_USUAL = (working.router, supervising.router, progress.router, welcome.router)  # stand first in 帮助
welcome.ALL_COMMANDS[:] = [
    command for router in sorted(ROUTERS, key=lambda router: router not in _USUAL) for command in router.commands
]


class Towns(Protocol):
    """Gives the town as it is now; reads it anew when the world has changed."""

    def current(self, session: Session) -> Town: ...

    def reader(self) -> Reads: ...


class Answering:
    """Answers messages. Holds no state of its own: any number of threads and processes may do the same."""

    def __init__(
        self, sessions: Sessions, towns: Towns, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._sessions, self._towns, self._clock = sessions, towns, clock

    def answer(self, message: Message) -> str:
        """The reply's text, "" for silence. A redelivery gets the stored reply and changes nothing.

        Raises whatever went wrong after three tries; then nothing of it is in the database (see `keep_failed`).
        """
        understanding = self._towns.reader().understand(message.text) if message.text.strip() else None
        patience = time.monotonic() + PATIENCE_SECONDS
        for _ in range(TRIES - 1):
            try:
                return self._once(message, understanding)
            except (StaleDataError, IntegrityError, OperationalError):
                if time.monotonic() > patience:
                    raise  # somebody else was at the same ticket, person or lock: look again, while there is time
        return self._once(message, understanding)

    def keep_failed(self, message: Message, failure: str, apology: str) -> str:
        """A message that we could not handle is kept with the apology that it gets, for a person to look at."""
        with self._sessions() as session, session.begin():
            if receive(session, message, self._clock()):
                write_reply(session, message, apology, None, failure)
        return apology

    def _once(self, message: Message, understanding: Understanding | None) -> str:
        now = self._clock()
        with self._sessions() as session, session.begin():
            if not receive(session, message, now):
                return session.get_one(Inbound, message.key).reply or ""
            reply = self._reply(session, message, understanding, now)
            write_reply(session, message, reply.text, self._clock())
            return reply.text

    def _reply(self, session: Session, message: Message, understanding: Understanding | None, now: datetime) -> Reply:
        writer = open_with(session, message, now)
        context = Context(
            message=message,
            session=session,
            now=now,
            person=writer.person,
            town=self._towns.current(session),
            understanding=understanding,
            state=writer.state,
            slots=writer.slots,
        )
        reply = route(context)
        remember(context, writer, reply)
        return reply


def route(context: Context) -> Reply:
    """The first handler that answers, commands before all. Events that concern nobody are silence."""
    for router in ROUTERS:
        if reply := router.obey(context):
            return reply
    for router in ROUTERS:
        if reply := router.answer(context):
            return reply
    return Reply("", keep=True)


@picked.on(in_state(picking.CHOICE))
def ticket_chosen(context: Context) -> Reply | None:
    """A number out of the list: the command again, now with the ticket's number."""
    numbers = context.slots["numbers"]
    number = chosen(context.text, len(numbers))
    if number is None:
        return None
    text = f"{context.slots['word']} {numbers[number]} {context.slots['words']}".strip()
    return route(replace(context, message=replace(context.message, text=text), state="", slots={}))
