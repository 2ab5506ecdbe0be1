"""A new ticket before its row is written: the only way that the program files one.

As objects of the unit of work, a ticket and its helpers would cost several times the database's own work, because
SQLAlchemy tracks every attribute, which a new row doesn't need. All new tickets of a transaction are written by one
statement, their helpers by another (models.deferred_inserts).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import DeclarativeBase, Session

from models.bulk_insert import Values, defaults_of
from models.deferred_inserts import AppendingSession, append
from models.reserved_ids import id_at_no_cost
from models.supporting_teams import Support
from models.ticket import Ticket, TicketEvent

_FIRST_VERSION = 1


def new_ticket(session: AppendingSession, id: int, **given: Any) -> Ticket:  # noqa: ANN401, A002  (the columns)
    """A ticket with its id, written by the next flush; until then it may change like any other.

    Typed as a Ticket, whose columns and moves it has. After the flush it refuses to change: use the row instead
    (`row_of`).
    """
    return cast("Ticket", NewTicket(session, id, given))


def unwritten_tickets(session: Session) -> list[Ticket]:
    """The tickets that this transaction has filed and not written yet, oldest first."""
    unwritten = session.unwritten if isinstance(session, AppendingSession) else ()
    return [cast("Ticket", each) for each in unwritten if isinstance(each, NewTicket)]


def row_of(session: Session, ticket: Ticket) -> Ticket:
    """The ticket as an object of the session. One that is not written yet is written now."""
    if not isinstance(ticket, NewTicket):
        return ticket
    session.flush()
    return session.get_one(Ticket, ticket.__dict__["id"])


def is_unwritten(ticket: object) -> bool:
    """Whether it was filed in this transaction and has no row yet."""
    return type(ticket) is NewTicket


class NewHelper:
    """A team that helps by rule, before its row is written (Support)."""

    def __init__(self, team: str, called_at: datetime) -> None:
        self.__dict__.update(defaults_of(Support))
        self.team, self.called_at = team, called_at

    is_call, helps, is_awaited = Support.is_call, Support.helps, Support.is_awaited


class NewTicket:
    """The columns of Ticket with their defaults, and its moves, which are the same functions."""

    def __init__(self, session: AppendingSession, id: int, given: Values) -> None:  # noqa: A002  (the column's name)
        self.__dict__.update(defaults_of(Ticket), version=_FIRST_VERSION, id=id, **given)
        self.support: list[NewHelper] = []
        self._session = session
        Ticket.give_number(cast("Ticket", self))
        session.unwritten.append(self)

    apply, awaited = Ticket.apply, Ticket.awaited
    _check, _stamp = Ticket._check, Ticket._stamp  # noqa: SLF001  (what `apply` calls on itself)

    def _write_down(self, **happened: Any) -> None:  # noqa: ANN401  (a line's columns)
        number = id_at_no_cost(self._session, TicketEvent)
        append(self._session, TicketEvent, **number, ticket_id=self.__dict__["id"], **happened)

    def helped_by(self, teams: Iterable[str], at: datetime) -> None:
        """Replace the helpers by rule."""
        self.support = [NewHelper(team, at) for team in teams if team != self.__dict__["team"]]

    def written(self) -> tuple[type[DeclarativeBase], Values]:
        """Its row; the helpers' rows are appended. After this it can't change."""
        row = {name: self.__dict__[name] for name in ("id", *defaults_of(Ticket))}
        for helper in self.support:
            values = {name: helper.__dict__[name] for name in defaults_of(Support)}
            append(self._session, Support, **values | {"ticket_id": row["id"]})
        self.__class__ = _WrittenTicket
        return Ticket, row


class _WrittenTicket(NewTicket):
    """A written one refuses changes, because they would not reach its row."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: this ticket is written; read its row to change it")
