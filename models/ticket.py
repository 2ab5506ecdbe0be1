"""The ticket 工单: its fields, its append-only history, and the only method that changes its status."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import JSON, ColumnElement, Connection, ForeignKey, Index, event, false, literal_column, text
from sqlalchemy.orm import Mapped, Mapper, WriteOnlyMapped, mapped_column, object_session, relationship

from models.base import Base, UtcDateTime, partial_index
from models.deferred_inserts import AppendingSession, append
from models.follower import Follower
from models.person import Role
from models.reserved_ids import next_id
from models.status_moves import ENDED, STORED, UNSOLVED, Closing, Move, Status
from models.supporting_teams import Support

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one zone and no summer time since 1991; a fixed offset needs no zone database."""
_MINUTES_BEFORE = timedelta(minutes=30)
"""A ticket resolved in the last minutes before its limit and reopened later was perhaps resolved for the figures"""


class IllegalMove(Exception):  # noqa: N818  (a refusal by rule, not a fault)
    """The table of moves doesn't allow this move. Nothing was changed."""

    def __init__(self, move: Move, status: str, why: str) -> None:
        super().__init__(f"{move.name} from {status}: {why}")
        self.move, self.status, self.why = move, Status(status), why


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which role; `person_id` is None for the bot itself."""

    role: Role
    person_id: int | None = None
    name: str = ""


SYSTEM = Actor(Role.SYSTEM)


class Source(StrEnum):
    """The channel by which a demand came."""

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
    """A resident's demand, from the first message to the last rating."""

    __tablename__ = "tickets"
    __table_args__ = (
        # Covering indexes: figures are counted without reading the table. The few tickets that are not ended have an
        # index of their own, which a query uses if it contains the condition `not_ended`.
        partial_index("ix_tickets_open", *_OPEN, where="ended_at IS NULL"),
        partial_index("ix_tickets_open_team", *_OF_TEAM, where="ended_at IS NULL"),
        partial_index("ix_tickets_ended", *_ENDED, where="ended_at IS NOT NULL"),
        Index("ix_tickets_created_at", *_FILED),
        partial_index("ix_tickets_red", "created_at", *_AREA, "red_flag", where="red_flag > ''"),
        partial_index("ix_tickets_limit", *_LIMIT, where="ended_at IS NULL"),
        Index("ix_tickets_reporter_id_created_at", "reporter_id", "created_at"),
        Index("ix_tickets_place_id_category_created_at", "place_id", "category", "created_at"),  # finds duplicates
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

    # The four levels are copied from the grid: rights and figures need no walk up the tree, and open tickets stay
    # where they are when the world changes.
    grid: Mapped[str | None] = mapped_column(ForeignKey("grids.code"))
    community: Mapped[str | None]
    street: Mapped[str | None]
    county: Mapped[str | None]
    level: Mapped[str] = mapped_column(default="grid")
    team: Mapped[str | None] = mapped_column(ForeignKey("teams.code"))
    first_team: Mapped[str | None]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    proposed_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """The member who was notified first; until `proposed_until` only they are; anybody of the team may sign"""
    proposed_until: Mapped[datetime | None]
    rule: Mapped[str] = mapped_column(default="")
    limit_rule: Mapped[str] = mapped_column(default="")
    """The table and row of limits that set the deadlines"""

    reporter_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    accept_by: Mapped[datetime | None]
    handle_by: Mapped[datetime | None]
    accept_limit: Mapped[str] = mapped_column(default="")
    handle_limit: Mapped[str] = mapped_column(default="")
    """The two limits as promised, such as 4个工作时; an extension is measured by them"""
    stopped_at: Mapped[datetime | None]
    """Since when the deadlines are paused (挂账, or a question to the resident); resuming moves the two times above"""
    accepted_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    closing: Mapped[str] = mapped_column(default="")
    rating: Mapped[int | None]
    """3 satisfied, 2 basically satisfied, 1 not satisfied (满意, 基本满意, 不满意)"""
    answer: Mapped[str] = mapped_column(default="")
    """公开答复, for the resident; the internal 办理情况 is in the events"""
    returns: Mapped[int] = mapped_column(default=0)
    rushed_at: Mapped[datetime | None]
    """The last time it was resolved only minutes before its limit"""
    climbs: Mapped[int] = mapped_column(default=0)
    """Number of escalations to a higher level"""
    reopenings: Mapped[int] = mapped_column(default=0)
    urges: Mapped[int] = mapped_column(default=0)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    split_from: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    """The shared ticket whose outcome this resident rejected; this one continues for them alone"""
    shut_out: Mapped[str | None]
    """Kinds of teams it complains about, joined by `;`: they may not read it. Never undone. NULL: not determined yet"""
    errand: Mapped[str] = mapped_column(default="", server_default="")
    """A supervisor's text for the complained team, which reads it instead of the resident's words"""
    neighbours: Mapped[int] = mapped_column(default=0)
    """Number of residents who joined the reporter; kept here so that lists need no further query"""

    # Write-only: adding an event never loads a long history.
    events: WriteOnlyMapped["TicketEvent"] = relationship(order_by="TicketEvent.id", passive_deletes=True)
    followers: WriteOnlyMapped[Follower] = relationship(viewonly=True)
    support: Mapped[list[Support]] = relationship(cascade="all, delete-orphan", order_by=Support.id)
    attachments: Mapped[list["Attachment"]] = relationship(viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (of two concurrent changes, the second fails)

    def apply(self, move: Move, *, by: Actor, at: datetime, note: str = "", closing: Closing | None = None) -> None:
        """Make one move: the only way to change a status. If it raises IllegalMove, nothing has changed."""
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
        """Teams called by a whistle for which the ticket still waits."""
        return [call for call in self.support if call.is_awaited and call.team != self.team]

    def helped_by(self, teams: Iterable[str], at: datetime) -> None:
        """Replace the helpers by rule; teams called by a whistle stay."""
        calls = [each for each in self.support if each.is_call]
        known = {self.team, *(call.team for call in calls if call.helps)}
        self.support = [*calls, *(Support(team=team, called_at=at) for team in teams if team not in known)]

    def give_number(self) -> str:
        """Set the number for people: yymmdd of the day in China and five digits. Needs the row's id.

        The last five digits of the id are unique up to 100,000 tickets a day; a unique constraint checks it.
        """
        self.number = f"{self.created_at.astimezone(CHINA):%y%m%d}{self.id % 100_000:05d}"
        return self.number


def not_ended() -> ColumnElement[bool]:
    """Not closed, withdrawn, declined or merged; the same condition as the index's."""
    return Ticket.ended_at.is_(None)


def is_red() -> ColumnElement[bool]:
    """Has a red flag; the same condition as the index's."""
    return Ticket.red_flag > literal_column("''")


def is_complaint() -> ColumnElement[bool]:
    """Complains about staff; the same condition as the index's."""
    return Ticket.shut_out > literal_column("''")


def running_limit() -> ColumnElement[datetime | None]:
    """The deadline that runs now, to sign or to resolve; NULL if none. The same expression as the index's."""
    return literal_column(_RUNNING_LIMIT, UtcDateTime)


class TicketEvent(Base):
    """One event of a ticket's history. Never changed, never deleted."""

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
    """A photo, voice or video. `stored`: its file's name once fetched; `of_work`: sent by staff about their work."""

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
