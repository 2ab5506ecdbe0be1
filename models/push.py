"""The outbox and the timers: rows that become due, claimed under a lease.

A row with `due_at` in the past may be claimed. In the future, it is leased or waits for its next attempt. Empty means
finished, or laid aside until an event releases it; `outcome` says which. There is no state "in flight": when a worker
is killed, its leases expire and the rows are due again. Delivery is at least once.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Select,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from models.base import Base, partial_index

# Well above the longest HTTP call (3 s + 5 s, twice with a token fetch), so that a slow call is not repeated.
LEASE = timedelta(seconds=60)

_EVER = datetime(2000, 1, 1, tzinfo=UTC)


class Rank(IntEnum):
    """Which push goes first if many are due."""

    DANGER = 0
    """Somebody is in danger: it does not wait for older pushes or for anything else"""
    URGENT = 1
    """May be sent at night too"""
    QUESTION = 2
    """Asks the recipient something"""
    NEWS = 3
    DIGEST = 4
    """Never sent by itself: the next digest includes it"""


class Outcome(StrEnum):
    """How a row ended; empty while it is open."""

    SENT = "sent"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"
    UNKNOWN = "unknown"
    DONE = "done"
    DROPPED = "dropped"
    MERGED = "merged"
    """Replaced by a newer push that says more"""
    KEPT = "kept"
    """Not final: waits until the person writes again"""
    HELD = "held"
    """Not final: waits until its interface accepts messages again"""


class Due:
    """The columns that pushes and timers share."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """event + person (pushes) or purpose + ticket + time (timers): unique, so that nothing is written twice"""
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    def finish(self, outcome: Outcome, at: datetime, reason: str = "") -> None:
        """End this row: it is never due again."""
        self.due_at, self.outcome, self.finished_at, self.reason = None, outcome.value, at, reason

    def try_again(self, at: datetime, reason: str) -> None:
        """Retry at `at`, because of `reason`."""
        self.due_at, self.reason = at, reason

    def lay_aside(self, outcome: Outcome, reason: str) -> None:
        """Not due until `release`."""
        self.due_at, self.outcome, self.reason = None, outcome.value, reason


_LAID_ASIDE = "outcome IN ('held', 'kept')"


class Push(Due, Base):
    """One message to one recipient."""

    __tablename__ = "pushes"
    __table_args__ = (
        # Partial, because most rows are finished (no `due_at`) or have no id of the platform.
        partial_index("ix_pushes_due_at", "due_at", where="due_at IS NOT NULL"),
        partial_index("ix_pushes_due", "rank", "due_at", "id", where="due_at IS NOT NULL"),
        partial_index("ix_pushes_laid_aside", "outcome", "person_id", where=_LAID_ASIDE),
        partial_index("ix_pushes_person_id_due_at", "person_id", "due_at", where="due_at IS NOT NULL"),
        partial_index("ix_pushes_msgid", "msgid", where="msgid > ''"),
        Index("ix_pushes_person_id_id", "person_id", "id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    event: Mapped[str]
    text: Mapped[str]
    template: Mapped[str] = mapped_column(default="")
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    way: Mapped[str] = mapped_column(default="", server_default="")
    """The interface by which it was sent; empty before"""
    msgid: Mapped[str] = mapped_column(default="")
    """The platform's id of the message, to match its delivery receipt"""
    rank: Mapped[int] = mapped_column(default=Rank.NEWS.value, server_default="3")
    unreached_at: Mapped[datetime | None]
    """When a danger could not be delivered to this person, and others were notified instead"""


class Timer(Due, Base):
    """A job that runs at its time: a deadline, a reminder, a picture to fetch."""

    __tablename__ = "timers"
    __table_args__ = (partial_index("ix_timers_due_at", "due_at", where="due_at IS NOT NULL"),)

    kind: Mapped[str]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    subject_id: Mapped[int | None]
    """The id of its row, if it is about another table than tickets (an attachment)"""


class Token(Base):
    """An API token shared by all processes, and the lease of the process that fetches the next one."""

    __tablename__ = "tokens"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]


DueRow = TypeVar("DueRow", bound=Due)


def unfinished(rows: type[Due]) -> ColumnElement[bool]:
    """Due now or later. A range, because SQLite uses no index for IS NOT NULL, and most rows are finished."""
    return rows.due_at > _EVER


def sent_as(msgid: str) -> ColumnElement[bool]:
    """The push with this id of the platform; contains the index's condition."""
    return (Push.msgid == msgid) & (Push.msgid > literal_column("''"))


def is_laid_aside() -> ColumnElement[bool]:
    """Rows that wait for a person or an interface; the same condition as the index's."""
    return Push.outcome.in_([literal_column("'held'"), literal_column("'kept'")])


def release(session: Session, those: ColumnElement[bool], now: datetime) -> None:
    """Make the rows of `those` that were laid aside due again."""
    released = update(Push).where(is_laid_aside(), those).values(due_at=now, outcome="")
    session.execute(released, execution_options={"synchronize_session": False})


_CLAIMING: dict[Any, ReturningUpdate[Any]] = {}
"""Built once, because a worker executes it twice a second"""


def claim(session: Session, rows: type[DueRow], now: datetime, limit: int = 20, last: Rank = Rank.NEWS) -> list[DueRow]:
    """Lease the first due rows to this worker; pushes by rank, up to rank `last`, then by age.

    One statement; the caller must commit before it does the work.
    """
    told = {"now": now, "leased_until": now + LEASE, "most": limit}
    if rows is Push:
        told["last"] = int(last)
    if rows not in _CLAIMING:  # not at import: all tables must be known
        _CLAIMING[rows] = _claiming(rows)
    claimed = session.scalars(_CLAIMING[rows], told)
    return sorted(claimed, key=lambda row: (getattr(row, "rank", 0), row.id))


def _claiming(rows: Any) -> ReturningUpdate[Any]:  # noqa: ANN401  (pushes or timers)
    now: BindParameter[datetime] = bindparam("now", type_=rows.due_at.type)
    due = select(rows.id).where(rows.due_at <= now).limit(bindparam("most", type_=Integer))
    if rows is Push:
        due = due.order_by(Push.rank, Push.due_at, Push.id).where(Push.rank <= bindparam("last"))
        due = due.where(or_(Push.rank == Rank.DANGER, ~_an_older_one_waits(now)))
    else:
        due = due.order_by(rows.due_at, rows.id)
    due = due.with_for_update(skip_locked=True)  # SQLite has one writer and ignores it
    leased = {"due_at": bindparam("leased_until", type_=rows.due_at.type), "attempts": rows.attempts + 1}
    return update(rows).where(rows.id.in_(due)).values(leased).returning(rows)


def last_told(session: Session, person: int) -> int | None:
    """The ticket of the last push to a person: the one that 「接」 without a number means."""
    return session.scalar(_LAST_TOLD, {"person": person})


def last_push_to(person: int | BindParameter[int]) -> Select[datetime, int | None]:
    """Time and ticket of the last push to a person about a ticket."""
    about = (Push.person_id == person) & Push.ticket_id.is_not(None)
    return select(Push.created_at, Push.ticket_id).where(about).order_by(Push.id.desc()).limit(1)


_LAST_TOLD = last_push_to(bindparam("person")).with_only_columns(Push.ticket_id)


def give_back(session: Session, rows: type[Push] | type[Timer], ids: Sequence[int], now: datetime) -> None:
    """Make leased rows that were not begun due again, without waiting for the lease's end."""
    leased = update(rows).where(rows.id.in_(ids), rows.due_at.is_not(None))
    session.execute(leased.values(due_at=now, attempts=rows.attempts - 1))


def _an_older_one_waits(now: BindParameter[datetime]) -> ColumnElement[bool]:
    """Pushes reach a person in order: a push waits while an older one is due, leased or to be retried.

    An older one that was never tried (it waits for the morning) blocks nothing. Two index ranges instead of one
    condition, so that finished rows (`due_at` empty) are never read.
    """
    older = aliased(Push)
    before = (older.person_id == Push.person_id, older.id < Push.id, older.rank != Rank.DIGEST)
    is_due = exists().where(*before, older.due_at <= now).correlate(Push)
    is_held = exists().where(*before, older.due_at > now, older.attempts > 0).correlate(Push)
    return or_(is_due, is_held)
