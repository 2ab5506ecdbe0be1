"""Import people into the database: match them with known rows, and set their roles.

The files decide a listed person's roles, team and grid; a phone or account that they leave empty is kept.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from handlers.town_import.records import PersonRecord
from handlers.town_import.writing import Tally, chunks
from models.person import Person, PersonRole


class Register:
    """People of the database, found by openid, or by name and phone."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._by_openid: dict[str, Person] = {}
        self._by_name: dict[tuple[str, str], Person] = {}
        for person in people:
            if person.openid:
                self._by_openid[person.openid] = person
            # A resident may use any name, so a person without a role is matched by openid only.
            if person.openid is None or person.role_rows:
                self._by_name[person.name, person.phone] = person

    def find(self, record: PersonRecord) -> Person | None:
        """The person by openid; else by name and phone, if they were listed before, joined or not."""
        if record.openid and record.openid in self._by_openid:
            return self._by_openid[record.openid]
        person = self._by_name.get((record.name, record.phone))
        return person if person and not (record.openid and person.openid) else None


def write_people(session: Session, people: Sequence[PersonRecord]) -> Tally:
    """Store everyone listed. `left`: staff whom the files no longer list; they keep their rights."""
    register = enrolled(session, people)
    outcomes: Counter[str] = Counter()
    listed: set[int] = set()
    for record in people:
        person = register.find(record)
        if person is None:
            session.add(_fill(Person(), record))
            outcomes["added"] += 1
            continue
        listed.add(person.id)
        before = _state(person)
        outcomes["unchanged" if _state(_fill(person, record)) == before else "changed"] += 1
    left = tuple(_staff_besides(session, listed))
    session.flush()
    return Tally(outcomes["added"], outcomes["changed"], outcomes["unchanged"], left)


def enrolled(session: Session, people: Sequence[PersonRecord]) -> Register:
    """Those listed whom the database already knows."""
    return Register(_known(session, people))


def _known(session: Session, people: Sequence[PersonRecord]) -> Iterator[Person]:
    for chunk in chunks(people):
        openids = [record.openid for record in chunk if record.openid]
        names = [record.name for record in chunk]
        known = select(Person).where(or_(Person.openid.in_(openids), Person.name.in_(names)))
        yield from session.scalars(known.options(undefer(Person.phone)))


def _fill(person: Person, record: PersonRecord) -> Person:
    person.openid = record.openid or person.openid
    person.name = record.name
    person.phone = record.phone or person.phone or ""
    person.wecom = record.wecom or person.wecom or ""
    person.team, person.grid = record.team, record.grid
    held = {row.role: row for row in person.role_rows}
    wanted = sorted(role.value for role in record.roles)
    if held.keys() != set(wanted):
        person.role_rows = [held.get(role) or PersonRole(role=role) for role in wanted]
    return person


def _state(person: Person) -> tuple[object, ...]:
    return person.openid, person.name, person.phone, person.wecom, person.team, person.grid, person.roles


def _staff_besides(session: Session, listed: set[int]) -> Iterator[str]:
    with session.no_autoflush:  # people just added must not count as missing
        staff = select(Person.id, Person.name).where(Person.role_rows.any()).order_by(Person.id)
        yield from (name for person_id, name in session.execute(staff) if person_id not in listed)
