"""The outbox and the timers: rows that fall due, claimed under a lease.

One clock tells everything: `due_at` in the past may be claimed; in the future it is leased, or waits for its next
try; empty means finished, or laid aside until something happens, and `outcome` says how. There is no "in flight" to
get stuck in: what a killed worker held falls due again by itself. Delivery is at least once.
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
    """Which push goes first where many wait."""

    DANGER = 0
    """It waits for no older push, nor for anything else: somebody is in danger"""
    URGENT = 1
    """It may be told at night too"""
    QUESTION = 2
    """It asks something"""
    NEWS = 3
    DIGEST = 4
    """It is never sent by itself: the next digest says it"""


class Outcome(StrEnum):
    """How a row ended; empty while it is open."""

    SENT = "sent"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"
    UNKNOWN = "unknown"
    DONE = "done"
    DROPPED = "dropped"
    MERGED = "merged"
    """A newer push says more: only that one is sent"""
    KEPT = "kept"
    """Not the end: it waits until the person writes again"""
    HELD = "held"
    """Not the end: it waits until its interface takes messages again"""


class Due:
    """What pushes and timers share."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """event + person (pushes) or purpose + ticket + moment (timers): the same thing is never written twice"""
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    def finish(self, outcome: Outcome, at: datetime, reason: str = "") -> None:
        """Nothing more is to be done."""
        self.due_at, self.outcome, self.finished_at, self.reason = None, outcome.value, at, reason

    def try_again(self, at: datetime, reason: str) -> None:
        """Due once more at `at`, because of `reason`."""
        self.due_at, self.reason = at, reason

    def lay_aside(self, outcome: Outcome, reason: str) -> None:
        """Not due until whatever it waits for happens (`release`)."""
        self.due_at, self.outcome, self.reason = None, outcome.value, reason


_LAID_ASIDE = "outcome IN ('held', 'kept')"


class Push(Due, Base):
    """One thing to tell one person."""

    __tablename__ = "pushes"
    __table_args__ = (
        # What is finished has no `due_at`, and the platform's id comes when it is sent: most rows are in neither.
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
    """By which way it went out, once it has"""
    msgid: Mapped[str] = mapped_column(default="")
    """The platform's id, by which its delivery receipt finds this row"""
    rank: Mapped[int] = mapped_column(default=Rank.NEWS.value, server_default="3")
    unreached_at: Mapped[datetime | None]
    """A danger that couldn't be told to this person: since when others are told of it"""


class Timer(Due, Base):
    """Something to look at when its time comes: a limit, a reminder, a picture to fetch."""

    __tablename__ = "timers"
    __table_args__ = (partial_index("ix_timers_due_at", "due_at", where="due_at IS NOT NULL"),)

    kind: Mapped[str]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    subject_id: Mapped[int | None]
    """The row it is about, where that is not a ticket (an attachment)"""


class Token(Base):
    """An API token shared by all processes, with the claim of the one process that fetches the next."""

    __tablename__ = "tokens"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]


DueRow = TypeVar("DueRow", bound=Due)


def unfinished(rows: type[Due]) -> ColumnElement[bool]:
    """Due, now or later. Said as a range: SQLite looks for no NOT NULL in an index, and most rows are finished."""
    return rows.due_at > _EVER


def sent_as(msgid: str) -> ColumnElement[bool]:
    """What the platform has taken under this id, said in the words of the index."""
    return (Push.msgid == msgid) & (Push.msgid > literal_column("''"))


def is_laid_aside() -> ColumnElement[bool]:
    """What waits for a person or an interface, said in the words of the index."""
    return Push.outcome.in_([literal_column("'held'"), literal_column("'kept'")])


def release(session: Session, those: ColumnElement[bool], now: datetime) -> None:
    """What was laid aside and is among `those` is due again."""
    released = update(Push).where(is_laid_aside(), those).values(due_at=now, outcome="")
    session.execute(released, execution_options={"synchronize_session": False})


_CLAIMING: dict[Any, ReturningUpdate[Any]] = {}
"""Built once: a worker asks twice a second for ever"""


def claim(session: Session, rows: type[DueRow], now: datetime, limit: int = 20, last: Rank = Rank.NEWS) -> list[DueRow]:
    """Lease the first due rows to this worker: of pushes by rank, no later than `last`, then the oldest.

    One statement; the caller commits before it does the work.
    """
    told = {"now": now, "leased_until": now + LEASE, "most": limit}
    if rows is Push:
        told["last"] = int(last)
    if rows not in _CLAIMING:  # when all tables are known
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
    """The ticket that somebody was last told of: what 「接」 without a number means."""
    return session.scalar(_LAST_TOLD, {"person": person})


def last_push_to(person: int | BindParameter[int]) -> Select[datetime, int | None]:
    """When somebody was last told of a ticket, and of which."""
    about = (Push.person_id == person) & Push.ticket_id.is_not(None)
    return select(Push.created_at, Push.ticket_id).where(about).order_by(Push.id.desc()).limit(1)


_LAST_TOLD = last_push_to(bindparam("person")).with_only_columns(Push.ticket_id)


def give_back(session: Session, rows: type[Push] | type[Timer], ids: Sequence[int], now: datetime) -> None:
    """What was leased and not begun is due as before: to wait for the lease's end would only lose time."""
    leased = update(rows).where(rows.id.in_(ids), rows.due_at.is_not(None))
    session.execute(leased.values(due_at=now, attempts=rows.attempts - 1))


def _an_older_one_waits(now: BindParameter[datetime]) -> ColumnElement[bool]:
    """A person hears things in the order they happened: a push waits while an older one is due, leased or retried.

    One that waits for its first time (the morning) holds nothing up. Two ranges of an index, not one condition: the
    finished rows, whose `due_at` is empty, are never looked at.
    """
    older = aliased(Push)
    before = (older.person_id == Push.person_id, older.id < Push.id, older.rank != Rank.DIGEST)
    is_due = exists().where(*before, older.due_at <= now).correlate(Push)
    is_held = exists().where(*before, older.due_at > now, older.attempts > 0).correlate(Push)
    return or_(is_due, is_held)
