"""Write records to the database: new and changed rows in bulk; rows missing in the files stay.

Tickets refer to grids, teams, places and people forever, so none is deleted; missing ones are reported as `left`.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from handlers.town_import.records import GridRecord, PlaceRecord, Range, TeamRecord
from models.base import Base
from models.grid import Grid, Level, Place, PlaceAlias, PlaceRange, Team, TeamArea

_CHUNK = 500  # databases limit the parameters of one statement

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Tally:
    """The result for one kind of record. `left`: in the database, but no longer in the files."""

    added: int
    changed: int
    unchanged: int
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference(Generic[Key, Value]):
    """The difference between files and database."""

    added: dict[Key, Value]
    changed: dict[Key, Value]
    unchanged: int
    left: tuple[Key, ...]

    @classmethod
    def between(cls, wanted: Mapping[Key, Value], present: Mapping[Key, Value]) -> "Difference[Key, Value]":
        added = {key: value for key, value in wanted.items() if key not in present}
        changed = {key: value for key, value in wanted.items() if key in present and present[key] != value}
        left = tuple(key for key in present if key not in wanted)
        return cls(added, changed, len(wanted) - len(added) - len(changed), left)

    def tally(self) -> Tally:
        left = ("/".join(key) if isinstance(key, tuple) else str(key) for key in self.left)
        return Tally(len(self.added), len(self.changed), self.unchanged, tuple(sorted(left)))


Drawn = tuple[GridRecord, str | None]


def write_grids(session: Session, grids: Iterable[GridRecord], boundaries: Mapping[str, str] | None) -> Tally:
    """Write grids, parents first, with their boundaries; None keeps the stored boundaries."""
    present: dict[str, Drawn] = {
        row.code: (GridRecord(row.code, row.name, Level(row.level), row.parent), row.boundary)
        for row in session.execute(select(Grid.code, Grid.name, Grid.level, Grid.parent, Grid.boundary))
    }
    drawn = {code: boundary for code, (_, boundary) in present.items()} if boundaries is None else boundaries
    wanted: dict[str, Drawn] = {record.code: (record, drawn.get(record.code)) for record in grids}
    difference = Difference.between(wanted, present)
    _insert(session, Grid, [_grid_columns(each) for each in difference.added.values()])
    _update(session, Grid, "code", [_grid_columns(each) for each in difference.changed.values()])
    return difference.tally()


def write_teams(session: Session, teams: Iterable[TeamRecord]) -> Tally:
    """Write teams with the grids that they serve."""
    areas: dict[str, list[str]] = defaultdict(list)
    for team, grid in session.execute(select(TeamArea.team, TeamArea.grid)):
        areas[team].append(grid)
    present = {
        code: TeamRecord(code, name, kind, tuple(sorted(areas[code])), phone)
        for code, name, kind, phone in session.execute(select(Team.code, Team.name, Team.kind, Team.phone))
    }
    difference = Difference.between({record.code: record for record in teams}, present)
    _insert(session, Team, [_team_columns(record) for record in difference.added.values()])
    _update(session, Team, "code", [_team_columns(record) for record in difference.changed.values()])
    for codes in chunks(list(difference.changed)):
        session.execute(delete(TeamArea).where(TeamArea.team.in_(codes)))
    written = [*difference.added.values(), *difference.changed.values()]
    _insert(session, TeamArea, [{"team": record.code, "grid": grid} for record in written for grid in record.grids])
    return difference.tally()


def write_places(session: Session, places: Iterable[PlaceRecord]) -> Tally:
    """Write places with aliases and ranges; a place's id never changes."""
    ids = _place_ids(session)
    wanted = {(record.community, record.name): record for record in places}
    difference = Difference.between(wanted, _present_places(session))
    _insert(session, Place, [_place_columns(record) for record in difference.added.values()])
    changed = [{"id": ids[key], **_place_columns(record)} for key, record in difference.changed.items()]
    _update(session, Place, "id", changed)
    for chunk in chunks([ids[key] for key in difference.changed]):
        session.execute(delete(PlaceAlias).where(PlaceAlias.place_id.in_(chunk)))
        session.execute(delete(PlaceRange).where(PlaceRange.place_id.in_(chunk)))
    _insert_names(session, difference.added | difference.changed)
    return difference.tally()


def _insert_names(session: Session, written: Mapping[tuple[str, str], PlaceRecord]) -> None:
    ids = _place_ids(session) if written else {}
    aliases = [{"place_id": ids[key], "name": alias} for key, record in written.items() for alias in record.aliases]
    ranges: list[dict[str, object]] = [
        {"place_id": ids[key], "buildings": buildings, "grid": grid, "lat": lat, "lng": lng}
        for key, record in written.items()
        for buildings, grid, lat, lng in record.ranges
    ]
    _insert(session, PlaceAlias, aliases)
    _insert(session, PlaceRange, ranges)


def _place_ids(session: Session) -> dict[tuple[str, str], int]:
    rows = session.execute(select(Place.community, Place.name, Place.id))
    return {(community, name): place_id for community, name, place_id in rows}


def _present_places(session: Session) -> dict[tuple[str, str], PlaceRecord]:
    aliases: dict[int, list[str]] = defaultdict(list)
    for place_id, name in session.execute(select(PlaceAlias.place_id, PlaceAlias.name)):
        aliases[place_id].append(name)
    ranges: dict[int, list[Range]] = defaultdict(list)
    of_ranges = select(PlaceRange.place_id, PlaceRange.buildings, PlaceRange.grid, PlaceRange.lat, PlaceRange.lng)
    for place_id, buildings, grid, lat, lng in session.execute(of_ranges):
        ranges[place_id].append((buildings, grid, lat, lng))
    columns = select(Place.id, Place.community, Place.name, Place.kind, Place.mode, Place.lat, Place.lng)
    return {
        (row.community, row.name): PlaceRecord(
            *row[1:],
            aliases=tuple(sorted(aliases[row.id])),
            ranges=tuple(sorted(ranges[row.id], key=lambda each: each[:2])),
        )
        for row in session.execute(columns)
    }


def _grid_columns(drawn: Drawn) -> dict[str, object]:
    record, boundary = drawn
    return {
        "code": record.code,
        "name": record.name,
        "level": record.level.value,
        "parent": record.parent,
        "boundary": boundary,
    }


def _team_columns(record: TeamRecord) -> dict[str, object]:
    return {"code": record.code, "name": record.name, "kind": record.kind, "phone": record.phone}


def _place_columns(record: PlaceRecord) -> dict[str, object]:
    return {
        "community": record.community,
        "name": record.name,
        "kind": record.kind,
        "mode": record.mode,
        "lat": record.lat,
        "lng": record.lng,
    }


def _insert(session: Session, entity: type[Base], rows: list[dict[str, object]]) -> None:
    if rows:
        session.execute(insert(entity), rows)


def _update(session: Session, entity: type[Base], key: str, rows: list[dict[str, object]]) -> None:
    """Update rows by key. The ORM's bulk update makes a round trip for each row: 40 s for 100,000 on PostgreSQL."""
    if not rows:
        return
    table = Base.metadata.tables[entity.__tablename__]
    values: dict[str, object] = {name: bindparam(f"new_{name}") for name in rows[0] if name != key}
    statement = update(table).where(table.c[key] == bindparam(f"new_{key}")).values(values)
    session.connection().execute(statement, [{f"new_{name}": value for name, value in row.items()} for row in rows])


def chunks(items: Sequence[Value]) -> Iterator[Sequence[Value]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
