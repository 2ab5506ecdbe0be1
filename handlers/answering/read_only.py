"""The read-only path: questions are answered without waiting for writers.

SQLite has one writer, and a year's figures take as long as a hundred messages. So they are read in a session that can't
write, before their message joins a batch; there message, reply and read log are kept in the transaction of its batch.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.inbox import replies_to
from handlers.dialogue.message import Message, Reply
from handlers.dialogue.router import command_opening
from handlers.dialogue.senders import Writer, known_writer
from handlers.dialogue.states import Asks
from handlers.questions.parse import asks_of_own, parse
from handlers.residents.unanswered import keep_unfinished
from handlers.supervisors.overview import opens_figure
from handlers.town.town import Towns
from models.person import Look
from models.replica import Replica
from models.sessions import ReadOnlyError, Sessions
from nlp.reading.understanding import Understanding

_FIGURES = frozenset({Asks.FIGURES, Asks.ROWS})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """The reply, its rows for the read log, and the person and open question for which the reply holds."""

    reply: Reply
    looks: Collection[Mapping[str, Any]]
    text: str
    holds_for: tuple[object, ...]


class ReadOnlyPath:
    """Answers questions in a read-only session."""

    def __init__(
        self,
        reading: Sessions,
        replica: Replica,
        towns: Towns,
        commands: Sequence[Command],
        route: Callable[[Context], Reply],
    ) -> None:
        self._reading, self._replica, self._towns, self._route = reading, replica, towns, route
        self._all_commands = commands
        self._commands = command_opening(command for command in commands if command.only_asks)

    def is_for(self, message: Message, now: datetime) -> bool:
        """Whether a supervisor may be asking for figures; needs no database."""
        town, text = self._towns.known, message.text.strip()
        if not text or message.openid not in town.staff.overseer_openids:
            return False
        return bool(self._commands.match(text) or opens_figure(text) or asks_of_own(text) or parse(town, text, now))

    def found(self, message: Message, understanding: Understanding | None, now: datetime) -> Found | None:
        """The answer; None if it can't be found by reading alone: then the batch answers the message."""
        try:
            with self._reading() as session:
                return self._found(session, message, understanding, now)
        except ReadOnlyError:
            return None
        except Exception as error:  # noqa: BLE001  (the batch tries again, and reports the error if it happens again)
            log.warning("not_looked_up", why=type(error).__name__)
            return None

    def _found(
        self, session: Session, message: Message, understanding: Understanding | None, now: datetime
    ) -> Found | None:
        town = self._towns.current(session)
        writer = known_writer(session, message.openid, town, now)
        if writer is None or writer.stale or replies_to(session, [message.key]):
            return None
        text = message.text.strip()
        if opens_figure(text) and writer.state not in _FIGURES and parse(town, text, now) is None:
            return None  # the number answers another question
        with self._replica.beside(session, now - writer.spoke_at if writer.spoke_at else None) as figures:
            context = writer.says(message, understanding, figures, town, now, self._all_commands)
            reply = keep_unfinished(context, (), self._route)
            if _wants_to_write(session) or _wants_to_write(figures):
                return None
            return Found(reply, [_values(row) for row in figures.new], text, _standing(writer, text))


def _wants_to_write(session: Session) -> bool:
    """More than the read log."""
    return bool(session.dirty or session.deleted or not all(isinstance(row, Look) for row in session.new))


def found_read_only(session: Session, found: Found | None, writer: Writer) -> Reply | None:
    """The answer that was found; writes its read log. None if the person's role or question has changed."""
    if found is None or found.holds_for != _standing(writer, found.text):
        return None
    session.add_all(Look(**values) for values in found.looks)
    return found.reply


def _standing(writer: Writer, text: str) -> tuple[object, ...]:
    """What the answer depends on: if the person's role or open question has changed meanwhile, it is discarded.

    An open list of figures counts only if the text is a number that opens one of them: other texts are new questions
    or refine the last one.
    """
    person = writer.person
    who = (person.id, person.roles, person.team, person.grid, writer.stale)
    asks_anew = writer.state in {"", Asks.FIGURES} and not opens_figure(text)
    return who if asks_anew else (*who, writer.state, writer.slots)


def _values(row: object) -> dict[str, Any]:
    state = inspect(row)
    return {name: value for name, value in state.dict.items() if name in state.mapper.columns}
