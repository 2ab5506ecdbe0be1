"""People who write to us: residents, staff, supervisors. One person may have several roles."""

from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, partial_index
from models.encrypted_columns import Sealed


class Role(StrEnum):
    """The role in which somebody acts. SYSTEM is the bot itself, acting by a rule or a timer."""

    RESIDENT = "resident"
    GRID_STAFF = "grid_staff"
    PROPERTY_STAFF = "property_staff"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SYSTEM = "system"


STAFF = frozenset({Role.GRID_STAFF, Role.PROPERTY_STAFF})
OVERSEERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
EVERYBODY = frozenset({Role.RESIDENT})
"""The roles of somebody without rows; staff are residents too"""
_HIGHEST_FIRST = (Role.ADMIN, Role.SUPERVISOR, Role.GRID_STAFF, Role.PROPERTY_STAFF)


@cache
def highest(roles: frozenset[Role]) -> Role:
    """The role in which somebody with several roles acts."""
    return next((role for role in _HIGHEST_FIRST if role in roles), Role.RESIDENT)


_KNOWN = "known_roles"
"""Not a column: the roles given to `is_known_to_have`"""


class Person(Base):
    """Somebody with an openid, or an imported member of staff without one until they join by an invitation."""

    __tablename__ = "people"
    __table_args__ = (partial_index("ix_people_home_place_id", "home_place_id", where="home_place_id IS NOT NULL"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(Sealed, default="", deferred=True)
    """Encrypted, and only read when it is needed"""
    wecom: Mapped[str] = mapped_column(default="")
    team: Mapped[str | None] = mapped_column(ForeignKey("teams.code"), index=True)
    grid: Mapped[str | None] = mapped_column(ForeignKey("grids.code"), index=True)
    """The scope of this person's rights: this grid and all below"""
    following: Mapped[bool] = mapped_column(default=True)
    last_inbound_at: Mapped[datetime | None]
    """When they last wrote or tapped something"""
    wrote_at: Mapped[datetime | None]
    """When they last wrote: the platform then accepts five messages from us within 48 hours"""
    told_since_wrote: Mapped[int] = mapped_column(default=0, server_default="0")
    tapped_at: Mapped[datetime | None]
    """When they last tapped the menu, scanned or followed: it then accepts three messages within a minute"""
    told_since_tapped: Mapped[int] = mapped_column(default=0, server_default="0")
    messages_left: Mapped[float | None]
    """The rest of their rate limit at `last_inbound_at`, in messages; empty: all of it"""
    scanned: Mapped[str] = mapped_column(default="", server_default="")
    """The last QR code that they scanned, until they report something there"""
    scanned_at: Mapped[datetime | None]
    home_place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="SET NULL"))
    home_building: Mapped[str] = mapped_column(default="")
    home_unit: Mapped[str] = mapped_column(default="")
    home_room: Mapped[str] = mapped_column(default="")

    role_rows: Mapped[list["PersonRole"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def roles(self) -> frozenset[Role]:
        """All roles; everybody is a resident too."""
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
        """Set roles that this transaction has already read, to save the query for the rows."""
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
    """A one-time code: 「加入 CODE」 makes its sender a member of staff. Only its hash is stored."""

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
    """The log of who opened whose ticket, for staff, supervisors and the operator."""

    __tablename__ = "looks"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Empty for the operator at the command line"""
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    """Empty for an export of a whole list"""
    via: Mapped[str] = mapped_column(default="")
    """The interface; for the command line, with the operator's account"""
    at: Mapped[datetime]


class Guess(Base):
    """A wrong invitation code: after too many, the person can't try for a while."""

    __tablename__ = "guesses"
    __table_args__ = (Index("ix_guesses_person_id_at", "person_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
