"""Places of the world files: checks, and records, one for all rows of a name in a community."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from enum import StrEnum

from handlers.tables.table import Problem, Row, Table, empty_cells
from handlers.town_import.buildings import plain_buildings
from handlers.town_import.grids import LEVEL_NAMES, Tree
from handlers.town_import.records import PlaceRecord, Range
from handlers.world.buildings import expand_buildings
from models.grid import Level, Mode

_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d+)?")
_CHINA = {"lat": (3.0, 54.0), "lng": (73.0, 136.0)}

Group = tuple[str, str]
"""Community and name, which identify a place"""


class PlaceKind(StrEnum):
    """Known kinds of place. A town may use others; only misspellings of these are refused."""

    COMPOUND = "compound"
    VILLAGE = "village"
    ROAD = "road"
    RIVER = "river"
    PARK = "park"
    SQUARE = "square"
    MARKET = "market"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    STATION = "station"
    OFFICE = "office"
    SHOP = "shop"


_KINDS = [kind.value for kind in PlaceKind]
_MODES = frozenset(Mode)


def place_problems(table: Table, tree: Tree) -> Iterator[Problem]:
    """All errors in the places. Rows of one place are compared only if the grids are readable."""
    for row in table.rows:
        yield from empty_cells(row, "name", "grid")
        yield from _grid_problems(row, tree)
        yield from _word_problems(row)
        yield from _coordinate_problems(row)
        if _buildings(row) is None:
            yield row.problem(
                f"楼号“{row['buildings']}”看不懂，应像 1-6;8;A（Excel 会把 1-6 变成日期，请先把这一列设为文本）"
            )
    if tree.readable:
        yield from _grouped_problems(_grouped(table, tree))


def place_records(table: Table, tree: Tree) -> tuple[PlaceRecord, ...]:
    """One record for each place. Call it only if the rows have no errors."""
    return tuple(_record(group, rows) for group, rows in _grouped(table, tree).items())


def _grid_problems(row: Row, tree: Tree) -> Iterator[Problem]:
    code = row["grid"]
    if not code:
        return
    if not tree.knows(code):
        yield row.unknown("网格", code, "grids")
    elif (level := tree.level(code)) in {Level.STREET, Level.COUNTY}:
        yield row.problem(f"地点要属于网格或社区，“{code}”是{LEVEL_NAMES[level]}")


def _word_problems(row: Row) -> Iterator[Problem]:
    if row["mode"] and row["mode"] not in _MODES:
        yield row.problem(f"不认识的管理形式“{row['mode']}”，应为 {row.choices('mode', Mode)}")
    if row["kind"] not in _KINDS and (meant := get_close_matches(row["kind"], _KINDS, n=1, cutoff=0.75)):
        yield row.problem(f"不认识的地点类别“{row['kind']}”，是不是 {row.choices('kind', meant)}？")


def _coordinate_problems(row: Row) -> Iterator[Problem]:
    if bool(row["lat"]) != bool(row["lng"]):
        yield row.problem("纬度和经度要么都写，要么都不写")
        return
    for column, (low, high) in _CHINA.items():
        text = row[column]
        if text and not _DEGREES.fullmatch(text):
            yield row.problem(f"{row.names.title(column)}“{text}”不是度数，应像 37.144321")
        elif text and not low <= float(text) <= high:
            yield row.problem(f"{row.names.title(column)}“{text}”不在中国境内，经纬度是不是写反了？")


def _buildings(row: Row) -> list[str] | None:
    """The list of buildings; None if it can't be parsed."""
    try:
        return list(dict.fromkeys(expand_buildings(plain_buildings(row["buildings"]))))
    except ValueError:
        return None


def _grouped(table: Table, tree: Tree) -> dict[Group, list[Row]]:
    groups: dict[Group, list[Row]] = defaultdict(list)
    for row in table.rows:
        community = tree.community(row["grid"])
        if community and row["name"]:
            groups[community, row["name"]].append(row)
    return groups


def _grouped_problems(groups: dict[Group, list[Row]]) -> Iterator[Problem]:
    for rows in groups.values():
        yield from _differences(rows)
        yield from _overlaps(rows)
    yield from _alias_problems(groups)


def _differences(rows: Sequence[Row]) -> Iterator[Problem]:
    """Errors where rows of one place disagree about kind or mode; empty cells are allowed."""
    for column in ("kind", "mode"):
        said = [row for row in rows if row[column]]
        if column == "kind" and not said:
            yield rows[0].empty("kind")
        for row in said[1:]:
            if row[column] != said[0][column]:
                where = f"第{said[0].line}行的“{row.choices(column, [said[0][column]])}”"
                yield row.problem(
                    f"“{row['name']}”的 {row.names.title(column)}“{row.choices(column, [row[column]])}”与{where}不一致"
                )


def _overlaps(rows: Sequence[Row]) -> Iterator[Problem]:
    taken: dict[str, Row] = {}
    for row in rows:
        buildings = _buildings(row) or []
        twice = next((building for building in buildings if building in taken), None)
        if twice is not None:
            first = taken[twice]
            what = f"{twice}号楼" if twice else "其余楼栋"
            yield row.problem(f"“{row['name']}”的{what}已在第{first.line}行划给“{first['grid']}”")
        taken |= {building: row for building in buildings if building not in taken}


def _alias_problems(groups: dict[Group, list[Row]]) -> Iterator[Problem]:
    """Errors where a name means two places in one community; across communities the bot asks."""
    aliases: dict[Group, Row] = {}
    for (community, name), rows in groups.items():
        for row in rows:
            for alias in row.words("aliases"):
                other = groups.get((community, alias))
                first = aliases.setdefault((community, alias), row)
                if alias != name and other:
                    yield row.problem(f"别名“{alias}”是同社区另一个地点的名称（第{other[0].line}行）")
                elif first["name"] != name:
                    yield row.problem(f"别名“{alias}”已是同社区“{first['name']}”的别名（第{first.line}行）")


def _record(group: Group, rows: Sequence[Row]) -> PlaceRecord:
    community, name = group
    lat, lng = _said(rows, "lat"), _said(rows, "lng")
    return PlaceRecord(
        community=community,
        name=name,
        kind=_said(rows, "kind"),
        mode=_said(rows, "mode"),
        lat=float(lat) if lat else None,
        lng=float(lng) if lng else None,
        aliases=tuple(sorted({alias for row in rows for alias in row.words("aliases")} - {name})),
        ranges=tuple(sorted(map(_range, rows), key=lambda each: each[:2])),
    )


def _range(row: Row) -> Range:
    lat, lng = (float(row[column]) if row[column] else None for column in ("lat", "lng"))
    return plain_buildings(row["buildings"]), row["grid"], lat, lng


def _said(rows: Sequence[Row], column: str) -> str:
    return next((row[column] for row in rows if row[column]), "")
