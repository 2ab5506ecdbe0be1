"""The work order 工单: its fields, its append-only history, and the one door through which it changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import JSON, ColumnElement, Connection, ForeignKey, Index, event, false, literal_column, text
from sqlalchemy.orm import Mapped, Mapper, WriteOnlyMapped, mapped_column, object_session, relationship

from models.appending import AppendingSession, append
from models.base import Base, UtcDateTime, partial_index
from models.follower import Follower
from models.moves import ENDED, STORED, UNSOLVED, Closing, Move, Status
from models.numbers import next_id
from models.person import Role
from models.support import Support

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one zone and no summer time since 1991; a fixed offset needs no zone database on the machine."""
_MINUTES_BEFORE = timedelta(minutes=30)
"""Put down as done so shortly before the limit, and reopened afterwards, it was perhaps done for the figures"""


class IllegalMove(Exception):  # noqa: N818  (a refusal by rule, not a fault)
    """The table of moves doesn't allow this. Nothing was changed."""

    def __init__(self, move: Move, status: str, why: str) -> None:
        super().__init__(f"{move.name} from {status}: {why}")
        self.move, self.status, self.why = move, Status(status), why


@dataclass(frozen=True, slots=True)
class Actor:
    """In which role somebody acts; `person_id` is None for the bot itself."""

    role: Role
    person_id: int | None = None
    name: str = ""


SYSTEM = Actor(Role.SYSTEM)


class Source(StrEnum):
    """How a demand reached us."""

    CHAT = "chat"
    HOTLINE = "hotline"
    PATROL = "patrol"
    IMPORT = "import"
    RECEPTION = "reception"
    OPEN311 = "open311"


_AREA = ("street", "community", "grid", "county")
_OPEN = ("status", *_AREA, "category", "team", "ended_at", "id")
_OF_TEAM = ("team", "status", "urgent", "accept_by", "handle_by", "stopped_at", "ended_at", "id")
_ENDED = ("closing", "ended_at", *_AREA, "category", "status")
_RUNNING_LIMIT = (
    "(CASE WHEN stopped_at IS NULL THEN CASE WHEN status IN ('pending', 'received', 'dispatched') THEN accept_by "
    "WHEN status = 'working' THEN handle_by END END)"
)
_LIMIT = (
    *(text(_RUNNING_LIMIT), *_AREA, "category", "ended_at", "id"),
    *("status", "stopped_at", "accept_by", "handle_by", "urgent"),
)
_FILED = ("created_at", "category", *_AREA, "red_flag", "place_id")


class Ticket(Base):
    """What a resident wants put right, from the first word to the last rating."""

    __tablename__ = "tickets"
    __table_args__ = (
        # Figures are counted in the indexes alone, so these hold whatever a figure asks, and its area (_AREA). The
        # few that are not ended have an index of their own: a query finds it by saying that (`not_ended`).
        partial_index("ix_tickets_open", *_OPEN, where="ended_at IS NULL"),
        partial_index("ix_tickets_open_team", *_OF_TEAM, where="ended_at IS NULL"),
        partial_index("ix_tickets_ended", *_ENDED, where="ended_at IS NOT NULL"),
        Index("ix_tickets_created_at", *_FILED),
        partial_index("ix_tickets_red", "created_at", *_AREA, "red_flag", where="red_flag > ''"),
        partial_index("ix_tickets_limit", *_LIMIT, where="ended_at IS NULL"),
        Index("ix_tickets_reporter_id_created_at", "reporter_id", "created_at"),
        Index("ix_tickets_place_id_category_created_at", "place_id", "category", "created_at"),  # the same event?
        partial_index("ix_tickets_shut_out", "shut_out", "id", where="shut_out > ''"),
        partial_index("ix_tickets_proposed", "proposed_id", "id", where="proposed_id IS NOT NULL"),
        partial_index("ix_tickets_assigned", "assignee_id", where="assignee_id IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column()
    status: Mapped[str] = mapped_column(default=Status.PENDING.value)
    source: Mapped[str] = mapped_column(default=Source.CHAT.value)

    category: Mapped[str]
    item: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    text: Mapped[str]
    urgent: Mapped[bool] = mapped_column(default=False)
    red_flag: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float] = mapped_column(default=0.0)

    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="SET NULL"))
    place_name: Mapped[str] = mapped_column(default="")
    building: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="")
    room: Mapped[str] = mapped_column(default="")
    lat: Mapped[float | None]
    lng: Mapped[float | None]

    # The four levels are copied from the grid: rights and figures need no walk up the tree, and a change of the
    # world moves no ticket in flight.
    grid: Mapped[str | None] = mapped_column(ForeignKey("grids.code"))
    community: Mapped[str | None]
    street: Mapped[str | None]
    county: Mapped[str | None]
    level: Mapped[str] = mapped_column(default="grid")
    team: Mapped[str | None] = mapped_column(ForeignKey("teams.code"))
    first_team: Mapped[str | None]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    proposed_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who of the team was asked first; alone until `proposed_until`, and anybody of the team may sign"""
    proposed_until: Mapped[datetime | None]
    rule: Mapped[str] = mapped_column(default="")
    limit_rule: Mapped[str] = mapped_column(default="")
    """Which row of which table of limits set the promise"""

    reporter_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    accept_by: Mapped[datetime | None]
    handle_by: Mapped[datetime | None]
    accept_limit: Mapped[str] = mapped_column(default="")
    handle_limit: Mapped[str] = mapped_column(default="")
    """The two limits as they were promised, such as 4个工作时: what an extension is measured by"""
    stopped_at: Mapped[datetime | None]
    """Since when the clocks stand still (挂账, or the resident is asked); going on moves the two moments above"""
    accepted_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    closing: Mapped[str] = mapped_column(default="")
    rating: Mapped[int | None]
    """3 satisfied, 2 basically satisfied, 1 not satisfied (满意, 基本满意, 不满意)"""
    answer: Mapped[str] = mapped_column(default="")
    """公开答复: what the resident is told; 办理情况 for inside stands in the events"""
    returns: Mapped[int] = mapped_column(default=0)
    rushed_at: Mapped[datetime | None]
    """When it was put down as done minutes before its limit, the last time that it was"""
    climbs: Mapped[int] = mapped_column(default=0)
    """How often a higher level took over"""
    reopenings: Mapped[int] = mapped_column(default=0)
    urges: Mapped[int] = mapped_column(default=0)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    split_from: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    """The event whose outcome this resident did not agree with: their own ticket goes on"""
    shut_out: Mapped[str | None]
    """Kinds of teams complained of, joined by `;`: they may not learn what it says. Never undone. NULL: kept later"""
    errand: Mapped[str] = mapped_column(default="", server_default="")
    """What somebody above words for those whom it complains of; they read this instead of the resident's words"""
    neighbours: Mapped[int] = mapped_column(default=0)
    """How many joined the reporter; counted here, so that a list of tickets can show it at no cost"""

    # Write-only: adding a line never loads a long history.
    events: WriteOnlyMapped["TicketEvent"] = relationship(order_by="TicketEvent.id", passive_deletes=True)
    followers: WriteOnlyMapped[Follower] = relationship(viewonly=True)
    support: Mapped[list[Support]] = relationship(cascade="all, delete-orphan", order_by=Support.id)
    attachments: Mapped[list["Attachment"]] = relationship(viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (two at once: the second is told, not overwritten)

    def apply(self, move: Move, *, by: Actor, at: datetime, note: str = "", closing: Closing | None = None) -> None:
        """Make one move: the only way a status ever changes. Raises IllegalMove, then nothing has changed."""
        self._check(move, by, note, closing)
        before, after = self.status, STORED[move.target] if move.target else self.status
        helpers = self.support if (before in ENDED) != (after in ENDED) else ()  # read while nothing has changed yet
        self.status = after
        self._stamp(move, at, closing)
        for helper in helpers:
            helper.ended_at = self.ended_at
        self._write_down(
            move=move.name,
            by_role=STORED[by.role],
            by_person=by.person_id,
            at=at,
            note=note,
            before=before,
            after=after,
            team=self.team,
            level=self.level,
        )

    def _write_down(self, **happened: Any) -> None:  # noqa: ANN401  (a line's columns)
        session = cast("AppendingSession | None", object_session(self))
        if session is None or self.id is None:
            self.events.add(TicketEvent(**happened))
        else:
            append(session, TicketEvent, id=next_id(session, TicketEvent), ticket_id=self.id, **happened)

    def _check(self, move: Move, by: Actor, note: str, closing: Closing | None) -> None:
        status = self.status
        if status not in move.sources:
            raise IllegalMove(move, status, "not from here")
        if by.role not in move.roles:
            raise IllegalMove(move, status, f"not by {by.role}")
        if closing not in (move.closings.get(by.role, frozenset()) if move.closings else {None}):
            raise IllegalMove(move, status, f"not with closing {closing} by {by.role}")
        if (move.needs_reason or closing in UNSOLVED) and not note.strip():
            raise IllegalMove(move, status, "a reason is needed")
        if move.target is Status.RESOLVED and self.awaited:
            raise IllegalMove(move, status, "called teams have neither finished nor been released")

    def _stamp(self, move: Move, at: datetime, closing: Closing | None) -> None:
        match move.target:
            case Status.DISPATCHED:
                self.accepted_at = self.resolved_at = self.ended_at = None
                self.closing, self.assignee_id = "", None
            case Status.WORKING if self.accepted_at is None:
                self.accepted_at = at
            case Status.RESOLVED:
                self.resolved_at = at
                self.rushed_at = at if self._is_just_before_limit(at) else self.rushed_at
            case target if target in ENDED:
                self.ended_at = at
                self.closing = closing.value if closing else ""
        match move.name:
            case "return_":
                self.returns += 1
            case "escalate":
                self.climbs = (self.climbs or 0) + 1
            case "reopen":
                self.reopenings += 1
            case "urge":
                self.urges += 1
            case "accept":
                self.first_team = self.first_team or self.team

    def _is_just_before_limit(self, at: datetime) -> bool:
        return self.handle_by is not None and timedelta() <= self.handle_by - at <= _MINUTES_BEFORE

    @property
    def awaited(self) -> list[Support]:
        """Teams called by a whistle that the ticket still waits for."""
        return [call for call in self.support if call.is_awaited and call.team != self.team]

    def helped_by(self, teams: Iterable[str], at: datetime) -> None:
        """New helpers by rule instead of the former ones; teams called by a whistle stay called."""
        calls = [each for each in self.support if each.is_call]
        known = {self.team, *(call.team for call in calls if call.helps)}
        self.support = [*calls, *(Support(team=team, called_at=at) for team in teams if team not in known)]

    def give_number(self) -> str:
        """Number for people: yymmdd of the day in China and five digits; known once the row has its id.

        Five digits of the id keep it unique up to 100,000 tickets a day; the unique constraint would tell.
        """
        self.number = f"{self.created_at.astimezone(CHINA):%y%m%d}{self.id % 100_000:05d}"
        return self.number


def not_ended() -> ColumnElement[bool]:
    """Neither closed nor withdrawn, declined, merged: what `Status` says too, in the words of the index."""
    return Ticket.ended_at.is_(None)


def is_red() -> ColumnElement[bool]:
    """A red flag was raised, in the words of the index."""
    return Ticket.red_flag > literal_column("''")


def is_complaint() -> ColumnElement[bool]:
    """It complains of people who work here, in the words of the index."""
    return Ticket.shut_out > literal_column("''")


def running_limit() -> ColumnElement[datetime | None]:
    """The limit that runs now: to sign, or to put right; NULL where none does. An index holds it in these words."""
    return literal_column(_RUNNING_LIMIT, UtcDateTime)


class TicketEvent(Base):
    """One line of a ticket's history. Written once, never changed, never deleted."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    move: Mapped[str]
    by_role: Mapped[str]
    by_person: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    note: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    team: Mapped[str | None]
    level: Mapped[str]


@event.listens_for(TicketEvent, "before_update")
@event.listens_for(TicketEvent, "before_delete")
def _refuse(_mapper: Mapper[Any], _connection: Connection, _event: TicketEvent) -> None:
    raise TypeError("a ticket's history is append-only")


class Attachment(Base):
    """A photo, a voice, a video. `stored`: its name on the shelf once fetched; `of_work`: by those at work on it."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str]
    media_id: Mapped[str]
    stored: Mapped[str] = mapped_column(default="")
    of_work: Mapped[bool] = mapped_column(default=False, server_default=false())
    content_type: Mapped[str] = mapped_column(default="")
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
