"""Warnings about a town: grids without staff, buildings in two grids, boundaries with gaps or overlaps, stray pins."""

from collections import defaultdict
from collections.abc import Iterator
from math import cos, radians
from typing import Any

from shapely import STRtree, intersects_xy, union_all
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.world.buildings import expand_buildings
from handlers.world.config_warning import ConfigWarning
from handlers.world.coordinates import gcj_to_wgs
from handlers.world.nodes import GridNode
from handlers.world.world import World
from models.grid import Level, Place, PlaceRange, TeamKind
from models.person import STAFF, Person

_METRES = 111_320
"""Metres of one degree of latitude"""
_SPECK = 100
"""Square metres; smaller gaps and overlaps are drawing errors"""


def world_warnings(session: Session, world: World) -> Iterator[ConfigWarning]:
    """All these warnings about the town in the database."""
    yield from _unstaffed_teams(session, world)
    yield from _nobody_may_sign(session, world)
    yield from _unstaffed_grids(session, world)
    yield from _houses_twice(session, world)
    yield from _stray_pins(world)
    shapes = dict(world.boundaries)
    children: dict[str, list[str]] = defaultdict(list)
    for node in world.grids.values():
        if node.level is Level.GRID and node.parent and node.code in shapes:
            children[node.parent].append(node.code)
    for community, codes in children.items():
        yield from _overlaps(world, codes, shapes)
        if community in shapes:
            yield from _gaps(world.grids[community], codes, shapes)


def _unstaffed_teams(session: Session, world: World) -> Iterator[ConfigWarning]:
    staffed = set(session.scalars(select(Person.team).where(Person.team.is_not(None)).distinct()))
    for team in world.teams.values():
        if team.code not in staffed:
            yield ConfigWarning(f"单位“{team.name}”没有人", f"在 people.csv 加人，或 invite … --team {team.code}")


def _nobody_may_sign(session: Session, world: World) -> Iterator[ConfigWarning]:
    """Teams with people, none of whom may sign in part of the area: their grid is another, or they only oversee."""
    grids_of: dict[str, set[str | None]] = defaultdict(set)
    for team, grid in session.execute(_staff_posts()):
        grids_of[team].add(grid)
    staffed = set(session.scalars(select(Person.team).where(Person.team.is_not(None)).distinct()))
    for area, teams in world.teams_at.items():
        around = {None, *world.above(area)}
        for team in teams:
            below = any(world.lies_in(grid, area) for grid in grids_of[team.code])
            if team.code in staffed and not below and not around & grids_of[team.code]:
                name = world.grids[area].name
                yield ConfigWarning(
                    f"单位“{team.name}”在“{name}”没有人能签收", "在 people.csv 改它的人的 grid 或角色，不然派单会绕过它"
                )


def _unstaffed_grids(session: Session, world: World) -> Iterator[ConfigWarning]:
    """Grids without a member whose post they are, and without their own grid team."""
    posts = {(team, grid) for team, grid in session.execute(_staff_posts())}
    manned = {grid for _, grid in posts}
    teams = {team for team, _ in posts}
    for code, node in world.grids.items():
        own = (team for team in world.teams_at.get(code, ()) if team.kind == TeamKind.GRID)
        if node.level is Level.GRID and code not in manned and not any(team.code in teams for team in own):
            yield ConfigWarning(f"网格“{node.name}”没有网格员", f"在 people.csv 加一个 grid 为 {code} 的网格员")


def _staff_posts() -> Any:  # noqa: ANN401  (SQLAlchemy's own type)
    roles = [role.value for role in STAFF]
    return select(Person.team, Person.grid).where(
        Person.role_rows.any(role=roles[0]) | Person.role_rows.any(role=roles[1])
    )


def _houses_twice(session: Session, world: World) -> Iterator[ConfigWarning]:
    """Buildings in two grids. The importer refuses them, but a database may have been filled in another way."""
    columns = select(Place.id, Place.name, PlaceRange.buildings, PlaceRange.grid).join(PlaceRange)
    grids: dict[tuple[int, str, str], set[str]] = defaultdict(set)
    for place, name, buildings, grid in session.execute(columns):
        for building in expand_buildings(buildings):
            grids[place, name, building].add(grid)
    for (_, name, building), codes in grids.items():
        if len(codes) > 1:
            what = f"{building}号楼" if building else "其余楼栋"
            among = "、".join(sorted(world.grids[code].name for code in codes))
            yield ConfigWarning(f"“{name}”的{what}同时划给了{among}", "改好 places.csv 的楼号，重新导入")


def _stray_pins(world: World) -> Iterator[ConfigWarning]:
    shapes = dict(world.boundaries)
    for place in world.places.values():
        drawn = [shapes[grid] for grid in place.grids if grid in shapes]
        if place.lat is None or place.lng is None or not drawn:
            continue
        lat, lng = gcj_to_wgs(place.lat, place.lng)
        if not any(intersects_xy(shape, lng, lat) for shape in drawn):
            yield ConfigWarning(f"“{place.name}”的坐标不在它所属网格的边界里", "核对 places.csv 的 lat、lng 和 grid")
        for lat, lng, grid in place.points:
            if grid in shapes and not intersects_xy(shapes[grid], lng, lat):
                what = f"“{place.name}”在“{world.grids[grid].name}”那一行的坐标不在这个网格的边界里"
                yield ConfigWarning(what, "核对 places.csv 的 lat、lng 和 grid")


def _overlaps(world: World, codes: list[str], shapes: dict[str, Any]) -> Iterator[ConfigWarning]:
    tree = STRtree([shapes[code] for code in codes])
    for one, other in zip(*tree.query([shapes[code] for code in codes], predicate="intersects"), strict=True):
        common = _square_metres(shapes[codes[one]].intersection(shapes[codes[other]])) if one < other else 0
        if common > _SPECK:
            names = f"“{world.grids[codes[one]].name}”和“{world.grids[codes[other]].name}”"
            yield ConfigWarning(f"{names}的边界重叠约 {common:.0f} 平方米", "改好 boundaries.geojson，重新导入")


def _gaps(community: GridNode, codes: list[str], shapes: dict[str, Any]) -> Iterator[ConfigWarning]:
    missing = _square_metres(shapes[community.code].difference(union_all([shapes[code] for code in codes])))
    if missing > _SPECK:
        yield ConfigWarning(
            f"“{community.name}”里约有 {missing:.0f} 平方米不属于任何网格", "改好 boundaries.geojson，重新导入"
        )


def _square_metres(shape: Any) -> float:  # noqa: ANN401  (shapely has no types)
    return float(shape.area) * _METRES * _METRES * cos(radians(shape.centroid.y)) if not shape.is_empty else 0.0
