"""Who talks to us: residents, staff, supervisors. One person may hold several roles."""

from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, partial_index
from models.sealed import Sealed


class Role(StrEnum):
    """Who is talking. SYSTEM is the bot itself, acting by a rule or a clock."""

    RESIDENT = "resident"
    GRID_STAFF = "grid_staff"
    PROPERTY_STAFF = "property_staff"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SYSTEM = "system"


STAFF = frozenset({Role.GRID_STAFF, Role.PROPERTY_STAFF})
OVERSEERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
EVERYBODY = frozenset({Role.RESIDENT})
"""Who works here is a resident too"""
_HIGHEST_FIRST = (Role.ADMIN, Role.SUPERVISOR, Role.GRID_STAFF, Role.PROPERTY_STAFF)


@cache
def highest(roles: frozenset[Role]) -> Role:
    """The one in which somebody of several roles acts."""
    return next((role for role in _HIGHEST_FIRST if role in roles), Role.RESIDENT)


_KNOWN = "known_roles"
"""Not a column: what is_known_to_have was told"""


class Person(Base):
    """Somebody known by openid, or awaited: imported without one until they join by an invitation."""

    __tablename__ = "people"
    __table_args__ = (partial_index("ix_people_home_place_id", "home_place_id", where="home_place_id IS NOT NULL"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(Sealed, default="", deferred=True)
    """Sealed, and opened only where somebody asks for it"""
    wecom: Mapped[str] = mapped_column(default="")
    team: Mapped[str | None] = mapped_column(ForeignKey("teams.code"), index=True)
    grid: Mapped[str | None] = mapped_column(ForeignKey("grids.code"), index=True)
    """How far this person's rights reach: this grid and all below"""
    following: Mapped[bool] = mapped_column(default=True)
    last_inbound_at: Mapped[datetime | None]
    """When they last wrote or tapped something"""
    wrote_at: Mapped[datetime | None]
    """When they last wrote: the platform then takes five messages of ours within 48 hours"""
    told_since_wrote: Mapped[int] = mapped_column(default=0, server_default="0")
    tapped_at: Mapped[datetime | None]
    """When they last tapped the menu, scanned or followed: three messages within a minute"""
    told_since_tapped: Mapped[int] = mapped_column(default=0, server_default="0")
    messages_left: Mapped[float | None]
    """What this person might still write at `last_inbound_at`; empty: as much as anybody"""
    scanned: Mapped[str] = mapped_column(default="", server_default="")
    """The code that they scanned last, until they report something there"""
    scanned_at: Mapped[datetime | None]
    home_place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="SET NULL"))
    home_building: Mapped[str] = mapped_column(default="")
    home_unit: Mapped[str] = mapped_column(default="")
    home_room: Mapped[str] = mapped_column(default="")

    role_rows: Mapped[list["PersonRole"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def roles(self) -> frozenset[Role]:
        """Everybody is a resident too."""
        known: frozenset[Role] | None = self.__dict__.get(_KNOWN)
        if known is not None:
            return known
        given = self.role_rows
        return frozenset({Role.RESIDENT, *(Role(row.role) for row in given)}) if given else EVERYBODY

    @property
    def is_staff(self) -> bool:
        return not STAFF.isdisjoint(self.__dict__.get(_KNOWN) or self.roles)

    @property
    def is_overseer(self) -> bool:
        return not OVERSEERS.isdisjoint(self.__dict__.get(_KNOWN) or self.roles)

    def is_known_to_have(self, roles: frozenset[Role]) -> None:
        """Roles that were read elsewhere in this transaction: the rows need not be looked for."""
        self.__dict__[_KNOWN] = roles

    def give(self, role: Role) -> None:
        """Add a role; being a resident needs no row."""
        self.__dict__.pop(_KNOWN, None)
        if role not in self.roles:
            self.role_rows.append(PersonRole(role=role.value))


class PersonRole(Base):
    """One role of one person."""

    __tablename__ = "person_roles"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class Invitation(Base):
    """A one-time code: 「加入 CODE」 makes its sender a member of staff. Only its hash is kept."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    grid: Mapped[str | None] = mapped_column(ForeignKey("grids.code"))
    team: Mapped[str | None] = mapped_column(ForeignKey("teams.code"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Look(Base):
    """Who looked at whose ticket: written down at every opening by staff, supervisors and the operator."""

    __tablename__ = "looks"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Empty for the operator at the command line"""
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    """Empty where a whole list was taken away"""
    via: Mapped[str] = mapped_column(default="")
    """By which way, with the operator's account where it was the command line"""
    at: Mapped[datetime]


class Guess(Base):
    """A wrong invitation code: a person who tries many is stopped for a while."""

    __tablename__ = "guesses"
    __table_args__ = (Index("ix_guesses_person_id_at", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
