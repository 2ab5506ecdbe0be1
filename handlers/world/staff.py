"""A frozen snapshot of the staff: teams, scopes and shifts.

Every new ticket needs it, but staff change only a few times a year. So it is kept in memory and read again when its
version in the database has changed (models.staff_version).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.grid import Grid, Level, Team, TeamKind
from models.person import EVERYBODY, OVERSEERS, STAFF, Person, PersonRole, Role
from models.roster import Shift


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff: the fields of a `Person` that are not private."""

    id: int
    openid: str | None
    name: str
    team: str | None
    grid: str | None
    roles: frozenset[Role]
    last_inbound_at: datetime | None = None
    """When they last wrote; None in the snapshot, set only if read for this transaction"""

    @property
    def is_overseer(self) -> bool:
        return bool(self.roles & OVERSEERS)


Key = TypeVar("Key")
Value = TypeVar("Value")

Colleague = Person | Member
"""A person from the database or from the snapshot"""


@dataclass(frozen=True, slots=True)
class Staff:
    """Everyone with a role, and their stand-ins."""

    version: str = ""
    people: Mapping[int, Member] = field(default_factory=dict)
    teams: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    """Members by their team's code"""
    overseers: Mapping[str | None, tuple[Member, ...]] = field(default_factory=dict)
    """Supervisors by their grid; None: the whole town"""
    overseer_openids: frozenset[str] = frozenset()
    voices: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    """楼栋长 by the code of their 楼栋, members of a 业委会 by its code; they get pushes but need no role"""
    shifts: Mapping[int, tuple[Shift, ...]] = field(default_factory=dict)
    _members: dict[tuple[tuple[str, ...], ...], tuple[Member, ...]] = field(default_factory=dict, repr=False)
    """Cache of `members`"""

    def recognise(self, people: Iterable[Person]) -> None:
        """Set the roles of these rows from the snapshot, which saves a query; most are residents."""
        for person in people:
            person.is_known_to_have(self.roles_of(person.id))

    def roles_of(self, person: int) -> frozenset[Role]:
        member = self.people.get(person)
        return member.roles if member else EVERYBODY

    def members(self, teams: Iterable[str], reach: Iterable[str]) -> Sequence[Member]:
        """Staff of these teams whose scope includes one of the grids."""
        asked = tuple(teams), tuple(reach)
        return self._members.get(asked) or self._members.setdefault(asked, self._those(*asked))

    def _those(self, teams: tuple[str, ...], reach: tuple[str, ...]) -> tuple[Member, ...]:
        found = [member for team in dict.fromkeys(teams) for member in self.teams.get(team, ())]
        return tuple(sorted([each for each in found if each.grid is None or each.grid in reach], key=_BY_ID))

    def overseeing(self, reach: Collection[str]) -> list[Member]:
        """Supervisors of these grids; all supervisors if no grid is given."""
        known = (None, *reach) if reach else tuple(self.overseers)
        return sorted((each for grid in known for each in self.overseers.get(grid, ())), key=_BY_ID)

    def leaders(self, teams: Iterable[str]) -> list[Member]:
        """Supervisors who belong to one of the teams."""
        wanted = set(teams)
        return sorted((each for each in self.people.values() if each.is_overseer and each.team in wanted), key=_BY_ID)


def load_staff(session: Session, version: str) -> Staff:
    """Read the whole staff: some thousand rows in the largest town."""
    roles = _roles(session)
    shifts = session.scalars(select(Shift).order_by(Shift.id)).all()
    stand_ins = {shift.stand_in_id for shift in shifts}
    columns = select(Person.id, Person.openid, Person.name, Person.team, Person.grid)
    staff = Person.id.in_(select(PersonRole.person_id))
    rows = session.execute(columns.where(or_(staff, Person.id.in_(stand_ins))).order_by(Person.id))
    people = {row.id: Member(*row, frozenset({Role.RESIDENT, *roles[row.id]})) for row in rows}
    workers = (member for member in people.values() if member.team and member.roles & STAFF)
    overseers = [member for member in people.values() if member.is_overseer]
    for shift in shifts:
        session.expunge(shift)
    return Staff(
        version,
        people,
        _grouped((str(member.team), member) for member in workers),
        _grouped((member.grid, member) for member in overseers),
        frozenset(member.openid for member in overseers if member.openid),
        _voices(session),
        _grouped((shift.person_id, shift) for shift in shifts),
    )


def _voices(session: Session) -> dict[str, tuple[Member, ...]]:
    houses = select(Grid.code).where(Grid.level == Level.BUILDING.value)
    committees = select(Team.code).where(Team.kind == TeamKind.COMMITTEE.value)
    columns = select(Person.id, Person.openid, Person.name, Person.team, Person.grid).where(Person.openid.is_not(None))
    speak = or_(Person.grid.in_(houses), Person.team.in_(committees))
    members = [Member(*row, EVERYBODY) for row in session.execute(columns.where(speak).order_by(Person.id))]
    in_team = ((each.team, each) for each in members if each.team)
    return _grouped([*in_team, *((each.grid, each) for each in members if each.grid and not each.team)])


def _roles(session: Session) -> dict[int, set[Role]]:
    roles: dict[int, set[Role]] = defaultdict(set)
    for person, role in session.execute(select(PersonRole.person_id, PersonRole.role)):
        roles[person].add(Role(role))
    return roles


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, tuple[Value, ...]]:
    found: dict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


_BY_ID = attrgetter("id")
